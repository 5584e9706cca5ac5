// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <sstream>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "alert_bridge/base/invariant.hpp"

namespace alert_bridge::observe {
namespace {

constexpr std::string_view kPrefix = "glpi_alert_bridge_";

using Family = std::variant<
    prometheus::Family<prometheus::Counter>*, prometheus::Family<prometheus::Gauge>*,
    prometheus::Family<prometheus::Histogram>*>;

// The values of the labels in the table's order, empty where there is none.
using Values = std::array<std::string, 3>;

struct ValuesLess {
    using is_transparent = void;
    using Views = std::array<std::string_view, 3>;
    template <class One, class Other>
    bool operator()(const One& one, const Other& other) const {
        return std::lexicographical_compare(one.begin(), one.end(), other.begin(), other.end());
    }
};

struct Metric {
    const MetricSpec* spec = nullptr;
    Family family;
    prometheus::Histogram::BucketBoundaries buckets;
    // Of the library's type for the family. It would find them itself, by copies of all labels.
    std::map<Values, void*, ValuesLess> series;
};

}  // namespace

struct PrometheusMetrics::Impl {
    Impl();
    [[nodiscard]] Metric& find(std::string_view name, MetricType type);
    // Requires: the lock is held. Past kSeriesMax series new label values count as "other".
    template <class T>
    [[nodiscard]] T& series(std::string_view name, MetricType type, const Labels& labels);

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

template <class T>
T& PrometheusMetrics::Impl::series(std::string_view name, MetricType type, const Labels& labels) {
    Metric& metric = find(name, type);
    const MetricSpec& spec = *metric.spec;
    const ValuesLess::Views names{spec.first_label, spec.second_label, spec.third_label};
    const auto expected = static_cast<std::size_t>(
        std::find(names.begin(), names.end(), std::string_view()) - names.begin()
    );
    BRIDGE_INVARIANT(labels.size() == expected);
    ValuesLess::Views values;
    for (const auto& [label, value] : labels) {
        const auto at = std::find(names.begin(), names.end(), label);
        BRIDGE_INVARIANT(at != names.end() && !label.empty());
        values[static_cast<std::size_t>(at - names.begin())] = value;
    }
    auto found = metric.series.find(values);
    if (found != metric.series.end()) {
        return *static_cast<T*>(found->second);
    }
    const bool is_full = metric.series.size() >= kSeriesMax;
    prometheus::Labels own;
    for (const auto& [label, value] : labels) {
        own.emplace(std::string(label), is_full ? "other" : value);
    }
    BRIDGE_INVARIANT(own.size() == expected);
    auto& family = *std::get<prometheus::Family<T>*>(metric.family);
    T* made = nullptr;
    if constexpr (std::is_same_v<T, prometheus::Histogram>) {
        made = &family.Add(own, metric.buckets);
    } else {
        made = &family.Add(own);
    }
    if (!is_full) {
        metric.series.emplace(
            Values{std::string(values[0]), std::string(values[1]), std::string(values[2])}, made
        );
    }
    return *made;
}

PrometheusMetrics::PrometheusMetrics() : impl_(std::make_unique<Impl>()) {}
PrometheusMetrics::~PrometheusMetrics() = default;

void PrometheusMetrics::count(std::string_view name, const Labels& labels, double by) {
    const std::lock_guard lock(impl_->mutex);
    impl_->series<prometheus::Counter>(name, MetricType::counter, labels).Increment(by);
}

void PrometheusMetrics::gauge(std::string_view name, const Labels& labels, double value) {
    const std::lock_guard lock(impl_->mutex);
    impl_->series<prometheus::Gauge>(name, MetricType::gauge, labels).Set(value);
}

void PrometheusMetrics::observe(std::string_view name, const Labels& labels, double seconds) {
    const std::lock_guard lock(impl_->mutex);
    impl_->series<prometheus::Histogram>(name, MetricType::histogram, labels).Observe(seconds);
}

double PrometheusMetrics::total(std::string_view name, std::string_view last_label) const {
    const std::lock_guard lock(impl_->mutex);
    const auto found = impl_->metrics.find(name);
    BRIDGE_INVARIANT(found != impl_->metrics.end());
    const MetricSpec& spec = *found->second.spec;
    BRIDGE_INVARIANT(spec.type != MetricType::histogram);
    const std::size_t last_at = spec.second_label.empty() ? 0 : spec.third_label.empty() ? 1 : 2;
    double sum = 0;
    for (const auto& [values, series] : found->second.series) {
        const std::string& last = values[last_at];
        if (last_label.empty() || last == last_label) {
            sum += spec.type == MetricType::counter
                       ? static_cast<prometheus::Counter*>(series)->Value()
                       : static_cast<prometheus::Gauge*>(series)->Value();
        }
    }
    return sum;
}

std::vector<double> PrometheusMetrics::buckets(std::string_view name) const {
    const std::lock_guard lock(impl_->mutex);
    auto& histogram = impl_->series<prometheus::Histogram>(name, MetricType::histogram, {});
    std::vector<double> counts;
    double before = 0;
    for (const auto& bucket : histogram.Collect().histogram.bucket) {
        const auto up_to_here = static_cast<double>(bucket.cumulative_count);
        counts.push_back(up_to_here - before);
        before = up_to_here;
    }
    return counts;
}

std::span<const double> PrometheusMetrics::bounds(std::string_view name) const {
    const std::lock_guard lock(impl_->mutex);
    return impl_->find(name, MetricType::histogram).spec->buckets;
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
