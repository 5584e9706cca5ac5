// SPDX-License-Identifier: MIT
// ports::TicketNews over the simulated GLPI 10 and 11.
#include <algorithm>

#include "glpi_world.hpp"

using namespace alert_bridge;
using test::GlpiWorld;

namespace {

std::int64_t opened(GlpiWorld& world, int number = 1) {
    domain::NewTicket ticket;
    ticket.title = "web01: disk full";
    ticket.html = "<p>full</p>";
    ticket.reference = "GAB-ABABABABABABABABABABABABA" + std::to_string(number);
    ticket.entity_id = 1;
    const auto id = world.run(world.desk().open(ticket));
    REQUIRE(id.has_value());
    return *id;
}

std::string at(std::int64_t id) {
    return "/Ticket/" + std::to_string(id);
}

std::vector<ports::TicketState> states(GlpiWorld& world, std::vector<std::int64_t> ids) {
    auto seen = world.run(world.client->news().states(std::move(ids)));
    REQUIRE(seen.has_value());
    return *seen;
}

std::vector<std::int64_t> changed(GlpiWorld& world, Duration window) {
    auto seen = world.run(world.client->news().changed_within(window));
    REQUIRE(seen.has_value());
    return *seen;
}

bool holds(const std::vector<std::int64_t>& ids, std::int64_t id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::string link_body(std::int64_t first, std::int64_t second, int kind) {
    return R"({"input":{"tickets_id_1":)" + std::to_string(first) + R"(,"tickets_id_2":)" +
           std::to_string(second) + R"(,"link":)" + std::to_string(kind) + "}}";
}

}  // namespace

TEST_CASE("500 known tickets cost one request, and what is gone is missing") {
    GlpiWorld world(GENERATE(10, 11));
    const auto first = opened(world, 1);
    const auto second = opened(world, 2);
    const auto third = opened(world, 3);
    world.person("DELETE", at(second));
    world.person("DELETE", at(third) + "?force_purge=true");
    std::vector<std::int64_t> ids{first, second, third};
    while (ids.size() < ports::TicketNews::kIdsMax) {
        ids.push_back(100'000 + static_cast<std::int64_t>(ids.size()));
    }
    world.reset_requests();
    const auto seen = states(world, ids);
    CHECK(world.requests() == 1);
    REQUIRE(seen.size() == 1);
    CHECK(seen[0].id == first);
    CHECK(seen[0].status == 1);
    CHECK(seen[0].changed_by_us);
    ids.push_back(1);
    CHECK_FALSE(world.run(world.client->news().states(ids)).has_value());
}

TEST_CASE("a person's hand shows in the state, our own follow-up does not") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    const auto before = states(world, {id}).at(0);
    ports::TimelineEntry entry;
    entry.ticket_id = id;
    entry.html = "<p>still failing</p>";
    entry.reference = "GAB-CDCDCDCDCDCDCDCDCDCDCDCDCD";
    REQUIRE(world.run(world.desk().add_followup(entry)).has_value());
    auto now = states(world, {id}).at(0);
    CHECK(now.mark == before.mark);
    CHECK(now.changed_by_us);
    const std::string number = std::to_string(id);
    SECTION("a follow-up") {
        world.person(
            "POST", "/ITILFollowup",
            R"({"input":{"itemtype":"Ticket","items_id":)" + number + R"(,"content":"on it"}})"
        );
        now = states(world, {id}).at(0);
        CHECK(now.mark == before.mark);
    }
    SECTION("an assignment") {
        world.person(
            "POST", "/Ticket_User",
            R"({"input":{"tickets_id":)" + number + R"(,"users_id":13,"type":2}})"
        );
        now = states(world, {id}).at(0);
        CHECK(now.mark != before.mark);
        CHECK(now.status == 2);
    }
    SECTION("a priority") {
        world.person("PUT", at(id), R"({"input":{"urgency":1}})");
        now = states(world, {id}).at(0);
        CHECK(now.mark != before.mark);
    }
    SECTION("an entity") {
        world.person("PUT", at(id), R"({"input":{"entities_id":3}})");
        now = states(world, {id}).at(0);
        CHECK(now.mark != before.mark);
    }
    CHECK_FALSE(now.changed_by_us);
}

TEST_CASE("the last changes of our own tickets are told, those in the trash too") {
    GlpiWorld world(GENERATE(10, 11));
    const auto old = opened(world, 1);
    world.clock.time += std::chrono::hours(1);
    const auto touched = opened(world, 2);
    const auto deleted = opened(world, 3);
    world.person("DELETE", at(deleted));
    const auto theirs =
        world.person("POST", "/Ticket", R"({"input":{"name":"my mouse"}})").at("id");
    const auto ids = changed(world, std::chrono::minutes(5));
    CHECK(holds(ids, touched));
    CHECK(holds(ids, deleted));
    CHECK_FALSE(holds(ids, old));
    CHECK_FALSE(holds(ids, theirs.get<std::int64_t>()));
    CHECK(holds(changed(world, std::chrono::hours(2)), old));
    world.person("PUT", at(old), R"({"input":{"urgency":1}})");
    CHECK(holds(changed(world, std::chrono::minutes(5)), old));
}

TEST_CASE("a duplicate, and a merged ticket in the trash, tell their target") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world, 1);
    const auto target = opened(world, 2);
    const auto previous = opened(world, 3);
    const auto merged = [&](bool in_trash) {
        const auto into = world.run(world.client->news().merged_into(id, previous, in_trash));
        REQUIRE(into.has_value());
        return *into;
    };
    REQUIRE(world.run(world.desk().link(id, previous)).has_value());
    CHECK(merged(false) == 0);
    CHECK(merged(true) == 0);
    SECTION("linked as a duplicate") {
        world.person("POST", "/Ticket_Ticket", link_body(id, target, 2));
        CHECK(merged(false) == target);
        const auto view = world.run(world.desk().view(id, ports::TicketDetail::people));
        REQUIRE(view.has_value());
        CHECK(view->linked_by_person);
        CHECK(view->newest_row > 0);
        CHECK_FALSE(view->taken_by_person);
    }
    SECTION("merged by the tool: linked, and in the trash") {
        world.person("POST", "/Ticket_Ticket", link_body(target, id, 1));
        world.person("DELETE", at(id));
        CHECK(merged(false) == 0);
        CHECK(merged(true) == target);
    }
}

TEST_CASE("a GLPI that is away is no news") {
    GlpiWorld world(11);
    const auto id = opened(world);
    world.fault("html_500", "POST", "search", -1);
    const auto seen = world.run(world.client->news().states({id}));
    REQUIRE_FALSE(seen.has_value());
    CHECK(seen.error().kind == ErrorClass::later);
    const auto last = world.run(world.client->news().changed_within(Duration(1'000)));
    REQUIRE_FALSE(last.has_value());
    CHECK(last.error().kind == ErrorClass::later);
}
