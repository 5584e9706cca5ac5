// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/metrics.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "catch.hpp"
#include "paths.hpp"

using namespace alert_bridge;
using observe::MetricType;

namespace {

// Requires: the line "name{labels} value" is in the text.
std::string value_of(const std::string& text, const std::string& series) {
    const std::string start = "glpi_alert_bridge_" + series + " ";
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        if (line.substr(0, start.size()) == start) {
            return line.substr(start.size());
        }
    }
    return "absent";
}

}  // namespace

TEST_CASE("counters add up, gauges are set, labels tell series apart") {
    const auto metrics = observe::make_metrics();
    metrics->count("alerts_total", {{"source", "z"}, {"status", "accepted"}}, 2);
    metrics->count("alerts_total", {{"source", "z"}, {"status", "accepted"}}, 1);
    metrics->count("alerts_total", {{"status", "duplicate"}, {"source", "z"}}, 1);
    metrics->gauge("journal_pending", {}, 7);
    metrics->gauge("journal_pending", {}, 5);
    const std::string text = metrics->text();
    CHECK(value_of(text, "alerts_total{source=\"z\",status=\"accepted\"}") == "3");
    CHECK(value_of(text, "alerts_total{source=\"z\",status=\"duplicate\"}") == "1");
    CHECK(value_of(text, "journal_pending") == "5");
}

TEST_CASE("three labels tell series apart, in whatever order they come") {
    const auto metrics = observe::make_metrics();
    const auto count = [&metrics](const char* kind, const char* result) {
        metrics->count(
            "alerts_decided_total", {{"kind", kind}, {"source", "z"}, {"result", result}}, 1
        );
    };
    count("problem", "applied");
    count("problem", "ignored");
    count("recovery", "applied");
    metrics->count(
        "alerts_decided_total", {{"source", "z"}, {"result", "applied"}, {"kind", "problem"}}, 1
    );
    const std::string text = metrics->text();
    const std::string start = "alerts_decided_total{kind=\"";
    CHECK(value_of(text, start + "problem\",result=\"applied\",source=\"z\"}") == "2");
    CHECK(value_of(text, start + "problem\",result=\"ignored\",source=\"z\"}") == "1");
    CHECK(value_of(text, start + "recovery\",result=\"applied\",source=\"z\"}") == "1");
}

TEST_CASE("the port's default of one may be used through the interface") {
    const auto metrics = observe::make_metrics();
    ports::Metrics& port = *metrics;
    port.count("auth_failures_total", {});
    CHECK(value_of(metrics->text(), "auth_failures_total") == "1");
}

TEST_CASE("a histogram puts an observation in every bucket from its own upwards") {
    const auto metrics = observe::make_metrics();
    metrics->observe("http_request_seconds", {{"route", "intake"}}, 0.03);
    const std::string text = metrics->text();
    CHECK(value_of(text, "http_request_seconds_count{route=\"intake\"}") == "1");
    CHECK(value_of(text, "http_request_seconds_bucket{route=\"intake\",le=\"0.025\"}") == "0");
    CHECK(value_of(text, "http_request_seconds_bucket{route=\"intake\",le=\"0.05\"}") == "1");
    CHECK(value_of(text, "http_request_seconds_bucket{route=\"intake\",le=\"+Inf\"}") == "1");
}

TEST_CASE("metrics without labels are there from the start with zero, all with help and type") {
    const std::string text = observe::make_metrics()->text();
    for (const observe::MetricSpec& spec : observe::metric_table()) {
        const std::string name(spec.name);
        INFO(name);
        if (!spec.first_label.empty()) {
            continue;
        }
        CHECK_THAT(text, ContainsSubstring("# HELP glpi_alert_bridge_" + name + " "));
        CHECK(value_of(text, spec.type == MetricType::histogram ? name + "_count" : name) == "0");
    }
}

TEST_CASE("the table follows Prometheus' naming and has no name twice") {
    const std::regex name_form("[a-z][a-z0-9_]*");
    std::set<std::string_view> names;
    for (const observe::MetricSpec& spec : observe::metric_table()) {
        INFO(spec.name);
        const std::string name(spec.name);
        CHECK(names.insert(spec.name).second);
        CHECK(std::regex_match(name, name_form));
        CHECK_FALSE(spec.help.empty());
        CHECK(spec.help.back() == '.');
        const bool ends_in_total = name.size() > 6 && name.substr(name.size() - 6) == "_total";
        CHECK(ends_in_total == (spec.type == MetricType::counter));
        CHECK(spec.buckets.empty() == (spec.type != MetricType::histogram));
        CHECK(std::is_sorted(spec.buckets.begin(), spec.buckets.end()));
        CHECK((spec.second_label.empty() || !spec.first_label.empty()));
        CHECK((spec.third_label.empty() || !spec.second_label.empty()));
    }
}

TEST_CASE("hostile label values cannot break the format") {
    const auto metrics = observe::make_metrics();
    metrics->count("http_requests_total", {{"route", "a\"} 1\nforged 2\\"}, {"code", "200"}}, 1);
    const std::string text = metrics->text();
    CHECK(text.find("\nforged") == std::string::npos);
    CHECK_THAT(text, ContainsSubstring("route=\"a\\\"} 1\\nforged 2\\\\\""));
}

TEST_CASE("past the bound of label combinations the rest is counted as other") {
    const auto metrics = observe::make_metrics();
    for (int i = 0; i < 1500; ++i) {
        metrics->count("alerts_total", {{"source", std::to_string(i)}, {"status", "accepted"}}, 1);
    }
    const std::string text = metrics->text();
    CHECK(value_of(text, "alerts_total{source=\"0\",status=\"accepted\"}") == "1");
    CHECK(value_of(text, "alerts_total{source=\"1499\",status=\"accepted\"}") == "absent");
    CHECK(value_of(text, "alerts_total{source=\"other\",status=\"other\"}") == "1000");
    metrics->count("alerts_total", {{"source", "0"}, {"status", "accepted"}}, 1);
    CHECK(value_of(metrics->text(), "alerts_total{source=\"0\",status=\"accepted\"}") == "2");
}

// A name that is not in the table aborts the program at run time; this finds it before.
TEST_CASE("every metric that the sources name is in the table with its type and labels") {
    std::map<std::string_view, const observe::MetricSpec*> table;
    for (const observe::MetricSpec& spec : observe::metric_table()) {
        table[spec.name] = &spec;
    }
    const std::map<std::string, MetricType> types{
        {"count", MetricType::counter},
        {"gauge", MetricType::gauge},
        {"observe", MetricType::histogram}};
    const std::regex call("metrics_?(?:\\.|->)(count|gauge|observe)\\(\\s*\"([^\"]*)\"([^;]*);");
    const std::regex label("\\{\\s*\"([a-z_]+)\"\\s*,");
    int calls = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(project_dir() / "src")) {
        if (file.path().extension() != ".cpp") {
            continue;
        }
        std::ifstream in(file.path());
        const std::string source{std::istreambuf_iterator<char>(in), {}};
        for (std::sregex_iterator at(source.begin(), source.end(), call), end; at != end; ++at) {
            const std::string name = (*at)[2];
            const std::string arguments = (*at)[3];
            INFO(file.path().filename().string() << ": " << name);
            ++calls;
            REQUIRE(table.count(name) == 1);
            CHECK(table.at(name)->type == types.at((*at)[1]));
            std::set<std::string> used;
            for (std::sregex_iterator l(arguments.begin(), arguments.end(), label); l != end; ++l) {
                used.insert((*l)[1]);
            }
            std::set<std::string> known{
                std::string(table.at(name)->first_label), std::string(table.at(name)->second_label),
                std::string(table.at(name)->third_label)};
            known.erase("");
            CHECK(used == known);
        }
    }
    CHECK(calls > 10);
}

TEST_CASE("totals and buckets can be read back, by the last label too") {
    const auto metrics = observe::make_metrics();
    CHECK(metrics->total("alerts_total", "accepted") == 0);
    metrics->count("alerts_total", {{"source", "z"}, {"status", "accepted"}}, 2);
    metrics->count("alerts_total", {{"source", "n"}, {"status", "accepted"}}, 3);
    metrics->count("alerts_total", {{"source", "n"}, {"status", "duplicate"}}, 4);
    metrics->count("glpi_logins_total", {{"result", "ok"}}, 1);
    metrics->gauge("glpi_connections", {}, 4);
    CHECK(metrics->total("alerts_total", "accepted") == 5);
    CHECK(metrics->total("alerts_total") == 9);
    CHECK(metrics->total("glpi_logins_total", "ok") == 1);
    CHECK(metrics->total("glpi_connections") == 4);
    metrics->observe("alert_to_ticket_seconds", {}, 0.2);
    metrics->observe("alert_to_ticket_seconds", {}, 0.2);
    metrics->observe("alert_to_ticket_seconds", {}, 1e9);
    const std::vector<double> buckets = metrics->buckets("alert_to_ticket_seconds");
    REQUIRE(buckets.size() == metrics->bounds("alert_to_ticket_seconds").size() + 1);
    CHECK(buckets.at(0) == 0);
    CHECK(buckets.at(1) == 2);
    CHECK(buckets.back() == 1);
    CHECK(metrics->bounds("alert_to_ticket_seconds")[1] == 0.25);
}
