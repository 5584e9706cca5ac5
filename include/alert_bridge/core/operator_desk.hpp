// SPDX-License-Identifier: MIT
//
// OperatorDesk: carries out what a person asks for: retry or discard a dead write or a quarantined
// body.
//
// Guarantees: each command is one transaction, logged with who asked (`operator_command`) and
// counted; a refused one changes nothing and says why. A retry of what may have reached GLPI is
// looked for first (domain/operator.hpp). Errors: the store's. Thread rule: the I/O thread.
// Tests: tests/unit/core/operator_desk_test.cpp
#pragma once

#include <functional>
#include <string>

#include "alert_bridge/core/intake.hpp"
#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/domain/operator.hpp"
#include "alert_bridge/ports/operator_store.hpp"

namespace alert_bridge::core {

class OperatorDesk {
  public:
    struct Services {
        ports::Store& store;
        ports::OperatorStore& seat;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        IdSource& ids;
        PolicyHolder& policies;
        Intake& intake;
    };
    struct Answer {
        bool done = false;
        std::string text;  // what came of it, or why not
    };
    using Outcome = boost::asio::awaitable<Result<Answer>>;

    explicit OperatorDesk(Services services) : services_(services) {}

    // A dead write. `who`: for the log, e.g. "uid 0".
    [[nodiscard]] Outcome settle(domain::OperatorEvent event, std::string who);
    [[nodiscard]] Outcome retry_quarantined(std::int64_t id, std::string who);
    [[nodiscard]] Outcome discard_quarantined(std::int64_t id, std::string reason, std::string who);

    // After a write was retried or discarded: there may be something to send, or a timer.
    std::function<void()> on_changed;

  private:
    struct Command {
        std::string name, id, who, reason;
    };
    void report(const Command& command, const Result<Answer>& outcome);

    Services services_;
};

}  // namespace alert_bridge::core
