// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/alert.hpp"

#include <set>
#include <string>

#include "catch.hpp"

using namespace alert_bridge::domain;

TEST_CASE("every kind has a name of its own that reads back") {
    std::set<std::string> names;
    for (const AlertKind kind :
         {AlertKind::problem, AlertKind::update, AlertKind::acknowledgement, AlertKind::recovery,
          AlertKind::flapping_start, AlertKind::flapping_stop, AlertKind::downtime_start,
          AlertKind::downtime_end, AlertKind::cancelled, AlertKind::note}) {
        names.emplace(to_string(kind));
        CHECK(parse_alert_kind(to_string(kind)) == kind);
    }
    CHECK(names.size() == 10);
    CHECK(names.count("invalid") == 0);
}

TEST_CASE("every severity has a name that reads back, and severities are ordered") {
    Severity before = Severity::not_classified;
    for (const Severity severity :
         {Severity::information, Severity::warning, Severity::average, Severity::high,
          Severity::disaster}) {
        CHECK(parse_severity(to_string(severity)) == severity);
        CHECK(before < severity);
        before = severity;
    }
    CHECK(parse_severity("not_classified") == Severity::not_classified);
}

TEST_CASE("every state has a name that reads back") {
    for (const ProblemState state :
         {ProblemState::unknown, ProblemState::ok, ProblemState::failing}) {
        CHECK(parse_problem_state(to_string(state)) == state);
    }
}

TEST_CASE("names are exact: other words, other case and nothing are refused") {
    for (const char* word : {"", "Problem", "PROBLEM", "problems", "high", "invalid", " problem"}) {
        INFO(word);
        CHECK_FALSE(parse_alert_kind(word).has_value());
    }
    for (const char* word : {"", "High", "critical", "5", "invalid", "average "}) {
        INFO(word);
        CHECK_FALSE(parse_severity(word).has_value());
    }
    for (const char* word : {"", "OK", "up", "invalid"}) {
        INFO(word);
        CHECK_FALSE(parse_problem_state(word).has_value());
    }
}

TEST_CASE("a value outside the enumeration is named invalid instead of undefined") {
    CHECK(to_string(static_cast<AlertKind>(99)) == "invalid");
    CHECK(to_string(static_cast<Severity>(99)) == "invalid");
    CHECK(to_string(static_cast<ProblemState>(99)) == "invalid");
}

TEST_CASE("the first value of a tag counts, names are case-sensitive") {
    Alert alert;
    CHECK(tag_value(alert, "customer").empty());
    alert.tags = {{"env", "prod"}, {"customer", "ACME"}, {"customer", "Globex"}, {"flag", ""}};
    CHECK(tag_value(alert, "customer") == "ACME");
    CHECK(tag_value(alert, "env") == "prod");
    CHECK(tag_value(alert, "flag").empty());
    CHECK(tag_value(alert, "Customer").empty());
}

TEST_CASE("only a problem that is failing opens") {
    Alert alert;
    for (const AlertKind kind :
         {AlertKind::problem, AlertKind::update, AlertKind::recovery, AlertKind::flapping_start,
          AlertKind::downtime_end, AlertKind::note}) {
        for (const ProblemState state :
             {ProblemState::unknown, ProblemState::ok, ProblemState::failing}) {
            alert.kind = kind;
            alert.state = state;
            const bool opens = kind == AlertKind::problem && state == ProblemState::failing;
            CHECK(is_opening(alert) == opens);
        }
    }
}
