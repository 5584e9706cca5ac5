// SPDX-License-Identifier: MIT
#include "alert_bridge/http/listener.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <map>
#include <unordered_map>
#include <utility>

#include "alert_bridge/http/peer_group.hpp"

namespace alert_bridge::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration kPauseAfterAcceptError{100};
constexpr Duration kCutTime{1'000};
constexpr int kReadsBeforeClose = 16;

// Said without reading the request: there is no room for a session that would read it.
constexpr std::string_view kBusy =
    "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
    "Connection: close\r\nContent-Length: 37\r\n\r\n{\"error\":\"too many open connections\"}";

// Best effort and at once: a fresh socket has room for these bytes; where not, it is just closed.
// What has arrived of the request by now is read away, because closing over unread bytes resets the
// connection, and the answer may be lost with it.
void turn_away(tcp::socket& socket) {
    error_code error;
    socket.non_blocking(true, error);
    if (error) {
        return;
    }
    static_cast<void>(socket.write_some(asio::buffer(kBusy), error));
    socket.shutdown(tcp::socket::shutdown_send, error);
    std::array<char, 4096> unread;
    for (int reads = 0; reads < kReadsBeforeClose && !error; ++reads) {
        static_cast<void>(socket.read_some(asio::buffer(unread), error));
    }
}

// IPv4 inside IPv6 is shown, and counted, as IPv4.
std::string address_text(const tcp::endpoint& endpoint) {
    asio::ip::address address = endpoint.address();
    if (address.is_v6() && address.to_v6().is_v4_mapped()) {
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
    }
    return address.to_string();
}

}  // namespace

struct Listener::Impl : std::enable_shared_from_this<Listener::Impl> {
    Impl(
        const asio::any_io_executor& executor, Options given, Responder& responder,
        ports::Clock& clock, ports::Events& event_log, ports::Metrics& metrics
    )
        : options(std::move(given)),
          context{responder,      clock,   event_log, metrics,
                  options.limits, nullptr, {},        options.is_counted},
          acceptor(executor),
          pause(executor),
          all_ended(executor) {}

    Result<void> listen();
    void take(tcp::socket socket, const tcp::endpoint& remote);
    void forget(const std::shared_ptr<Session>& session, const std::string& group);
    void count_sessions();
    [[nodiscard]] bool has_room_for(const std::string& group);
    void count_refused(const std::string& reason);
    [[nodiscard]] static asio::awaitable<void> accept_all(std::shared_ptr<Impl> self);

    Options options;
    SessionContext context;
    tcp::acceptor acceptor;
    asio::steady_timer pause;
    asio::steady_timer all_ended;
    std::uint16_t port = 0;
    std::map<std::string, std::size_t> per_address;
    std::unordered_map<Session*, std::shared_ptr<Session>> sessions;
};

Result<void> Listener::Impl::listen() {
    const auto failed = [this](std::string_view step, const error_code& error) {
        return Error{
            ErrorClass::misconfigured, "listen_failed",
            std::string(step) + " " + options.address + " port " + std::to_string(options.port) +
                ": " + error.message()};
    };
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) {
        return failed("address", error);
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor.open(endpoint.protocol(), error);
    if (error) {
        return failed("open", error);
    }
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    acceptor.set_option(tcp::no_delay(true), error);  // inherited by what is accepted
    acceptor.bind(endpoint, error);
    if (!error) {
        acceptor.listen(asio::socket_base::max_listen_connections, error);
    }
    if (error) {
        error_code ignored;
        acceptor.close(ignored);
        return failed("listen on", error);
    }
    port = acceptor.local_endpoint(error).port();
    return {};
}

bool Listener::Impl::has_room_for(const std::string& group) {
    if (sessions.size() >= options.connections_max) {
        count_refused("total");
        return false;
    }
    const auto found = per_address.find(group);
    if (found != per_address.end() && found->second >= options.connections_per_address_max) {
        count_refused("address");
        return false;
    }
    return true;
}

void Listener::Impl::count_refused(const std::string& reason) {
    if (options.is_counted) {
        context.metrics.count("http_refused_connections_total", {{"reason", reason}});
    }
}

void Listener::Impl::count_sessions() {
    if (options.is_counted) {
        context.metrics.gauge("http_connections", {}, static_cast<double>(sessions.size()));
    }
}

void Listener::Impl::take(tcp::socket socket, const tcp::endpoint& remote) {
    const std::string peer = address_text(remote);
    const std::string group = peer_group(peer);
    if (!has_room_for(group)) {
        if (!context.tls) {
            turn_away(socket);
        }
        return;
    }
    const auto session = std::make_shared<Session>(std::move(socket), context, peer);
    sessions.emplace(session.get(), session);
    ++per_address[group];
    count_sessions();
    auto on_end = [self = shared_from_this(), session, group](const std::exception_ptr& failure) {
        if (failure) {
            self->context.events.log(
                ports::Level::error, "http_session_failed", "a connection ended by an exception"
            );
        }
        self->forget(session, group);
    };
    asio::co_spawn(acceptor.get_executor(), session->run(), std::move(on_end));
}

void Listener::Impl::forget(const std::shared_ptr<Session>& session, const std::string& group) {
    session->cut();
    sessions.erase(session.get());
    const auto found = per_address.find(group);
    if (found != per_address.end() && --found->second == 0) {
        per_address.erase(found);
    }
    count_sessions();
    if (context.stopping && sessions.empty()) {
        all_ended.cancel();
    }
}

asio::awaitable<void> Listener::Impl::accept_all(std::shared_ptr<Impl> self) {
    bool is_failing = false;
    while (self->acceptor.is_open()) {
        tcp::endpoint remote;
        auto [error, socket] = co_await self->acceptor.async_accept(remote, kTuple);
        if (!self->acceptor.is_open()) {
            co_return;
        }
        if (!error) {
            is_failing = false;
            self->take(std::move(socket), remote);
            continue;
        }
        if (!is_failing) {  // out of descriptors, mostly: it will pass when connections end
            self->context.events.log(
                ports::Level::error, "http_accept_failed", "connections cannot be accepted",
                {{"error", error.message()}}
            );
            is_failing = true;
        }
        self->pause.expires_after(kPauseAfterAcceptError);
        co_await self->pause.async_wait(kTuple);
    }
}

Listener::Listener(
    asio::any_io_executor executor, Options options, Responder& responder, ports::Clock& clock,
    ports::Events& events, ports::Metrics& metrics
)
    : impl_(std::make_shared<Impl>(executor, std::move(options), responder, clock, events, metrics)
      ) {}

Listener::~Listener() = default;

void Listener::use(TlsContextPtr tls) {
    impl_->context.tls = std::move(tls);
}

Result<void> Listener::start() {
    auto listening = impl_->listen();
    if (listening) {
        asio::co_spawn(impl_->acceptor.get_executor(), Impl::accept_all(impl_), asio::detached);
    }
    return listening;
}

std::uint16_t Listener::port() const noexcept {
    return impl_->port;
}

std::size_t Listener::connections() const noexcept {
    return impl_->sessions.size();
}

asio::awaitable<void> Listener::stop(Duration grace) {
    const std::shared_ptr<Impl> impl = impl_;
    impl->context.stopping = true;
    error_code ignored;
    impl->acceptor.close(ignored);
    impl->pause.cancel();
    for (const auto& [key, session] : impl->sessions) {
        session->leave_when_idle();
    }
    if (!impl->sessions.empty()) {
        impl->all_ended.expires_after(grace);
        co_await impl->all_ended.async_wait(kTuple);
    }
    if (impl->sessions.empty()) {
        co_return;
    }
    for (const auto& [key, session] : impl->sessions) {
        session->cut();
    }
    impl->all_ended.expires_after(kCutTime);
    co_await impl->all_ended.async_wait(kTuple);
}

}  // namespace alert_bridge::http
