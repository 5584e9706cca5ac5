// SPDX-License-Identifier: MIT
//
// SimBack: monitoring as core/messenger tells it: it answers, is away, is slow, loses its answer or
// refuses, as the seed wants; from a generator of its own. It keeps what it was told.
//
// What must never happen is found where it happens: a notice told again although its answer was
// clear and the process did not end since, told out of order, or settled and never told.
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/core/backs.hpp"
#include "trouble.hpp"

namespace alert_bridge::simulation {

struct Told {
    std::int64_t notice = 0;
    std::string problem_key, episode, text;
};

class SimBack final : public ports::MonitoringBack {
  public:
    SimBack(std::uint64_t seed, VirtualTime& time, Trouble& trouble, Trace& trace);

    ports::Awaitable<Result<void>> tell(domain::Notice notice) override;
    ports::Awaitable<Result<ports::Sight>> look(std::vector<ports::OpenProblem>) override;

    // From here on it answers.
    void end() { away_ = lost_ = slow_ = refused_ = 0; }
    // The process is gone: it may not know what it told.
    void forget() { ++starts_; }
    // The store has settled it; done: for good, as told.
    void settled(std::int64_t notice, bool done);

    std::vector<Told> told;

  private:
    struct Course {
        Duration takes{};
        bool arrives = true;
        std::optional<Error> error;
    };
    [[nodiscard]] Course draw();
    void hear(const domain::Notice& notice);

    VirtualTime& time_;
    Trouble& trouble_;
    Trace& trace_;
    Random random_;
    double away_ = 0, lost_ = 0, slow_ = 0, refused_ = 0;
    int starts_ = 0;
    std::map<std::int64_t, int> clear_;  // the start in which a notice had a clear answer last
    std::map<std::pair<std::string, std::string>, std::int64_t> newest_;  // of an occurrence
};

}  // namespace alert_bridge::simulation
