// SPDX-License-Identifier: MIT
//
// The ceiling for intake: a bare Beast server that reads a whole request and answers 202, nothing
// else. One thread, a coroutine and a deadline per connection, at most 1 MiB of body: what any
// server on this library has to do. Asio and Beast are compiled into it, without hardening.
//
// usage: bare_server PORT
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds kDeadline{30};
constexpr std::uint64_t kBodyBytesMax = 1024 * 1024;
// As long as the daemon's answer.
constexpr const char* kAnswer =
    "{\"alerts\":[{\"id\":\"01KAZ0000000000000000000000\",\"status\":\"accepted\"}]}\n";

asio::awaitable<void> serve(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer;
    bool goes_on = true;
    while (goes_on) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(kBodyBytesMax);
        stream.expires_after(kDeadline);
        const auto [read_error, read] = co_await http::async_read(stream, buffer, parser, kTuple);
        if (read_error) {
            co_return;
        }
        http::response<http::string_body> response(http::status::accepted, 11);
        response.set(http::field::content_type, "application/json");
        response.keep_alive(parser.get().keep_alive());
        response.body() = kAnswer;
        response.prepare_payload();
        const auto [error, written] = co_await http::async_write(stream, response, kTuple);
        goes_on = !error && response.keep_alive();
    }
    boost::system::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_send, ignored);
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor) {
    for (;;) {
        auto [error, socket] = co_await acceptor.async_accept(kTuple);
        if (!error) {
            socket.set_option(tcp::no_delay(true), error);
            asio::co_spawn(acceptor.get_executor(), serve(std::move(socket)), asio::detached);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) {
        std::fputs("usage: bare_server PORT\n", stderr);
        return 2;
    }
    asio::io_context context(1);
    const auto port = static_cast<unsigned short>(std::atoi(arguments[1]));
    tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), port));
    asio::co_spawn(context, accept_all(acceptor), asio::detached);
    context.run();
}
