// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_history.hpp"

#include <array>
#include <nlohmann/json.hpp>

#include "catch.hpp"

using namespace alert_bridge;
using http::PageHistory;
using http::quantile;
using nlohmann::json;

namespace {

constexpr std::array<double, 3> kBounds{1, 2, 10};
const WallTime kStart = from_unix_ms(1'795'466'910'000);

PageHistory::Totals totals(double alerts, double delivered, std::vector<double> latency = {}) {
    PageHistory::Totals made;
    made.alerts = alerts;
    made.delivered = delivered;
    made.waiting = 7;
    made.latency_buckets = std::move(latency);
    return made;
}

WallTime at(int step) {
    return kStart + step * PageHistory::kStep;
}

}  // namespace

TEST_CASE("a quantile lies inside its bucket, and at the beginning of the open one") {
    const std::vector<double> counts{2, 0, 2, 0};
    CHECK(quantile(kBounds, counts, 0.25) == Approx(0.5));
    CHECK(quantile(kBounds, counts, 0.5) == Approx(1));
    CHECK(quantile(kBounds, counts, 0.75) == Approx(6));
    CHECK(quantile(kBounds, std::vector<double>{0, 0, 0, 3}, 0.5) == Approx(10));
    CHECK_FALSE(quantile(kBounds, std::vector<double>{0, 0, 0, 0}, 0.5).has_value());
    CHECK_FALSE(quantile(kBounds, std::vector<double>{}, 0.5).has_value());
}

TEST_CASE("a point holds what came since the one before, not the totals") {
    PageHistory history(kBounds);
    history.add(at(0), totals(100, 50, {5, 5, 5, 5}));
    CHECK(history.added() == 0);
    history.add(at(1), totals(150, 60, {9, 5, 5, 5}));
    history.add(at(2), totals(150, 60, {9, 5, 5, 5}));
    const json rows = history.since(0);
    REQUIRE(rows.size() == 2);
    CHECK(rows[0] == json::parse("[1795466920000, 5.0, 1.0, 0.5, 0.95, 7]"));
    CHECK(rows[1] == json::parse("[1795466930000, 0.0, 0.0, null, null, 7]"));
    CHECK(history.since(1).size() == 1);
    CHECK(history.since(2).empty());
}

TEST_CASE("totals that fell count from zero, and a clock that was set back gives no point") {
    PageHistory history(kBounds);
    history.add(at(5), totals(100, 0));
    history.add(at(6), totals(30, 0));
    CHECK(history.since(0)[0][1] == 3.0);
    history.add(at(1), totals(40, 0));
    CHECK(history.added() == 1);
    history.add(at(2), totals(60, 0));
    CHECK(history.since(1)[0][1] == 2.0);
}

TEST_CASE("no more than an hour is held, the newest of it") {
    PageHistory history(kBounds);
    const int steps = static_cast<int>(PageHistory::kPoints) + 5;
    for (int step = 0; step <= steps; ++step) {
        history.add(at(step), totals(step * 10.0, 0));
    }
    CHECK(history.added() == static_cast<std::uint64_t>(steps));
    const json rows = history.since(0);
    REQUIRE(rows.size() == PageHistory::kPoints);
    CHECK(rows.front()[0] == to_unix_ms(at(6)));
    CHECK(rows.back()[0] == to_unix_ms(at(steps)));
    CHECK(history.since(history.added() - 1).size() == 1);
}
