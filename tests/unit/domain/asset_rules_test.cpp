// SPDX-License-Identifier: MIT
// Rules about the asset: asked once it is known, and never about where it is looked for.
#include "catch.hpp"
#include "lifecycle_world.hpp"
#include "rule_book_sample.hpp"

namespace {

using namespace test_support;

Condition asset(const std::string& name, const std::string& pattern) {
    Condition condition;
    condition.what = Condition::Kind::asset;
    condition.tags.push_back({name, TextPattern::of(pattern)});
    return condition;
}

AssetDetails server() {
    AssetDetails details;
    details.values = {{"item_type", "Computer"},     {"name", "web01"},
                      {"state", "Production"},       {"criticality", "Very high"},
                      {"tech_group", "NOC > Linux"}, {"group", "Sales"},
                      {"group", "Logistics"},        {"field.Contract level", "Gold"}};
    return details;
}

std::shared_ptr<const RuleEngine> engine_of(const RuleBook& rules) {
    const auto engine = RuleEngine::compile(rules);
    INFO((engine.has_error() ? engine.error().message : ""));
    REQUIRE(engine.has_value());
    return *engine;
}

// The plan for full_alert() of rules that were asked in two steps, as the core does.
Plan placed(const RuleBook& rules, const AssetDetails& details) {
    const auto engine = engine_of(rules);
    const Alert alert = full_alert();
    return with_asset(*engine, engine->evaluate(alert, kNow), alert, details, kNow);
}

std::string mistakes(const RuleBook& rules) {
    const auto engine = RuleEngine::compile(rules);
    return engine.has_error() ? engine.error().message : "";
}

RuleBook critical_book() {
    RuleBook rules = book();
    rules.rules = {
        rule("quiet", all_of({}), [](auto& t) { t.priority = "p3"; }),
        rule(
            "critical", asset("criticality", "Very high"),
            [](auto& t) {
                t.priority = "p1";
                t.assign_group = "{{asset.tech_group}}";
            }
        ),
        rule("retired", asset("state", "Retired*"), [](auto& t) { t.drop = true; }),
    };
    return rules;
}

}  // namespace

TEST_CASE("while the asset is not known, rules about it wait, and the plan says so") {
    const auto engine = engine_of(critical_book());
    const Plan before = engine->evaluate(full_alert(), kNow);
    CHECK(before.asks_asset);
    CHECK(before.priority.name == "p3");
    CHECK(before.assign_group.empty());
    CHECK_FALSE(before.drop);
    CHECK(
        engine->asset_details() == std::vector<std::string>{"criticality", "state", "tech_group"}
    );
}

TEST_CASE("the asset's details decide, later rules win field by field") {
    const Plan plan = placed(critical_book(), server());
    CHECK_FALSE(plan.asks_asset);
    CHECK(plan.priority.name == "p1");
    CHECK(plan.assign_group == "NOC > Linux");
    CHECK(told(plan, "assign_group") == "critical=NOC > Linux");
    CHECK_FALSE(plan.drop);
    AssetDetails retired;
    retired.values = {{"state", "Retired > Sold"}};
    const Plan other = placed(critical_book(), retired);
    CHECK(other.priority.name == "p3");
    CHECK(other.drop);
}

TEST_CASE("each detail is a pattern, one of several values is enough") {
    const auto matches = [](const Condition& condition) {
        RuleBook rules = book();
        rules.rules = {rule("r", condition, [](auto& t) { t.category = "yes"; })};
        return placed(rules, server()).category == "yes";
    };
    CHECK(matches(asset("item_type", "Computer")));
    CHECK(matches(asset("tech_group", "NOC > *")));
    CHECK(matches(asset("group", "Logistics")));
    CHECK(matches(asset("field.Contract level", "Gold")));
    CHECK_FALSE(matches(asset("field.Contract level", "Silver")));
    CHECK_FALSE(matches(asset("location", "*")));
    CHECK(matches(none_of(asset("location", "*"))));
    CHECK(matches(all_of({when(Condition::Kind::host, "*"), asset("state", "Production")})));
    CHECK(matches(any_of({when(Condition::Kind::host, "nobody"), asset("state", "Production")})));
}

TEST_CASE("no asset has no details; so a rule for what is not in production holds for it") {
    RuleBook rules = book();
    rules.rules = {rule("r", none_of(asset("state", "Production")), [](auto& t) {
        t.category = "not in production";
    })};
    CHECK(placed(rules, AssetDetails()).category == "not in production");
    CHECK(placed(rules, server()).category.empty());
    // Of an asset that nobody knows nothing is said either way.
    CHECK(engine_of(rules)->evaluate(full_alert(), kNow).category.empty());
}

TEST_CASE("nobody asks about the asset when the rest of the condition decides") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "other host", all_of({when(Condition::Kind::host, "nobody"), asset("state", "x")}),
            [](auto& t) { t.priority = "p1"; }
        ),
        rule(
            "either", any_of({when(Condition::Kind::host, "*"), asset("state", "x")}),
            [](auto& t) { t.category = "either"; }
        )};
    rules.rules.pop_back();
    CHECK_FALSE(engine_of(rules)->evaluate(full_alert(), kNow).asks_asset);
    CHECK_FALSE(engine_of(book())->evaluate(full_alert(), kNow).asks_asset);
    CHECK(engine_of(book())->asset_details().empty());
}

TEST_CASE("a template over the asset waits for it, whatever the rule's condition") {
    RuleBook rules = book();
    rules.rules = {rule("r", all_of({}), [](auto& t) {
        t.assign_group = "{{asset.tech_group}}";
        t.location = "{{asset.field.Contract level}}";
    })};
    CHECK(engine_of(rules)->evaluate(full_alert(), kNow).asks_asset);
    CHECK(
        engine_of(rules)->asset_details() ==
        std::vector<std::string>{"field.Contract level", "tech_group"}
    );
    const Plan plan = placed(rules, server());
    CHECK(plan.assign_group == "NOC > Linux");
    CHECK(plan.location == "Gold");
    CHECK(placed(rules, AssetDetails()).assign_group.empty());
}

TEST_CASE("what decided the place stays, whatever stops the rules later") {
    RuleBook rules = book();
    rules.rules = {
        rule(
            "critical", asset("criticality", "Very high"), [](auto& t) { t.priority = "p1"; }, true
        ),
        rule("place", all_of({}), [](auto& t) {
            t.entity = named("Root > ACME");
            t.within = named("Root > ACME");
            t.trust_names = false;
            t.category = "late";
        })};
    const Plan plan = placed(rules, server());
    CHECK(plan.priority.name == "p1");
    CHECK(plan.category.empty());
    CHECK(plan.entity.value == "Root > ACME");
    CHECK(plan.within.value == "Root > ACME");
    CHECK_FALSE(plan.trust_names);
}

TEST_CASE("a rule about the asset cannot decide where the asset is looked for") {
    RuleBook rules = book();
    rules.rules = {
        rule("a", asset("state", "x"), [](auto& t) { t.entity = named("A"); }),
        rule("b", all_of({}), [](auto& t) { t.within = named("{{asset.location}}"); }),
        rule("c", none_of(asset("state", "x")), [](auto& t) { t.trust_names = true; })};
    const std::string found = mistakes(rules);
    for (const char* line :
         {"rule 'a': entity: a rule that asks about the asset cannot decide where the asset is "
          "looked for",
          "rule 'b': within: a rule", "rule 'c': trust_names: a rule"}) {
        CHECK_THAT(found, ContainsSubstring(line));
    }
    CHECK_FALSE(check_template("{{asset.state}}").empty());
    CHECK(check_template("{{asset.state}}", {}).empty());
    CHECK_FALSE(check_template("{{asset.stat}}", {}).empty());
}

TEST_CASE("a maintenance window may ask about the asset") {
    RuleBook rules = book();
    MaintenanceWindow window;
    window.name = "move";
    window.when = asset("location", "Paris*");
    window.to = kNow + std::chrono::hours(2);
    rules.maintenance = {window};
    const auto engine = engine_of(rules);
    CHECK(engine->evaluate(full_alert(), kNow).asks_asset);
    CHECK(engine->asset_details() == std::vector<std::string>{"location"});
    AssetDetails paris;
    paris.values = {{"location", "Paris > DC1"}};
    REQUIRE(placed(rules, paris).maintenance);
    CHECK(placed(rules, paris).maintenance->name == "move");
    CHECK_FALSE(placed(rules, server()).maintenance);
}

TEST_CASE("an opening waits for its place when rules about the asset may decide it") {
    World world;
    world.rules.plan.asks_asset = true;
    world.rules.plan.policy.open = Severity::disaster;  // the asset may change that
    AlertEvent event;
    const Alert alert = world.alert(AlertKind::problem);
    event.alert = &alert;
    event.plan = world.rules.evaluate(alert, world.now);
    const Decision decision = decide(world.context(), Snapshot{}, event, world.now);
    CHECK(decision.verdict == Verdict::needs_placement);
    event.placement = Placement{};
    CHECK(decide(world.context(), Snapshot{}, event, world.now).verdict == Verdict::applied);
}

TEST_CASE("what joins a ticket is judged by the ticket's asset only if it is its own host's") {
    const bool is_own = GENERATE(true, false);
    World world;
    world.rules.plan.asks_asset = true;
    world.rules.with_details = Priority{"p1", 5, 5, 0};
    world.rules.plan.policy.group_by = {"service"};
    world.placement.details = server();
    world.take(world.alert(AlertKind::problem));
    world.deliver_all();
    REQUIRE(world.incident().plan.priority.name == "p2");
    world.placement.details.reset();
    Alert other = world.alert(AlertKind::problem, "9");
    other.problem_key = "nagios/service/other/HTTP";
    other.host.name = is_own ? "web01" : "db01";
    world.take(other);
    REQUIRE(world.incidents.size() == 1);
    CHECK(world.incident().plan.priority.name == (is_own ? "p1" : "p2"));
}
