// SPDX-License-Identifier: MIT
#include "alert_bridge/app/doctor_command.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/this_coro.hpp>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <system_error>
#include <utility>

#include "alert_bridge/app/commands.hpp"
#include "alert_bridge/app/doctor.hpp"
#include "alert_bridge/app/own_listener.hpp"
#include "alert_bridge/app/system_clock.hpp"
#include "alert_bridge/app/table.hpp"
#include "alert_bridge/app/wiring.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

namespace asio = boost::asio;

constexpr Duration kPatience{10'000};  // for one request

// What goes wrong is found by the checks: nothing is logged or counted beside them.
class NoEvents final : public ports::Events {
  public:
    void log(ports::Level, std::string_view, std::string_view, std::vector<ports::Field>) override {
    }
};
class NoMetrics final : public ports::Metrics {
  public:
    void count(std::string_view, const Labels&, double) override {}
    void gauge(std::string_view, const Labels&, double) override {}
    void observe(std::string_view, const Labels&, double) override {}
};

// Ctrl-C and `systemctl stop`: what is under way is given up, GLPI's session is ended, and then the
// process ends as by the signal itself.
class Interruption {
  public:
    explicit Interruption(asio::io_context& io) : signals_(io, SIGINT, SIGTERM) { wait(); }
    asio::cancellation_slot slot() { return cancel_.slot(); }
    void end_by_it() {
        if (number_ != 0) {
            signals_.clear();
            std::signal(number_, SIG_DFL);
            std::raise(number_);
        }
    }

  private:
    // A second one gives up the end of the session, too.
    void wait() {
        signals_.async_wait([this](const boost::system::error_code& error, int number) {
            if (!error) {
                number_ = number;
                cancel_.emit(asio::cancellation_type::terminal);
                wait();
            }
        });
    }

    asio::signal_set signals_;
    asio::cancellation_signal cancel_;
    int number_ = 0;
};

// One line on standard error that the next one replaces; nothing where no terminal is.
class Progress {
  public:
    void show(std::string_view what) const {
        if (shows_) {
            const std::string line = cut_code_points(one_line(repair_utf8(what)), 70);
            std::fprintf(stderr, "\r\033[Kasking: %s", line.c_str());
        }
    }
    void clear() const {
        if (shows_) {
            std::fputs("\r\033[K", stderr);
        }
    }

  private:
    bool shows_ = ::isatty(STDERR_FILENO) == 1;
};

std::string name_of_user(uid_t id) {
    const passwd* const user = ::getpwuid(id);
    return user != nullptr ? user->pw_name : std::to_string(id);
}

StoreFacts look_at_store(const config::StoreConfig& store) {
    StoreFacts out;
    out.directory = std::filesystem::path(store.path).parent_path().string();
    out.directory = out.directory.empty() ? "." : out.directory;
    struct stat about {};
    if (::stat(out.directory.c_str(), &about) != 0) {
        out.problem = std::generic_category().message(errno);
        return out;
    }
    if (!S_ISDIR(about.st_mode)) {
        out.problem = "is no directory";
        return out;
    }
    if (::geteuid() == 0) {
        out.owner = name_of_user(about.st_uid);
        out.is_roots = about.st_uid == 0;
        out.is_writable = (about.st_mode & S_IWUSR) != 0 && (about.st_mode & S_IXUSR) != 0;
    } else {
        out.is_writable = ::access(out.directory.c_str(), W_OK | X_OK) == 0;
    }
    out.others_may_read = (about.st_mode & S_IROTH) != 0;
    out.space = storage::disk_space(out.directory);
    out.reserve_bytes = storage::reserve_of(store.reserve_bytes, out.space);
    return out;
}

asio::awaitable<ListenerFacts> look_at_listener(
    asio::any_io_executor executor, config::ListenConfig listen
) {
    ListenerFacts out;
    out.address = own_address(listen);
    out.demands_certificate = demands_certificate(listen);
    const auto client = own_client(executor, listen);
    if (!client) {
        out.exchange.code = client.error().code;
        out.exchange.message = client.error().message;
        co_return out;
    }
    out.exchange = co_await ask_healthz(*client);
    co_return out;
}

glpi::Options survey_options(const config::Config& config) {
    glpi::Options options = glpi_options(config);
    options.connections = 1;
    options.connect_timeout = std::min(options.connect_timeout, kPatience);
    options.request_timeout = std::min(options.request_timeout, kPatience);
    options.breaker_failures = 2;
    return options;
}

asio::awaitable<std::vector<ZabbixFacts>> look_at_zabbix(
    asio::any_io_executor executor, const config::Config& config, const Progress& progress
) {
    std::vector<ZabbixFacts> out;
    for (const config::SourceConfig& source : config.sources) {
        if (source.options.type != "zabbix" || !source.back) {
            continue;
        }
        progress.show("the Zabbix of source " + source.options.name);
        monitoring::BackOptions options;
        options.type = source.options.type;
        options.url = source.back->url;
        options.ca_file = source.back->ca_file;
        options.token = source.back->token;
        options.time_zone = source.options.time_zone;
        options.answer_within = kPatience;
        auto types = co_await monitoring::zabbix_media_types(executor, std::move(options));
        out.push_back({source.options.name, std::move(types)});
    }
    co_return out;
}

// Requires: the arguments outlive the call.
asio::awaitable<void> examine(
    asio::any_io_executor executor, const std::string& path, const Progress& progress,
    Examined& examined
) {
    examined.loaded = config::load(path, config::Secrets::may_be_open);
    const std::optional<config::Config>& config = examined.loaded.config;
    std::optional<config::ListenConfig> listen = config::load_listen_only(path).listen;
    if (listen) {
        progress.show("the bridge's own port");
        examined.listener = co_await look_at_listener(executor, std::move(*listen));
    }
    if (!config) {
        co_return;
    }
    examined.tried_out = try_out(*config);
    examined.store = look_at_store(config->store);
    examined.names = names_in(*config);
    examined.item_types = item_types_in(*config);
    glpi::Questions questions;
    questions.item_types = examined.item_types;
    for (const NameInUse& use : examined.names) {
        questions.names.push_back(use.question);
    }
    questions.progress = [&progress](std::string_view what) { progress.show(what); };
    SystemClock clock(executor);
    SystemIdSource ids;
    NoEvents events;
    NoMetrics metrics;
    const glpi::Seams seams{clock, ids, events, metrics};
    glpi::Options options = survey_options(*config);
    examined.glpi =
        co_await glpi::take_survey(executor, std::move(options), std::move(questions), seams);
    const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) {
        co_return;
    }
    if (examined.glpi.entities) {
        std::vector<domain::Entity> entities;
        for (const glpi::EntityFacts& facts : *examined.glpi.entities) {
            entities.push_back(facts.entity);
        }
        examined.tree = domain::EntityTree(std::move(entities));
    }
    examined.zabbix = co_await look_at_zabbix(executor, *config, progress);
}

}  // namespace

int doctor_command(const Options& options) {
    const Progress progress;
    Examined examined;
    asio::io_context io(1);
    std::exception_ptr failure;
    auto on_end = [&failure, &io](const std::exception_ptr& thrown) {
        failure = thrown;
        io.stop();
    };
    Interruption interruption(io);
    asio::co_spawn(
        io, examine(io.get_executor(), options.config, progress, examined),
        asio::bind_cancellation_slot(interruption.slot(), std::move(on_end))
    );
    io.run();
    progress.clear();
    interruption.end_by_it();
    if (failure) {
        std::rethrow_exception(failure);
    }
    const Findings findings = run_checks(examined);
    const std::string text = options.doctor_as_json ? findings_as_json(findings)
                                                    : findings_as_text(findings, terminal_width());
    std::fputs(text.c_str(), stdout);
    return exit_status(findings);
}

}  // namespace alert_bridge::app
