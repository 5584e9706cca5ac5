// SPDX-License-Identifier: MIT
#include "alert_bridge/app/commands.hpp"

#include <sys/prctl.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>

#include "alert_bridge/app/alarms.hpp"
#include "alert_bridge/app/backs.hpp"
#include "alert_bridge/app/complain.hpp"
#include "alert_bridge/app/daemon.hpp"
#include "alert_bridge/app/own_listener.hpp"
#include "alert_bridge/app/system_clock.hpp"
#include "alert_bridge/config/loader.hpp"

namespace alert_bridge::app {

namespace asio = boost::asio;

namespace {

// Prints every mistake; the configuration when there is none.
std::optional<config::Config> load_or_tell(const std::string& path) {
    config::Loaded loaded = config::load(path);
    const std::string said = config::render(loaded.diagnostics);
    std::fputs(said.c_str(), stderr);
    return std::move(loaded.config);
}

asio::awaitable<int> tell_health(
    std::shared_ptr<net::HttpClient> client, bool demands_certificate
) {
    const net::Exchange exchange = co_await ask_healthz(std::move(client));
    if (is_well(exchange, demands_certificate)) {
        co_return EXIT_SUCCESS;
    }
    const std::string why = exchange.answered ? "status " + std::to_string(exchange.response.status)
                                              : exchange.code + " " + exchange.message;
    std::fprintf(stderr, "glpi-alert-bridge: not healthy: %s\n", why.c_str());
    co_return EXIT_FAILURE;
}

// Runs one coroutine to its end on its own context.
int run_to_end(asio::io_context& io, asio::awaitable<int> work) {
    int status = EXIT_FAILURE;
    std::exception_ptr failure;
    auto on_end = [&status, &failure, &io](const std::exception_ptr& thrown, int result) {
        failure = thrown;
        status = result;
        io.stop();
    };
    asio::co_spawn(io, std::move(work), std::move(on_end));
    io.run();
    if (failure) {
        std::rethrow_exception(failure);
    }
    return status;
}

// The daemon holds its tokens for months: no other program of its user may look into its memory.
// Not for the other commands: they would find /dev/stdin closed to them.
void keep_memory_private() {
    ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int run_command(const Options& options) {
    keep_memory_private();
    std::optional<config::Config> config = load_or_tell(options.config);
    if (!config) {
        return EXIT_FAILURE;
    }
    auto events = observe::make_events(log_options(*config));
    if (!events) {
        return complain(events.error().message);
    }
    asio::io_context io(1);
    auto daemon = Daemon::create(io, std::move(*config), options, std::move(*events));
    if (!daemon) {
        return complain(daemon.error().message);
    }
    return run_to_end(io, (*daemon)->run());
}

Result<Done> try_out(const config::Config& config) {
    const auto readers = decoders(config);
    if (!readers) {
        return readers.error();
    }
    const auto compiled = policies(config);
    if (!compiled) {
        return compiled.error();
    }
    asio::io_context io(1);
    SystemClock clock(io.get_executor());
    const auto ways_back = backs(config, io.get_executor(), clock);
    if (!ways_back) {
        return ways_back.error();
    }
    const auto alarm_plan = alarms(config, io.get_executor());
    if (!alarm_plan) {
        return alarm_plan.error();
    }
    const auto tls = tls_context(config);
    if (!tls) {
        return tls.error();
    }
    return Done{};
}

int check_command(const Options& options) {
    const std::optional<config::Config> config = load_or_tell(options.config);
    if (!config) {
        return EXIT_FAILURE;
    }
    const Result<Done> tried = try_out(*config);
    if (!tried) {
        return complain(tried.error().message);
    }
    std::printf(
        "%s: fine (%zu sources, %zu rules)\n", options.config.c_str(), config->sources.size(),
        config->rules.rules.size()
    );
    return EXIT_SUCCESS;
}

// Files that do not fit any more, or not yet, say nothing of a daemon that runs: only the address
// is read.
int health_command(const Options& options) {
    const config::LoadedListen loaded = config::load_listen_only(options.config);
    std::fputs(config::render(loaded.diagnostics).c_str(), stderr);
    if (!loaded.listen) {
        return EXIT_FAILURE;
    }
    const config::ListenConfig& listen = *loaded.listen;
    asio::io_context io(1);
    auto client = own_client(io.get_executor(), listen);
    if (!client) {
        return complain(client.error().message);
    }
    return run_to_end(io, tell_health(*client, demands_certificate(listen)));
}

}  // namespace alert_bridge::app
