// SPDX-License-Identifier: MIT
//
// ScriptedServer: a loopback HTTP server for tests whose every answer the test decides.
//
// It runs on the test's io_context, reads one request at a time (head, then Content-Length bytes)
// and asks the script what to do. It can answer, cut the connection before or after the answer, or
// never answer. Plain TCP, or TLS when given a context.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace alert_bridge::test {

namespace asio = boost::asio;

struct SeenRequest {
    std::string method, target, head, body;
    int connection = 0;  // number of the connection, from 1
    [[nodiscard]] std::string header(const std::string& name) const {
        const auto at = head.find("\r\n" + name + ": ");
        if (at == std::string::npos) {
            return "";
        }
        const auto from = at + name.size() + 4;
        return head.substr(from, head.find("\r\n", from) - from);
    }
};

struct Act {
    std::string bytes;  // sent as they are
    bool close_after = false;
    bool hang = false;  // keep the connection open and never answer
};

inline Act answer(
    int status, const std::string& body,
    const std::string& type = "application/json; charset=UTF-8",
    const std::string& more_headers = ""
) {
    Act act;
    act.bytes = "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: " + type + "\r\n" +
                more_headers + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    return act;
}
inline Act cut() {
    Act act;
    act.close_after = true;
    return act;
}
inline Act hang() {
    Act act;
    act.hang = true;
    return act;
}

class ScriptedServer {
  public:
    using Script = std::function<Act(const SeenRequest&)>;

    ScriptedServer(asio::io_context& io, Script script, asio::ssl::context* tls = nullptr)
        : io_(io),
          acceptor_(io, asio::ip::tcp::endpoint(asio::ip::make_address("127.0.0.1"), 0)),
          script_(std::move(script)),
          tls_(tls) {
        asio::co_spawn(io_, accept(), asio::detached);
    }
    ~ScriptedServer() { close(); }

    // No new connections, and the present ones are cut.
    void close() {
        boost::system::error_code ignored;
        acceptor_.close(ignored);
        cut_all();
    }
    void cut_all() {
        boost::system::error_code ignored;
        for (auto* socket : sockets_) {
            socket->shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
        }
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::string url(const std::string& host = "127.0.0.1") const {
        return std::string(tls_ != nullptr ? "https" : "http") + "://" + host + ":" +
               std::to_string(port_);
    }
    std::vector<SeenRequest> seen;
    int connections = 0;

  private:
    static constexpr auto kToken = asio::as_tuple(asio::use_awaitable);

    asio::awaitable<void> accept() {
        while (acceptor_.is_open()) {
            auto [error, socket] = co_await acceptor_.async_accept(kToken);
            if (error) {
                co_return;
            }
            ++connections;
            asio::co_spawn(io_, serve(std::move(socket), connections), asio::detached);
        }
    }

    asio::awaitable<void> serve(asio::ip::tcp::socket socket, int number) {
        if (tls_ == nullptr) {
            sockets_.push_back(&socket);
            co_await talk(socket, number);
            std::erase(sockets_, &socket);
            co_return;
        }
        asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(socket), *tls_);
        auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kToken);
        if (!error) {
            sockets_.push_back(&stream.next_layer());
            co_await talk(stream, number);
            std::erase(sockets_, &stream.next_layer());
        }
    }

    template <class Stream>
    asio::awaitable<void> talk(Stream& stream, int number) {
        std::string buffer;
        for (;;) {
            SeenRequest request;
            request.connection = number;
            auto [error, size] = co_await asio::async_read_until(
                stream, asio::dynamic_buffer(buffer), "\r\n\r\n", kToken
            );
            if (error) {
                co_return;
            }
            request.head = buffer.substr(0, size);
            buffer.erase(0, size);
            const auto blank = request.head.find(' ');
            request.method = request.head.substr(0, blank);
            request.target =
                request.head.substr(blank + 1, request.head.find(' ', blank + 1) - blank - 1);
            const std::string length = request.header("Content-Length");
            const std::size_t wanted = length.empty() ? 0 : std::stoul(length);
            if (buffer.size() < wanted) {
                auto [read_error, more] = co_await asio::async_read(
                    stream, asio::dynamic_buffer(buffer),
                    asio::transfer_exactly(wanted - buffer.size()), kToken
                );
                static_cast<void>(more);
                if (read_error) {
                    co_return;
                }
            }
            request.body = buffer.substr(0, wanted);
            buffer.erase(0, wanted);
            seen.push_back(request);
            const Act act = script_(request);
            if (!act.bytes.empty()) {
                auto [write_error, written] =
                    co_await asio::async_write(stream, asio::buffer(act.bytes), kToken);
                static_cast<void>(written);
                if (write_error) {
                    co_return;
                }
            }
            if (act.close_after) {
                co_return;
            }
        }
    }

    asio::io_context& io_;
    asio::ip::tcp::acceptor acceptor_;
    std::uint16_t port_ = acceptor_.local_endpoint().port();
    Script script_;
    asio::ssl::context* tls_;
    std::vector<asio::ip::tcp::socket*> sockets_;
};

// Runs one awaitable to its end on the context and returns its value.
template <class T>
T run(asio::io_context& io, asio::awaitable<T> task) {
    std::optional<T> result;
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(io, std::move(task), [&](std::exception_ptr error, T value) {
        failure = error;
        result.emplace(std::move(value));
        done = true;
    });
    io.restart();
    while (!done && io.run_one() > 0) {
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    return std::move(*result);
}

inline void run(asio::io_context& io, asio::awaitable<void> task) {
    std::exception_ptr failure;
    bool done = false;
    asio::co_spawn(io, std::move(task), [&](std::exception_ptr error) {
        failure = error;
        done = true;
    });
    io.restart();
    while (!done && io.run_one() > 0) {
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
}

}  // namespace alert_bridge::test
