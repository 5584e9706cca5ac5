// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/rule_index.hpp"

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace alert_bridge::domain {
namespace {

using Kind = Condition::Kind;

// For all RE2 sets of one index together (measured: a single set of 1,000 unanchored expressions is
// six times faster with 64 MB than with 8).
constexpr std::int64_t kRegexMemory = 64LL * 1024 * 1024;
constexpr std::int64_t kLeastRegexMemory = 4LL * 1024 * 1024;

// One look-up: a pattern on a field, or a network.
struct Term {
    Kind field = Kind::host;
    std::string name;  // of a tag or inventory field
    const Pattern* pattern = nullptr;
    const Network* network = nullptr;
};

// Look-ups of which at least one succeeds whenever the condition holds.
struct Anchor {
    std::vector<Term> terms;
    std::uint64_t cost = 0;
};

using Usage = std::unordered_map<std::string, std::uint64_t>;

std::string key_of(const Term& term) {
    std::string key = std::string(to_string(term.field)) + '\n' + term.name + '\n';
    if (term.network != nullptr) {
        return key + term.network->base.text() + '/' + std::to_string(term.network->length);
    }
    const TextPattern& spec = term.pattern->spec();
    return key + std::to_string(static_cast<int>(spec.kind)) + spec.text;
}

// How much a look-up of this sort costs and how little it tells, beside its number of users.
std::uint64_t weight_of(const Term& term) {
    if (term.network != nullptr) {
        return 1;
    }
    // Nearly every alert of a set-up has one of few sources and kinds.
    const std::uint64_t field = term.field == Kind::source || term.field == Kind::kind ? 16 : 1;
    const TextPattern& spec = term.pattern->spec();
    switch (spec.kind) {
        case TextPattern::Kind::exact:
            return field;
        case TextPattern::Kind::regex:
            return field * 4;
        case TextPattern::Kind::glob:
            break;
    }
    const auto is_wildcard = [](char letter) { return letter == '*' || letter == '?'; };
    const bool is_bare =
        spec.text.empty() || (is_wildcard(spec.text.front()) && is_wildcard(spec.text.back()));
    return field * (is_bare ? 8 : 2);
}

std::vector<Term> terms_of(const CompiledCondition& leaf) {
    std::vector<Term> terms;
    for (const Pattern& pattern : leaf.patterns) {
        terms.push_back({leaf.what, {}, &pattern, nullptr});
    }
    for (const Network& network : leaf.networks) {
        terms.push_back({leaf.what, {}, nullptr, &network});
    }
    for (const CompiledTag& tag : leaf.tags) {
        terms.push_back({leaf.what, tag.name, &tag.value, nullptr});
    }
    return terms;
}

void count_uses(const CompiledCondition& condition, Usage& usage) {
    for (const Term& term : terms_of(condition)) {
        ++usage[key_of(term)];
    }
    for (const CompiledCondition& child : condition.children) {
        count_uses(child, usage);
    }
}

Anchor anchor_of_terms(std::vector<Term> terms, const Usage& usage) {
    Anchor anchor{std::move(terms), 0};
    for (const Term& term : anchor.terms) {
        anchor.cost += usage.at(key_of(term)) * weight_of(term);
    }
    return anchor;
}

std::optional<Anchor> cheaper(std::optional<Anchor> a, std::optional<Anchor> b) {
    if (!a || !b) {
        return a ? std::move(a) : std::move(b);
    }
    return b->cost < a->cost ? std::move(b) : std::move(a);
}

// Empty: the condition can hold without any look-up succeeding.
std::optional<Anchor> anchor_of(const CompiledCondition& condition, const Usage& usage) {
    switch (condition.what) {
        case Kind::all: {
            std::optional<Anchor> best;
            for (const CompiledCondition& child : condition.children) {
                best = cheaper(std::move(best), anchor_of(child, usage));
            }
            return best;
        }
        case Kind::any: {
            Anchor sum;
            for (const CompiledCondition& child : condition.children) {
                auto anchor = anchor_of(child, usage);
                if (!anchor) {
                    return std::nullopt;
                }
                sum.cost += anchor->cost;
                sum.terms.insert(sum.terms.end(), anchor->terms.begin(), anchor->terms.end());
            }
            return sum;
        }
        case Kind::tag:
        case Kind::inventory: {  // every one of them must match, so one is enough
            std::optional<Anchor> best;
            for (Term& term : terms_of(condition)) {
                best = cheaper(std::move(best), anchor_of_terms({std::move(term)}, usage));
            }
            return best;
        }
        case Kind::negation:
        case Kind::severity:
        case Kind::time:
        case Kind::asset:  // not known when candidates are looked up
            return std::nullopt;
        default:
            return anchor_of_terms(terms_of(condition), usage);
    }
}

}  // namespace

RuleIndex::RuleIndex(const std::vector<CompiledCondition>& rules) {
    Usage usage;
    for (const CompiledCondition& rule : rules) {
        count_uses(rule, usage);
    }
    for (std::uint32_t id = 0; id < rules.size(); ++id) {
        const auto anchor = anchor_of(rules[id], usage);
        if (!anchor) {
            always_.push_back(id);
            continue;
        }
        for (const Term& term : anchor->terms) {
            if (term.network != nullptr) {
                const Network& network = *term.network;
                networks_[{network.base.is_v6, network.length}][network.base].push_back(id);
            } else {
                index_of(term.field, term.name).add(*term.pattern, id);
            }
        }
    }
    finish();
}

PatternIndex& RuleIndex::index_of(Condition::Kind field, const std::string& name) {
    if (field == Kind::tag) {
        return tags_[name];
    }
    return field == Kind::inventory ? inventory_[name] : fields_[field];
}

void RuleIndex::finish() {
    std::vector<PatternIndex*> all;
    for (auto& [field, index] : fields_) {
        all.push_back(&index);
    }
    for (auto* named : {&tags_, &inventory_}) {
        for (auto& [name, index] : *named) {
            all.push_back(&index);
        }
    }
    const auto with_regexes = std::count_if(all.begin(), all.end(), [](const auto* index) {
        return index->has_regexes();
    });
    const std::int64_t share = kRegexMemory / std::max<std::int64_t>(1, with_regexes);
    for (PatternIndex* index : all) {
        index->finish(std::max(share, kLeastRegexMemory));
    }
}

std::vector<std::uint32_t> RuleIndex::candidates(const Alert& alert) const {
    Ids ids = always_;
    for (const auto& [field, index] : fields_) {
        for (const std::string_view text : texts_of(alert, field)) {
            index.find(text, ids);
        }
    }
    if (!tags_.empty()) {
        for (const Tag& tag : alert.tags) {
            if (const auto found = tags_.find(tag.name); found != tags_.end()) {
                found->second.find(tag.value, ids);
            }
        }
    }
    for (const auto& [name, index] : inventory_) {
        if (const auto value = inventory_value(alert, name); !value.empty()) {
            index.find(value, ids);
        }
    }
    if (const auto address = IpAddress::parse(alert.host.address)) {
        for (const auto& [shape, by_base] : networks_) {
            const auto& [is_v6, length] = shape;
            if (is_v6 != address->is_v6) {
                continue;
            }
            if (const auto found = by_base.find(address->masked(length)); found != by_base.end()) {
                ids.insert(ids.end(), found->second.begin(), found->second.end());
            }
        }
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return ids;
}

}  // namespace alert_bridge::domain
