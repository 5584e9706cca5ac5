// SPDX-License-Identifier: MIT
//
// PageHistory: what the plots of the status page show: rates, latency and what waits, one point
// every kStep for the last kPoints steps.
//
// add() takes running totals and keeps what came in between; totals that fell (they never do while
// the program runs) count from zero. Latency is read off a histogram: within a bucket it is taken
// to be spread evenly, in the last one, which has no end, it is that one's beginning. Guarantees:
// holds at most kPoints points of 32 bytes. Thread rule: the I/O thread. Tests:
// tests/unit/http/page_history_test.cpp
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <vector>

#include "alert_bridge/base/time.hpp"

namespace alert_bridge::http {

class PageHistory {
  public:
    static constexpr std::size_t kPoints = 360;
    static constexpr Duration kStep{10'000};

    struct Totals {
        double alerts = 0;     // received and kept
        double delivered = 0;  // writes that GLPI has taken
        std::int64_t waiting = 0;
        std::vector<double> latency_buckets;  // observations in each bucket, the open one last
    };

    // `bounds`: upper ends of the latency's buckets in seconds, ascending; they outlive this.
    explicit PageHistory(std::span<const double> bounds) : bounds_(bounds) {}

    // The first call only remembers where counting begins.
    void add(WallTime now, Totals totals);
    // Points that were ever added, whether they are still held or not.
    [[nodiscard]] std::uint64_t added() const noexcept { return added_; }
    // Those from number `from` on: [[time in ms, alerts/s, writes/s, median s, 95 % s, waiting]],
    // the oldest first; null for a latency of nothing.
    [[nodiscard]] nlohmann::json since(std::uint64_t from) const;

  private:
    struct Point {
        std::int64_t time_ms = 0;
        float alerts = 0, delivered = 0;
        float median = -1, slow = -1;  // below 0: nothing was opened
        std::int64_t waiting = 0;
    };

    std::span<const double> bounds_;
    std::optional<Totals> last_;
    WallTime last_at_{};
    std::vector<Point> ring_;
    std::uint64_t added_ = 0;
};

// The value below which a share of the observations lies; nothing when there are none.
[[nodiscard]] std::optional<double> quantile(
    std::span<const double> bounds, std::span<const double> counts, double share
);

}  // namespace alert_bridge::http
