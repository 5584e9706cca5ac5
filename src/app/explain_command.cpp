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

#include "alert_bridge/app/complain.hpp"
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
    std::string remark;    // about each
    bool all_well = true;  // false: something was told on standard error
};

constexpr const char* kRefused = "\nThe daemon would answer 400 and keep it in quarantine.";

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
        complain(readers.error().message);
        return std::nullopt;
    }
    const auto reader = readers->find(name);
    if (reader == readers->end()) {
        complain(
            (name.empty() ? "which source sent it? say --source NAME; "
                          : "no source is called '" + name + "'; ") +
            source_names(config)
        );
        return std::nullopt;
    }
    const auto body = read_payload(command.payload, config.limits.body_bytes);
    if (!body) {
        complain(body.error().message);
        return std::nullopt;
    }
    const auto decoded = reader->second->decode(*body, now);
    if (!decoded) {
        complain(
            command.payload + " cannot be read as source " + name +
            " reads it: " + decoded.error().message + kRefused
        );
        return std::nullopt;
    }
    const std::size_t count = decoded->alerts.size() + decoded->unusable.size();
    const auto limit = static_cast<std::size_t>(config.limits.alerts_per_request);
    if (count > limit) {
        complain(
            command.payload + " holds " + std::to_string(count) + " alerts, and " +
            std::to_string(limit) + " are allowed (limits.alerts_per_request)" + kRefused
        );
        return std::nullopt;
    }
    Work work;
    if (decoded->left_out > 0) {
        work.remark = "the sender has cut its list: " + std::to_string(decoded->left_out) +
                      " more alerts are not in the body (Alertmanager: max_alerts)";
    }
    for (const ports::Unusable& unusable : decoded->unusable) {
        complain("one alert of " + command.payload + " cannot be used: " + unusable.reason);
        work.all_well = false;
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
    std::string untold;  // why the daemon did not say what it knows
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

std::optional<domain::Snapshot> known_of(
    Seat& seat, KnownState& state, const ports::Subject& subject
) {
    auto known = state.snapshot(subject);
    if (known) {
        return std::move(*known);
    }
    seat.untold = state.is_known() ? known.error().message : "";
    return std::nullopt;
}

asio::awaitable<void> explain_all(
    Seat& seat, KnownState& state, std::shared_ptr<const core::Policies> policies, Work& work,
    bool offline
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
    options.known_of = [&seat, &state](const ports::Subject& subject) {
        return known_of(seat, state, subject);
    };
    options.take_requests = [&seat] { return std::exchange(seat.requests, {}); };
    core::Explainer::Services services{seat.client->desk(), seat.client->directory(),
                                       seat.clock,          seat.remarks,
                                       *seat.metrics,       seat.ids,
                                       std::move(policies)};
    core::Explainer explainer(std::move(services), std::move(options));
    for (const domain::Alert& alert : work.alerts) {
        core::Explanation explanation = co_await explainer.explain(alert);
        if (!work.remark.empty()) {
            explanation.remarks.push_back(work.remark);
        }
        if (!seat.untold.empty()) {
            explanation.remarks.push_back(
                "the daemon stopped telling what it knows (" + seat.untold +
                "): explained as a problem that nothing is known of"
            );
            complain("the daemon stopped telling what it knows: " + seat.untold);
            seat.untold.clear();
            work.all_well = false;
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

std::string stored_remark(const KnownState::Stored& stored) {
    std::string remark = "a stored alert, explained as if it came once more now; ";
    if (stored.reason.empty()) {
        return remark + "not decided yet";
    }
    remark += "decided then: " + stored.reason;
    return remark + (stored.incident_id.empty() ? "" : ", incident " + stored.incident_id);
}

int explain(const config::Config& config, const ExplainCommand& command) {
    asio::io_context io(1);
    Seat seat(io, config);
    auto compiled = policies(config);
    if (!compiled) {
        return complain(compiled.error().message);
    }
    KnownState state(config, command.socket);
    std::optional<Work> work;
    const bool is_stored = command.payload != "-" && looks_like_id(command.payload) &&
                           !std::filesystem::exists(command.payload);
    if (is_stored) {
        auto stored = state.alert(command.payload);
        if (!stored) {
            return complain(command.payload + ": " + stored.error().message);
        }
        work.emplace();
        work->remark = stored_remark(*stored);
        work->alerts.push_back(std::move(stored->alert));
    } else {
        work = read_alerts(config, command, seat.ids, seat.clock.now());
    }
    if (!work) {
        return EXIT_FAILURE;
    }
    if (const auto ready = furnish(seat, io, config); !ready) {
        return complain(ready.error().message);
    }
    seat.page["state"] = state.origin();
    seat.page["alerts"] = json::array();
    std::exception_ptr failure;
    auto on_end = [&failure, &io](const std::exception_ptr& thrown) {
        failure = thrown;
        io.stop();
    };
    asio::co_spawn(
        io, explain_all(seat, state, *compiled, *work, command.offline), std::move(on_end)
    );
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    print(seat.page, command.json);
    if (work->alerts.empty()) {
        complain("the body holds no alert");
    }
    return work->all_well ? EXIT_SUCCESS : EXIT_FAILURE;
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
