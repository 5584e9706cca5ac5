// SPDX-License-Identifier: MIT
//
// Correlator: reads the journal behind the intake, asks rules, placement and lifecycle, and stores
// what they decide.
//
//   journal row -> rules (plan) -> Store::decide(lifecycle) ── needs placement ─┐
//                                     ▲                                         ▼
//                                     └──────── AssetDirectory, place() ◄───────┘
//
// Guarantees: alerts of one problem key are decided in the order of the journal, one at a time;
// different keys go in parallel, bounded. A row counts as pending until its decision is committed,
// so that a crash repeats the work and loses nothing. Placement waits for GLPI at most
// Policies::placement_patience (longer only while GLPI is away), then decides by hint or default.
// Thread rule: the I/O thread. Tests: tests/unit/core/correlator_test.cpp
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"
#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

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

    Correlator(Services services, Tasks& tasks);

    // Runs until stop(); start it once.
    [[nodiscard]] boost::asio::awaitable<void> run();
    void ring() { bell_.ring(); }
    void stop();

    // True while GLPI cannot be asked at all; then placement waits on.
    std::function<bool()> glpi_away = [] { return false; };
    // After each committed decision: (alert id, decision).
    std::function<void(const std::string&, const domain::Decision&)> on_decided;

    // Alerts taken from the journal and not yet decided; bounded by kInHandMax.
    [[nodiscard]] int in_hand() const noexcept { return in_hand_; }
    static constexpr int kInHandMax = 4096;

  private:
    using Lane = std::deque<ports::JournalEntry>;

    [[nodiscard]] boost::asio::awaitable<void> lane(std::string problem_key);
    [[nodiscard]] boost::asio::awaitable<void> process(ports::JournalEntry entry);
    // One try; nothing when GLPI did not answer and there is still time, after a pause.
    [[nodiscard]] boost::asio::awaitable<std::optional<domain::Placement>> find_place(
        domain::Alert alert, domain::Plan plan, Duration patience
    );
    [[nodiscard]] ports::AssetDirectory::Task<std::vector<domain::AssetHit>> find_asset(
        const domain::Alert& alert, const domain::Plan& plan, const domain::EntityTree& tree
    );
    // From memory alone; nothing when GLPI must be asked about the host or about its entities.
    [[nodiscard]] std::optional<domain::Placement> remembered_place(
        const domain::Alert& alert, const domain::Plan& plan
    ) const;
    void decided(const ports::JournalEntry& entry, const domain::Decision& decision);

    Services services_;
    Tasks& tasks_;
    Bell bell_;
    std::unordered_map<std::string, Lane> lanes_;
    std::int64_t last_seq_ = 0;
    int in_hand_ = 0;
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
