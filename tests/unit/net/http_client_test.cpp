// SPDX-License-Identifier: MIT
#include "alert_bridge/net/http_client.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_future.hpp>

#include "alert_bridge/net/connection.hpp"
#include "catch.hpp"
#include "scripted_server.hpp"

using namespace alert_bridge;
using net::Exchange;
using net::Progress;
using test::Act;
using test::ScriptedServer;
using test::SeenRequest;

namespace {

net::ClientOptions options_for(const std::string& url) {
    net::ClientOptions options;
    options.url = *net::parse_url(url);
    return options;
}

std::shared_ptr<net::HttpClient> client_for(
    test::asio::io_context& io, const net::ClientOptions& options
) {
    auto client = net::HttpClient::create(io.get_executor(), options);
    REQUIRE(client.has_value());
    return *client;
}

net::HttpRequest get(const std::string& target = "/x") {
    net::HttpRequest request;
    request.target = target;
    request.idempotent = true;
    return request;
}

net::HttpRequest post(const std::string& body = "{}") {
    net::HttpRequest request;
    request.method = net::Method::post;
    request.target = "/x";
    request.body = body;
    return request;
}

// A listener that accepts nothing by itself and gives its port away.
std::uint16_t free_port() {
    test::asio::io_context io;
    test::asio::ip::tcp::acceptor probe(
        io, test::asio::ip::tcp::endpoint(test::asio::ip::make_address("127.0.0.1"), 0)
    );
    return probe.local_endpoint().port();
}

}  // namespace

TEST_CASE("one kept connection serves one request after the other") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest& r) {
        return test::answer(200, "\"" + r.target + "\"");
    });
    auto client = client_for(io, options_for(server.url()));
    for (const char* target : {"/a", "/b", "/c"}) {
        const Exchange got = test::run(io, client->exchange(get(target)));
        REQUIRE(got.answered);
        CHECK(got.progress == Progress::sent);
        CHECK(got.response.status == 200);
        CHECK(got.response.body == "\"" + std::string(target) + "\"");
        CHECK(got.response.header("content-type") == "application/json; charset=UTF-8");
        CHECK(got.response.header("X-None").empty());
    }
    CHECK(server.connections == 1);
    CHECK(server.seen.at(0).header("Host") == "127.0.0.1:" + std::to_string(server.port()));
    CHECK(client->open_connections() == 1);
    client->close_idle();
    CHECK(client->open_connections() == 0);
}

TEST_CASE("an answer in chunks and one that ends with the connection are read whole") {
    test::asio::io_context io;
    int turn = 0;
    ScriptedServer server(io, [&](const SeenRequest&) {
        Act act;
        if (++turn == 1) {
            act.bytes =
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                "chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n";
        } else {
            act.bytes = "HTTP/1.1 200 OK\r\n\r\nuntil the end";
            act.close_after = true;
        }
        return act;
    });
    auto client = client_for(io, options_for(server.url()));
    CHECK(test::run(io, client->exchange(get())).response.body == "abcde");
    CHECK(test::run(io, client->exchange(get())).response.body == "until the end");
    CHECK(client->open_connections() == 0);
    CHECK(server.connections == 1);
}

TEST_CASE("an interim answer is passed over and a redirect is not followed") {
    test::asio::io_context io;
    int turn = 0;
    ScriptedServer server(io, [&](const SeenRequest&) {
        if (++turn == 1) {
            Act act = test::answer(201, "{}");
            act.bytes = "HTTP/1.1 100 Continue\r\n\r\n" + act.bytes;
            return act;
        }
        return test::answer(302, "", "text/html", "Location: http://elsewhere/\r\n");
    });
    auto client = client_for(io, options_for(server.url()));
    CHECK(test::run(io, client->exchange(post())).response.status == 201);
    const Exchange moved = test::run(io, client->exchange(post()));
    CHECK(moved.response.status == 302);
    CHECK(moved.response.header("Location") == "http://elsewhere/");
    CHECK(server.seen.size() == 2);
}

TEST_CASE("a server that cannot be reached got nothing") {
    test::asio::io_context io;
    auto client = client_for(io, options_for("http://127.0.0.1:" + std::to_string(free_port())));
    const Exchange got = test::run(io, client->exchange(post()));
    CHECK_FALSE(got.answered);
    CHECK(got.progress == Progress::not_sent);
    CHECK(got.code == "connect");
    CHECK_FALSE(got.message.empty());
}

TEST_CASE("a name that does not exist got nothing") {
    test::asio::io_context io;
    auto client = client_for(io, options_for("http://no-such-host.invalid"));
    const Exchange got = test::run(io, client->exchange(post()));
    CHECK(got.progress == Progress::not_sent);
    CHECK((got.code == "resolve" || got.code == "timeout"));
    CHECK_THAT(got.message, ContainsSubstring("no-such-host.invalid"));
}

TEST_CASE("a connection cut after the request leaves its fate open") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::cut(); });
    auto client = client_for(io, options_for(server.url()));
    const Exchange got = test::run(io, client->exchange(post()));
    CHECK_FALSE(got.answered);
    CHECK(got.progress == Progress::sent);
    CHECK((got.code == "closed" || got.code == "reset"));
    CHECK(server.seen.size() == 1);
}

TEST_CASE("an answer that stops half way is no answer") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) {
        Act act;
        act.bytes = "HTTP/1.1 201 Created\r\nContent-Length: 100\r\n\r\n{\"id\":";
        act.close_after = true;
        return act;
    });
    auto client = client_for(io, options_for(server.url()));
    const Exchange got = test::run(io, client->exchange(post()));
    CHECK_FALSE(got.answered);
    CHECK(got.progress == Progress::sent);
    CHECK(got.code == "closed");
}

TEST_CASE("a server that never answers is given up at the deadline") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::hang(); });
    auto options = options_for(server.url());
    options.request_timeout = Duration(50);
    auto client = client_for(io, options);
    const Exchange got = test::run(io, client->exchange(post()));
    CHECK_FALSE(got.answered);
    CHECK(got.progress == Progress::sent);
    CHECK(got.code == "timeout");
    CHECK(client->open_connections() == 0);
}

TEST_CASE("a request that the server does not read to its end was sent only in part") {
    // A listener whose connections nobody reads: the kernel's buffers fill up.
    test::asio::io_context io;
    test::asio::ip::tcp::acceptor listener(
        io, test::asio::ip::tcp::endpoint(test::asio::ip::make_address("127.0.0.1"), 0)
    );
    listener.set_option(test::asio::socket_base::receive_buffer_size(4096));
    auto options =
        options_for("http://127.0.0.1:" + std::to_string(listener.local_endpoint().port()));
    options.request_timeout = Duration(100);
    auto client = client_for(io, options);
    const Exchange got = test::run(io, client->exchange(post(std::string(64'000'000, 'x'))));
    CHECK_FALSE(got.answered);
    CHECK(got.progress == Progress::partly_sent);
    CHECK(got.code == "timeout");
}

TEST_CASE("answers that are no HTTP, or too large, are refused") {
    test::asio::io_context io;
    std::string bytes;
    ScriptedServer server(io, [&](const SeenRequest&) {
        Act act;
        act.bytes = bytes;
        act.close_after = true;
        return act;
    });
    auto client = client_for(io, options_for(server.url()));
    bytes = "SSH-2.0-OpenSSH_9.2\r\n\r\n";
    CHECK(test::run(io, client->exchange(post())).code == "bad_answer");
    bytes = "HTTP/1.1 200 OK\r\nContent-Length: 4194305\r\n\r\n";
    CHECK(test::run(io, client->exchange(post())).code == "too_large");
    bytes = "HTTP/1.1 200 OK\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n";
    CHECK(test::run(io, client->exchange(post())).code == "too_large");
    bytes = "HTTP/1.1 102 P\r\n\r\n";
    bytes += bytes + bytes + bytes;
    CHECK_FALSE(test::run(io, client->exchange(post())).answered);
    CHECK(client->open_connections() == 0);
}

TEST_CASE("a kept connection that the server closed while idle is noticed before a write is risked"
) {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::answer(200, "{}"); });
    auto client = client_for(io, options_for(server.url()));
    REQUIRE(test::run(io, client->exchange(post())).answered);
    server.cut_all();
    const Exchange again = test::run(io, client->exchange(post()));
    CHECK(again.answered);
    CHECK(server.connections == 2);
    CHECK(server.seen.size() == 2);
}

TEST_CASE("a connection that spoke unasked is not used again") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) {
        Act act = test::answer(200, "{}");
        act.bytes += "HTTP/1.1 408 Request Timeout\r\n\r\n";
        return act;
    });
    auto client = client_for(io, options_for(server.url()));
    CHECK(test::run(io, client->exchange(post())).response.status == 200);
    CHECK(test::run(io, client->exchange(post())).response.status == 200);
    CHECK(server.connections == 2);
}

TEST_CASE("an unanswered request on a kept connection is repeated only when it changes nothing") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest& r) {
        const bool second_on_its_connection = r.target == "/cut" && r.connection == 1;
        if (second_on_its_connection) {
            return test::cut();
        }
        return test::answer(200, "{}");
    });
    auto client = client_for(io, options_for(server.url()));
    REQUIRE(test::run(io, client->exchange(get("/first"))).answered);

    SECTION("a read goes out once more on a fresh connection") {
        CHECK(test::run(io, client->exchange(get("/cut"))).answered);
        CHECK(server.connections == 2);
        CHECK(server.seen.size() == 3);
    }
    SECTION("a write does not") {
        auto write = post();
        write.target = "/cut";
        const Exchange got = test::run(io, client->exchange(write));
        CHECK_FALSE(got.answered);
        CHECK(got.progress == Progress::sent);
        CHECK(server.seen.size() == 2);
    }
}

TEST_CASE("a read that is cut on a fresh connection is not repeated") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::cut(); });
    auto client = client_for(io, options_for(server.url()));
    CHECK_FALSE(test::run(io, client->exchange(get())).answered);
    CHECK(server.seen.size() == 1);
}

TEST_CASE("an idle connection older than its limit is replaced") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::answer(200, "{}"); });
    auto options = options_for(server.url());
    options.idle_limit = Duration(-1);
    auto client = client_for(io, options);
    REQUIRE(test::run(io, client->exchange(get())).answered);
    REQUIRE(test::run(io, client->exchange(get())).answered);
    CHECK(server.connections == 2);
}

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
    options.request_timeout = Duration(500);
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

TEST_CASE("a header with a line break is never sent") {
    test::asio::io_context io;
    ScriptedServer server(io, [](const SeenRequest&) { return test::answer(200, "{}"); });
    auto client = client_for(io, options_for(server.url()));
    auto request = get();
    request.headers = {{"Session-Token", "a\r\nX: y"}};
    const Exchange got = test::run(io, client->exchange(request));
    CHECK(got.code == "bad_request");
    CHECK(got.progress == Progress::not_sent);
    CHECK(server.seen.empty());
}
