// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rule_trace.hpp"

#include "rule_book_sample.hpp"

namespace alert_bridge::domain {
namespace {

using namespace test_support;
using Kind = Condition::Kind;

std::vector<RuleVerdict> judged(const RuleBook& rules, const AssetDetails* asset = nullptr) {
    const auto engine = RuleEngine::compile(rules);
    INFO((engine.has_error() ? engine.error().message : ""));
    REQUIRE(engine.has_value());
    return judge_rules(**engine, full_alert(), kNow, asset);
}

std::string reasons_text(const RuleVerdict& verdict) {
    std::string text;
    for (const RuleReason& reason : verdict.reasons) {
        text += (text.empty() ? "" : "; ") + reason.condition + " <- " + reason.had;
    }
    return text;
}

Condition asset_is(const std::string& name, const std::string& value) {
    Condition condition = tag(name, value);
    condition.what = Kind::asset;
    return condition;
}

}  // namespace

TEST_CASE("the conditions that decided are told with what the alert has") {
    const struct {
        const char* about;
        Condition when;
        RuleOutcome outcome;
        const char* reasons;
    } cases[] = {
        {"a host that matches", when(Kind::host, "web*"), RuleOutcome::matched,
         "host: 'web*' <- ['web01', 'Web server 1']"},
        {"a regex that does not", when_regex(Kind::host, "^db"), RuleOutcome::not_matched,
         "host: {regex: '^db'} <- ['web01', 'Web server 1']"},
        {"several values", when(Kind::service, {TextPattern::of("SSH"), TextPattern::of("FTP")}),
         RuleOutcome::not_matched, "service: ['SSH', 'FTP'] <- 'HTTP'"},
        {"severity above", severity("disaster"), RuleOutcome::not_matched,
         "severity: disaster <- high"},
        {"severity from", severity(">= average"), RuleOutcome::matched,
         "severity: '>= average' <- high"},
        {"severity up to", severity("<= average"), RuleOutcome::not_matched,
         "severity: '<= average' <- high"},
        {"a network", address({"10.0.0.0/8"}), RuleOutcome::not_matched,
         "address: 10.0.0.0/8 <- 192.0.2.10"},
        {"a tag that is missing", tag("env", "*"), RuleOutcome::not_matched,
         "tag: {env: '*'} <- env: none"},
        {"a tag", tag("customer", "acme"), RuleOutcome::matched,
         "tag: {customer: 'acme'} <- customer: 'acme'"},
        {"of all, the first that fails",
         all_of({when(Kind::host, "web*"), severity("disaster"), tag("env", "lab")}),
         RuleOutcome::not_matched, "severity: disaster <- high"},
        {"of all that hold, each", all_of({when(Kind::host, "web01"), severity("high")}),
         RuleOutcome::matched,
         "host: 'web01' <- ['web01', 'Web server 1']; severity: high <- high"},
        {"of any, the first that holds",
         any_of({tag("env", "lab"), severity("high"), when(Kind::host, "web*")}),
         RuleOutcome::matched, "severity: high <- high"},
        {"of any that fail, all", any_of({tag("env", "lab"), severity("disaster")}),
         RuleOutcome::not_matched, "tag: {env: 'lab'} <- env: none; severity: disaster <- high"},
        {"a negation", none_of(severity("high")), RuleOutcome::not_matched,
         "not severity: high <- high"},
        {"no condition", all_of({}), RuleOutcome::matched, "no condition <- matches every alert"},
    };
    for (const auto& one : cases) {
        INFO(one.about);
        RuleBook rules = book();
        rules.rules = {rule("r", one.when, [](auto&) {})};
        const auto verdicts = judged(rules);
        REQUIRE(verdicts.size() == 1);
        CHECK(verdicts[0].rule == "r");
        CHECK(verdicts[0].outcome == one.outcome);
        CHECK(reasons_text(verdicts[0]) == one.reasons);
    }
}

TEST_CASE("a rule that stops leaves those after it unreached") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "first", when(Kind::host, "db*"), [](auto&) {}, true
        ),
        rule(
            "second", all_of({}), [](auto& t) { t.category = "A"; }, true
        ),
        rule("third", all_of({}), [](auto& t) { t.category = "B"; }),
    };
    const auto verdicts = judged(rules);
    REQUIRE(verdicts.size() == 3);
    CHECK_FALSE(verdicts[0].stops);
    CHECK(verdicts[1].stops);
    CHECK(verdicts[2].outcome == RuleOutcome::not_reached);
    CHECK(verdicts[2].reasons.empty());
    CHECK(evaluated(rules).category == "A");
}

TEST_CASE("a rule about the asset waits until the asset is known") {
    RuleBook rules = book();
    rules.rules = {rule("r", asset_is("state", "Production"), [](auto& t) { t.priority = "p1"; })};
    const auto before = judged(rules);
    CHECK(before[0].outcome == RuleOutcome::asks_asset);
    CHECK(reasons_text(before[0]) == "asset: {state: 'Production'} <- not known yet");
    const AssetDetails stock{{{"state", "Stock"}}};
    const auto after_it = judged(rules, &stock);
    CHECK(after_it[0].outcome == RuleOutcome::not_matched);
    CHECK(reasons_text(after_it[0]) == "asset: {state: 'Production'} <- state: 'Stock'");
}

TEST_CASE("what is told of one rule is bounded, and text of an alert stays on its line") {
    std::vector<Condition> many;
    for (int i = 0; i < 100; ++i) {
        many.push_back(tag("t" + std::to_string(i), "x"));
    }
    RuleBook rules = book();
    rules.rules = {
        rule("r", any_of(many), [](auto&) {}),
        rule("text", when(Kind::text, "nothing"), [](auto&) {})};
    const auto verdicts = judged(rules);
    CHECK(verdicts[0].reasons.size() == kReasonsMax);
    CHECK(verdicts[1].reasons.at(0).had.find('\n') == std::string::npos);
}

}  // namespace alert_bridge::domain
