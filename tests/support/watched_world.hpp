// SPDX-License-Identifier: MIT
//
// WatchedWorld: the core with tickets in GLPI, people who work on them, and a Watcher.
// Thread rule: one thread.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <optional>
#include <string>
#include <utility>

#include "alert_bridge/core/watcher.hpp"
#include "catch.hpp"
#include "core_world.hpp"
#include "fake_news.hpp"

namespace alert_bridge::test {

class WatchedWorld : public CoreWorld {
  public:
    FakeNews news{desk};
    core::Watcher watcher{
        {store, store, news, desk, assets, clock, events, metrics, ids, policies},
        std::chrono::seconds(30)};
    int rung = 0;

    WatchedWorld() {
        watcher.on_decided = [this] {
            ++rung;
            dispatcher.ring();
            upkeep.ring();
        };
    }

    // `count` problems, each with its ticket: 100, 101 …
    void open_tickets(int count) {
        for (int i = 0; i < count; ++i) {
            take(alert(domain::AlertKind::problem, "1", "z/trigger/" + std::to_string(i)));
        }
        for (auto& [id, view] : desk.views) {
            view.entity_id = 1;  // where they were opened
        }
        desk.calls.clear();
        clock.time += std::chrono::seconds(1);
    }
    bool run(boost::asio::awaitable<bool> task) {
        std::optional<bool> result;
        auto into = [](boost::asio::awaitable<bool> work, std::optional<bool>& out
                    ) -> boost::asio::awaitable<void> { out = co_await std::move(work); };
        boost::asio::co_spawn(io, into(std::move(task), result), boost::asio::detached);
        settle();
        REQUIRE(result.has_value());
        return *result;
    }
    bool round() { return run(watcher.round()); }
    // As after a round just now.
    void heard_until_now() {
        store.facts["glpi.heard_until"] = std::to_string(to_unix_ms(clock.time));
    }
    const domain::Incident& incident(std::size_t index = 0) {
        return store.incidents_table.at(index);
    }
    // A person sets the status of the ticket.
    void set_status(int status, std::int64_t id = 100) {
        domain::TicketView& view = desk.views[id];
        view.status = status;
        view.taken_by_person = view.status_set_by_person = true;
        view.status_row = view.newest_row = ++row_;
        news.changed_by_people[id] = "row " + std::to_string(row_);
    }

  private:
    std::int64_t row_ = 10;
};

}  // namespace alert_bridge::test
