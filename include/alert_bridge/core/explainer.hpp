// SPDX-License-Identifier: MIT
//
// Explainer: goes the way of one alert with the parts that decide in the daemon (rules, placement,
// lifecycle, delivery) and writes down what they say, instead of storing and sending it.
//
// Guarantees: writes nothing to any store; what would be written to GLPI goes to the ServiceDesk it
// is given, which must be one that only listens (glpi/rehearsal.hpp). Alerts explained one after
// the other know of each other, as those of one body do in the daemon (core/earlier). Not known
// here: alerts that wait in the daemon's journal, planned changes of GLPI, whether GLPI is away for
// the daemon (fold), and what the alerts before used up of a storm's budget. Thread rule: the I/O
// thread. Tests: tests/unit/core/explainer_test.cpp
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/core/delivery.hpp"
#include "alert_bridge/core/earlier.hpp"
#include "alert_bridge/core/explanation.hpp"
#include "alert_bridge/core/placing.hpp"
#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::core {

// A snapshot as it is after a decision, for what follows at once. Pure.
void take_effect(const domain::Decision& decision, domain::Snapshot& known);

class Explainer {
  public:
    struct Services {
        ports::ServiceDesk& desk;
        ports::AssetDirectory& assets;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
        std::shared_ptr<const Policies> policies;
    };
    struct Options {
        bool asks_glpi = true;
        // What the store knows; nothing: it cannot be asked.
        std::function<std::optional<domain::Snapshot>(const ports::Subject&)> known_of;
        // What was sent to the desk since it was last asked.
        std::function<std::vector<GlpiRequest>()> take_requests;
    };

    Explainer(Services services, Options options);
    ~Explainer();

    [[nodiscard]] boost::asio::awaitable<Explanation> explain(domain::Alert alert);

  private:
    class Desk;  // tickets that are only thought of, or must not be asked for, are new and
                 // untouched

    [[nodiscard]] domain::Snapshot known_of(const ports::Subject& subject, Explanation& out);
    [[nodiscard]] domain::Decision decide(
        const domain::Alert& alert, domain::Plan plan, std::optional<domain::Placement> placement,
        Explanation& out
    );
    // Requires: the arguments outlive the call.
    [[nodiscard]] boost::asio::awaitable<std::optional<domain::Placement>> place(
        const domain::Alert& alert, const PlaceQuestion& question, Explanation& out
    );
    void settle_owed(const std::vector<domain::Operation>& owed, Explanation& out);
    [[nodiscard]] boost::asio::awaitable<void> follow(Explanation& out);
    [[nodiscard]] boost::asio::awaitable<void> write_owed(
        const ExplainedWrite& frame, WallTime at, Explanation& out
    );
    [[nodiscard]] boost::asio::awaitable<void> write_for_others(
        const domain::Decision& decision, Explanation& out
    );
    [[nodiscard]] boost::asio::awaitable<domain::OperationResult> write_one(
        const ExplainedWrite& frame, ports::Claimed claimed, Explanation& out
    );
    void tell_timer(Explanation& out, domain::TimerKind kind, ExplainedWrite& frame);

    Services services_;
    Options options_;
    std::unique_ptr<Desk> desk_;
    Delivery delivery_;
    domain::Snapshot state_;             // of the alert at hand
    std::vector<domain::Timer> timers_;  // set for it
    Earlier earlier_;                    // what became of those before
};

}  // namespace alert_bridge::core
