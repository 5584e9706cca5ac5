// SPDX-License-Identifier: MIT
// What config/ ships to watch the bridge names only metrics and labels that exist.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

#include "alert_bridge/observe/metrics.hpp"
#include "catch.hpp"
#include "paths.hpp"

using namespace alert_bridge;

namespace {

std::string read_shipped(const char* name) {
    std::ifstream in(project_dir() / "config" / name);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    REQUIRE(!text.empty());
    return text;
}

// Quotes are escaped in JSON.
std::string without_escapes(const std::string& text) {
    return std::regex_replace(text, std::regex("\\\\\""), "\"");
}

std::set<std::string> labels_of(const observe::MetricSpec& spec) {
    std::set<std::string> labels{"instance"};
    for (const auto label : {spec.first_label, spec.second_label, spec.third_label}) {
        labels.insert(std::string(label));
    }
    if (spec.type == observe::MetricType::histogram) {
        labels.insert("le");
    }
    return labels;
}

const observe::MetricSpec* find(std::string name) {
    for (const char* part : {"", "_bucket", "_sum", "_count"}) {
        const std::string_view suffix(part);
        if (!name.ends_with(suffix)) {
            continue;
        }
        const std::string stem = name.substr(0, name.size() - suffix.size());
        for (const observe::MetricSpec& spec : observe::metric_table()) {
            const bool is_histogram = spec.type == observe::MetricType::histogram;
            if (spec.name == stem && is_histogram == !suffix.empty()) {
                return &spec;
            }
        }
    }
    return nullptr;
}

// The names that the text uses, as they stand in the table.
std::set<std::string> check(const std::string& text) {
    const std::regex use("glpi_alert_bridge_([a-z0-9_]+)(\\{[^}]*\\})?");
    const std::regex label("([a-z_]+)=~?\"");
    std::set<std::string> names;
    for (std::sregex_iterator at(text.begin(), text.end(), use), end; at != end; ++at) {
        INFO(at->str());
        const observe::MetricSpec* const spec = find((*at)[1]);
        REQUIRE(spec != nullptr);
        names.insert(std::string(spec->name));
        const std::set<std::string> labels = labels_of(*spec);
        const std::string matchers = (*at)[2];
        for (std::sregex_iterator l(matchers.begin(), matchers.end(), label); l != end; ++l) {
            INFO((*l)[1].str());
            CHECK(labels.count((*l)[1]) == 1);
        }
    }
    return names;
}

}  // namespace

TEST_CASE("rules, dashboard and template name only metrics and labels of the table") {
    CHECK(check(read_shipped("prometheus/alerts.yaml")).size() > 15);
    CHECK(check(read_shipped("prometheus/alerts_test.yaml")).size() > 15);
    CHECK(check(read_shipped("zabbix/template_glpi_alert_bridge.yaml")).size() == 11);
    CHECK(check(without_escapes(read_shipped("prometheus/grafana-dashboard.json"))).size() > 30);
}

TEST_CASE("the dashboard groups each metric by labels that it has") {
    const std::string text = without_escapes(read_shipped("prometheus/grafana-dashboard.json"));
    const std::regex grouped("by \\(([a-z_, ]+)\\) \\([a-z]*\\(?glpi_alert_bridge_([a-z0-9_]+)");
    const std::regex word("[a-z_]+");
    int groups = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), grouped), end; at != end; ++at) {
        INFO(at->str());
        const observe::MetricSpec* const spec = find((*at)[2]);
        REQUIRE(spec != nullptr);
        const std::set<std::string> labels = labels_of(*spec);
        const std::string by = (*at)[1];
        for (std::sregex_iterator l(by.begin(), by.end(), word); l != end; ++l) {
            CHECK(labels.count(l->str()) == 1);
            ++groups;
        }
    }
    CHECK(groups > 25);
}

// Between two edges a quantile is a guess: tickets that wait for 10 minutes as the policy wants it
// would be taken for ones that wait for 45.
TEST_CASE("an alert on a quantile compares it with an edge of the buckets") {
    const std::string text = read_shipped("prometheus/alerts.yaml");
    const std::regex quantile(
        "histogram_quantile\\([^>]*glpi_alert_bridge_([a-z_]+)_bucket[^>]*> ([0-9]+)"
    );
    int found = 0;
    for (std::sregex_iterator at(text.begin(), text.end(), quantile), end; at != end; ++at) {
        INFO(at->str());
        const observe::MetricSpec* const spec = find((*at)[1].str() + "_bucket");
        REQUIRE(spec != nullptr);
        const double bound = std::stod((*at)[2]);
        CHECK(std::count(spec->buckets.begin(), spec->buckets.end(), bound) == 1);
        ++found;
    }
    CHECK(found == 1);
}

TEST_CASE("what an operator judges the bridge by is on the dashboard and has an alert") {
    const std::set<std::string> shown =
        check(without_escapes(read_shipped("prometheus/grafana-dashboard.json")));
    for (const char* name :
         {"alerts_total", "alerts_decided_total", "alert_to_ticket_seconds", "operations",
          "oldest_due_seconds", "glpi_requests_total", "glpi_sessions", "glpi_breaker_open",
          "storms", "quarantined"}) {
        INFO(name);
        CHECK(shown.count(name) == 1);
    }
    const std::set<std::string> alerted = check(read_shipped("prometheus/alerts.yaml"));
    for (const char* name :
         {"ready", "glpi_up", "operations", "oldest_due_seconds", "quarantined", "storms"}) {
        INFO(name);
        CHECK(alerted.count(name) == 1);
    }
}
