// SPDX-License-Identifier: MIT
// ports::ServiceDesk over the simulated GLPI 10 and 11.
#include "glpi_world.hpp"

using namespace alert_bridge;
using ports::TicketDetail;
using test::GlpiWorld;

namespace {

const std::string kReference = "GAB-ABABABABABABABABABABABABAB";
const std::string kOther = "GAB-CDCDCDCDCDCDCDCDCDCDCDCDCD";

domain::NewTicket ticket(const std::string& reference = kReference) {
    domain::NewTicket out;
    out.title = "web01: Disk <full> & hot";
    out.html = "<p>/var is at 97 % &lt;critical&gt;</p>";
    out.reference = reference;
    out.entity_id = 1;
    out.urgency = 5;
    out.impact = 5;
    domain::AssetHit asset;
    asset.item_type = "Computer";
    asset.id = 1;
    out.asset = asset;
    return out;
}

ports::TimelineEntry entry(std::int64_t id, const std::string& reference = kOther) {
    ports::TimelineEntry out;
    out.ticket_id = id;
    out.html = "<p>Still failing</p>";
    out.reference = reference;
    return out;
}

std::int64_t opened(GlpiWorld& world, const std::string& reference = kReference) {
    const auto id = world.run(world.desk().open(ticket(reference)));
    REQUIRE(id.has_value());
    return *id;
}

std::string at(std::int64_t id) {
    return "/Ticket/" + std::to_string(id);
}

}  // namespace

TEST_CASE("a ticket for a known asset costs exactly one request") {
    GlpiWorld world(GENERATE(10, 11));
    world.run(world.client->start());
    CHECK(world.client->health().state == glpi::GlpiHealth::State::up);
    CHECK(world.client->health().version.starts_with(std::to_string(world.major)));
    world.reset_requests();
    const auto id = opened(world);
    CHECK(world.requests() == 1);
    const auto made = world.ticket(id);
    CHECK(made.at("entities_id") == 1);
    CHECK(made.at("urgency") == 5);
    CHECK(made.at("priority") == 5);
    CHECK(made.at("items").size() == 1);
    CHECK(made.at("requesters").at("users").empty());
    CHECK(made.at("takeintoaccountdate").is_null());
    CHECK_THAT(made.at("content").get<std::string>(), ContainsSubstring(kReference));
    if (world.major == 11) {
        CHECK(made.at("externalid") == kReference);
    }
    CHECK(
        world.desk().ticket_url(id) ==
        world.server.url() + "/front/ticket.form.php?id=" + std::to_string(id)
    );
}

TEST_CASE("a ticket is seen as it is, gone or in the trash") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    auto view = world.run(world.desk().view(id, TicketDetail::plain));
    REQUIRE(view.has_value());
    CHECK(view->exists);
    CHECK_FALSE(view->deleted);
    CHECK(view->status == 1);
    CHECK(view->entity_id == 1);
    CHECK(view->priority == 5);
    view = world.run(world.desk().view(999'999, TicketDetail::people));
    REQUIRE(view.has_value());
    CHECK_FALSE(view->exists);
    world.person("DELETE", at(id));
    view = world.run(world.desk().view(id, TicketDetail::plain));
    REQUIRE(view.has_value());
    CHECK(view->deleted);
    CHECK_FALSE(world.run(world.desk().view(0, TicketDetail::plain)).has_value());
}

TEST_CASE("what people did is told from what the bridge did") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    REQUIRE(world.run(world.desk().add_followup(entry(id))).has_value());
    auto view = world.run(world.desk().view(id, TicketDetail::people));
    REQUIRE(view.has_value());
    CHECK_FALSE(view->taken_by_person);
    CHECK_FALSE(view->written_on_by_person);
    CHECK_FALSE(view->priority_set_by_person);
    CHECK_FALSE(view->status_set_by_person);

    SECTION("a follow-up by a person") {
        world.person(
            "POST", "/ITILFollowup",
            R"({"input":{"itemtype":"Ticket","items_id":)" + std::to_string(id) +
                R"(,"content":"on it"}})"
        );
        view = world.run(world.desk().view(id, TicketDetail::people));
        REQUIRE(view.has_value());
        CHECK(view->written_on_by_person);
        CHECK_THAT(view->last_person, ContainsSubstring("Pat"));
    }
    SECTION("a status set by a person") {
        world.person("PUT", at(id), R"({"input":{"status":4}})");
        view = world.run(world.desk().view(id, TicketDetail::people));
        REQUIRE(view.has_value());
        CHECK(view->status == 4);
        CHECK(view->status_set_by_person);
        CHECK(view->taken_by_person);
        CHECK_FALSE(view->priority_set_by_person);
    }
    SECTION("an urgency set by a person") {
        world.person("PUT", at(id), R"({"input":{"urgency":2}})");
        view = world.run(world.desk().view(id, TicketDetail::people));
        REQUIRE(view.has_value());
        CHECK(view->priority_set_by_person);
        CHECK_FALSE(view->taken_by_person);
    }
    SECTION("a person who takes the ticket") {
        world.person(
            "POST", "/Ticket_User",
            R"({"input":{"tickets_id":)" + std::to_string(id) + R"(,"users_id":13,"type":2}})"
        );
        view = world.run(world.desk().view(id, TicketDetail::people));
        REQUIRE(view.has_value());
        CHECK(view->taken_by_person);
    }
}

TEST_CASE("a follow-up changes nothing but the timeline, and is found by its reference") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    CHECK(*world.run(world.desk().find_followup(id, kOther)) == 0);
    const auto followup = world.run(world.desk().add_followup(entry(id)));
    REQUIRE(followup.has_value());
    CHECK(*world.run(world.desk().find_followup(id, kOther)) == *followup);
    CHECK(*world.run(world.desk().find_followup(999'999, kOther)) == 0);
    const auto made = world.ticket(id);
    CHECK(made.at("takeintoaccountdate").is_null());
    CHECK(made.at("status") == 1);
    CHECK(made.at("followups").at(0).at("is_private") == 1);
    CHECK_FALSE(world.run(world.desk().add_followup(entry(0))).has_value());
}

TEST_CASE("a solution solves, once, and may be told apart from one that was there") {
    GlpiWorld world(GENERATE(10, 11));
    const bool notify = GENERATE(false, true);
    const auto id = opened(world);
    auto solution = entry(id);
    solution.notify = notify;
    const auto made = world.run(world.desk().add_solution(solution));
    REQUIRE(made.has_value());
    CHECK(*made > 0);
    CHECK(world.ticket(id).at("status") == 5);
    CHECK(*world.run(world.desk().find_solution(id, kOther)) == *made);

    auto again = entry(id, kReference);
    again.notify = notify;
    const auto second = world.run(world.desk().add_solution(again));
    REQUIRE(second.has_value());
    CHECK(*second == 0);
    CHECK(world.ticket(id).at("solutions").size() == 1);
}

TEST_CASE("a quiet solution that stopped half way goes on where it stopped") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    world.fault("html_500", "PUT", "Ticket", 1);
    const auto first = world.run(world.desk().add_solution(entry(id)));
    REQUIRE_FALSE(first.has_value());
    CHECK(first.error().kind == ErrorClass::uncertain);
    CHECK(world.ticket(id).at("status") == 1);
    const auto second = world.run(world.desk().add_solution(entry(id)));
    REQUIRE(second.has_value());
    CHECK(world.ticket(id).at("status") == 5);
    CHECK(world.ticket(id).at("solutions").size() == 1);
}

TEST_CASE("a solution for a ticket that is not there is refused on both versions") {
    GlpiWorld world(GENERATE(10, 11));
    const auto made = world.run(world.desk().add_solution(entry(999'999)));
    REQUIRE_FALSE(made.has_value());
    CHECK(made.error().kind == ErrorClass::refused);
}

TEST_CASE("a follow-up reopens a solved ticket only on purpose") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    REQUIRE(world.run(world.desk().add_solution(entry(id))).has_value());
    REQUIRE(world.run(world.desk().add_followup(entry(id, kReference))).has_value());
    CHECK(world.ticket(id).at("status") == 5);
    auto reopen = entry(id, kReference);
    reopen.reopen = true;
    REQUIRE(world.run(world.desk().add_followup(reopen)).has_value());
    CHECK(world.ticket(id).at("status") == 1);
}

TEST_CASE("urgency, impact and status change as asked") {
    GlpiWorld world(GENERATE(10, 11));
    const auto id = opened(world);
    ports::TicketChange change;
    change.ticket_id = id;
    change.urgency = 2;
    change.impact = 2;
    change.status = 2;
    REQUIRE(world.run(world.desk().change(change)).has_value());
    const auto made = world.ticket(id);
    CHECK(made.at("urgency") == 2);
    CHECK(made.at("impact") == 2);
    CHECK(made.at("status") == 2);
    change.ticket_id = 999'999;
    const auto missing = world.run(world.desk().change(change));
    REQUIRE_FALSE(missing.has_value());
    CHECK(missing.error().kind == ErrorClass::refused);
}

TEST_CASE("a link that is there already is success, in either direction") {
    GlpiWorld world(GENERATE(10, 11));
    const auto one = opened(world);
    const auto two = opened(world, kOther);
    CHECK(world.run(world.desk().link(two, one)).has_value());
    CHECK(world.run(world.desk().link(two, one)).has_value());
    CHECK(world.run(world.desk().link(one, two)).has_value());
    CHECK(world.ticket(one).at("links").size() == 1);
    CHECK_FALSE(world.run(world.desk().link(one, 0)).has_value());
}

TEST_CASE("tickets are found by their reference, back-dated and in the trash too, oldest first") {
    GlpiWorld world(GENERATE(10, 11));
    const auto since = world.clock.time;
    auto dated = ticket();
    dated.date = world.clock.time - Duration(72 * 3'600'000);
    const auto one = world.run(world.desk().open(dated));
    REQUIRE(one.has_value());
    auto found = world.run(world.desk().find_tickets(kReference, since));
    REQUIRE(found.has_value());
    CHECK(*found == std::vector<std::int64_t>{*one});
    CHECK(world.run(world.desk().find_tickets(kOther, since))->empty());
    const auto two = opened(world);
    world.person("DELETE", at(two));
    found = world.run(world.desk().find_tickets(kReference, since));
    REQUIRE(found.has_value());
    CHECK(*found == std::vector<std::int64_t>{*one, two});
    CHECK_FALSE(world.run(world.desk().find_tickets("%", since)).has_value());
}

TEST_CASE("whatever hides the outcome of a write leaves it uncertain, and the ticket is found") {
    GlpiWorld world(GENERATE(10, 11));
    const std::string action =
        GENERATE("commit_then_500", "commit_then_reset", "half_answer", "sql_400_stored");
    INFO(action);
    const auto since = world.clock.time;
    world.run(world.client->start());
    world.fault(action, "POST", "Ticket$", 1);
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::uncertain);
    CHECK(world.tickets() == 1);
    const auto found = world.run(world.desk().find_tickets(kReference, since));
    REQUIRE(found.has_value());
    CHECK(found->size() == 1);
}

TEST_CASE("a write that met an outage is uncertain although nothing was stored") {
    GlpiWorld world(GENERATE(10, 11));
    const std::string action = GENERATE(
        "html_200", "empty_200", "html_500", "maintenance", "http_502", "reset_before", "sql_400"
    );
    INFO(action);
    world.run(world.client->start());
    world.fault(action, "POST", "Ticket$", 1);
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::uncertain);
    CHECK(world.tickets() == 0);
}

TEST_CASE("an entity that the user may not use leaves an ambiguous refusal for the caller to count"
) {
    GlpiWorld world(GENERATE(10, 11), "sim-customer-b-token");
    const auto id = world.run(world.desk().open(ticket()));
    REQUIRE_FALSE(id.has_value());
    CHECK(id.error().kind == ErrorClass::uncertain);
    CHECK(id.error().code == "ERROR_GLPI_ADD");
}
