// SPDX-License-Identifier: MIT
// Watcher: what it asks of GLPI, what it looks at, and what becomes of it.
#include "alert_bridge/core/watcher.hpp"

#include "watched_world.hpp"

using namespace alert_bridge;
using namespace std::chrono_literals;
using domain::AlertKind;
using domain::IncidentState;
using Calls = std::vector<std::string>;
using Ids = std::vector<std::int64_t>;
using test::WatchedWorld;

TEST_CASE("without an open ticket GLPI is asked nothing") {
    WatchedWorld world;
    CHECK(world.round());
    CHECK(world.news.asked.empty());
    CHECK(world.news.windows.empty());
    CHECK(world.desk.calls.empty());
}

TEST_CASE("all open tickets are asked for in one request, and untouched ones looked at once") {
    WatchedWorld world;
    world.open_tickets(3);
    CHECK(world.round());
    CHECK(world.news.asked == std::vector<Ids>{{100, 101, 102}});
    CHECK(world.news.windows.empty());  // nothing was heard before: all are asked for anyway
    CHECK(world.desk.calls == Calls{"view people", "view people", "view people"});
    CHECK(world.rung == 0);
    CHECK(world.metrics.value("watched_tickets") == 3);
    world.desk.calls.clear();
    CHECK(world.round());
    CHECK(world.desk.calls.empty());
}

TEST_CASE("what a person did is heard although the bridge wrote after it") {
    WatchedWorld world;
    world.open_tickets(1);
    domain::TicketView& view = world.desk.views[100];
    view.status = 2;
    view.taken_by_person = true;
    view.assigned_row = view.newest_row = 11;
    CHECK(world.round());
    CHECK(world.metrics.value("ticket_news_total{what=taken}") == 1);
}

TEST_CASE("what a person did is heard once, and its follow-up written") {
    WatchedWorld world;
    world.open_tickets(2);
    world.set_status(5, 101);
    CHECK(world.round());
    CHECK(world.desk.calls == Calls{"view people", "view people", "view", "followup"});
    CHECK(world.incident(1).ticket.ended == 5);
    CHECK(world.incident(0).ticket.ended == 0);
    CHECK(world.metrics.value("ticket_news_total{what=solved}") == 1);
    CHECK(world.events.count("ticket_news") == 1);
    world.desk.calls.clear();
    CHECK(world.round());
    CHECK(world.desk.calls.empty());
    world.pass(4h);
    CHECK(world.desk.calls == Calls{"view", "reopen"});
}

TEST_CASE("a restart hears nothing twice and asks for the changes since") {
    WatchedWorld world;
    world.open_tickets(1);
    world.set_status(2);
    CHECK(world.round());
    CHECK(world.metrics.value("ticket_news_total{what=taken}") == 1);
    world.clock.time += 10min;
    core::Watcher next{
        {world.store, world.store, world.news, world.desk, world.assets, world.clock, world.events,
         world.metrics, world.ids, world.policies},
        30s};
    world.desk.calls.clear();
    world.news.windows.clear();
    CHECK(world.run(next.round()));
    CHECK(world.desk.calls.empty());
    CHECK(world.news.windows == std::vector<Duration>{12min});
}

TEST_CASE("after a day the last changes are not asked for, the open tickets are") {
    WatchedWorld world;
    world.open_tickets(1);
    CHECK(world.round());
    world.clock.time += 25h;
    world.news.windows.clear();
    CHECK(world.round());
    CHECK(world.news.windows.empty());
    world.clock.time += 30s;
    CHECK(world.round());
    CHECK(world.news.windows == std::vector<Duration>{30s + 2min});
}

TEST_CASE("an outage ends the round, which begins again where it was") {
    WatchedWorld world;
    world.open_tickets(2);
    world.set_status(5, 100);
    world.heard_until_now();
    world.clock.time += 1s;
    const auto heard_until = world.store.facts["glpi.heard_until"];
    SECTION("of all questions") {
        world.news.error = Error{ErrorClass::later, "glpi_away", ""};
        CHECK_FALSE(world.round());
        CHECK(world.desk.calls.empty());
        CHECK(world.store.facts["glpi.heard_until"] == heard_until);
    }
    SECTION("when the ticket is looked at") {
        world.desk.read_error = Error{ErrorClass::later, "connect", ""};
        CHECK_FALSE(world.round());
    }
    CHECK(world.incident().ticket.mark.empty());
    world.news.error.reset();
    world.desk.read_error.reset();
    CHECK(world.round());
    CHECK(world.incident().ticket.ended == 5);
}

TEST_CASE("nothing is asked while GLPI cannot be asked") {
    WatchedWorld world;
    world.open_tickets(1);
    world.set_status(5);
    world.watcher.may_ask = [] { return false; };
    CHECK_FALSE(world.round());
    CHECK(world.desk.calls.empty());
}

TEST_CASE("a ticket that may not be read is told once and tried again later") {
    WatchedWorld world;
    world.open_tickets(1);
    world.set_status(5);
    world.desk.read_error = Error{ErrorClass::refused, "ERROR_RIGHT_MISSING", ""};
    CHECK(world.round());
    CHECK(world.round());
    CHECK(world.desk.calls == Calls{"view people"});
    CHECK(world.events.count("ticket_unreadable") == 1);
    world.clock.time += 11min;
    world.desk.read_error.reset();
    CHECK(world.round());
    CHECK(world.incident().ticket.ended == 5);
}

TEST_CASE("a ticket that GLPI cannot show stops neither rounds nor rings for long") {
    WatchedWorld world;
    world.open_tickets(2);
    world.desk.views[100].linked_by_person = true;
    world.news.merge_errors[100] = Error{ErrorClass::later, "http_500", ""};
    world.set_status(5, 101);
    SECTION("a round") {
        CHECK_FALSE(world.round());
        CHECK_FALSE(world.round());
        CHECK(world.incident(1).ticket.ended == 0);
        CHECK(world.events.count("ticket_unreadable") == 0);
        CHECK(world.round());
        CHECK(world.incident(1).ticket.ended == 5);
        CHECK(world.events.count("ticket_unreadable") == 1);
        world.clock.time += 11min;
        CHECK(world.round());
        CHECK(world.events.count("ticket_unreadable") == 1);  // told already
        world.clock.time += 11min;
        world.news.merge_errors.clear();
        world.set_status(5, 100);
        CHECK(world.round());
        CHECK(world.incident(0).ticket.ended == 5);
    }
    SECTION("a ring") {
        world.watcher.ring(100);
        world.watcher.ring(101);
        CHECK_FALSE(world.run(world.watcher.answer_rings()));
        CHECK_FALSE(world.run(world.watcher.answer_rings()));
        CHECK(world.run(world.watcher.answer_rings()));
        CHECK(world.incident(1).ticket.ended == 5);
        world.news.asked.clear();
        CHECK(world.run(world.watcher.answer_rings()));
        CHECK(world.news.asked.empty());
    }
}

TEST_CASE("a ring that cannot be answered three times is left to the rounds") {
    WatchedWorld world;
    world.open_tickets(1);
    world.news.error = Error{ErrorClass::later, "http_500", ""};
    world.watcher.ring(100);
    world.watcher.may_ask = [] { return false; };
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(world.run(world.watcher.answer_rings()));  // GLPI is away: not its fault
    }
    world.watcher.may_ask = [] { return true; };
    for (int i = 0; i < 3; ++i) {
        CHECK_FALSE(world.run(world.watcher.answer_rings()));
    }
    CHECK(world.news.asked.size() == 8);
    CHECK(world.run(world.watcher.answer_rings()));
    CHECK(world.news.asked.size() == 8);
}

TEST_CASE("a deleted ticket ends its incident, a merged one is followed") {
    WatchedWorld world;
    world.open_tickets(1);
    world.desk.views[100].deleted = true;
    SECTION("deleted") {
        CHECK(world.round());
        CHECK(world.incident().state == IncidentState::ended);
        CHECK(world.metrics.value("ticket_news_total{what=gone}") == 1);
    }
    SECTION("merged") {
        world.news.merged[100] = 500;
        world.desk.views[500].exists = true;
        world.desk.views[500].id = 500;
        world.desk.views[500].status = 2;
        CHECK(world.round());
        CHECK(world.incident().ticket_id == 500);
        CHECK(world.incident().ticket.followed);
        REQUIRE(world.desk.followups.size() == 1);
        CHECK(world.desk.followups[0].ticket_id == 500);
    }
    SECTION("merged into one that is gone as well") {
        world.news.merged[100] = 500;
        CHECK(world.round());
        CHECK(world.incident().state == IncidentState::ended);
    }
}

TEST_CASE("a moved ticket carries the name of its entity") {
    WatchedWorld world;
    world.open_tickets(1);
    domain::TicketView& view = world.desk.views[100];
    view.entity_id = 1;
    CHECK(world.round());
    view.entity_id = 0;
    world.news.changed_by_people[100] = "now";
    CHECK(world.round());
    CHECK(world.incident().placement.entity_id == 0);
    CHECK(world.incident().placement.entity_name == "Root");
    CHECK(world.metrics.value("ticket_news_total{what=moved}") >= 1);
}

TEST_CASE("a ring looks at that ticket at once, a strange one at nothing") {
    WatchedWorld world;
    world.open_tickets(2);
    world.set_status(5, 100);
    world.set_status(5, 101);
    world.watcher.ring(101);
    world.watcher.ring(999);
    CHECK(world.run(world.watcher.answer_rings()));
    CHECK(world.news.asked == std::vector<Ids>{{101}});
    CHECK(world.incident(1).ticket.ended == 5);
    CHECK(world.incident(0).ticket.ended == 0);
    world.news.asked.clear();
    CHECK(world.run(world.watcher.answer_rings()));
    CHECK(world.news.asked.empty());
}

TEST_CASE("a ring that met an outage is kept") {
    WatchedWorld world;
    world.open_tickets(1);
    world.set_status(5);
    world.watcher.ring(100);
    world.news.error = Error{ErrorClass::later, "glpi_away", ""};
    CHECK_FALSE(world.run(world.watcher.answer_rings()));
    world.news.error.reset();
    CHECK(world.run(world.watcher.answer_rings()));
    CHECK(world.incident().ticket.ended == 5);
}

TEST_CASE("what changed last is looked at before the rest, and more than a page in pages") {
    WatchedWorld world;
    for (int i = 0; i < 501; ++i) {
        domain::Incident row;
        row.id = "i" + std::to_string(1000 + i);
        row.group_key = row.id;
        row.state = IncidentState::open;
        row.ticket_id = 2000 + i;
        world.desk.views[row.ticket_id].id = row.ticket_id;
        world.desk.views[row.ticket_id].exists = true;
        world.desk.views[row.ticket_id].status = 1;
        world.store.incidents_table.push_back(row);
    }
    world.news.changed = {2500, 7};
    world.heard_until_now();
    CHECK(world.round());
    REQUIRE(world.news.asked.size() == 3);
    CHECK(world.news.asked[0] == Ids{2500});
    CHECK(world.news.asked[1].size() == 500);
    CHECK(world.news.asked[2] == Ids{2500});
}

TEST_CASE("it runs every 30 s until it is stopped") {
    WatchedWorld world;
    world.open_tickets(1);
    world.tasks.spawn("watcher", world.watcher.run());
    world.settle();
    CHECK(world.news.asked.size() == 1);
    CHECK(world.metrics.value("watch_rounds_total{result=done}") == 1);
    world.watcher.ring(100);
    world.settle();
    CHECK(world.news.asked.size() == 2);
    world.clock.time += 31s;
    world.watcher.clock_was_set(Duration(0));
    world.settle();
    CHECK(world.news.asked.size() == 3);
    world.watcher.stop();
    world.settle();
}
