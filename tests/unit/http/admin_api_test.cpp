// SPDX-License-Identifier: MIT
#include "alert_bridge/http/admin_api.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "desk_world.hpp"

using namespace alert_bridge;
using domain::OperationState;
using nlohmann::json;

namespace {

struct Parts {
    boost::asio::io_context io;
    test::JumpingClock clock;
};

struct World : Parts, test::DeskWorld {
    http::AdminApi api{{desk, store, [](std::int64_t id) { return "t/" + std::to_string(id); }}};

    http::Response ask(const std::string& target, const std::string& body) {
        http::Request request;
        request.head.method = http::Method::post;
        request.head.target = target;
        request.body = body;
        return test::run_to_end(io, api.handle(std::move(request), "uid 5"));
    }
    json get(const std::string& target, const std::string& body) {
        const http::Response response = ask(target, body);
        INFO(response.body);
        REQUIRE(response.status == 200);
        return json::parse(response.body);
    }
    void add_operations(int count, OperationState state) {
        for (int i = 0; i < count; ++i) {
            domain::Operation row;
            row.id = static_cast<std::int64_t>(store.operations_table.size()) + 1;
            row.incident_id = "i1";
            row.kind = domain::OperationKind::followup;
            row.state = state;
            row.attempts = 1;
            row.last_error = "[refused] no";
            row.created_at = row.due_at = clock.now();
            store.operations_table.push_back(row);
        }
    }
    World() : DeskWorld(clock) {
        domain::Incident incident;
        incident.id = "i1";
        incident.ticket_id = 77;
        incident.opener.host.name = "web01";
        incident.opener.problem_name = "disk <full>";
        incident.created_at = clock.now();
        incident.state = domain::IncidentState::open;
        store.incidents_table.push_back(incident);
    }
};

}  // namespace

TEST_CASE("a list comes in pages, and the last one says so") {
    World world;
    world.add_operations(5, OperationState::dead);
    world.add_operations(1, OperationState::due);
    std::vector<std::int64_t> ids;
    json ask{{"limit", 2}};
    for (int page = 0; page < 3; ++page) {
        const json answer = world.get("/dead/list", ask.dump());
        for (const json& row : answer.at("rows")) {
            ids.push_back(row.at("id").get<std::int64_t>());
        }
        CHECK(answer.contains("next") == (page < 2));
        ask["after"] = answer.value("next", "");
    }
    CHECK(ids == std::vector<std::int64_t>{1, 2, 3, 4, 5});
    CHECK(world.get("/outbox/list", "").at("rows").size() == 1);
    world.add_operations(60, OperationState::dead);
    CHECK(world.get("/dead/list", R"({"limit": 1000})").at("rows").size() == 50);
}

TEST_CASE("a row tells what is needed to judge it") {
    World world;
    world.add_operations(1, OperationState::dead);
    const json row = world.get("/dead/list", "{}").at("rows").at(0);
    CHECK(row.at("kind") == "followup");
    CHECK(row.at("ticket") == 77);
    CHECK(row.at("host") == "web01");
    CHECK(row.at("problem") == "disk <full>");
    CHECK(row.at("last_error") == "[refused] no");
    CHECK(row.at("created_at") == "2026-11-23T20:48:30Z");
    CHECK_FALSE(row.contains("html"));
    const json whole = world.get("/dead/show", R"({"id": "1"})").at("row");
    CHECK(whole.contains("html"));
    CHECK(whole.at("ticket_url") == "t/77");
    const json incident = world.get("/incidents/show", R"({"id": 77})").at("row");
    CHECK(incident.at("id") == "i1");
    CHECK(incident.at("operations").size() == 1);
}

TEST_CASE("commands are carried out, refused ones are told") {
    World world;
    world.add_operations(1, OperationState::dead);
    CHECK(
        world.get("/dead/retry", R"({"id": 1})").at("result") ==
        "looked for in GLPI, then tried again"
    );
    CHECK(world.events.events.back().fields.at("who") == "uid 5");
    const http::Response refused =
        world.ask("/dead/discard", R"({"id": 1, "reason": "a\nb", "by": "alice\u001b"})");
    CHECK(refused.status == 409);
    CHECK(json::parse(refused.body).at("error") == "it is not dead but uncertain");
    CHECK(world.events.events.back().fields.at("reason") == "a b");
    CHECK(world.events.events.back().fields.at("who") == "uid 5, says alice");
    CHECK(world.ask("/quarantine/retry", R"({"id": 1})").status == 409);
    CHECK(world.ask("/quarantine/discard", R"({"id": 1})").status == 409);
}

TEST_CASE("what is not there and what is not asked well gets its status") {
    World world;
    CHECK(world.ask("/dead/show", R"({"id": 9})").status == 404);
    CHECK(world.ask("/dead/show", "{}").status == 404);
    CHECK(world.ask("/incidents/show", R"({"id": "nothing"})").status == 404);
    CHECK(world.ask("/quarantine/show", R"({"id": 9})").status == 404);
    CHECK(world.ask("/dead/explode", "{}").status == 404);
    CHECK(world.ask("/", "{}").status == 404);
    CHECK(world.ask("/dead/retry", R"({"id": "x"})").status == 400);
    CHECK(world.ask("/dead/retry", R"({"id": -1})").status == 400);
    CHECK(world.ask("/dead/retry", "{}").status == 400);
    for (const char* body : {"[]", "1", "nonsense", "{", R"({"a":{"a":{"a":{"a":{"a":1}}}}})"}) {
        INFO(body);
        CHECK(world.ask("/dead/list", body).status == 400);
    }
}

TEST_CASE("storms are listed with what is under them, ended ones on request") {
    World world;
    domain::Incident storm;
    storm.id = "u1";
    storm.umbrella = true;
    storm.state = domain::IncidentState::open;
    storm.ticket_id = 90;
    world.store.incidents_table.push_back(storm);
    for (const auto state : {domain::IncidentState::sheltered, domain::IncidentState::ended}) {
        domain::Incident member;
        member.id = "m" + std::to_string(world.store.incidents_table.size());
        member.parent_id = "u1";
        member.state = state;
        member.sheltered_at = world.clock.now();
        world.store.incidents_table.push_back(member);
    }
    storm.id = "u2";
    storm.state = domain::IncidentState::ended;
    world.store.incidents_table.push_back(storm);
    const json rows = world.get("/storms/list", "{}").at("rows");
    REQUIRE(rows.size() == 1);
    CHECK(rows.at(0).at("ticket") == 90);
    CHECK(rows.at(0).at("members") == 2);
    CHECK(rows.at(0).at("failing") == 1);
    CHECK(rows.at(0).at("last_joined") == "2026-11-23T20:48:30Z");
    CHECK(world.get("/storms/list", R"({"ended": true})").at("rows").size() == 2);
    CHECK(world.get("/storms/list", R"({"ended": true, "limit": 1})").at("next") == "u1");
}

TEST_CASE("sessions are listed as the daemon tells them, without times that are not there") {
    World world;
    CHECK(world.get("/sessions/list", "{}").at("rows").empty());
    http::AdminApi::Session session;
    session.server = "https://glpi.example.com";
    session.health = "away";
    session.breaker_open = true;
    session.state = "absent";
    session.last_error = "[later] connect";
    http::AdminApi api{
        {world.desk, world.store, [](std::int64_t) { return std::string(); }, nullptr,
         [&session] { return std::vector(1, session); }}};
    http::Request request;
    request.head.method = http::Method::post;
    request.head.target = "/sessions/list";
    const auto response = test::run_to_end(world.io, api.handle(request, "uid 5"));
    const json row = json::parse(response.body).at("rows").at(0);
    CHECK(row.at("breaker") == "open");
    CHECK(row.at("last_error") == "[later] connect");
    CHECK_FALSE(row.contains("opened_at"));
}

TEST_CASE("the status tells figures and each check") {
    World world;
    CHECK(world.ask("/status/show", "{}").status == 404);
    http::AdminApi api{
        {world.desk,
         world.store,
         [](std::int64_t) { return std::string(); },
         nullptr,
         {},
         [] {
             http::AdminApi::Status status;
             status.readiness.ready = false;
             status.readiness.checks.push_back({"store", false, "it is full"});
             status.figures.dead = 3;
             status.oldest_due = Duration(61'500);
             return status;
         }}};
    http::Request request;
    request.head.method = http::Method::post;
    request.head.target = "/status/show";
    const auto response = test::run_to_end(world.io, api.handle(request, "uid 5"));
    const json row = json::parse(response.body).at("row");
    CHECK(row.at("ready") == false);
    CHECK(row.at("dead") == 3);
    CHECK(row.at("oldest_due_seconds") == 61);
    CHECK(row.at("checks").at(0).at("message") == "it is full");
}

TEST_CASE("the quarantine and unmatched hosts are listed") {
    World world;
    ports::QuarantineEntry entry;
    entry.id = 3;
    entry.source = "z";
    entry.reason = "not JSON";
    entry.body = "\xff<script>";
    world.store.quarantine.push_back(entry);
    const json row = world.get("/quarantine/list", "{}").at("rows").at(0);
    CHECK(row.at("id") == 3);
    CHECK(row.at("body") == "\xef\xbf\xbd<script>");
    CHECK(world.get("/quarantine/show", R"({"id": 3})").at("row").at("reason") == "not JSON");
    world.store.unmatched_table.push_back(
        {"z", "web09", "no asset", 4, world.clock.now(), world.clock.now()}
    );
    CHECK(world.get("/unmatched/list", "{}").at("rows").at(0).at("count") == 4);
}
