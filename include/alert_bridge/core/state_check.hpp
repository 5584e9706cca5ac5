// SPDX-License-Identifier: MIT
//
// StateCheck: compares what the bridge believes of monitoring with what monitoring says now: at the
// start, after an outage of GLPI or of monitoring, and every so often.
//
//   open with us, ok there      a recovery goes into the journal, as if it had been sent
//   open with us, given up      a cancellation does (a cancelled escalation, an object that is
//   gone) failing there, never heard  reported at the second look in a row; becomes an alert where
//   the
//                               source says open_unheard. What no rule would open is not counted
//
// Guarantees: what it finds takes the ordinary way (journal, correlator, lifecycle) with an
// idempotency key of its own, so that the late notice of the same changes nothing. A source that
// does not answer, or makes no sense, changes nothing: it is logged and asked again soon. News of
// the last kSettle are left to their own notices.
// Thread rule: the I/O thread. Tests: tests/unit/core/state_check_test.cpp
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/core/backs.hpp"
#include "alert_bridge/core/intake.hpp"
#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"

namespace alert_bridge::core {

class StateCheck {
  public:
    static constexpr Duration kSettle{30'000};
    static constexpr Duration kAgainAfterFailure{30'000};
    static constexpr int kKnownMax = 50'000;  // open problems of one source

    struct Services {
        ports::NoticeStore& store;
        ports::Clock& clock;
        ports::Events& events;
        ports::Metrics& metrics;
        PolicyHolder& policies;
        Intake& intake;
    };

    StateCheck(Services services, Tasks& tasks, BacksPtr backs);

    [[nodiscard]] boost::asio::awaitable<void> run();
    // Looks at every source soon: an outage is over.
    void look_again();
    void use(BacksPtr backs);
    void stop();

    // One look at one source; true: it answered. Public for tests.
    [[nodiscard]] boost::asio::awaitable<bool> check(std::string source, Back back);

  private:
    using Problems = std::vector<ports::OpenProblem>;
    using Alerts = std::vector<domain::Alert>;

    [[nodiscard]] boost::asio::awaitable<void> look(std::string source, Back back);
    [[nodiscard]] boost::asio::awaitable<Result<Problems>> open_problems(std::string source);
    [[nodiscard]] boost::asio::awaitable<void> settle_known(
        std::string source, Problems known, std::vector<ports::ProblemNow> states
    );
    [[nodiscard]] boost::asio::awaitable<domain::Alert> end_of(
        std::string source, ports::OpenProblem problem, ports::ProblemNow now
    );
    [[nodiscard]] boost::asio::awaitable<void> report_unheard(
        std::string source, Back back, Alerts present
    );
    void tell_unheard(const std::string& source, const Alerts& unheard, bool opens);
    void failed(const std::string& source, const Error& error);

    Services services_;
    Tasks& tasks_;
    Bell bell_;
    BacksPtr backs_;
    std::map<std::string, WallTime> next_;
    std::set<std::string> busy_, failing_;
    std::map<std::string, std::set<std::string>> unheard_before_, unheard_told_;
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
