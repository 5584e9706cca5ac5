// SPDX-License-Identifier: MIT
//
// World: one run of the simulation, from a seed to its violations.
//
// The real core (intake, correlator, dispatcher, delivery, reconciler, upkeep, watcher, messenger)
// with the real SQL over a database in memory, a simulated GLPI with its people, simulated senders
// and monitoring to be told, rules with times of maintenance, in virtual time and one thread. First
// comes the time of trouble, in which the process also crashes and starts again; then a time of
// peace that is long enough for all that is owed (kPeace is the bound on settling); then the
// checker looks at the end. Same seed, same run. Thread rule: one thread.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "checker.hpp"

namespace alert_bridge::simulation {

inline constexpr Duration kPeace{25 * 60'000};

struct RunOptions {
    std::uint64_t seed = 0;
    Duration length{3'600'000};   // of the time of trouble
    std::ostream* out = nullptr;  // the trace as text
    // Bugs to be found, for the self test.
    bool posts_twice = false;
    bool overrules_people = false;
    bool claims_for_nobody = false;
};

struct RunResult {
    std::vector<std::string> violations;
    std::uint64_t hash = 0;
    int crashes = 0;
    std::size_t alerts = 0;
    FinalState end;
};

[[nodiscard]] RunResult run(const RunOptions& options);

}  // namespace alert_bridge::simulation
