// SPDX-License-Identifier: MIT
//
// StateCheck: compares what the bridge believes of monitoring with what monitoring says now: at the
// start, after an outage of GLPI or of monitoring, and every so often.
//
// | with us | there                   | what follows                                              |
// |---------|-------------------------|-----------------------------------------------------------|
// | open    | ok                      | a recovery goes into the journal, as if it had been sent  |
// | open    | not in the list (of all | the same, when it is missing in two pictures in a row     |
// |         | there is)               | that are kSettle apart                                    |
// | open    | gone, given up          | a cancellation, in the same way                           |
// | unheard | failing                 | reported at the second look in a row; becomes an alert    |
// |         |                         | where the source says open_unheard. What no rule would    |
// |         |                         | open is not counted                                       |
//
// Guarantees: what it finds takes the ordinary way (journal, correlator, lifecycle) with an
// idempotency key of its own, so that the late notice of the same changes nothing. A source that
// does not answer, or of whose answer any part makes no sense, changes nothing: it is logged and
// asked again soon. Of a problem that was heard of less than kSettle before the picture was made,
// or later, nothing is concluded: its own notices tell.
// Thread rule: the I/O thread. Tests: tests/unit/core/state_check_test.cpp
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/core/backs.hpp"
#include "alert_bridge/core/busy.hpp"
#include "alert_bridge/core/intake.hpp"
#include "alert_bridge/core/policies.hpp"
#include "alert_bridge/core/tasks.hpp"

namespace alert_bridge::core {

class StateCheck {
  public:
    static constexpr Duration kSettle{30'000};
    static constexpr Duration kAgainSoon{30'000};  // after a failure, or when something is missing
    static constexpr int kKnownMax = 50'000;       // open problems of one source

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
    // The wall clock was set by so much, as from now.
    void clock_was_set(Duration by);

    // One look at one source; true: it answered. Public for tests.
    [[nodiscard]] boost::asio::awaitable<bool> check(std::string source, Back back);

  private:
    using Problems = std::vector<ports::OpenProblem>;
    using Alerts = std::vector<domain::Alert>;
    // The bodies of a sight, read.
    struct Reading {
        Alerts present;
        std::set<std::string> going_on;  // occurrences; the key alone where it is one problem
    };
    struct Picture {
        WallTime as_of{};
        bool is_list = false;  // of all there is: what it lacks is over
    };

    [[nodiscard]] static std::string occurrence(
        const std::string& problem_key, std::string_view episode
    );
    [[nodiscard]] boost::asio::awaitable<void> look(Busy::Mark mark, std::string source, Back back);
    [[nodiscard]] boost::asio::awaitable<Result<Problems>> open_problems(std::string source);
    [[nodiscard]] boost::asio::awaitable<Result<Reading>> read(
        std::string source, ports::Sight sight
    );
    // What the list lacks is gone.
    [[nodiscard]] static std::vector<ports::ProblemNow> off_the_list(
        const Problems& known, const Reading& reading
    );
    [[nodiscard]] std::vector<std::size_t> over_now(
        const std::string& source, const Problems& known,
        const std::vector<ports::ProblemNow>& states, WallTime as_of
    );
    [[nodiscard]] boost::asio::awaitable<void> settle_known(
        std::string source, Problems known, std::vector<ports::ProblemNow> states, Picture picture
    );
    [[nodiscard]] boost::asio::awaitable<domain::Alert> end_of(
        std::string source, ports::OpenProblem problem, bool is_ok
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
    Busy busy_;
    std::set<std::string> failing_, unsure_;
    // By source: what is missing, and since which picture.
    std::map<std::string, std::map<std::string, WallTime>> missing_;
    std::map<std::string, std::set<std::string>> unheard_before_, unheard_told_;
    int changes_ = 0;  // of the clock and the configuration: what was asked before them is void
    bool stopping_ = false;
};

}  // namespace alert_bridge::core
