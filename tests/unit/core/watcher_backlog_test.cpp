// SPDX-License-Identifier: MIT
// Watcher while owed writes wait: they go first, and nothing that people did waits for them.
#include "alert_bridge/core/watcher.hpp"

#include <utility>

#include "watched_world.hpp"

using namespace alert_bridge;
using test::WatchedWorld;

TEST_CASE("while writes wait, tickets that the bridge opened are looked at a few a round") {
    WatchedWorld world;
    world.open_tickets(25);
    world.set_status(2, 120);
    bool backlog = true;
    world.watcher.writes_wait = [&backlog] { return backlog; };
    const auto looks = [&world] { return std::exchange(world.desk.calls, {}).size(); };
    CHECK(world.round());
    CHECK(looks() == 11);  // the person's among them
    CHECK(world.metrics.value("ticket_news_total{what=taken}") == 1);
    CHECK(world.round());
    CHECK(looks() == 10);
    backlog = false;
    CHECK(world.round());
    CHECK(looks() == 4);
    CHECK(world.round());
    CHECK(looks() == 0);
}

TEST_CASE("while writes wait, what was looked at before is looked at whoever changed it last") {
    WatchedWorld world;
    world.open_tickets(25);
    CHECK(world.round());
    world.watcher.writes_wait = [] { return true; };
    // Taken by people, and the bridge wrote after them.
    for (std::int64_t id = 100; id < 115; ++id) {
        domain::TicketView& view = world.desk.views[id];
        view.taken_by_person = true;
        view.assigned_row = view.newest_row = 11;
    }
    CHECK(world.round());
    CHECK(world.metrics.value("ticket_news_total{what=taken}") == 15);
}

TEST_CASE("while writes wait, the sweep has looks of its own beside those of the last changes") {
    WatchedWorld world;
    world.open_tickets(40);
    world.watcher.writes_wait = [] { return true; };
    world.heard_until_now();
    for (std::int64_t id = 120; id < 140; ++id) {
        world.news.changed.push_back(id);
    }
    CHECK(world.round());
    CHECK(world.desk.calls.size() == 20);
    CHECK_FALSE(world.incident(0).ticket.mark.empty());
}

TEST_CASE("while writes wait, a ring is answered all the same") {
    WatchedWorld world;
    world.open_tickets(25);
    world.watcher.writes_wait = [] { return true; };
    for (std::int64_t id = 100; id < 125; ++id) {
        world.watcher.ring(id);
    }
    CHECK(world.run(world.watcher.answer_rings()));
    CHECK(world.desk.calls.size() == 25);
}

TEST_CASE("while writes wait, tickets that GLPI does not show take no look from the others") {
    WatchedWorld world;
    world.open_tickets(25);
    world.watcher.writes_wait = [] { return true; };
    for (std::int64_t id = 100; id < 125; ++id) {
        world.desk.views[id].linked_by_person = true;
        world.news.merge_errors[id] = Error{ErrorClass::refused, "ERROR_RIGHT_MISSING", ""};
    }
    const auto looks = [&world] { return std::exchange(world.desk.calls, {}).size(); };
    CHECK(world.round());
    CHECK(looks() == 10);
    CHECK(world.round());
    CHECK(looks() == 10);
    CHECK(world.round());
    CHECK(looks() == 5);
}
