// SPDX-License-Identifier: MIT
//
// Trouble: how bad a run is, drawn once from its seed, and the draws during the run. After
// `over` nothing goes wrong any more, so that everything owed must come to its end.
// Crash points ask crash_here(): once it said yes nobody of the core may go on.
// Thread rule: one thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "random.hpp"
#include "trace.hpp"
#include "virtual_time.hpp"

namespace alert_bridge::simulation {

struct Rates {
    // One request to GLPI
    double not_sent = 0;     // refused connection, back-off asked for
    double lost = 0;         // unclear, and never carried out
    double answer_lost = 0;  // unclear, although carried out
    double late = 0;         // unclear, and carried out later, found within the quarantine
    double refused = 0;      // for good
    double add_error = 0;    // GLPI says ERROR_GLPI_ADD, half of the times although carried out
    double slow = 0;         // takes seconds
    // The store, one transaction or call
    double store_full = 0;
    double store_busy = 0;
    // The process, at each crash point
    double crash = 0;
    // Senders, one alert
    double reordered = 0;
    double repeated = 0;
    // People, one look around a minute
    double person = 0;
};

struct Window {
    WallTime from{};
    WallTime to{};
};

// Shorter than the quarantine: the README excludes more.
inline constexpr Duration kSearchLagMax{60'000};

class Trouble {
  public:
    Trouble(std::uint64_t seed, Duration length, VirtualTime& time, Trace& trace)
        : random(seed), time_(time), trace_(trace) {
        const auto worst = [this](double rate) { return level() * rate; };
        rates.not_sent = worst(0.15);
        rates.lost = worst(0.10);
        rates.answer_lost = worst(0.15);
        rates.late = worst(0.10);
        rates.refused = worst(0.01);
        rates.add_error = worst(0.05);
        rates.slow = worst(0.20);
        rates.store_full = worst(0.01);
        rates.store_busy = worst(0.01);
        rates.crash = worst(0.004);
        rates.reordered = worst(0.20);
        rates.repeated = worst(0.20);
        rates.person = worst(0.50);
        for (auto windows = random.between(0, 2); windows > 0; --windows) {
            const WallTime from = time.now() + random.between(Duration(0), length);
            away_.push_back({from, from + random.between(Duration(30'000), Duration(600'000))});
        }
        Random replica(~seed);  // of its own: all other draws of a seed stay what they were
        if (replica.chance(0.25)) {
            search_lag = replica.between(Duration(1'000), kSearchLagMax);
        }
    }

    void end() {
        rates = Rates();
        away_.clear();
        search_lag = Duration::zero();
    }
    [[nodiscard]] bool glpi_is_away() const {
        for (const Window& window : away_) {
            if (time_.now() >= window.from && time_.now() < window.to) {
                return true;
            }
        }
        return false;
    }
    [[nodiscard]] bool crash_here(const char* where) {
        if (random.chance(rates.crash)) {
            trace_.line(time_.now(), std::string("CRASH ") + where);
            crashed = true;
        }
        return crashed;
    }

    Random random;
    Rates rates;
    Duration search_lag{};  // the search finds a ticket so much later: it reads a replica
    bool crashed = false;   // the core is dead and has not been taken away yet

  private:
    // A third of the kinds of trouble does not occur in a run, another third seldom.
    double level() {
        const auto kind = random.between(0, 2);
        return kind == 0 ? 0 : random.fraction() * (kind == 1 ? 0.2 : 1);
    }

    VirtualTime& time_;
    Trace& trace_;
    std::vector<Window> away_;
};

}  // namespace alert_bridge::simulation
