// SPDX-License-Identifier: MIT
// Request smuggling: after a refusal nobody knows where the next request begins.
#include <vector>

#include "ambiguous_requests.hpp"
#include "http_world.hpp"

using namespace alert_bridge;
using test::Answer;
using test::Client;
using test::HttpWorld;

TEST_CASE("two clear requests in one go do get two answers") {
    HttpWorld world;
    world.start();
    Client client = world.connect();
    REQUIRE(client.send(HttpWorld::post("z", "first") + HttpWorld::get("/healthz")));
    CHECK(client.read().status == 202);
    CHECK(client.read().status == 200);
}

TEST_CASE("after every ambiguous request there is one answer, and no byte becomes a second request"
) {
    const std::vector<test::AmbiguousRequest> requests = test::ambiguous_requests();
    REQUIRE(requests.size() >= 29);
    HttpWorld world;
    world.start();
    for (const test::AmbiguousRequest& one : requests) {
        INFO(one.bytes);
        Client client = world.connect();
        REQUIRE(client.send(one.bytes + HttpWorld::get("/healthz")));
        const Answer answer = client.read();
        CHECK(answer.status == one.status);
        CHECK(answer.header("connection") == "close");
        CHECK_THAT(answer.body, ContainsSubstring(one.sentence));
        CHECK(client.is_gone());
    }
    CHECK(world.on_io([&] { return world.store.journal.size(); }) == 0);
}
