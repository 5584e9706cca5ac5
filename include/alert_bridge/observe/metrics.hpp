// SPDX-License-Identifier: MIT
//
// PrometheusMetrics: ports::Metrics kept in memory and written in Prometheus' text format.
//
// Every metric is a row of metric_table() (src/observe/metric_table.cpp): name without the prefix
// "glpi_alert_bridge_", type, help, label names, buckets. Using a name, a type or a label that is
// not there is a programming mistake and aborts; a test reads the sources for names. Guarantees: a
// metric without labels is there from the start, with 0; a metric has at most kSeriesMax label
// combinations, further ones are counted as "other", so that nothing that a sender chooses can fill
// the memory. Thread rule: any thread. Tests: tests/unit/observe/metrics_test.cpp
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/ports/runtime.hpp"

namespace alert_bridge::observe {

enum class MetricType { counter, gauge, histogram };

struct MetricSpec {
    std::string_view name;
    MetricType type = MetricType::counter;
    std::string_view help;
    std::string_view first_label;  // empty: none, as the others
    std::string_view second_label;
    std::span<const double> buckets;  // histograms: upper bounds in seconds, ascending
    std::string_view third_label = {};
};

[[nodiscard]] std::span<const MetricSpec> metric_table() noexcept;

class PrometheusMetrics final : public ports::Metrics {
  public:
    static constexpr std::size_t kSeriesMax = 500;

    PrometheusMetrics();
    ~PrometheusMetrics() override;

    // Requires: the name is in the table with this type, the labels are the table's; `by` >= 0.
    void count(std::string_view name, const Labels& labels, double by) override;
    void gauge(std::string_view name, const Labels& labels, double value) override;
    void observe(std::string_view name, const Labels& labels, double seconds) override;

    // What a counter or gauge says now: the sum of its series, or of those whose last label has
    // this value. Requires: the name is in the table with that type.
    [[nodiscard]] double total(std::string_view name, std::string_view last_label = {}) const;
    // How many observations each bucket of a histogram without labels holds; the open one is last.
    [[nodiscard]] std::vector<double> buckets(std::string_view name) const;
    // The upper ends of its buckets but the open one, as the table has them.
    [[nodiscard]] std::span<const double> bounds(std::string_view name) const;

    // The whole of it, for GET /metrics.
    [[nodiscard]] std::string text() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

[[nodiscard]] std::unique_ptr<PrometheusMetrics> make_metrics();

}  // namespace alert_bridge::observe
