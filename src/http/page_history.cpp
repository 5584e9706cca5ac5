// SPDX-License-Identifier: MIT
#include "alert_bridge/http/page_history.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

namespace alert_bridge::http {
namespace {

using nlohmann::json;

double grown(double before, double now) {
    return now >= before ? now - before : now;
}

// Three digits behind the point are more than a plot shows.
json short_number(float value) {
    return std::round(static_cast<double>(value) * 1000) / 1000;
}

json latency(float value) {
    return value < 0 ? json(nullptr) : short_number(value);
}

}  // namespace

std::optional<double> quantile(
    std::span<const double> bounds, std::span<const double> counts, double share
) {
    const double all = std::accumulate(counts.begin(), counts.end(), 0.0);
    if (all <= 0) {
        return std::nullopt;
    }
    const double wanted = share * all;
    double below = 0;
    for (std::size_t i = 0; i < counts.size() && i < bounds.size(); ++i) {
        if (counts[i] > 0 && below + counts[i] >= wanted) {
            const double begin = i == 0 ? 0 : bounds[i - 1];
            return begin + (bounds[i] - begin) * (wanted - below) / counts[i];
        }
        below += counts[i];
    }
    return bounds.empty() ? 0 : bounds.back();
}

void PageHistory::add(WallTime now, Totals totals) {
    const std::chrono::duration<double> passed = now - last_at_;
    if (last_ && passed.count() > 0) {
        std::vector<double> buckets = totals.latency_buckets;
        for (std::size_t i = 0; i < buckets.size() && i < last_->latency_buckets.size(); ++i) {
            buckets[i] = grown(last_->latency_buckets[i], buckets[i]);
        }
        Point point;
        point.time_ms = to_unix_ms(now);
        point.alerts = static_cast<float>(grown(last_->alerts, totals.alerts) / passed.count());
        point.delivered =
            static_cast<float>(grown(last_->delivered, totals.delivered) / passed.count());
        point.median = static_cast<float>(quantile(bounds_, buckets, 0.5).value_or(-1));
        point.slow = static_cast<float>(quantile(bounds_, buckets, 0.95).value_or(-1));
        point.waiting = totals.waiting;
        if (ring_.size() < kPoints) {
            ring_.push_back(point);
        } else {
            ring_[added_ % kPoints] = point;
        }
        ++added_;
    }
    last_ = std::move(totals);
    last_at_ = now;
}

json PageHistory::since(std::uint64_t from) const {
    json rows = json::array();
    for (std::uint64_t i = std::max(from, added_ - ring_.size()); i < added_; ++i) {
        const Point& point = ring_[i % kPoints];
        json row = json::array();
        row.push_back(point.time_ms);
        row.push_back(short_number(point.alerts));
        row.push_back(short_number(point.delivered));
        row.push_back(latency(point.median));
        row.push_back(latency(point.slow));
        row.push_back(point.waiting);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace alert_bridge::http
