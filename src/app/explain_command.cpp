// SPDX-License-Identifier: MIT
#include "alert_bridge/app/explain_command.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "alert_bridge/app/explain_state.hpp"
#include "alert_bridge/app/explain_view.hpp"
#include "alert_bridge/app/system_clock.hpp"
#include "alert_bridge/app/table.hpp"
#include "alert_bridge/app/wiring.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/core/explainer.hpp"
#include "alert_bridge/glpi/glpi.hpp"
#include "alert_bridge/observe/metrics.hpp"
#include "alert_bridge/storage/sqlite_store.hpp"

namespace alert_bridge::app {
namespace {

namespace asio = boost::asio;
using nlohmann::json;

constexpr std::size_t kIdLetters = 26;

int tell(const std::string& text) {
    std::fprintf(stderr, "glpi-alert-bridge: %s\n", drop_controls(repair_utf8(text)).c_str());
    return EXIT_FAILURE;
}

// What the parts would log is a remark here; each once.
class Remarks final : public ports::Events {
  public:
    void log(
        ports::Level level, std::string_view event_id, std::string_view message,
        std::vector<ports::Field> fields
    ) override {
        if (level < ports::Level::warning) {
            return;
        }
        const bool is_unasked = !asks_glpi && event_id == "name_not_in_glpi";
        std::string text(is_unasked ? kUnaskedNames : message);
        for (const ports::Field& field : fields) {
            text += (&field == fields.data() ? " (" : ", ") + std::string(field.key) + ": " +
                    field.value;
        }
        text += fields.empty() ? "" : ")";
        if (seen_.insert(text).second) {
            fresh_.push_back(std::move(text));
        }
    }
    [[nodiscard]] std::vector<std::string> take() { return std::exchange(fresh_, {}); }

    bool asks_glpi = true;

  private:
    static constexpr std::string_view kUnaskedNames =
        "GLPI was not asked for the ids of these names, which the requests lack";
    std::set<std::string> seen_;
    std::vector<std::string> fresh_;
};

bool looks_like_id(const std::string& text) {
    return text.size() == kIdLetters &&
           text.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos;
}

Result<std::string> read_payload(const std::string& path, std::int64_t bytes_max) {
    std::ifstream file;
    if (path != "-") {
        struct stat kind {};
        if (::stat(path.c_str(), &kind) == 0 && S_ISDIR(kind.st_mode)) {
            return Error{ErrorClass::refused, "payload", path + " is a directory"};
        }
        file.open(path, std::ios::binary);
        if (!file) {
            return Error{ErrorClass::refused, "payload", path + " cannot be opened"};
        }
    }
    std::istream& from = path == "-" ? std::cin : file;
    std::string body(static_cast<std::size_t>(bytes_max) + 1, '\0');
    from.read(body.data(), static_cast<std::streamsize>(body.size()));
    body.resize(static_cast<std::size_t>(from.gcount()));
    if (static_cast<std::int64_t>(body.size()) > bytes_max) {
        return Error{
            ErrorClass::refused, "payload",
            path + " is larger than " + std::to_string(bytes_max) +
                " bytes, which the daemon answers with 413"};
    }
    return body;
}

struct Work {
    std::vector<domain::Alert> alerts;
    bool all_read = true;  // false: something was told on standard error
};

std::string source_names(const config::Config& config) {
    std::vector<std::string> names;
    for (const config::SourceConfig& source : config.sources) {
        names.push_back(source.options.name);
    }
    return names.empty() ? "none is configured" : "there are: " + join(names, ", ");
}

// The alerts of a body, as the daemon's intake would take them.
std::optional<Work> read_alerts(
    const config::Config& config, const ExplainCommand& command, SystemIdSource& ids, WallTime now
) {
    std::string name = command.source;
    if (name.empty() && config.sources.size() == 1) {
        name = config.sources.front().options.name;
    }
    auto readers = decoders(config);
    if (!readers) {
        tell(readers.error().message);
        return std::nullopt;
    }
    const auto reader = readers->find(name);
    if (reader == readers->end()) {
        tell(
            (name.empty() ? "which source sent it? say --source NAME; "
                          : "no source is called '" + name + "'; ") +
            source_names(config)
        );
        return std::nullopt;
    }
    const auto body = read_payload(command.payload, config.limits.body_bytes);
    if (!body) {
        tell(body.error().message);
        return std::nullopt;
    }
    const auto decoded = reader->second->decode(*body, now);
    if (!decoded) {
        tell(
            command.payload + " cannot be read as source " + name + " reads it: " +
            decoded.error().message + "\nThe daemon would answer 400 and keep it in quarantine."
        );
        return std::nullopt;
    }
    Work work;
    for (const ports::Unusable& unusable : decoded->unusable) {
        tell("one alert of " + command.payload + " cannot be used: " + unusable.reason);
        work.all_read = false;
    }
    work.alerts = decoded->alerts;
    for (domain::Alert& alert : work.alerts) {
        alert.id = ids.sortable(now);
        alert.source = name;
        alert.received_at = now;
    }
    return work;
}

// Everything that lives as long as the questions to GLPI.
struct Seat {
    Seat(asio::io_context& io, const config::Config& config)
        : clock(io.get_executor()), glpi_url(config.glpi.url) {}

    SystemClock clock;
    SystemIdSource ids;
    Remarks remarks;
    std::unique_ptr<observe::PrometheusMetrics> metrics = observe::make_metrics();
    std::unique_ptr<storage::SqliteStore> memory;  // what the client remembers of GLPI
    std::unique_ptr<glpi::Client> client;
    std::string glpi_url;
    std::vector<core::GlpiRequest> requests;
    json page;
};

Result<void> furnish(Seat& seat, asio::io_context& io, const config::Config& config) {
    auto database = storage::open_memory_database();
    if (!database) {
        return database.error();
    }
    storage::SqliteOptions options;
    options.disk.reserve_bytes = 0;  // there is no file, and no disk to guard
    options.disk.probe = [](const std::string&) { return std::optional<storage::DiskSpace>(); };
    auto disk = std::make_unique<storage::DiskGuard>(":memory:", options.disk);
    seat.memory = std::make_unique<storage::SqliteStore>(
        io.get_executor(), std::move(*database), std::move(options), 0, std::move(disk)
    );
    auto client = glpi::make_client(
        io.get_executor(), glpi_options(config), *seat.memory, seat.clock, seat.ids, seat.remarks,
        *seat.metrics
    );
    if (!client) {
        return client.error();
    }
    seat.client = std::move(*client);
    return Result<void>();
}

void rehearse(Seat& seat, bool asks) {
    seat.remarks.asks_glpi = asks;
    glpi::Rehearsal rehearsal;
    rehearsal.made_id = core::kNewTicket;
    rehearsal.asks = asks;
    rehearsal.on_write = [&seat](const glpi::WouldBe& write) {
        seat.requests.push_back({write.method, write.path, write.body});
    };
    seat.client->rehearse(std::move(rehearsal));
}

asio::awaitable<void> explain_all(
    Seat& seat, KnownState& state, std::shared_ptr<const core::Policies> policies,
    const std::vector<domain::Alert>& alerts, bool offline, bool is_stored
) {
    rehearse(seat, !offline);
    bool asks = !offline;
    seat.page["glpi"] = "not asked (--offline)";
    if (asks) {
        asks = co_await seat.client->check();
        const glpi::GlpiHealth& health = seat.client->health();
        seat.page["glpi"] = asks ? "asked: " + seat.glpi_url + ", version " + health.version
                                 : "cannot be asked: " + health.last_error;
        if (!asks) {
            rehearse(seat, false);
        }
    }
    core::Explainer::Options options;
    options.asks_glpi = asks;
    options.known_of = [&state](const ports::Subject& subject) { return state.snapshot(subject); };
    options.take_requests = [&seat] { return std::exchange(seat.requests, {}); };
    core::Explainer::Services services{seat.client->desk(), seat.client->directory(),
                                       seat.clock,          seat.remarks,
                                       *seat.metrics,       seat.ids,
                                       std::move(policies)};
    core::Explainer explainer(std::move(services), std::move(options));
    for (const domain::Alert& alert : alerts) {
        core::Explanation explanation = co_await explainer.explain(alert);
        if (is_stored) {
            explanation.remarks.emplace_back("a stored alert, explained as if it came once more now"
            );
        }
        for (std::string& remark : seat.remarks.take()) {
            explanation.remarks.push_back(std::move(remark));
        }
        seat.page["alerts"].push_back(explanation_json(explanation));
    }
    co_await seat.client->shut_down();
}

void print(const json& page, bool as_json) {
    std::string out;
    if (as_json) {
        out = page.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
    } else {
        const std::size_t width = terminal_width();
        out = "state  " + one_line(page.at("state").get<std::string>()) + "\nGLPI   " +
              one_line(page.at("glpi").get<std::string>()) + "\n";
        std::size_t number = 0;
        const json& alerts = page.at("alerts");
        for (const json& alert : alerts) {
            ++number;
            out += "\n";
            if (alerts.size() > 1) {
                out += "==== alert " + std::to_string(number) + " of " +
                       std::to_string(alerts.size()) + " ====\n\n";
            }
            out += explanation_text(alert, width, width > 0);
        }
    }
    std::fwrite(out.data(), 1, out.size(), stdout);
}

int explain(const config::Config& config, const ExplainCommand& command) {
    asio::io_context io(1);
    Seat seat(io, config);
    auto compiled = policies(config);
    if (!compiled) {
        return tell(compiled.error().message);
    }
    KnownState state(config, command.socket);
    std::optional<Work> work;
    const bool is_stored = command.payload != "-" && looks_like_id(command.payload) &&
                           !std::filesystem::exists(command.payload);
    if (is_stored) {
        auto alert = state.alert(command.payload);
        if (!alert) {
            return tell(command.payload + ": " + alert.error().message);
        }
        work.emplace();
        work->alerts.push_back(std::move(*alert));
    } else {
        work = read_alerts(config, command, seat.ids, seat.clock.now());
    }
    if (!work) {
        return EXIT_FAILURE;
    }
    if (const auto ready = furnish(seat, io, config); !ready) {
        return tell(ready.error().message);
    }
    seat.page["state"] = state.origin();
    seat.page["alerts"] = json::array();
    std::exception_ptr failure;
    auto on_end = [&failure, &io](const std::exception_ptr& thrown) {
        failure = thrown;
        io.stop();
    };
    asio::co_spawn(
        io, explain_all(seat, state, *compiled, work->alerts, command.offline, is_stored),
        std::move(on_end)
    );
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    print(seat.page, command.json);
    if (work->alerts.empty()) {
        tell("the body holds no alert");
    }
    return work->all_read ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int explain_command(const Options& options) {
    // Without GLPI no secret is used.
    const auto secrets =
        options.explain.offline ? config::Secrets::left_out : config::Secrets::needed;
    config::Loaded loaded = config::load(options.config, secrets);
    std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
    if (!loaded.config && !options.explain.offline) {
        std::fputs("If you may not read the secrets: --offline needs none.\n", stderr);
    }
    return loaded.config ? explain(*loaded.config, options.explain) : EXIT_FAILURE;
}

}  // namespace alert_bridge::app
