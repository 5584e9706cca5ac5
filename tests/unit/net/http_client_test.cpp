// SPDX-License-Identifier: MIT
#include "alert_bridge/net/http_client.hpp"

#include "client_bench.hpp"

using namespace alert_bridge;
using namespace alert_bridge::net_test;
using net::Exchange;
using net::Progress;
using test::Act;
using test::ScriptedServer;
using test::SeenRequest;

namespace {

// What becomes of it in the first time in which a part of it is sent: 1 s, on a slow machine more.
Exchange given_up(
    test::asio::io_context& io, net::ClientOptions options,
    std::shared_ptr<net::HttpClient>& client, const std::string& body = "{}"
) {
    options.request_timeout = Duration(1'000);
    for (;; options.request_timeout *= 2) {
        client = client_for(io, options);
        const Exchange got = test::run(io, client->exchange(post(body)));
        if (got.progress != Progress::not_sent || options.request_timeout > Duration(30'000)) {
            return got;
        }
    }
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
    const DeadPort port(io);
    auto client = client_for(io, options_for(port.url()));
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
    CHECK((got.code == "resolve" || got.code == "no_such_host"));
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
    std::shared_ptr<net::HttpClient> client;
    const Exchange got = given_up(io, options_for(server.url()), client);
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
    const auto options =
        options_for("http://127.0.0.1:" + std::to_string(listener.local_endpoint().port()));
    std::shared_ptr<net::HttpClient> client;
    const Exchange got = given_up(io, options, client, std::string(64'000'000, 'x'));
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
