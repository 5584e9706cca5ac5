// SPDX-License-Identifier: MIT
//
// Intake: one request body -> alerts -> one durable append -> receipts. The promise lives here:
//
//   Accepted means durable. `accepted` is returned only after the alerts are committed and synced;
//   from then on neither kill -9, power loss nor GLPI being away loses them. A body that cannot be
//   read is kept in quarantine (it came from an authenticated sender) and answered `unreadable`.
//   At a bound (journal backlog, disk) the answer is `unavailable` before anything is taken.
//   What was accepted a moment ago is answered `duplicate` without the store (RecentAlerts).
//
// Not promised: that a ticket exists when the answer is sent; see Prefer: wait.
// Thread rule: the I/O thread. Tests: tests/unit/core/intake_test.cpp
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "alert_bridge/base/id.hpp"
#include "alert_bridge/core/recent_alerts.hpp"
#include "alert_bridge/ports/alert_decoder.hpp"
#include "alert_bridge/ports/operator_store.hpp"
#include "alert_bridge/ports/runtime.hpp"
#include "alert_bridge/ports/store.hpp"

namespace alert_bridge::core {

struct AlertReceipt {
    std::string id;      // empty when rejected
    std::string status;  // "accepted", "duplicate", "rejected"
    std::string error;   // rejected: why
};

struct IntakeAnswer {
    enum class Status {
        accepted,        // 202
        unreadable,      // 400
        unknown_source,  // 404
        unavailable,     // 503, Retry-After
    };
    Status status = Status::accepted;
    std::vector<AlertReceipt> alerts;
    std::string error;
    int retry_after_s = 0;
};

struct IntakeLimits {
    std::int64_t journal_pending_max = 100'000;  // alerts accepted but not yet decided
    int alerts_per_batch_max = 5000;
};

class Intake {
  public:
    using Decoders = std::map<std::string, std::shared_ptr<const ports::AlertDecoder>, std::less<>>;
    // The log has a line for so many of a body's unusable alerts, and one for the rest of them: all
    // are in the quarantine, and a body may hold thousands.
    static constexpr std::size_t kLinesOfABody = 3;

    Intake(
        ports::Store& store, ports::Clock& clock, IdSource& ids, ports::Events& events,
        ports::Metrics& metrics, Decoders decoders, IntakeLimits limits
    );

    // A reload swaps the sources.
    void use(Decoders decoders);

    [[nodiscard]] bool knows(std::string_view source) const;
    [[nodiscard]] boost::asio::awaitable<IntakeAnswer> submit(std::string source, std::string body);

    // All that a body holds, read by the source's decoder as if it came now. Errors: there is no
    // such source, or the body or any part of it cannot be read.
    [[nodiscard]] Result<std::vector<domain::Alert>> read(
        const std::string& source, std::string_view body
    ) const;
    // Takes alerts that nobody sent but that are true all the same (core/state_check).
    [[nodiscard]] boost::asio::awaitable<IntakeAnswer> admit(
        std::string source, std::vector<domain::Alert> alerts
    );

    // Reads what was quarantined once more, with the sources as they are configured now. Its alerts
    // are accepted as if they came now, and the entry is gone, or nothing changes (refused: why).
    struct Readmission {
        bool done = false;
        std::string text;  // for the operator
    };
    [[nodiscard]] boost::asio::awaitable<Result<Readmission>> readmit(
        ports::OperatorStore& seat, ports::QuarantineEntry entry
    );

    // Called after each durable append; the correlator's bell.
    std::function<void()> on_appended;
    // Alerts accepted and not yet decided; kept by intake and the correlator.
    std::int64_t pending = 0;
    // Set while stopping or when the store is broken: everything is answered `unavailable`.
    std::string closed_reason;

  private:
    [[nodiscard]] boost::asio::awaitable<IntakeAnswer> journal(
        std::string source, ports::Decoded decoded, WallTime now
    );
    [[nodiscard]] boost::asio::awaitable<IntakeAnswer> quarantine(
        std::string source, std::string body, std::string reason, WallTime now
    );
    [[nodiscard]] IntakeAnswer refuse(const Error& error);
    // Empty: there is room. Otherwise why nothing is taken, counted.
    [[nodiscard]] std::optional<IntakeAnswer> full();
    void stamp(std::vector<domain::Alert>& alerts, const std::string& source, WallTime now);
    void count_fresh(const std::vector<ports::Receipt>& receipts);
    [[nodiscard]] std::vector<AlertReceipt> repeats(
        const std::vector<domain::Alert>& alerts, WallTime now
    ) const;
    [[nodiscard]] std::vector<AlertReceipt> take(
        const std::vector<ports::Receipt>& receipts, std::vector<std::string> keys, WallTime now
    );
    void tell(
        const std::string& source, const std::vector<AlertReceipt>& receipts, std::int64_t left_out
    );

    ports::Store& store_;
    ports::Clock& clock_;
    IdSource& ids_;
    ports::Events& events_;
    ports::Metrics& metrics_;
    Decoders decoders_;
    IntakeLimits limits_;
    RecentAlerts recent_;
};

}  // namespace alert_bridge::core
