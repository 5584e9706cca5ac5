// SPDX-License-Identifier: MIT
#include "server.hpp"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <deque>
#include <memory>
#include <sstream>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

namespace glpi_sim {

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;
using Message = http::response<http::string_body>;

constexpr std::uint64_t kBodyMax = 20U * 1024U * 1024U;

// Places for API calls in work; the rest waits in order of arrival.
class Workers {
  public:
    Workers(asio::io_context& context, int limit)
        : context_(context), free_(limit), limited_(limit > 0) {}

    asio::awaitable<void> acquire() {
        if (!limited_)
            co_return;
        if (free_ > 0) {
            --free_;
            co_return;
        }
        auto turn = std::make_shared<asio::steady_timer>(
            context_, std::chrono::steady_clock::time_point::max()
        );
        waiting_.push_back(turn);
        error_code ignored;
        co_await turn->async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }

    void release() {
        if (!limited_)
            return;
        if (waiting_.empty()) {
            ++free_;
            return;
        }
        const std::shared_ptr<asio::steady_timer> next = waiting_.front();
        waiting_.pop_front();
        next->cancel();
    }

  private:
    asio::io_context& context_;
    int free_;
    bool limited_;
    std::deque<std::shared_ptr<asio::steady_timer>> waiting_;
};

struct Shared {
    Sim& sim;
    const ServerOptions& options;
    asio::io_context& context;
    Workers workers;
};

Request plain_request(const http::request<http::string_body>& message) {
    Request out;
    out.method = std::string(message.method_string());
    out.target = std::string(message.target());
    for (const auto& field : message)
        out.headers.emplace_back(std::string(field.name_string()), std::string(field.value()));
    out.body = message.body();
    return out;
}

Message wire_response(const Response& response, unsigned version, bool keep_alive, bool head) {
    Message out(static_cast<http::status>(response.status), version);
    out.set(http::field::server, "glpi-sim");
    for (const auto& [name, value] : response.headers)
        out.insert(name, value);
    out.set(http::field::cache_control, "no-store, no-cache, must-revalidate");
    out.body() = response.body;
    out.keep_alive(keep_alive);
    // GLPI answers in chunks; nginx's own 502 has a length.
    if (response.is_api && response.status != 502 && !head && version == 11)
        out.chunked(true);
    else
        out.prepare_payload();
    return out;
}

void reset(tcp::socket& socket) {
    error_code ignored;
    socket.set_option(asio::socket_base::linger(true, 0), ignored);
    socket.close(ignored);
}

asio::awaitable<void> pause(asio::io_context& context, int milliseconds) {
    if (milliseconds <= 0)
        co_return;
    asio::steady_timer timer(context, std::chrono::milliseconds(milliseconds));
    error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

// Never answers: waits until the client gives up.
asio::awaitable<void> hang(tcp::socket& socket) {
    std::string sink(1024, '\0');
    error_code error;
    while (!error)
        co_await socket.async_read_some(
            asio::buffer(sink), asio::redirect_error(asio::use_awaitable, error)
        );
}

asio::awaitable<void> send_half(tcp::socket& socket, const Message& message) {
    std::ostringstream text;
    text << message;
    const std::string bytes = text.str();
    // All headers and half of the body.
    const std::size_t body = bytes.find("\r\n\r\n") + 4;
    const std::string half = bytes.substr(0, body + (bytes.size() - body) / 2);
    error_code ignored;
    co_await asio::async_write(
        socket, asio::buffer(half), asio::redirect_error(asio::use_awaitable, ignored)
    );
    // An ordinary end of the stream: the client gets the half, then nothing.
    socket.shutdown(tcp::socket::shutdown_both, ignored);
}

// One answer on the wire; false ends the connection.
asio::awaitable<bool> deliver(
    tcp::socket& socket, const Response& response, unsigned version, bool keep_alive, bool head
) {
    if (response.ending == Ending::reset) {
        reset(socket);
        co_return false;
    }
    if (response.ending == Ending::hang) {
        co_await hang(socket);
        co_return false;
    }
    Message message = wire_response(response, version, keep_alive, head);
    if (response.ending == Ending::half) {
        co_await send_half(socket, message);
        co_return false;
    }
    http::serializer<false, http::string_body> serializer(message);
    error_code error;
    if (head)
        co_await http::async_write_header(
            socket, serializer, asio::redirect_error(asio::use_awaitable, error)
        );
    else
        co_await http::async_write(
            socket, serializer, asio::redirect_error(asio::use_awaitable, error)
        );
    co_return !error && keep_alive;
}

bool is_control(const Request& request) {
    return request.target.rfind("/apirest.php", 0) != 0 && request.target.rfind("/api.php", 0) != 0;
}

// The call itself: a worker's place, the work, the delay. The work happens even when the client has
// gone away meanwhile, as it does with PHP.
asio::awaitable<Response> work(Shared& shared, const Request& request) {
    if (is_control(request))
        co_return shared.sim.handle(request);
    co_await shared.workers.acquire();
    Response out = shared.sim.handle(request);
    co_await pause(shared.context, out.delay_ms);
    shared.workers.release();
    co_return out;
}

asio::awaitable<void> connection(tcp::socket socket, Shared& shared) {
    boost::beast::flat_buffer buffer;
    error_code error;
    socket.set_option(tcp::no_delay(true), error);
    for (bool alive = true; alive;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(kBodyMax);
        parser.header_limit(64 * 1024);
        co_await http::async_read(
            socket, buffer, parser, asio::redirect_error(asio::use_awaitable, error)
        );
        if (error)
            break;
        const http::request<http::string_body> message = parser.release();
        const Request request = plain_request(message);
        const bool keep_alive = message.keep_alive();
        const Response response = co_await work(shared, request);
        if (!shared.options.quiet && !is_control(request))
            std::fprintf(
                stderr, "%s %s %d\n", request.method.c_str(), request.target.c_str(),
                response.status
            );
        const bool head = request.method == "HEAD";
        alive = co_await deliver(socket, response, message.version(), keep_alive, head);
    }
    socket.close(error);
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, Shared& shared) {
    for (;;) {
        error_code error;
        tcp::socket socket =
            co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted)
            co_return;
        if (error) {
            co_await pause(shared.context, 50);
            continue;
        }
        asio::co_spawn(shared.context, connection(std::move(socket), shared), asio::detached);
    }
}

}  // namespace

void serve(
    Sim& sim, const ServerOptions& options, const std::function<void(std::uint16_t)>& listening
) {
    asio::io_context context(1);
    Shared shared{sim, options, context, Workers(context, options.workers)};
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), options.port));
    const std::uint16_t port = acceptor.local_endpoint().port();
    sim.world().base_url = "http://127.0.0.1:" + std::to_string(port);
    asio::signal_set signals(context, SIGINT, SIGTERM);
    signals.async_wait([&](const error_code&, int) { context.stop(); });
    asio::co_spawn(context, accept_all(acceptor, shared), asio::detached);
    listening(port);
    context.run();
}

}  // namespace glpi_sim
