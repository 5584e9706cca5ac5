// SPDX-License-Identifier: MIT
#include "alert_bridge/app/commands.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <utility>

#include "alert_bridge/app/alarms.hpp"
#include "alert_bridge/app/backs.hpp"
#include "alert_bridge/app/daemon.hpp"
#include "alert_bridge/app/system_clock.hpp"
#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/net/http_client.hpp"

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

int tell(const Error& error) {
    std::fprintf(stderr, "glpi-alert-bridge: %s\n", error.message.c_str());
    return EXIT_FAILURE;
}

// 0.0.0.0 and :: are addresses to listen on, not to talk to.
std::string reachable(const std::string& address) {
    if (address == "0.0.0.0") {
        return "127.0.0.1";
    }
    if (address == "::") {
        return "[::1]";
    }
    return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

// With client_ca the bridge asks for a certificate, which this command has not: that it asks shows
// that it is there, which is all that /healthz tells.
asio::awaitable<int> ask_health(std::shared_ptr<net::HttpClient> client, bool demands_certificate) {
    net::HttpRequest request;
    request.target = "/healthz";
    request.idempotent = true;
    const net::Exchange exchange = co_await client->exchange(std::move(request));
    client->close_idle();
    const bool is_well = exchange.answered && exchange.response.status == 200;
    if (is_well || (demands_certificate && exchange.code == "certificate_required")) {
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

// What the process knows of tokens must not end up in a file: no core dumps, and no look into its
// memory by other programs of the same user.
void keep_memory_private() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
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
        return tell(events.error());
    }
    asio::io_context io(1);
    auto daemon = Daemon::create(io, std::move(*config), options, std::move(*events));
    if (!daemon) {
        return tell(daemon.error());
    }
    return run_to_end(io, (*daemon)->run());
}

int check_command(const Options& options) {
    const std::optional<config::Config> config = load_or_tell(options.config);
    if (!config) {
        return EXIT_FAILURE;
    }
    auto readers = decoders(*config);
    if (!readers) {
        return tell(readers.error());
    }
    auto compiled = policies(*config);
    if (!compiled) {
        return tell(compiled.error());
    }
    asio::io_context io(1);
    SystemClock clock(io.get_executor());
    auto ways_back = backs(*config, io.get_executor(), clock);
    if (!ways_back) {
        return tell(ways_back.error());
    }
    auto alarm_plan = alarms(*config, io.get_executor());
    if (!alarm_plan) {
        return tell(alarm_plan.error());
    }
    auto tls = tls_context(*config);
    if (!tls) {
        return tell(tls.error());
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
    const std::string scheme = listen.tls ? "https://" : "http://";
    auto url =
        net::parse_url(scheme + reachable(listen.address) + ":" + std::to_string(listen.port));
    if (!url) {
        return tell(url.error());
    }
    asio::io_context io(1);
    net::ClientOptions client_options;
    client_options.url = *url;
    // To this machine's own port, with nothing to give away; the certificate names the bridge as
    // senders know it, not this address, and may have been renewed on disk only.
    client_options.verify_server = false;
    client_options.connections = 1;
    client_options.request_timeout = Duration(5'000);
    auto client = net::HttpClient::create(io.get_executor(), std::move(client_options));
    if (!client) {
        return tell(client.error());
    }
    const bool demands_certificate = listen.tls && !listen.tls->client_ca_file.empty();
    return run_to_end(io, ask_health(*client, demands_certificate));
}

}  // namespace alert_bridge::app
