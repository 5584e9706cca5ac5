// SPDX-License-Identifier: MIT
//
// HttpWorld: a listener on a free loopback port with fake collaborators, run by a thread of its
// own, and a blocking client that speaks raw bytes. The collaborators may be touched through
// on_io() only while the thread runs. Thread rule: constructed and used by the test's thread.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <chrono>
#include <future>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/http/endpoints.hpp"
#include "alert_bridge/http/listener.hpp"
#include "catch.hpp"
#include "fake_store.hpp"
#include "fakes.hpp"

namespace alert_bridge::test {

struct Answer {
    int status = 0;                              // 0: the connection ended without an answer
    std::map<std::string, std::string> headers;  // names in lower case
    std::string head;
    std::string body;
    nlohmann::json json() const { return nlohmann::json::parse(body); }
    std::string header(const std::string& name) const {
        const auto found = headers.find(name);
        return found == headers.end() ? "" : found->second;
    }
};

// A blocking connection. Every read has a deadline, so that a test fails, not hangs.
class Client {
  public:
    explicit Client(
        std::uint16_t port, std::chrono::milliseconds read_deadline = std::chrono::seconds(60)
    )
        : socket_(io_) {
        socket_.connect({boost::asio::ip::address_v4::loopback(), port});
        const timeval limit{read_deadline.count() / 1000, read_deadline.count() % 1000 * 1000};
        ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        socket_.set_option(boost::asio::ip::tcp::no_delay(true));
    }
    virtual ~Client() = default;

    // False when the other side is gone already.
    virtual bool send(const std::string& bytes) {
        boost::system::error_code error;
        boost::asio::write(socket_, boost::asio::buffer(bytes), error);
        return !error;
    }

    [[nodiscard]] bool has_bytes_within(int milliseconds) {
        pollfd ready{socket_.native_handle(), POLLIN, 0};
        return !buffer_.empty() || ::poll(&ready, 1, milliseconds) == 1;
    }

    // One answer; "100 Continue" is one of its own.
    Answer read(bool head_only = false) {
        Answer answer;
        std::size_t end = std::string::npos;
        while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) {
                return answer;
            }
        }
        answer.head = buffer_.substr(0, end + 2);
        buffer_.erase(0, end + 4);
        answer.status = std::stoi(answer.head.substr(9, 3));
        for (const std::string& line : split(answer.head, "\r\n")) {
            if (const std::size_t colon = line.find(": "); colon != std::string::npos) {
                answer.headers[to_lower_ascii(line.substr(0, colon))] = line.substr(colon + 2);
            }
        }
        const std::string length = answer.header("content-length");
        const std::size_t size = length.empty() || head_only ? 0 : std::stoul(length);
        while (buffer_.size() < size && more()) {
        }
        answer.body = buffer_.substr(0, size);
        buffer_.erase(0, answer.body.size());
        return answer;
    }

    // True when the other side closes without another byte.
    bool is_closed() { return buffer_.empty() && !more() && error_ == boost::asio::error::eof; }
    // Closed or reset: no further byte.
    bool is_gone() { return buffer_.empty() && !more(); }

  protected:
    // would_block when the deadline is over. Asio's own read_some would go on waiting then.
    virtual std::size_t receive(
        boost::asio::mutable_buffer space, boost::system::error_code& error
    ) {
        const ssize_t got = ::recv(socket_.native_handle(), space.data(), space.size(), 0);
        error.clear();
        if (got < 0) {
            error.assign(errno, boost::system::system_category());
        } else if (got == 0) {
            error = boost::asio::error::eof;
        }
        return got > 0 ? static_cast<std::size_t>(got) : 0;
    }
    boost::asio::io_context io_;
    boost::asio::ip::tcp::socket socket_;

  private:
    bool more() {
        char piece[4096];
        const std::size_t got = receive(boost::asio::buffer(piece), error_);
        if (error_ == boost::asio::error::would_block) {
            FAIL("neither a byte nor the end came in time; so far: " << buffer_);
        }
        buffer_.append(piece, got);
        return got > 0;
    }
    boost::system::error_code error_;
    std::string buffer_;
};

// "bad" is unreadable; anything else is one alert whose key is the body.
class LineDecoder final : public ports::AlertDecoder {
  public:
    Result<ports::Decoded> decode(std::string_view body, WallTime received_at) const override {
        if (body == "bad") {
            return Error{ErrorClass::refused, "json", "not JSON at byte 0"};
        }
        ports::Decoded decoded;
        domain::Alert alert;
        alert.received_at = received_at;
        alert.text = repair_utf8(body);
        alert.idempotency_key = alert.problem_key = "z/" + alert.text.substr(0, 100);
        if (body.substr(0, 5) == "mixed") {
            decoded.unusable.push_back({"no <event> id", "x"});
        }
        decoded.alerts.push_back(std::move(alert));
        return decoded;
    }
};

class HttpWorld {
  public:
    boost::asio::io_context io{1};
    FakeStore store;
    JumpingClock clock;
    SeededIdSource ids{3};
    RecordedEvents events;
    RecordedMetrics metrics;
    core::Intake intake{store, clock, ids, events, metrics, decoders(), core::IntakeLimits{}};
    core::Waiters waiters{store, clock};
    http::Readiness readiness;
    http::EndpointOptions endpoint_options;
    http::Options options;
    http::TlsContextPtr tls;  // of start()
    http::GlpiEvents* glpi_events = nullptr;
    std::unique_ptr<http::Endpoints> endpoints;
    std::unique_ptr<http::Listener> listener;

    HttpWorld() { endpoint_options.public_url = "https://bridge.example.com"; }
    ~HttpWorld() { shut_down(); }

    // After the options are as the test wants them.
    void start() {
        http::EndpointServices services{
            intake,
            waiters,
            store,
            clock,
            metrics,
            [](std::int64_t id) {
                return "https://glpi.example.com/front/ticket.form.php?id=" + std::to_string(id);
            },
            [this] { return readiness; },
            [] { return std::string("# metrics\n"); },
            glpi_events};
        endpoints =
            std::make_unique<http::Endpoints>(std::move(services), endpoint_options, credentials());
        listener = std::make_unique<http::Listener>(
            io.get_executor(), options, *endpoints, clock, events, metrics
        );
        listener->use(tls);
        REQUIRE(listener->start().has_value());
        REQUIRE(listener->port() != 0);
        thread_ = std::thread([this] {
            const auto guard = boost::asio::make_work_guard(io);
            io.run();
        });
    }

    // Stops the thread in the middle of whatever runs.
    void shut_down() {
        if (thread_.joinable()) {
            boost::asio::post(io, [this] { io.stop(); });
            thread_.join();
        }
    }

    Client connect() { return Client(listener->port()); }

    // One request on a connection of its own.
    Answer ask(const std::string& bytes) {
        Client client = connect();
        client.send(bytes);
        return client.read(bytes.substr(0, 5) == "HEAD ");
    }

    static std::string post(
        const std::string& source, const std::string& body, const std::string& more = ""
    ) {
        return "POST /v1/alerts/" + source + " HTTP/1.1\r\nHost: bridge\r\n" +
               (more.empty() ? "Authorization: Bearer good\r\n" : more) +
               "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    }
    static std::string get(const std::string& target, const std::string& more = "") {
        return "GET " + target + " HTTP/1.1\r\nHost: bridge\r\n" + more + "\r\n";
    }

    // Runs the function on the I/O thread and waits for it.
    template <class Function>
    auto on_io(Function function) {
        std::packaged_task<decltype(function())()> task(std::move(function));
        auto result = task.get_future();
        boost::asio::post(io, [&task] { task(); });
        return result.get();
    }

    // Begins to stop the listener; the future is ready when it has.
    std::future<void> stop(Duration grace) {
        return boost::asio::co_spawn(io, listener->stop(grace), boost::asio::use_future);
    }

    static http::CredentialTablePtr credentials(const std::string& token = "good") {
        std::map<std::string, http::Credentials> sources;
        sources["z"].bearer.emplace_back(token);
        sources["signed"].hmac.emplace_back("key");
        sources["far"].bearer.emplace_back("good-far");
        sources["far"].allow_from = {"192.0.2.0/24"};
        sources["gone"].bearer.emplace_back("good-gone");  // no decoder has this name
        SeededIdSource ids(5);
        return std::make_shared<const http::CredentialTable>(std::move(sources), ids);
    }

  private:
    static core::Intake::Decoders decoders() {
        core::Intake::Decoders out;
        for (const char* const name : {"z", "signed", "far"}) {
            out[name] = std::make_shared<LineDecoder>();
        }
        return out;
    }
    std::thread thread_;
};

}  // namespace alert_bridge::test
