// SPDX-License-Identifier: MIT
//
// Unreadable: the tickets that GLPI does not show although it answers, so that one of them stops
// nothing else.
//
// A ticket that GLPI refuses to show is left alone for kPause at once; one whose questions fail in
// another way after kTries in a row, since an outage looks the same at first. After the pause one
// question more decides. Bounded: past kMax tickets all are forgotten, and tried again.
// Thread rule: a value. Tests: tests/unit/core/unreadable_test.cpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::core {

class Unreadable {
  public:
    static constexpr int kTries = 3;
    static constexpr Duration kPause{600'000};
    static constexpr std::size_t kMax = 10'000;

    [[nodiscard]] bool is_left_alone(std::int64_t ticket_id, WallTime now) const {
        const auto found = tickets_.find(ticket_id);
        return found != tickets_.end() && now < found->second.until;
    }
    // GLPI showed it.
    void is_well(std::int64_t ticket_id) { tickets_.erase(ticket_id); }

    enum class Verdict {
        outage,   // it may well be one: the rest would fare no better
        told,     // it is left alone, as people know
        to_tell,  // it is left alone from now on
    };
    [[nodiscard]] Verdict failed(std::int64_t ticket_id, bool is_refused, WallTime now);

    void clock_was_set(Duration by) {
        for (auto& [id, ticket] : tickets_) {
            ticket.until += by;
        }
    }

  private:
    struct Ticket {
        int failures = 0;
        bool told = false;
        WallTime until{};
    };
    std::map<std::int64_t, Ticket> tickets_;
};

}  // namespace alert_bridge::core
