// SPDX-License-Identifier: MIT
#include "alert_bridge/app/own_listener.hpp"

#include <utility>

namespace alert_bridge::app {
namespace {

namespace asio = boost::asio;

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

}  // namespace

std::string own_address(const config::ListenConfig& listen) {
    const std::string scheme = listen.tls ? "https://" : "http://";
    return scheme + reachable(listen.address) + ":" + std::to_string(listen.port);
}

Result<std::shared_ptr<net::HttpClient>> own_client(
    const asio::any_io_executor& executor, const config::ListenConfig& listen
) {
    auto url = net::parse_url(own_address(listen));
    if (!url) {
        return url.error();
    }
    net::ClientOptions options;
    options.url = *url;
    // To this machine's own port, with nothing to give away; the certificate names the bridge as
    // senders know it, not this address, and may have been renewed on disk only.
    options.verify_server = false;
    options.connections = 1;
    options.request_timeout = Duration(5'000);
    return net::HttpClient::create(executor, std::move(options));
}

asio::awaitable<net::Exchange> ask_healthz(std::shared_ptr<net::HttpClient> client) {
    net::HttpRequest request;
    request.target = "/healthz";
    request.idempotent = true;
    net::Exchange exchange = co_await client->exchange(std::move(request));
    client->close_idle();
    co_return exchange;
}

bool demands_certificate(const config::ListenConfig& listen) noexcept {
    return listen.tls && !listen.tls->client_ca_file.empty();
}

bool is_well(const net::Exchange& exchange, bool demands_certificate) noexcept {
    const bool answered_well = exchange.answered && exchange.response.status == 200;
    return answered_well || (demands_certificate && exchange.code == "certificate_required");
}

}  // namespace alert_bridge::app
