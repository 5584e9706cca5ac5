// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/alert_json.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "full_values.hpp"

namespace alert_bridge::test {
namespace {

using storage::decode;
using storage::encode;

template <class T>
void check_round_trip(const T& value) {
    T out;
    const std::string text = encode(value);
    CAPTURE(text);
    REQUIRE(decode(text, out));
    CHECK(out == value);
    CHECK(encode(out) == text);
}

TEST_CASE("every field of every struct survives the way to text and back") {
    check_round_trip(full_alert());
    check_round_trip(full_plan());
    check_round_trip(full_placement());
    check_round_trip(full_content());
    check_round_trip(full_memory());
}

TEST_CASE("a placement whose note was stored as a sentence is read without it") {
    domain::Placement placement;
    REQUIRE(decode(R"({"entity_id":7,"note":"No asset.","unmatched":"none"})", placement));
    CHECK(placement.entity_id == 7);
    CHECK(placement.notes.empty());
    CHECK(placement.unmatched == "none");
}

TEST_CASE("default structs survive as well") {
    check_round_trip(domain::Alert{});
    check_round_trip(domain::Plan{});
    check_round_trip(domain::Placement{});
    check_round_trip(domain::OperationContent{});
}

TEST_CASE("structs whose defaults are not zero survive being zero") {
    domain::Plan plan;
    plan.templates.clear();
    plan.trust_names = false;
    plan.priority.urgency = 0;
    plan.policy.group_by.clear();
    plan.policy.followup_private = false;
    check_round_trip(plan);
    domain::OperationContent content;
    content.is_private = false;
    check_round_trip(content);
}

TEST_CASE("every word of every enum survives") {
    domain::Alert alert;
    for (int i = 0; i <= static_cast<int>(domain::AlertKind::note); ++i) {
        alert.kind = static_cast<domain::AlertKind>(i);
        check_round_trip(alert);
    }
    for (int i = 0; i <= static_cast<int>(domain::Severity::disaster); ++i) {
        alert.severity = static_cast<domain::Severity>(i);
        check_round_trip(alert);
    }
    for (int i = 0; i <= static_cast<int>(domain::ProblemState::failing); ++i) {
        alert.state = static_cast<domain::ProblemState>(i);
        check_round_trip(alert);
    }
    domain::Placement placement;
    placement.asset.emplace();
    for (int i = 0; i <= static_cast<int>(domain::Evidence::address); ++i) {
        placement.asset->evidence = static_cast<domain::Evidence>(i);
        check_round_trip(placement);
    }
    domain::Plan plan;
    for (int i = 0; i <= static_cast<int>(domain::OnRecovery::none); ++i) {
        plan.policy.on_recovery = static_cast<domain::OnRecovery>(i);
        plan.policy.on_severity_change = static_cast<domain::OnSeverityChange>(i % 3);
        plan.policy.on_acknowledge = static_cast<domain::OnAcknowledge>(i % 3);
        plan.policy.fold = static_cast<domain::Fold>(i % 3);
        plan.policy.under = static_cast<domain::Under>(i % 2);
        plan.entity.by = static_cast<domain::EntityBy>(i % 3);
        plan.policy.on_repeat = static_cast<domain::OnRepeat>(i % 2);
        plan.policy.mode = static_cast<domain::Mode>(i % 2);
        plan.policy.ticket_date = static_cast<domain::TicketDate>(i % 2);
        check_round_trip(plan);
    }
}

TEST_CASE("an alert leaves out what is empty, a plan leaves out nothing") {
    domain::Alert alert;
    alert.id = "a";
    const auto brief = nlohmann::json::parse(encode(alert));
    CHECK_FALSE(brief.contains("comment"));
    CHECK_FALSE(brief.contains("is_repeat"));
    CHECK(brief.contains("kind"));
    const auto complete = nlohmann::json::parse(encode(domain::Plan{}));
    CHECK(complete.size() == 26);
    CHECK(complete["policy"]["resolve_after_ms"] == 300'000);
}

TEST_CASE("unknown keys, missing keys and unknown words leave the rest readable") {
    auto json = nlohmann::json::parse(encode(full_plan()));
    json["brand_new"] = {{"deep", {1, 2, 3}}};
    json.erase("templates");
    json["policy"]["on_recovery"] = "teleport";
    json["policy"]["resolve_after_ms"] = "soon";
    json["observers"] = 7;
    json["priority"] = nullptr;
    json["host_down"] = "yes";
    domain::Plan out;
    REQUIRE(decode(json.dump(), out));
    CHECK(out.templates == "en");
    CHECK(out.policy.on_recovery == domain::OnRecovery::solve_untouched);
    CHECK(out.policy.resolve_after == domain::Policy{}.resolve_after);
    CHECK(out.observers.empty());
    CHECK(out.priority == domain::Priority{});
    CHECK_FALSE(out.host_down);
    CHECK(out.category == "c");
    CHECK(out.policy.mode == domain::Mode::observe);
}

TEST_CASE("a number too large for its member leaves the default") {
    domain::OperationContent out;
    REQUIRE(decode(R"({"urgency": 99999999999, "impact": 1.5, "linked_ticket": 99999999999})", out)
    );
    CHECK(out.urgency == 0);
    CHECK(out.impact == 0);
    CHECK(out.linked_ticket == 99'999'999'999);
}

TEST_CASE("what is no JSON object is told") {
    domain::Alert out;
    for (const auto* text : {"", "{", "[]", "7", "null", "\"text\"", "{\"id\":}"}) {
        CAPTURE(text);
        CHECK_FALSE(decode(text, out));
    }
    CHECK(out == domain::Alert{});
}

TEST_CASE("every character that JSON must escape survives") {
    domain::Alert alert;
    for (int code = 1; code < 0x80; ++code) {
        const auto letter = static_cast<char>(code);
        alert.text += letter;
        alert.details += {'\\', letter, '"'};
        alert.host.inventory[std::string(1, letter)] = letter;
    }
    alert.text += '\0';
    alert.tags = {{"", "\xC3\xA9\xF0\x9F\x98\x80"}, {"\"", "\\"}};
    check_round_trip(alert);
    CHECK(nlohmann::json::parse(encode(alert))["text"] == alert.text);
}

TEST_CASE("bad UTF-8 is replaced and never throws") {
    domain::Alert alert;
    alert.text =
        "a\xff\xfe"
        "b";
    domain::Alert out;
    REQUIRE(decode(encode(alert), out));
    CHECK_THAT(out.text, ContainsSubstring("\xef\xbf\xbd"));
    CHECK(out.text.front() == 'a');
    CHECK(out.text.back() == 'b');
    alert.text = "cut \xe2\x82";  // the quote that follows is not taken for the rest
    REQUIRE(decode(encode(alert), out));
    CHECK(out.text == "cut \xef\xbf\xbd");
}

}  // namespace
}  // namespace alert_bridge::test
