// SPDX-License-Identifier: MIT
//
// Delivery: carries out one claimed operation against GLPI and says what came of it.
//
// Guarantees: an operation in state `sending` is written at most once per call; one in state
// `uncertain` is only looked for, never written. Before each later write the ticket's present state
// is read (domain::review), so that a person wins. A new ticket for a known asset costs one
// request. Not guaranteed: what happened in GLPI when the result is uncertain; the reconciling
// look-up finds out. Thread rule: the I/O thread. Tests: tests/unit/core/delivery_test.cpp
#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>

#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/service_desk.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

class Delivery {
  public:
    Delivery(
        ports::ServiceDesk& desk, ports::AssetDirectory& assets, ports::Events& events,
        ports::Metrics& metrics
    )
        : desk_(desk), assets_(assets), events_(events), metrics_(metrics) {}

    [[nodiscard]] boost::asio::awaitable<domain::OperationResult> carry_out(ports::Claimed claimed);

    // A ticket was found in the trash. If there is somebody to find out whether people merged it
    // into another one (core/watcher), the write waits for a few attempts.
    std::function<void(std::int64_t)> on_ticket_in_trash;

  private:
    using Outcome = boost::asio::awaitable<domain::OperationResult>;
    [[nodiscard]] Outcome open(ports::Claimed claimed);
    [[nodiscard]] Outcome write_later(ports::Claimed claimed);
    [[nodiscard]] Outcome write(ports::Claimed claimed, domain::Review review);
    [[nodiscard]] Outcome write_followup(ports::Claimed claimed, bool reopen, std::string note);
    [[nodiscard]] Outcome write_solution(ports::Claimed claimed);
    [[nodiscard]] boost::asio::awaitable<Result<ports::ResolvedNames>> resolve(
        ports::Claimed claimed
    );

    ports::ServiceDesk& desk_;
    ports::AssetDirectory& assets_;
    ports::Events& events_;
    ports::Metrics& metrics_;
};

// Looks for an operation whose outcome is unknown (RELIABILITY: the unknown outcome).
class Reconciler {
  public:
    Reconciler(ports::ServiceDesk& desk, ports::Events& events, ports::Metrics& metrics)
        : desk_(desk), events_(events), metrics_(metrics) {}

    // done when found (the oldest of several, with an alarm), not_found, or failed. A solution that
    // was written without its effect on the ticket's status counts as not found.
    [[nodiscard]] boost::asio::awaitable<domain::OperationResult> look_up(ports::Claimed claimed);

  private:
    [[nodiscard]] boost::asio::awaitable<domain::OperationResult> look_for_ticket(
        domain::Operation operation
    );
    [[nodiscard]] boost::asio::awaitable<domain::OperationResult> look_on_ticket(
        domain::Operation operation, std::int64_t ticket_id
    );
    [[nodiscard]] boost::asio::awaitable<domain::OperationResult> look_at_status(
        domain::Operation operation, std::int64_t ticket_id, std::int64_t solution
    );

    ports::ServiceDesk& desk_;
    ports::Events& events_;
    ports::Metrics& metrics_;
};

}  // namespace alert_bridge::core
