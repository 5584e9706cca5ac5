// SPDX-License-Identifier: MIT
//
// The policy keys, as they stand in `defaults` and in a rule's `then`.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
namespace {

// A choice of the key table is a word of the enumeration (tests/unit/config/keys_test.cpp).
template <class Enum>
std::optional<Enum> read_enum(
    const MapReader& reader, std::string_view name,
    std::optional<Enum> (*parse)(std::string_view) noexcept
) {
    const auto word = reader.choice(name);
    return word ? parse(*word) : std::nullopt;
}

// DESIGN: so long a service's problem waits for news of its host.
constexpr Duration kUnderWait{180'000};

constexpr Key kOpenAfter{"open_after",           ValueType::duration, "", "", false, 0,
                         30LL * 24 * 3600 * 1000};

std::optional<std::map<std::string, Duration>> load_open_after(
    Loading& loading, const MapReader& reader
) {
    const Node* const node = reader.find("open_after");
    if (node == nullptr) {
        return std::nullopt;
    }
    std::map<std::string, Duration> result;
    if (node->kind != Node::Kind::mapping) {
        if (const auto value = read_duration(loading.diagnostics, *node, kOpenAfter)) {
            result.emplace("", *value);
        }
        return result;
    }
    std::vector<std::string> known = loading.priority_names;
    known.emplace_back("others");
    for (const auto& [name, value] : named_nodes(loading.diagnostics, node, "open_after")) {
        if (std::find(known.begin(), known.end(), name->text) == known.end()) {
            loading.diagnostics.error(
                name->at,
                "there is no priority '" + name->text + "'" + did_you_mean(name->text, known)
            );
        }
        if (const auto duration = read_duration(loading.diagnostics, *value, kOpenAfter)) {
            result.emplace(name->text == "others" ? "" : name->text, *duration);
        }
    }
    return result;
}

// DESIGN: p1 at once, p2 after 2 minutes, p3 after 10; other priorities at once.
std::map<std::string, Duration> usual_open_after(const std::vector<std::string>& priorities) {
    std::map<std::string, Duration> result{
        {"p1", Duration{0}}, {"p2", Duration{120'000}}, {"p3", Duration{600'000}}};
    std::erase_if(result, [&](const auto& entry) {
        return std::find(priorities.begin(), priorities.end(), entry.first) == priorities.end();
    });
    return result;
}

std::optional<std::vector<std::string>> load_group_by(Loading& loading, const MapReader& reader) {
    static const std::vector<std::string> kWords{"problem", "host", "service", "asset", "entity"};
    const Node* const node = reader.find("group_by");
    if (node == nullptr) {
        return std::nullopt;
    }
    std::vector<std::string> result;
    for (const Node* each : one_or_many(node)) {
        const auto word = read_text(loading.diagnostics, *each, "group_by");
        if (!word) {
            continue;
        }
        const bool names_tag = word->starts_with("tag:") && word->size() > 4;
        if (!names_tag && std::find(kWords.begin(), kWords.end(), *word) == kWords.end()) {
            loading.diagnostics.error(
                each->at, "'group_by' must be made of " + join(kWords, ", ") +
                              " and tag:NAME, not '" + *word + "'" + did_you_mean(*word, kWords)
            );
        } else if (std::find(result.begin(), result.end(), *word) != result.end()) {
            loading.diagnostics.error(each->at, "'" + *word + "' is given twice");
        } else {
            result.push_back(*word);
        }
    }
    if (node->kind == Node::Kind::sequence && node->items.empty()) {
        loading.diagnostics.error(node->at, "'group_by' is empty: write problem");
    }
    return result;
}

// {changes, within, quiet}, or the word none.
void load_flapping(const MapReader& reader, const Section& section, domain::RuleResult& result) {
    const Node* const node = reader.find("flapping");
    if (node != nullptr && node->kind == Node::Kind::scalar) {
        if (node->text != "none") {
            reader.diagnostics().error(
                node->at, "'flapping' must be {changes: …, within: …, quiet: …} or the word none"
            );
        }
        result.flapping_changes = 0;
        return;
    }
    const MapReader flapping = reader.section("flapping", section);
    if (const auto changes = flapping.integer("changes")) {
        result.flapping_changes = static_cast<int>(*changes);
    }
    result.flapping_within = flapping.duration("within");
    result.flapping_quiet = flapping.duration("quiet");
}

}  // namespace

void load_policy(
    Loading& loading, const MapReader& reader, const PolicySections& sections,
    domain::RuleResult& result
) {
    result.open = read_enum(reader, "open", &domain::parse_severity);
    result.open_after = load_open_after(loading, reader);
    result.group_by = load_group_by(loading, reader);
    result.on_repeat = read_enum(reader, "on_repeat", &domain::parse_on_repeat);
    result.on_recovery = read_enum(reader, "on_recovery", &domain::parse_on_recovery);
    result.resolve_after = reader.duration("resolve_after");
    result.reopen_within = reader.duration("reopen_within");
    result.recheck_after = reader.duration("recheck_after");
    result.on_severity_change =
        read_enum(reader, "on_severity_change", &domain::parse_on_severity_change);
    result.on_acknowledge = read_enum(reader, "on_acknowledge", &domain::parse_on_acknowledge);
    load_flapping(reader, sections.flapping, result);
    result.fold = read_enum(reader, "fold", &domain::parse_fold);
    result.downtime = read_enum(reader, "downtime", &domain::parse_on_downtime);
    result.expire_after = reader.duration("expire_after");
    result.on_expire = read_enum(reader, "on_expire", &domain::parse_on_expire);
    result.mode = read_enum(reader, "mode", &domain::parse_mode);
    result.changes = read_enum(reader, "changes", &domain::parse_on_change);
    result.under = read_enum(reader, "under", &domain::parse_under);
    result.under_wait = reader.duration("under_wait");
    result.ticket_date = read_enum(reader, "ticket_date", &domain::parse_ticket_date);
    result.followup_private = reader.boolean("followup_private");
    const MapReader mails = reader.section("notify", sections.notify);
    result.notify_open = mails.boolean("open");
    result.notify_followup = mails.boolean("followup");
    result.notify_solve = mails.boolean("solve");
    result.notify_reopen = mails.boolean("reopen");
}

void load_defaults(Loading& loading, const MapReader& root) {
    const MapReader reader = root.section("defaults", kDefaults);
    domain::RuleResult written;
    load_policy(loading, reader, {kNotify, kFlapping}, written);
    loading.gives_under_wait = reader.find("under_wait") != nullptr;
    domain::RuleBook& book = loading.config.rules;
    domain::Policy& policy = book.default_policy;
    policy.open = written.open.value_or(policy.open);
    policy.open_after = written.open_after.value_or(usual_open_after(loading.priority_names));
    policy.group_by = written.group_by.value_or(policy.group_by);
    policy.on_repeat = written.on_repeat.value_or(policy.on_repeat);
    policy.on_recovery = written.on_recovery.value_or(policy.on_recovery);
    policy.resolve_after = written.resolve_after.value_or(policy.resolve_after);
    policy.reopen_within = written.reopen_within.value_or(policy.reopen_within);
    policy.recheck_after = written.recheck_after.value_or(policy.recheck_after);
    policy.on_severity_change = written.on_severity_change.value_or(policy.on_severity_change);
    policy.on_acknowledge = written.on_acknowledge.value_or(policy.on_acknowledge);
    policy.flapping.changes = written.flapping_changes.value_or(policy.flapping.changes);
    policy.flapping.within = written.flapping_within.value_or(policy.flapping.within);
    policy.flapping.quiet = written.flapping_quiet.value_or(policy.flapping.quiet);
    policy.fold = written.fold.value_or(policy.fold);
    policy.downtime = written.downtime.value_or(policy.downtime);
    policy.expire_after = written.expire_after.value_or(policy.expire_after);
    policy.on_expire = written.on_expire.value_or(policy.on_expire);
    policy.mode = written.mode.value_or(policy.mode);
    policy.changes = written.changes.value_or(policy.changes);
    policy.under = written.under.value_or(domain::Under::host_down);
    policy.under_wait = written.under_wait.value_or(kUnderWait);
    policy.ticket_date = written.ticket_date.value_or(policy.ticket_date);
    policy.followup_private = written.followup_private.value_or(policy.followup_private);
    policy.notify.open = written.notify_open.value_or(policy.notify.open);
    policy.notify.followup = written.notify_followup.value_or(policy.notify.followup);
    policy.notify.solve = written.notify_solve.value_or(policy.notify.solve);
    policy.notify.reopen = written.notify_reopen.value_or(policy.notify.reopen);
    book.default_time_zone = load_time_zone(loading, reader, "time_zone");
    book.default_templates = reader.text("templates").value_or("en");
    check_template_set(loading, book.default_templates, reader.position("templates"));
}

}  // namespace alert_bridge::config
