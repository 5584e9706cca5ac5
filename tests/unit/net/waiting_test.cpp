// SPDX-License-Identifier: MIT
// Requests that wait for one of the client's connections.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_future.hpp>

#include "client_bench.hpp"

using namespace alert_bridge;
using namespace alert_bridge::net_test;
using net::Exchange;
using net::Progress;
using test::ScriptedServer;
using test::SeenRequest;

namespace {

test::asio::awaitable<void> note(
    std::shared_ptr<net::HttpClient> client, std::string target, std::vector<std::string>& log
) {
    net::HttpRequest request;
    request.target = std::move(target);
    const std::string name = request.target;
    const Exchange got = co_await client->exchange(std::move(request));
    log.push_back(name + (got.answered ? " ok" : " " + got.code));
}

}  // namespace

TEST_CASE(
    "no more than the configured number of requests are on their way, the others queue in order"
) {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest& r) {
        return test::answer(200, "\"" + r.target + "\"");
    });
    auto options = options_for(server.url());
    options.connections = 2;
    auto client = client_for(io, options);
    std::vector<std::string> log;
    for (int i = 0; i < 10; ++i) {
        test::asio::co_spawn(io, note(client, "/" + std::to_string(i), log), test::asio::detached);
    }
    while (log.size() < 10 && io.run_one() > 0) {
    }
    CHECK(log.size() == 10);
    CHECK(server.connections == 2);
    for (int i = 0; i < 10; ++i) {
        CHECK(server.seen.at(static_cast<std::size_t>(i)).target == "/" + std::to_string(i));
    }
}

TEST_CASE("who waits for a connection in vain is told so, and nothing was sent") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::hang(); });
    auto options = options_for(server.url());
    options.connections = 1;
    options.wait_timeout = Duration(20);
    auto client = client_for(io, options);
    std::vector<std::string> log;
    test::asio::co_spawn(io, note(client, "/first", log), test::asio::detached);
    while (server.seen.empty() && io.run_one() > 0) {
    }
    const Exchange second = test::run(io, client->exchange(get("/second")));
    CHECK(second.code == "busy");
    CHECK(second.progress == Progress::not_sent);
    server.close();
    while (log.empty() && io.run_one() > 0) {
    }
    CHECK(server.seen.size() == 1);
    CHECK(client->open_connections() == 0);
}

TEST_CASE("waiting for a connection takes nothing from the request's own time") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest& r) {
        return r.target == "/slow" ? test::hang() : test::answer(200, "{}");
    });
    auto options = options_for(server.url());
    options.connections = 1;
    options.request_timeout = Duration(2'000);
    auto client = client_for(io, options);
    std::vector<std::string> log;
    // Each of them uses its time up; the last one has waited for longer than a request may take.
    test::asio::co_spawn(io, note(client, "/slow", log), test::asio::detached);
    test::asio::co_spawn(io, note(client, "/slow", log), test::asio::detached);
    test::asio::co_spawn(io, note(client, "/quick", log), test::asio::detached);
    while (log.size() < 3 && io.run_one() > 0) {
    }
    CHECK(log == std::vector<std::string>{"/slow timeout", "/slow timeout", "/quick ok"});
}

TEST_CASE("a cancelled request gives its place back") {
    test::asio::io_context io;
    bool answer_now = false;
    ScriptedServer server(io, [&](const SeenRequest&) {
        return answer_now ? test::answer(200, "{}") : test::hang();
    });
    auto options = options_for(server.url());
    options.connections = 1;
    auto client = client_for(io, options);
    std::vector<std::string> log;
    test::asio::cancellation_signal at_work, waiting;
    int ended = 0;
    const auto count = [&](std::exception_ptr) { ++ended; };
    test::asio::co_spawn(
        io, note(client, "/at-work", log), test::asio::bind_cancellation_slot(at_work.slot(), count)
    );
    test::asio::co_spawn(
        io, note(client, "/waiting", log), test::asio::bind_cancellation_slot(waiting.slot(), count)
    );
    while (server.seen.empty() && io.run_one() > 0) {
    }
    waiting.emit(test::asio::cancellation_type::terminal);
    at_work.emit(test::asio::cancellation_type::terminal);
    while (ended < 2 && io.run_one() > 0) {
    }
    CHECK(client->open_connections() == 0);
    answer_now = true;
    CHECK(test::run(io, client->exchange(get())).answered);
}
