// SPDX-License-Identifier: MIT
// Rules, patterns and placement: up to four rules are asked about one alert, and the plan places it
// in a small tree of entities.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/lifecycle.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/domain/plan_builder.hpp"
#include "alert_bridge/domain/rule_check.hpp"
#include "alert_bridge/domain/rule_index.hpp"
#include "support.hpp"
#include "targets.hpp"

namespace {

using namespace alert_bridge;
using namespace alert_bridge::domain;
using fuzz::Bytes;
using fuzz::require;

constexpr auto kNow = from_unix_ms(1'795'500'000'000);
constexpr int kMaxConditionDepth = 3;

const EntityTree& tree() {
    static const EntityTree kTree({
        {0, -1, "Root", "Root", "", ""},
        {1, 0, "ACME", "Root > ACME", "acme", "10"},
        {2, 1, "Lyon", "ACME > Lyon", "", "10"},
        {3, 0, "customer", "Root > customer", "p1", ""},
        {4, 3, "web01", "Root > customer > web01", "", ""},
        {5, 6, "loop", "loop", "", ""},
        {6, 5, "HTTP", "loop > HTTP", "", ""},
    });
    return kTree;
}

TextPattern pattern_from(Bytes& bytes) {
    return bytes.flag() ? TextPattern::regex(bytes.word()) : TextPattern::of(bytes.word());
}

Condition condition_from(Bytes& bytes, int depth) {
    Condition condition;
    condition.what = bytes.one_of(Condition::Kind::inventory);
    const std::size_t count = bytes.below(4);
    for (std::size_t i = 0; i < count; ++i) {
        switch (condition.what) {
            case Condition::Kind::all:
            case Condition::Kind::any:
            case Condition::Kind::negation:
                if (depth < kMaxConditionDepth) {
                    condition.children.push_back(condition_from(bytes, depth + 1));
                }
                break;
            case Condition::Kind::address:
                condition.networks.push_back(bytes.word());
                break;
            case Condition::Kind::tag:
            case Condition::Kind::inventory:
                condition.tags.push_back({bytes.word(), pattern_from(bytes)});
                break;
            case Condition::Kind::severity:
                condition.severity.low = bytes.one_of(Severity::disaster);
                condition.severity.high = bytes.one_of(Severity::disaster);
                break;
            case Condition::Kind::time:
                condition.time.weekdays = bytes.byte();
                condition.time.from_minute = bytes.byte() * 6;
                condition.time.to_minute = bytes.byte() * 6;
                condition.time.zone = bytes.flag() ? "Europe/Paris" : "";
                break;
            default:
                condition.patterns.push_back(pattern_from(bytes));
        }
    }
    return condition;
}

EntitySpec entity_from(Bytes& bytes) {
    EntitySpec spec;
    spec.by = bytes.one_of(EntityBy::registration_number);
    if (bytes.flag()) {
        spec.text = bytes.word();
    } else {
        spec.map = "customers";
        spec.from = bytes.word();
        spec.column = bytes.flag() ? "entity" : "empty";
    }
    return spec;
}

RuleSpec rule_from(Bytes& bytes) {
    RuleSpec rule;
    rule.name = "r";
    rule.when = condition_from(bytes, 0);
    rule.stop = bytes.flag();
    const std::uint8_t sets = bytes.byte();
    if ((sets & 1U) != 0) {
        rule.then.entity = entity_from(bytes);
    }
    if ((sets & 2U) != 0) {
        rule.then.within = entity_from(bytes);
    }
    if ((sets & 4U) != 0) {
        rule.then.category = bytes.word();
    }
    if ((sets & 8U) != 0) {
        rule.then.observers = {bytes.word(), bytes.word()};
    }
    if ((sets & 16U) != 0) {
        rule.then.priority = bytes.word();
    }
    if ((sets & 32U) != 0) {
        rule.then.trust_names = bytes.flag();
    }
    return rule;
}

RuleBook book_from(Bytes& bytes) {
    RuleBook book;
    book.priorities = {
        {{"p1", 5, 5, 6}, {Severity::disaster}}, {{"p2", 4, 4, 0}, {Severity::high}}};
    book.maps["customers"] = {{"acme", {{"entity", "ACME"}, {"empty", " "}}}};
    book.default_entity.value = "Root";
    book.default_time_zone = "UTC";
    book.sources["zabbix"].within.value = bytes.flag() ? bytes.word() : "";
    const std::size_t count = bytes.below(5);
    for (std::size_t i = 0; i < count; ++i) {
        book.rules.push_back(rule_from(bytes));
    }
    return book;
}

// The index leaves out no rule that matches.
void check_index(const RuleBook& book, const Alert& alert) {
    const CheckedRules checked = check_rules(book);
    require(checked.mistakes.empty(), "what compiles has no mistakes");
    require(checked.conditions.size() == book.rules.size(), "every rule has its condition");
    const RuleIndex index(checked.conditions);
    const auto candidates = index.candidates(alert);
    require(std::is_sorted(candidates.begin(), candidates.end()), "candidates come in order");
    for (std::size_t i = 0; i < checked.conditions.size(); ++i) {
        Captures captures;
        const bool listed =
            std::count(candidates.begin(), candidates.end(), static_cast<std::uint32_t>(i)) == 1;
        require(
            listed || checked.conditions[i].test({alert, kNow}, captures) == Truth::no,
            "a rule that may match is a candidate"
        );
    }
}

void check_limit(const EntityRef& limit, const Placement& placement) {
    if (limit.empty()) {
        return;
    }
    const Entity* known = tree().find(limit);
    require(known != nullptr || !placement.asset, "an unknown limit lets no asset through");
    if (known == nullptr) {
        return;
    }
    const auto inside = [known](std::int64_t entity) {
        return entity == kNoEntity || tree().is_inside(entity, known->id);
    };
    require(inside(placement.entity_id), "a ticket stays inside its limit", limit.value);
    require(!placement.asset || inside(placement.asset->entity_id), "so does its asset");
}

// Of two limits that exclude each other the source's holds, and no asset is inside both.
void check_limits(const Plan& plan, const Placement& placement) {
    check_limit(plan.source_within, placement);
    const Entity* const of_source = tree().find(plan.source_within);
    const Entity* const of_rule = tree().find(plan.within);
    const bool exclude = of_source != nullptr && of_rule != nullptr &&
                         !tree().is_inside(of_source->id, of_rule->id) &&
                         !tree().is_inside(of_rule->id, of_source->id);
    if (exclude) {
        require(!placement.asset, "limits that exclude each other let no asset through");
    } else {
        check_limit(plan.within, placement);
    }
}

void check_placement(const Plan& plan, const Alert& alert, Bytes& bytes) {
    std::vector<AssetHit> hits(bytes.below(4));
    const auto evidence = bytes.one_of(Evidence::address);
    for (AssetHit& hit : hits) {
        hit = {"Computer", 1 + bytes.byte() % 3, "web01", bytes.byte() % 8, evidence, bytes.flag()};
    }
    for (const Placement& placement :
         {place(plan, hits, tree()), place_without_answer(plan, tree())}) {
        check_limits(plan, placement);
        const bool is_hit =
            !placement.asset || std::any_of(hits.begin(), hits.end(), [&](const AssetHit& hit) {
                return hit.id == placement.asset->id && !hit.one_of_many;
            });
        require(is_hit, "an asset that is linked was found");
        require(
            plan.within_missing.empty() || !placement.asset, "a missing limit lets none through"
        );
        const auto key = group_key(plan, alert, placement);
        require(!key.empty(), "every alert has a group");
    }
    std::optional<AssetQuery> query = asset_query(alert);
    for (int rounds = 0; query; ++rounds) {
        require(rounds < 10, "looking for weaker evidence comes to an end");
        query = next_query(plan, *query, hits, tree());
    }
}

}  // namespace

void fuzz::rules(std::string_view input) {
    Bytes bytes(input);
    const RuleBook book = book_from(bytes);
    const Alert alert = alert_from(bytes);
    const auto engine = RuleEngine::compile(book);
    if (!engine) {
        require(engine.error().code == "rule", "the code is stable", engine.error().code);
        require(!engine.error().message.empty(), "a mistake is told");
        return;
    }
    check_index(book, alert);
    const Plan plan = (*engine)->evaluate(alert, kNow);
    require(plan == (*engine)->evaluate(alert, kNow), "rules have no memory");
    require(plan.trace.size() <= kMaxTrace, "the trace is bounded");
    require(
        plan.source_within == book.sources.at("zabbix").within, "a rule never widens the source"
    );
    for (const std::string* text : {&plan.category, &plan.entity.value, &plan.within.value}) {
        require(one_line(*text) == *text, "a name is one line", *text);
        require(count_code_points(*text) <= kMaxLabel, "a name is bounded", *text);
    }
    check_placement(plan, alert, bytes);
}
