// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <map>
#include <mutex>
#include <set>
#include <sstream>
#include <variant>
#include <vector>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge::observe {
namespace {

constexpr std::string_view kPrefix = "glpi_alert_bridge_";

using Family = std::variant<
    prometheus::Family<prometheus::Counter>*, prometheus::Family<prometheus::Gauge>*,
    prometheus::Family<prometheus::Histogram>*>;

struct Metric {
    const MetricSpec* spec = nullptr;
    Family family;
    prometheus::Histogram::BucketBoundaries buckets;
    std::set<prometheus::Labels> series;  // known label combinations
};

}  // namespace

struct PrometheusMetrics::Impl {
    Impl();
    [[nodiscard]] Metric& find(std::string_view name, MetricType type);
    // Requires: the lock is held.
    [[nodiscard]] static prometheus::Labels bounded(Metric& metric, const Labels& labels);

    prometheus::Registry registry;
    std::mutex mutex;
    std::map<std::string_view, Metric> metrics;
};

PrometheusMetrics::Impl::Impl() {
    for (const MetricSpec& spec : metric_table()) {
        Metric metric;
        metric.spec = &spec;
        metric.buckets.assign(spec.buckets.begin(), spec.buckets.end());
        const std::string name = std::string(kPrefix) + std::string(spec.name);
        const std::string help(spec.help);
        const bool has_labels = !spec.first_label.empty();
        switch (spec.type) {
            case MetricType::counter: {
                auto& made = prometheus::BuildCounter().Name(name).Help(help).Register(registry);
                metric.family = &made;
                if (!has_labels) {
                    made.Add({});
                }
                break;
            }
            case MetricType::gauge: {
                auto& made = prometheus::BuildGauge().Name(name).Help(help).Register(registry);
                metric.family = &made;
                if (!has_labels) {
                    made.Add({});
                }
                break;
            }
            case MetricType::histogram: {
                auto& made = prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
                metric.family = &made;
                if (!has_labels) {
                    made.Add({}, metric.buckets);
                }
                break;
            }
        }
        const bool is_new = metrics.emplace(spec.name, std::move(metric)).second;
        BRIDGE_INVARIANT(is_new);
    }
}

Metric& PrometheusMetrics::Impl::find(std::string_view name, MetricType type) {
    const auto found = metrics.find(name);
    if (found == metrics.end()) {
        std::fprintf(
            stderr, "metric %.*s is not in the table\n", static_cast<int>(name.size()), name.data()
        );
    }
    BRIDGE_INVARIANT(found != metrics.end());
    BRIDGE_INVARIANT(found->second.spec->type == type);
    return found->second;
}

prometheus::Labels PrometheusMetrics::Impl::bounded(Metric& metric, const Labels& labels) {
    const MetricSpec& spec = *metric.spec;
    const std::size_t expected =
        (spec.first_label.empty() ? 0U : 1U) + (spec.second_label.empty() ? 0U : 1U);
    BRIDGE_INVARIANT(labels.size() == expected);
    prometheus::Labels out;
    for (const auto& [name, value] : labels) {
        BRIDGE_INVARIANT(name == spec.first_label || name == spec.second_label);
        out.emplace(std::string(name), value);
    }
    BRIDGE_INVARIANT(out.size() == expected);
    if (metric.series.size() < kSeriesMax) {
        metric.series.insert(out);
    } else if (metric.series.find(out) == metric.series.end()) {
        for (auto& [name, value] : out) {
            value = "other";
        }
    }
    return out;
}

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::count(std::string_view name, const Labels& labels, double by) {
    const std::lock_guard lock(impl_->mutex);
    Metric& metric = impl_->find(name, MetricType::counter);
    auto* const family = std::get<prometheus::Family<prometheus::Counter>*>(metric.family);
    family->Add(Impl::bounded(metric, labels)).Increment(by);
}

void PrometheusMetrics::gauge(std::string_view name, const Labels& labels, double value) {
    const std::lock_guard lock(impl_->mutex);
    Metric& metric = impl_->find(name, MetricType::gauge);
    auto* const family = std::get<prometheus::Family<prometheus::Gauge>*>(metric.family);
    family->Add(Impl::bounded(metric, labels)).Set(value);
}

void PrometheusMetrics::observe(std::string_view name, const Labels& labels, double seconds) {
    const std::lock_guard lock(impl_->mutex);
    Metric& metric = impl_->find(name, MetricType::histogram);
    auto* const family = std::get<prometheus::Family<prometheus::Histogram>*>(metric.family);
    family->Add(Impl::bounded(metric, labels), metric.buckets).Observe(seconds);
}

std::string PrometheusMetrics::text() const {
    std::ostringstream out;
    const prometheus::TextSerializer serializer;
    serializer.Serialize(out, impl_->registry.Collect());
    return out.str();
}

std::unique_ptr<PrometheusMetrics> make_metrics() {
    return std::make_unique<PrometheusMetrics>();
}

}  // namespace alert_bridge::observe
