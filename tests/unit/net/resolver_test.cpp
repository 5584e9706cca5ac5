// SPDX-License-Identifier: MIT
// HttpClient while the resolver hangs, is late, or gets no thread.
#include "held_resolver.hpp"

#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <thread>

#include "client_bench.hpp"

namespace {

std::atomic<bool> threads_are_refused = false;

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the system's
extern "C" int pthread_create(
    pthread_t* thread, const pthread_attr_t* attributes, void* (*body)(void*), void* argument
) noexcept {
    using Function = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "pthread_create"));
    return threads_are_refused ? EAGAIN : real(thread, attributes, body, argument);
}

namespace alert_bridge::net_test {

using test::held_resolver;
using test::Holding;
using test::kHeldName;
using test::ScriptedServer;
using test::SeenRequest;

namespace {

// Takes connections, reads nothing and says nothing: the system does it by itself. Or it answers.
class Port {
  public:
    Port() {
        bind();
        open();
    }
    void open() { acceptor_->listen(); }
    // It stays ours: nobody else can listen on it.
    void close() { bind(); }
    // The next request, beside the test; nothing after a minute.
    [[nodiscard]] std::jthread answer_one() {
        const timeval patience{60, 0};
        const int listener = acceptor_->native_handle();
        ::setsockopt(listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        return std::jthread([listener] {
            constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
            const int connection = ::accept(listener, nullptr, nullptr);
            char request[4096];
            if (connection >= 0 && ::recv(connection, request, sizeof(request), 0) > 0) {
                (void)::send(connection, kAnswer.data(), kAnswer.size(), MSG_NOSIGNAL);
            }
            ::close(connection);
        });
    }
    // For a context of its own, which then has nothing to do but what the client wants.
    [[nodiscard]] net::ClientOptions options() const {
        return options_for("http://" + std::string(kHeldName) + ":" + std::to_string(port_));
    }

  private:
    void bind() {
        acceptor_.emplace(io_, test::asio::ip::tcp::v4());
        acceptor_->set_option(test::asio::socket_base::reuse_address(true));
        acceptor_->bind({test::asio::ip::make_address("127.0.0.1"), port_});
        port_ = acceptor_->local_endpoint().port();
    }

    test::asio::io_context io_;
    std::uint16_t port_ = 0;
    std::optional<test::asio::ip::tcp::acceptor> acceptor_;
};

net::Exchange ask(
    test::asio::io_context& io, const std::shared_ptr<net::HttpClient>& client, int at_most_ms
) {
    net::HttpRequest request = post();
    request.at_most = Duration(at_most_ms);
    return test::run(io, client->exchange(std::move(request)));
}

// The same for the first time in which it is sent: 1 s, on a slow machine more. Nobody answers.
net::Exchange ask_until_sent(
    test::asio::io_context& io, const std::shared_ptr<net::HttpClient>& client
) {
    for (int at_most_ms = 1'000;; at_most_ms *= 2) {
        net::Exchange got = ask(io, client, at_most_ms);
        if (got.progress == net::Progress::sent || at_most_ms > 30'000) {
            return got;
        }
    }
}

}  // namespace

TEST_CASE("a resolver that hangs does not keep a request past its time") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::answer(200, "{}"); });
    net::ClientOptions options = options_for(server.url());
    options.url.host = kHeldName;
    auto client = client_for(io, options);
    {
        const Holding holding;
        for (int i = 0; i < 3; ++i) {
            const net::Exchange got = ask(io, client, 20);
            CHECK_FALSE(got.answered);
            CHECK(got.progress == net::Progress::not_sent);
            CHECK(got.code == "resolve");
            CHECK(got.message == "cannot resolve held.invalid: no answer in time");
        }
    }
    const net::Exchange got = test::run(io, client->exchange(post()));
    CHECK(got.answered);
    CHECK(server.seen.size() == 1);
}

TEST_CASE("an answer that comes when all have given up serves the next request") {
    const Port port;
    test::asio::io_context io;
    auto client = client_for(io, port.options());
    const int before = held_resolver().asked;
    {
        const Holding holding;
        CHECK(ask(io, client, 20).code == "resolve");
        held_resolver().wait_until_asked(before + 1);
    }
    io.restart();
    CHECK(io.run() > 0);  // until the answer is here
    const Holding holding;
    const net::Exchange got = ask_until_sent(io, client);
    CHECK(got.code == "timeout");
    CHECK(got.progress == net::Progress::sent);
    CHECK(held_resolver().asked == before + 1);
}

TEST_CASE("while the resolver hangs the last good addresses serve") {
    Port port;
    test::asio::io_context io;
    net::ClientOptions options = port.options();
    options.connect_timeout = Duration(30'000);
    auto client = client_for(io, options);
    CHECK(ask_until_sent(io, client).progress == net::Progress::sent);
    port.close();
    CHECK(ask(io, client, 30'000).code == "connect");  // and so the name is asked for again
    port.open();
    const int before = held_resolver().asked;
    const Holding holding;
    const auto server = port.answer_one();
    const auto began = std::chrono::steady_clock::now();
    CHECK(ask(io, client, 30'000).answered);
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(15));  // a second or so
    held_resolver().wait_until_asked(before + 1);
}

TEST_CASE("a client that ends before its resolver's answer is not missed") {
    const Port port;
    test::asio::io_context io;
    auto client = client_for(io, port.options());
    {
        const Holding holding;
        CHECK(ask(io, client, 20).code == "resolve");
        const std::weak_ptr<net::HttpClient> gone = client;
        client.reset();
        CHECK(gone.expired());
    }
    io.restart();
    CHECK(io.run() > 0);
}

TEST_CASE("a resolver that got no thread is asked again") {
    const Port port;
    test::asio::io_context io;
    auto client = client_for(io, port.options());
    threads_are_refused = true;
    const net::Exchange refused = ask(io, client, 1'000);
    CHECK(refused.code == "resolve");
    CHECK(refused.progress == net::Progress::not_sent);
    threads_are_refused = false;
    CHECK(ask_until_sent(io, client).progress == net::Progress::sent);
}

TEST_CASE("a name that does not exist is told from a resolver that fails") {
    test::asio::io_context io;
    auto client = client_for(io, options_for("http://" + std::string(test::kGoneName)));
    const net::Exchange got = test::run(io, client->exchange(post()));
    CHECK(got.code == "no_such_host");
    CHECK(got.progress == net::Progress::not_sent);
}

}  // namespace alert_bridge::net_test
