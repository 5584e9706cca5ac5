// SPDX-License-Identifier: MIT
// Delivery, Reconciler, Dispatcher and Upkeep together: what reaches GLPI, and what does not.
#include "alert_bridge/core/delivery.hpp"

#include "catch.hpp"
#include "core_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using domain::AlertKind;
using domain::OperationState;
using test::CoreWorld;
using Calls = std::vector<std::string>;

namespace {

void open_ticket(CoreWorld& world) {
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.desk.tickets.size() == 1);
    world.desk.calls.clear();
    world.clock.time += 1s;
}

const domain::Operation& last_operation(const CoreWorld& world) {
    return world.store.operations_table.back();
}

}  // namespace

TEST_CASE("a follow-up looks at the ticket first; a solution also at what people did") {
    CoreWorld world;
    open_ticket(world);
    world.take(world.alert(AlertKind::update));
    CHECK(world.desk.calls == Calls{"view", "followup"});
    world.desk.calls.clear();
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    CHECK(world.desk.calls == Calls{"view people", "solve"});
    CHECK(world.store.incidents_table[0].state == domain::IncidentState::solved);
}

TEST_CASE("a person who took the ticket gets a follow-up instead of a solution") {
    CoreWorld world;
    open_ticket(world);
    world.desk.views[100].taken_by_person = true;
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    CHECK(world.desk.calls == Calls{"view people", "followup"});
    CHECK(last_operation(world).state == OperationState::done);
    CHECK_THAT(last_operation(world).last_error, ContainsSubstring("took the ticket"));
}

TEST_CASE("a closed ticket is not written to; a new problem gets a new one linked to it") {
    CoreWorld world;
    open_ticket(world);
    world.desk.views[100].status = 6;
    world.take(world.alert(AlertKind::problem, "2"));
    CHECK(world.desk.tickets.size() == 2);
    CHECK(world.desk.links == std::vector<std::pair<std::int64_t, std::int64_t>>{{101, 100}});
    CHECK(world.desk.followups.empty());
}

TEST_CASE("an unclear answer is looked for after the quarantine and adopted, not repeated") {
    CoreWorld world;
    world.desk.write_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.desk.commit_before_error = true;
    world.take(world.alert(AlertKind::problem));
    CHECK(last_operation(world).state == OperationState::uncertain);
    world.pass(60s);
    CHECK(world.desk.calls == Calls{"open"});
    world.pass(61s);
    CHECK(world.desk.calls == Calls{"open", "find tickets"});
    CHECK(last_operation(world).state == OperationState::done);
    CHECK(world.store.incidents_table[0].ticket_id == 100);
}

TEST_CASE("an unclear write that did not happen is sent again after two empty looks") {
    CoreWorld world;
    world.desk.write_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.take(world.alert(AlertKind::problem));
    world.pass(121s);
    world.pass(10s);
    world.pass(1s);
    CHECK(world.desk.calls == Calls{"open", "find tickets", "find tickets", "open"});
    CHECK(world.desk.tickets.size() == 1);
}

TEST_CASE("two tickets with one reference raise an alarm and the oldest is used") {
    CoreWorld world;
    world.desk.write_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.desk.commit_before_error = true;
    world.take(world.alert(AlertKind::problem));
    world.desk.tickets[101] = world.desk.tickets[100];
    world.pass(121s);
    CHECK(world.events.count("duplicate_found") == 1);
    CHECK(world.store.incidents_table[0].ticket_id == 100);
}

TEST_CASE("a look-up whose write was sent again meanwhile changes nothing, and this is told") {
    CoreWorld world;
    world.desk.write_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.take(world.alert(AlertKind::problem));
    world.desk.on_find = [&world] {
        world.store.operations_table[0].state = OperationState::sending;
        world.store.operations_table[0].attempts += 1;
    };
    world.pass(121s);
    CHECK(last_operation(world).state == OperationState::sending);
    CHECK(world.events.count("result_outdated") == 1);
}

TEST_CASE("a ticket found late is used although the second request made another one") {
    CoreWorld world;
    world.take(world.alert(AlertKind::problem));
    domain::Operation& row = world.store.operations_table[0];
    world.store.incidents_table[0].ticket_id = 0;
    row.state = OperationState::due;
    row.result_id = 77;  // noted by the look-up
    world.pass(1s);
    CHECK(row.state == OperationState::done);
    CHECK(world.store.incidents_table[0].ticket_id == 77);
    CHECK(world.events.count("duplicate_found") == 1);
}

TEST_CASE("an unclear follow-up or solution is found by its reference") {
    CoreWorld world;
    open_ticket(world);
    world.desk.commit_before_error = true;
    world.desk.write_errors = {Error{ErrorClass::uncertain, "reset", ""}};
    world.take(world.alert(AlertKind::update));
    world.pass(121s);
    CHECK(world.desk.followups.size() == 1);
    CHECK(last_operation(world).state == OperationState::done);
    world.desk.write_errors = {Error{ErrorClass::uncertain, "reset", ""}};
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.pass(121s);
    CHECK(world.desk.solutions.size() == 1);
    CHECK(last_operation(world).state == OperationState::done);
}

TEST_CASE("the bridge's own solution ends how people had left the ticket, a follow-up does not") {
    CoreWorld world;
    open_ticket(world);
    world.store.incidents_table[0].ticket.ended = 6;
    SECTION("a solution") {}
    SECTION("one that was found after an unclear answer") {
        world.desk.commit_before_error = true;
        world.desk.write_errors = {Error{ErrorClass::uncertain, "reset", ""}};
    }
    SECTION("a follow-up in its place") {
        world.desk.views[100].taken_by_person = true;
    }
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    world.pass(121s);
    REQUIRE(last_operation(world).state == OperationState::done);
    CHECK(world.store.incidents_table[0].ticket.ended == (world.desk.solutions.empty() ? 6 : 0));
}

TEST_CASE("a quiet solution whose status was lost is finished, not taken for done") {
    CoreWorld world;
    open_ticket(world);
    world.take(world.alert(AlertKind::recovery));
    world.desk.status_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.pass(6min);
    REQUIRE(last_operation(world).state == OperationState::uncertain);
    CHECK(world.desk.views[100].status == 1);
    world.desk.calls.clear();
    world.pass(121s);
    CHECK(world.desk.calls == Calls{"find solution", "view"});
    CHECK(last_operation(world).state == OperationState::uncertain);
    world.pass(10s);
    world.pass(1s);
    CHECK(world.desk.views[100].status == 5);
    CHECK(world.desk.solutions.size() == 1);
    CHECK(last_operation(world).state == OperationState::done);
}

TEST_CASE("a quiet solution without its status is not repeated as a follow-up for a person") {
    CoreWorld world;
    open_ticket(world);
    world.desk.status_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.take(world.alert(AlertKind::recovery));
    world.pass(6min);
    REQUIRE(world.desk.solutions.size() == 1);
    world.desk.views[100].taken_by_person = true;
    world.pass(121s);
    world.pass(6s);
    CHECK(world.desk.solutions.size() == 1);
    CHECK(world.desk.followups.empty());
    CHECK(last_operation(world).state == OperationState::done);
    CHECK_THAT(last_operation(world).last_error, ContainsSubstring("took the ticket"));
}

TEST_CASE("a ticket that cannot be read leaves it open whether a quiet solution was finished") {
    CoreWorld world;
    open_ticket(world);
    world.take(world.alert(AlertKind::recovery));
    world.desk.status_errors = {Error{ErrorClass::uncertain, "timeout", ""}};
    world.pass(6min);
    world.desk.read_error = Error{ErrorClass::later, "connect", ""};
    world.pass(121s);
    CHECK(last_operation(world).state == OperationState::uncertain);
    CHECK(last_operation(world).lookups_empty == 0);
}

TEST_CASE("an outage is waited out and nothing overtakes within the incident") {
    CoreWorld world;
    world.desk.write_errors = {
        Error{ErrorClass::later, "connect", ""}, Error{ErrorClass::later, "connect", ""}};
    world.take(world.alert(AlertKind::problem));
    world.take(world.alert(AlertKind::update));
    CHECK(world.desk.calls == Calls{"open"});
    world.pass(10s);
    world.pass(10s);
    world.pass(1s);
    CHECK(world.desk.calls == Calls{"open", "open", "open", "view", "followup"});
}

TEST_CASE("a ticket that cannot be read is not written to blindly") {
    CoreWorld world;
    open_ticket(world);
    world.desk.read_error = Error{ErrorClass::uncertain, "html", ""};
    world.take(world.alert(AlertKind::update));
    CHECK(world.desk.calls == Calls{"view"});
    CHECK(last_operation(world).state == OperationState::due);
    world.desk.read_error.reset();
    world.pass(10s);
    CHECK(world.desk.followups.size() == 1);
}

TEST_CASE("nothing is claimed while sending is not allowed") {
    CoreWorld world;
    int allowed = 0;
    world.dispatcher.may_send = [&allowed] { return allowed; };
    world.take(world.alert(AlertKind::problem));
    CHECK(world.desk.calls.empty());
    allowed = 4;
    world.pass(1s);
    CHECK(world.desk.calls == Calls{"open"});
}

TEST_CASE("writes wait while more are owed than GLPI takes at once") {
    CoreWorld world;
    int allowed = 0;
    world.dispatcher.may_send = [&allowed] { return allowed; };
    int opened = 0;
    int opened_while_others_wait = 0;
    world.dispatcher.on_settled = [&](const domain::Operation&, const domain::Incident&) {
        ++opened;
        opened_while_others_wait += world.dispatcher.writes_wait() ? 1 : 0;
    };
    for (int i = 0; i < 9; ++i) {
        world.take(world.alert(AlertKind::problem, "1", "z/trigger/" + std::to_string(i)));
    }
    allowed = 4;
    world.pass(1s);
    CHECK(opened == 9);
    CHECK(opened_while_others_wait >= 4);
    CHECK_FALSE(world.dispatcher.writes_wait());
    world.take(world.alert(AlertKind::problem, "1", "z/trigger/10"));
    CHECK(opened == 10);
    CHECK_FALSE(world.dispatcher.writes_wait());
}

TEST_CASE("names of the plan are resolved for an opening, and missing ones are told") {
    CoreWorld world;
    world.rules->plan.assign_group = "NOC";
    world.rules->plan.category = "Nothing";
    world.assets.names.assign_group_id = 9;
    world.assets.names.missing = {"category 'Nothing'"};
    world.take(world.alert(AlertKind::problem));
    REQUIRE(world.assets.asked_names.size() == 1);
    CHECK(world.assets.asked_names[0].entity_id == 1);
    CHECK(world.desk.tickets[100].assign_group_id == 9);
    CHECK(world.events.count("name_not_in_glpi") == 1);
}

TEST_CASE("an acknowledgement that takes the ticket also sets its status") {
    CoreWorld world;
    world.rules->plan.policy.on_acknowledge = domain::OnAcknowledge::take;
    open_ticket(world);
    world.take(world.alert(AlertKind::acknowledgement));
    REQUIRE(world.desk.changes.size() == 1);
    CHECK(world.desk.changes[0].status == 2);
}

TEST_CASE("an acknowledgement leaves the status of a ticket alone that somebody moved on") {
    const int status = GENERATE(2, 3, 4, 5, 10);
    INFO(status);
    CoreWorld world;
    world.rules->plan.policy.on_acknowledge = domain::OnAcknowledge::take;
    open_ticket(world);
    world.desk.views[100].status = status;
    world.take(world.alert(AlertKind::acknowledgement));
    CHECK(world.desk.calls == Calls{"view", "followup"});
    CHECK(world.desk.changes.empty());
}

TEST_CASE("what came and went while GLPI was away becomes one ticket, solved, when it is back") {
    CoreWorld world;
    bool away = true;
    WallTime last_away{};
    const auto until = [&] { return last_away = away ? world.clock.time : last_away; };
    world.correlator.away_until = until;
    world.upkeep.away_until = until;
    world.dispatcher.may_send = [&] { return away ? 0 : 4; };
    for (const char* episode : {"1", "2"}) {
        world.take(world.alert(AlertKind::problem, episode));
        world.take(world.alert(AlertKind::recovery, episode));
    }
    world.pass(1min);
    CHECK(world.store.folded.size() == 2);
    CHECK(world.desk.calls.empty());
    away = false;
    world.pass(1min);
    CHECK(world.store.folded.empty());
    REQUIRE(world.desk.tickets.size() == 1);
    CHECK(world.desk.calls == Calls{"open", "view people", "solve"});
    world.pass(10min);
    CHECK(world.desk.tickets.size() == 1);
}

TEST_CASE("a status that GLPI may still be setting holds up what comes next on the ticket") {
    CoreWorld world;
    world.rules->plan.policy.on_acknowledge = domain::OnAcknowledge::take;
    open_ticket(world);
    world.desk.change_error = Error{ErrorClass::uncertain, "timeout", ""};
    world.take(world.alert(AlertKind::acknowledgement));
    CHECK(last_operation(world).state == OperationState::uncertain);
    world.take(world.alert(AlertKind::update));
    CHECK(world.desk.followups.size() == 1);
    world.pass(121s);
    CHECK(world.desk.followups.size() == 2);
    CHECK(last_operation(world).state == OperationState::done);
}
