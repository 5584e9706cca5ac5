// SPDX-License-Identifier: MIT
//
// Watcher: hears what people do to the bridge's tickets in GLPI, and has the lifecycle decide what
// follows.
//
// A round asks for the last changes, then for the state of the open tickets, 500 a request; what
// changed by other hands than ours, and every new ticket once, is looked at one by one (ticket and
// log: two requests). Of more open tickets than kPagesPerRound pages each round asks for the next
// ones: the last changes tell what cannot wait. A ring (a webhook of GLPI) makes it look at one
// ticket sooner, and nothing more. While a solution or reopening is owed, a ticket whose status a
// person has set is looked at in each round. While owed writes wait for GLPI (it was
// away, or a storm), they go first: of the tickets that the bridge itself changed last, new or with
// a new status, kFirstLooksBesideWrites of the changes and as many of the sweep are looked at in a
// round and the rest in later ones; all others are looked at all the same.
//
// Guarantees: what was accounted for is remembered in the incident's row, so that a restart hears
// nothing twice and misses nothing that still shows; while may_ask() is false, and after an answer
// that did not come, it asks nothing and goes on later; with no open ticket it asks nothing at all.
// A ticket that GLPI does not show stops neither rounds nor rings (core/unreadable); a ring that
// cannot be answered three times, while GLPI can be asked, is left to the rounds.
// Not guaranteed: that it hears of what is undone between two rounds.
// Thread rule: the I/O thread. Tests: tests/unit/core/watcher_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/core/unreadable.hpp"
#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/service_desk.hpp"
#include "alert_bridge/ports/store.hpp"
#include "alert_bridge/ports/ticket_news.hpp"
#include "alert_bridge/ports/watch_store.hpp"

namespace alert_bridge::core {

class Watcher {
  public:
    static constexpr int kPagesPerRound = 20;
    static constexpr std::size_t kRingsMax = 10'000;
    static constexpr int kFirstLooksBesideWrites = 10;  // among the changes, and in the sweep

    struct Services {
        ports::Store& store;
        ports::WatchStore& watched;
        ports::TicketNews& news;
        ports::ServiceDesk& desk;
        ports::AssetDirectory& assets;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
        PolicyHolder& policies;
    };

    // Every zero: never; rings are heard all the same.
    Watcher(Services services, Duration every);

    [[nodiscard]] boost::asio::awaitable<void> run();
    void stop();
    // Somebody says that this ticket changed. Past kRingsMax waiting ones it is not noted: the
    // rounds see it too.
    void ring(std::int64_t ticket_id);
    // The wall clock was set by so much, as from now.
    void clock_was_set(Duration by);

    // What run() repeats; false: GLPI or the store did not answer.
    [[nodiscard]] boost::asio::awaitable<bool> round();
    [[nodiscard]] boost::asio::awaitable<bool> answer_rings();

    // GLPI can be asked.
    std::function<bool()> may_ask = [] { return true; };
    // Owed writes may be waiting for GLPI.
    std::function<bool()> writes_wait = [] { return false; };
    // Something is owed, or a timer was set.
    std::function<void()> on_decided;

  private:
    using Tickets = std::vector<ports::WatchedTicket>;
    [[nodiscard]] boost::asio::awaitable<bool> hear_changes();
    [[nodiscard]] boost::asio::awaitable<bool> sweep(Tickets first_page);
    // Asks for their states and looks at those that changed. Requires: at most one page.
    [[nodiscard]] boost::asio::awaitable<bool> examine(Tickets tickets);
    [[nodiscard]] boost::asio::awaitable<bool> examine_all(std::vector<std::int64_t> ticket_ids);
    [[nodiscard]] boost::asio::awaitable<bool> look(
        ports::WatchedTicket ticket, std::optional<ports::TicketState> state
    );
    [[nodiscard]] boost::asio::awaitable<Result<std::int64_t>> merge_target(
        const ports::WatchedTicket& ticket, const domain::TicketView& view
    );
    [[nodiscard]] boost::asio::awaitable<bool> hear(
        ports::WatchedTicket ticket, domain::TicketEvent event
    );
    [[nodiscard]] boost::asio::awaitable<void> remember_changes_until(WallTime time);
    void report(const ports::WatchedTicket& ticket, const domain::Decision& decision);
    // False for an outage: the rest would fare no better.
    [[nodiscard]] bool cannot_be_read(const ports::WatchedTicket& ticket, const Error& error);
    [[nodiscard]] bool goes_on() const { return !stopping_ && may_ask(); }
    [[nodiscard]] bool leaves_to_later(
        const ports::WatchedTicket& ticket, const std::optional<ports::TicketState>& state
    );

    Services services_;
    Duration every_;
    Bell bell_;
    std::map<std::int64_t, int> rings_;  // tickets, and how often looking at them failed
    WallTime next_round_{};
    std::optional<WallTime> heard_until_;  // the changes up to then; empty: not read yet
    std::string swept_to_;                 // the incident up to which the sweep has come
    Unreadable unreadable_;
    int first_looks_left_ = 0;  // while writes wait
    bool stopping_ = false;
};

// Whether the ticket was changed by other hands than ours since it was looked at. Pure.
[[nodiscard]] bool needs_look(
    const ports::WatchedTicket& ticket, const std::optional<ports::TicketState>& state
);

}  // namespace alert_bridge::core
