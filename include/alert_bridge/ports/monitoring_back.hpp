// SPDX-License-Identifier: MIT
//
// MonitoringBack: the way back to one configured source: telling it, and asking what it says now.
// Implementations: monitoring/. Consumers: core/messenger, core/state_check.
//
// Guarantees: every call ends within its deadline; nothing is concluded from an answer that is
// missing, cut short or older than it may be: those are errors, and change nothing. `ok` is given
// on proof only; `gone` may be a passing gap in what it says of itself.
// Errors: later (away, or no sense in its answer), misconfigured (it does not take our token, file
// or pipe), refused (it will never do this).
// Thread rule: the I/O thread. Tests: tests/unit/monitoring/
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/notice.hpp"
#include "alert_bridge/ports/notice_store.hpp"

namespace alert_bridge::ports {

enum class ProblemNow {
    failing,
    ok,
    gone,     // monitoring has given it up: no recovery will ever come
    unknown,  // it cannot be told
};

struct Sight {
    // When this picture was made, by the sender, if that is not when it was asked for.
    std::optional<WallTime> as_of;
    // In the order of what was asked. Empty: read it off `present` and `hushed`, which are
    // everything there is; what is not there is over.
    std::vector<ProblemNow> known;
    // Bodies as the source's own notices: its decoder reads them. Problems that monitoring keeps
    // quiet about (silenced, in a downtime) are in `hushed`.
    std::vector<std::string> present, hushed;
};

class MonitoringBack {
  public:
    virtual ~MonitoringBack() = default;

    // Done at least once when it succeeds.
    [[nodiscard]] virtual Awaitable<Result<void>> tell(domain::Notice notice) = 0;
    [[nodiscard]] virtual Awaitable<Result<Sight>> look(std::vector<OpenProblem> known) = 0;
    // The daemon ends: what is asked from here on is an error, and so is the next step of what is
    // under way.
    virtual void stop() noexcept {}
};

}  // namespace alert_bridge::ports
