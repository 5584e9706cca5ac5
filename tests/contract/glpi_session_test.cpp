// SPDX-License-Identifier: MIT
// The session, the breaker and health of the GLPI client, over the simulated GLPI 10 and 11.
#include "glpi_world.hpp"

using namespace alert_bridge;
using ports::TicketDetail;
using test::GlpiWorld;

namespace {

domain::NewTicket ticket() {
    domain::NewTicket out;
    out.title = "web01: Disk full";
    out.html = "<p>/var is at 97 %</p>";
    out.reference = "GAB-ABABABABABABABABABABABABAB";
    out.entity_id = 1;
    return out;
}

std::int64_t opened(GlpiWorld& world) {
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE(id.has_value());
    return *id;
}

}  // namespace

TEST_CASE("a lost session is renewed within the call, by one login for all") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.control("POST", "sessions/drop", "{}");
    world.reset_requests();
    int done = 0;
    const auto count = [&](std::exception_ptr, Result<std::int64_t> id) {
        CHECK(id.has_value());
        ++done;
    };
    for (int i = 0; i < 6; ++i) {
        test::asio::co_spawn(world.io, world.desk().open(ticket()), count);
    }
    world.io.restart();
    while (done < 6 && world.io.run_one() > 0) {
    }
    CHECK(world.tickets() == 6);
    CHECK(world.control("GET", "sessions").size() == 1);
    CHECK(world.events.count("glpi_login") == 2);
}

TEST_CASE("tokens that GLPI refuses make every call fail at once, without a storm of logins") {
    GlpiWorld world(GENERATE(10, 11), "no-such-token");
    world.run(world.client->start());
    CHECK(world.client->health().state == glpi::GlpiHealth::State::misconfigured);
    CHECK_THAT(world.client->health().last_error, ContainsSubstring("ERROR_GLPI_LOGIN_USER_TOKEN"));
    CHECK(world.events.count("glpi_misconfigured") == 1);
    world.reset_requests();
    for (int i = 0; i < 20; ++i) {
        const auto id = world.run(world.desk().open(ticket()));
        REQUIRE_FALSE(id.has_value());
        CHECK(id.error().kind == ErrorClass::misconfigured);
    }
    CHECK(world.requests() == 0);
    world.clock.time += Duration(31'000);
    CHECK_FALSE(world.run(world.desk().open(ticket())).has_value());
    CHECK(world.requests() == 1);
}

TEST_CASE("tokens that were mended are tried at once") {
    GlpiWorld world(GENERATE(10, 11), "no-such-token");
    world.run(world.client->start());
    CHECK_FALSE(world.run(world.client->check()));
    world.client->use_tokens(
        Secret(world.sim.world().settings.app_token), Secret(GlpiWorld::token_of("alert-bridge"))
    );
    CHECK(world.run(world.client->check()));
    CHECK(world.client->health().state == glpi::GlpiHealth::State::up);
    opened(world);
}

TEST_CASE("an API that is switched off under a living session is the operator's matter") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.control("POST", "config", R"({"api_enabled":false})");
    auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::misconfigured);
    CHECK(world.client->health().state == glpi::GlpiHealth::State::misconfigured);
    world.control("POST", "config", R"({"api_enabled":true})");
    world.clock.time += Duration(31'000);
    CHECK(world.run(world.desk().open(ticket())).has_value());
    CHECK(world.client->health().state == glpi::GlpiHealth::State::up);
}

TEST_CASE("a dead GLPI is asked gently, and a read finds out when it is back") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.fault("http_502", "", "", -1);
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(world.run(world.desk().view(1, TicketDetail::plain)).has_value());
    }
    CHECK(world.client->health().breaker_open);
    CHECK(world.client->health().state == glpi::GlpiHealth::State::away);
    CHECK(world.events.count("glpi_away") == 1);
    world.server.seen.clear();
    auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::later);
    CHECK(id.error().code == "glpi_away");
    CHECK(world.server.seen.empty());

    world.clock.time += Duration(1'001);
    id = world.run(world.desk().open(ticket()));
    CHECK(id.error().kind == ErrorClass::later);
    REQUIRE(world.server.seen.size() == 1);
    CHECK(world.server.seen.at(0).method == "GET");

    world.no_faults();
    world.clock.time += Duration(30'001);
    id = world.run(world.desk().open(ticket()));
    CHECK(id.has_value());
    CHECK(world.client->health().state == glpi::GlpiHealth::State::up);
    CHECK(world.client->health().last_error.empty());
}

TEST_CASE("a GLPI that cannot store sessions is away, not misconfigured") {
    GlpiWorld world(10);
    world.fault("empty_session_token", "", "", -1);
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::later);
    CHECK(id.error().code == "empty_session_token");
    CHECK(world.client->health().state == glpi::GlpiHealth::State::away);
    world.no_faults();
    CHECK(world.run(world.desk().open(ticket())).has_value());
}

TEST_CASE("a session that is forgotten at once does not make a storm of logins") {
    GlpiWorld world(10);
    world.run(world.client->start());
    world.fault("session_lost", "POST", "Ticket$", -1);
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::relogin);
    CHECK(world.events.count("glpi_login") == 2);
    CHECK(world.client->health().state == glpi::GlpiHealth::State::away);
    CHECK(world.run(world.desk().open(ticket())).error().code == "glpi_away");
    CHECK(world.events.count("glpi_login") == 2);
}

TEST_CASE("where no session lasts, logins are ever more seldom until one does") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    world.fault("session_lost", "", "^/apirest.php/[^i]", -1);
    const auto first = world.control("GET", "requests").at("by").at("GET /initSession").get<int>();
    // An hour, in which somebody wants to write every half second.
    for (int i = 0; i < 7'200; ++i) {
        REQUIRE_FALSE(world.run(world.desk().open(ticket())).has_value());
        world.clock.time += Duration(500);
    }
    const auto last = world.control("GET", "requests").at("by").at("GET /initSession").get<int>();
    CHECK(last - first < 3'600 / 15 + 10);  // the breaker's longest pause, at its shortest
    CHECK(world.client->health().state == glpi::GlpiHealth::State::away);
    CHECK(world.client->health().last_error.find("forgets sessions") != std::string::npos);
    world.no_faults();
    world.clock.time += Duration(30'001);
    CHECK(world.run(world.desk().open(ticket())).has_value());
    CHECK(world.client->health().state == glpi::GlpiHealth::State::up);
}

TEST_CASE("the session is renewed after its life and the old one killed; shutdown kills the last") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    CHECK(world.control("GET", "sessions").size() == 1);
    world.clock.time += Duration(4 * 3'600'000);
    opened(world);
    CHECK(world.events.count("glpi_login") == 2);
    CHECK(world.control("GET", "sessions").size() == 1);
    world.run(world.client->shut_down());
    CHECK(world.control("GET", "sessions").empty());
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().code == "stopping");
}

TEST_CASE("an unused session is killed, and the next call opens another") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    const auto let_the_watcher_look = [&] {
        world.clock.wake_all();
        world.io.restart();
        while (world.clock.sleeping() == 0 && world.io.run_one() > 0) {
        }
    };
    while (world.clock.sleeping() == 0 && world.io.run_one() > 0) {
    }
    world.clock.time += Duration(19 * 60'000);
    let_the_watcher_look();
    CHECK(world.control("GET", "sessions").size() == 1);
    world.clock.time += Duration(60'000);
    let_the_watcher_look();
    CHECK(world.control("GET", "sessions").empty());
    opened(world);
    CHECK(world.control("GET", "sessions").size() == 1);
}
