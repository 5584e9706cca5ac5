// SPDX-License-Identifier: MIT
//
// Correlator: reads the journal behind the intake, asks rules, placement and lifecycle, and stores
// what they decide.
//
//   journal row -> rules (plan) -> Store::decide(lifecycle) ── needs placement ─┐
//        ▲                            ▲                                         ▼
//        │                            └──────── AssetDirectory, place() ◄── waiting
//        └──────────────────────── left behind ◄───── too many wait ────────────┘
//
// Guarantees: alerts of one problem key are decided in the order of the journal, one at a time;
// different keys go in parallel, bounded. A row counts as pending until its decision is committed,
// so that a crash repeats the work and loses nothing. An alert that waits for its place holds up
// only its own problem: it does not count as in hand, and past CorrelatorLimits::waiting the rest
// are put back and read again when there is room. Placement waits for GLPI at most
// Policies::placement_patience from the alert's first question on (in the queue for one: from
// GLPI's last answer on), longer only while GLPI is away, then decides by hint or default. While
// GLPI is away a waiting alert has asked once and sleeps until look_again().
// Thread rule: the I/O thread. Tests: tests/unit/core/correlator_test.cpp,
// tests/unit/core/waiting_test.cpp
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "alert_bridge/core/left_behind.hpp"
#include "alert_bridge/core/placing.hpp"
#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/core/turns.hpp"
#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

struct CorrelatorLimits {
    int in_hand = 2048;  // alerts taken from the journal and being decided
    int waiting = 4096;  // more, in memory, that wait for their place
    int asking = 32;     // of those, how many ask GLPI at once
};

class Correlator {
  public:
    struct Services {
        ports::Store& store;
        ports::AssetDirectory& assets;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
        PolicyHolder& policies;
    };

    Correlator(Services services, Tasks& tasks, CorrelatorLimits limits = CorrelatorLimits());

    // Runs until stop(); start it once.
    [[nodiscard]] boost::asio::awaitable<void> run();
    void ring() { bell_.ring(); }
    // GLPI is back, or the configuration is new: what waits for its place tries again.
    void look_again();
    // The wall clock was set by so much, as from now.
    void clock_was_set(Duration by) { clock_set_by_ += by; }
    void stop();

    // True while GLPI cannot be asked at all; then placement waits on.
    std::function<bool()> glpi_away = [] { return false; };
    // GLPI was away until then: now, while it is away; the epoch if it never was. What began and
    // ended before folds.
    std::function<WallTime()> away_until = [] { return WallTime{}; };
    // The approved change that covers an asset now; null: none.
    std::function<const domain::PlannedChange*(const domain::AssetHit&, WallTime)> change_of =
        [](const domain::AssetHit&, WallTime) { return nullptr; };
    // After each committed decision: (alert id, decision).
    std::function<void(const std::string&, const domain::Decision&)> on_decided;

    // Alerts taken from the journal, being decided.
    [[nodiscard]] std::int64_t in_hand() const noexcept { return in_hand_; }
    // Alerts that wait because GLPI has no entity for them, not even glpi.default_entity.
    [[nodiscard]] int without_entity() const noexcept { return without_entity_; }
    // Alerts that wait for their place, in memory or left behind.
    [[nodiscard]] std::int64_t waiting() const noexcept { return waiting_ + left_.rows(); }

  private:
    struct Lane {
        std::deque<ports::JournalEntry> rows;
        bool waits = false;  // its rows count as waiting, not as in hand
    };
    struct Answer;

    // Each tells whether there was anything to read.
    [[nodiscard]] boost::asio::awaitable<bool> read_new();
    [[nodiscard]] boost::asio::awaitable<bool> read_left_behind();
    [[nodiscard]] boost::asio::awaitable<std::vector<ports::JournalEntry>> read_after(
        std::int64_t seq
    );
    // From half of it down, so that rows are read by the batch and not one for one.
    [[nodiscard]] bool has_room() const noexcept { return in_hand_ <= limits_.in_hand / 2; }
    [[nodiscard]] bool may_read_left_behind() const noexcept {
        return has_room() && waiting_ <= limits_.waiting / 2 && !left_.empty();
    }
    void take(ports::JournalEntry row);
    void count(bool waits, std::int64_t rows);
    void set_waits(Lane& lane, bool waits);
    void put_back(const std::string& problem_key, const Lane& lane);
    [[nodiscard]] boost::asio::awaitable<void> lane(std::string problem_key);
    // What rules say of the asset, and the change that covers it, once the place is known.
    [[nodiscard]] domain::Plan with_place(
        const domain::Alert& alert, const Policies& policies, domain::Plan plan,
        domain::Placement& placement
    ) const;
    // True when the lane's first row is decided; false when it would have to wait and there is no
    // room for that, and at stop().
    [[nodiscard]] boost::asio::awaitable<bool> process(Lane& lane);
    [[nodiscard]] boost::asio::awaitable<Result<domain::Decision>> decide(
        const ports::JournalEntry& entry, std::shared_ptr<const Policies> policies,
        domain::Plan plan, std::optional<domain::Placement> placement
    );

    // As if the clock had never been set: for waits that only live in memory.
    [[nodiscard]] WallTime unset_now() const { return services_.clock.now() - clock_set_by_; }
    // Nothing at stop() and when the policies changed: then the rules are asked again.
    [[nodiscard]] boost::asio::awaitable<std::optional<domain::Placement>> wait_for_place(
        const domain::Alert& alert, std::shared_ptr<const Policies> policies
    );
    [[nodiscard]] boost::asio::awaitable<Turns::Turn> take_turn(WallTime since, Duration patience);
    [[nodiscard]] boost::asio::awaitable<void> pause_after(Error error);
    // One try.
    [[nodiscard]] boost::asio::awaitable<Result<domain::Placement>> find_place(
        const domain::Alert& alert, PlaceQuestion question, WallTime deadline, Turns::Turn turn
    );
    [[nodiscard]] boost::asio::awaitable<Result<domain::Placement>> ask_in_time(
        const domain::Alert& alert, PlaceQuestion question, WallTime deadline, Turns::Turn turn
    );
    [[nodiscard]] boost::asio::awaitable<void> ask(
        std::shared_ptr<Answer> answer, domain::Alert alert, PlaceQuestion question,
        Turns::Turn turn
    );
    // From memory alone; nothing when GLPI must be asked about the host, its entities or its asset.
    [[nodiscard]] std::optional<domain::Placement> remembered_place(
        const domain::Alert& alert, const PlaceQuestion& question
    ) const;
    [[nodiscard]] std::optional<domain::Placement> remembered_place_alone(
        const domain::Alert& alert, const domain::Plan& plan
    ) const;
    void decided(const ports::JournalEntry& entry, const domain::Decision& decision);

    Services services_;
    Tasks& tasks_;
    CorrelatorLimits limits_;
    Bell bell_;
    Crowd news_;
    Turns turns_;
    std::unordered_map<std::string, Lane> lanes_;
    LeftBehind left_;
    std::int64_t last_seq_ = 0;
    WallTime last_answer_{};  // by unset_now()
    Duration clock_set_by_{};
    std::int64_t in_hand_ = 0;
    std::int64_t waiting_ = 0;
    int without_entity_ = 0;
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
