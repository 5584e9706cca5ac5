// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/condition.hpp"

#include <algorithm>

#include "alert_bridge/domain/enum_names.hpp"

namespace alert_bridge::domain {
namespace {

using Kind = Condition::Kind;

constexpr EnumNames<Kind, 15> kKinds{{
    {Kind::all, "all"},
    {Kind::any, "any"},
    {Kind::negation, "not"},
    {Kind::source, "source"},
    {Kind::kind, "kind"},
    {Kind::host, "host"},
    {Kind::host_group, "host_group"},
    {Kind::service, "service"},
    {Kind::text, "text"},
    {Kind::severity, "severity"},
    {Kind::address, "address"},
    {Kind::tag, "tag"},
    {Kind::time, "time"},
    {Kind::inventory, "inventory"},
    {Kind::asset, "asset"},
}};
constexpr int kMaxDepth = 16;
constexpr int kMinutesOfDay = 24 * 60;

class Compiler {
  public:
    explicit Compiler(std::vector<std::string>& mistakes) : mistakes_(mistakes) {}

    CompiledCondition compile(const Condition& spec, int depth) {
        CompiledCondition result;
        result.what = spec.what;
        if (depth > kMaxDepth) {
            mistake(spec, "conditions are nested more than 16 deep");
            return result;
        }
        switch (spec.what) {
            case Kind::all:
            case Kind::any:
            case Kind::negation:
                compile_children(spec, result, depth);
                break;
            case Kind::source:
            case Kind::kind:
            case Kind::host:
            case Kind::host_group:
            case Kind::service:
            case Kind::text:
                compile_patterns(spec, result);
                break;
            case Kind::severity:
                result.severity = spec.severity;
                if (spec.severity.low > spec.severity.high) {
                    mistake(spec, "no severity lies in this range");
                }
                break;
            case Kind::address:
                compile_networks(spec, result);
                break;
            case Kind::tag:
            case Kind::inventory:
            case Kind::asset:
                compile_tags(spec, result);
                break;
            case Kind::time:
                compile_time(spec, result);
                break;
        }
        return result;
    }

  private:
    void mistake(const Condition& spec, const std::string& text) {
        mistakes_.push_back(std::string(to_string(spec.what)) + ": " + text);
    }

    void compile_children(const Condition& spec, CompiledCondition& result, int depth) {
        if (spec.children.empty() && spec.what != Kind::all) {
            mistake(spec, "at least one condition is needed");
        }
        if (spec.children.size() > 1 && spec.what == Kind::negation) {
            mistake(spec, "exactly one condition is needed (all or any may hold more)");
        }
        for (const Condition& child : spec.children) {
            result.children.push_back(compile(child, depth + 1));
        }
    }

    void compile_patterns(const Condition& spec, CompiledCondition& result) {
        if (spec.patterns.empty()) {
            mistake(spec, "at least one value is needed");
        }
        for (const TextPattern& pattern : spec.patterns) {
            const bool is_plain = pattern.kind == TextPattern::Kind::exact;
            if (is_plain && pattern.text.empty()) {
                mistake(spec, "an empty value matches nothing");
            }
            if (spec.what == Kind::kind && is_plain && !parse_alert_kind(pattern.text)) {
                mistake(spec, "'" + pattern.text + "' is no kind of alert");
            }
            auto compiled = Pattern::compile(pattern);
            if (compiled) {
                result.patterns.push_back(std::move(*compiled));
            } else {
                mistake(spec, compiled.error().message);
            }
        }
    }

    void compile_networks(const Condition& spec, CompiledCondition& result) {
        if (spec.networks.empty()) {
            mistake(spec, "at least one network is needed");
        }
        for (const std::string& text : spec.networks) {
            const auto network = Network::parse(text);
            if (network) {
                result.networks.push_back(*network);
            } else {
                mistake(spec, network.error().message);
            }
        }
    }

    void compile_tags(const Condition& spec, CompiledCondition& result) {
        if (spec.tags.empty()) {
            mistake(spec, "at least one name is needed");
        }
        for (const TagPattern& tag : spec.tags) {
            if (tag.name.empty()) {
                mistake(spec, "a name is empty");
            }
            auto compiled = Pattern::compile(tag.value);
            if (compiled) {
                result.tags.push_back({tag.name, std::move(*compiled)});
            } else {
                mistake(spec, tag.name + ": " + compiled.error().message);
            }
        }
    }

    void compile_time(const Condition& spec, CompiledCondition& result) {
        const TimeWindow& time = spec.time;
        result.time = time;
        if ((time.weekdays & 0x7fU) == 0) {
            mistake(spec, "no day of the week is named");
        }
        const auto is_minute = [](int minute) { return minute >= 0 && minute <= kMinutesOfDay; };
        if (!is_minute(time.from_minute) || !is_minute(time.to_minute)) {
            mistake(spec, "hours go from 00:00 to 24:00");
        } else if (time.from_minute == time.to_minute) {
            mistake(spec, "the window is empty");
        }
        if (!time.zone.empty() && !is_known_time_zone(time.zone)) {
            mistake(spec, "the time zone '" + time.zone + "' is unknown");
        }
    }

    std::vector<std::string>& mistakes_;
};

bool is_day(const TimeWindow& window, int weekday) {
    return (window.weekdays >> weekday & 1U) != 0;
}

bool any_text_matches(const CompiledCondition& condition, const Alert& alert, Captures& captures) {
    for (const std::string_view text : texts_of(alert, condition.what)) {
        for (const Pattern& pattern : condition.patterns) {
            if (pattern.matches(text, captures)) {
                return true;
            }
        }
    }
    return false;
}

bool tag_matches(const CompiledTag& wanted, const std::vector<Tag>& tags, Captures& captures) {
    return std::any_of(tags.begin(), tags.end(), [&](const Tag& tag) {
        return tag.name == wanted.name && wanted.value.matches(tag.value, captures);
    });
}

bool inventory_matches(const CompiledTag& wanted, const Alert& alert, Captures& captures) {
    const std::string_view value = inventory_value(alert, wanted.name);
    return !value.empty() && wanted.value.matches(value, captures);
}

bool address_matches(const CompiledCondition& condition, const Alert& alert) {
    const auto address = IpAddress::parse(alert.host.address);
    return address && std::any_of(
                          condition.networks.begin(), condition.networks.end(),
                          [&](const Network& network) { return network.contains(*address); }
                      );
}

Truth truth(bool holds) {
    return holds ? Truth::yes : Truth::no;
}

// What a branch captured counts only if the branch holds.
Truth test_any(const CompiledCondition& condition, const Question& question, Captures& captures) {
    Truth best = Truth::no;
    for (const CompiledCondition& child : condition.children) {
        Captures attempt = captures;
        best = std::max(best, child.test(question, attempt));
        if (best == Truth::yes) {
            captures = std::move(attempt);
            break;
        }
    }
    return best;
}

Truth test_all(const CompiledCondition& condition, const Question& question, Captures& captures) {
    Truth least = Truth::yes;
    for (const CompiledCondition& child : condition.children) {
        least = std::min(least, child.test(question, captures));
        if (least == Truth::no) {
            break;
        }
    }
    return least;
}

Truth opposite(Truth answer) {
    return answer == Truth::unknown ? answer : truth(answer == Truth::no);
}

bool tags_match(
    const CompiledCondition& condition, const std::vector<Tag>& tags, Captures& captures
) {
    return std::all_of(
        condition.tags.begin(), condition.tags.end(),
        [&](const CompiledTag& wanted) { return tag_matches(wanted, tags, captures); }
    );
}

}  // namespace

// A window over midnight belongs to the day on which it begins.
bool is_inside(const TimeWindow& window, WallTime now) {
    const LocalClock clock = local_clock(now, window.zone.empty() ? "UTC" : window.zone);
    const int minute = clock.minute_of_day;
    if (window.from_minute < window.to_minute) {
        return is_day(window, clock.weekday) && minute >= window.from_minute &&
               minute < window.to_minute;
    }
    const int yesterday = (clock.weekday + 6) % 7;
    return (is_day(window, clock.weekday) && minute >= window.from_minute) ||
           (is_day(window, yesterday) && minute < window.to_minute);
}

std::string_view to_string(Condition::Kind kind) noexcept {
    return name_of(kKinds, kind);
}

CompiledCondition CompiledCondition::compile(
    const Condition& spec, std::vector<std::string>& mistakes
) {
    return Compiler(mistakes).compile(spec, 1);
}

Truth CompiledCondition::test(const Question& question, Captures& captures) const {
    const Alert& alert = question.alert;
    switch (what) {
        case Kind::all:
            return test_all(*this, question, captures);
        case Kind::any:
            return test_any(*this, question, captures);
        case Kind::negation: {
            Captures unused;
            return opposite(children.front().test(question, unused));
        }
        case Kind::source:
        case Kind::kind:
        case Kind::host:
        case Kind::host_group:
        case Kind::service:
        case Kind::text:
            return truth(any_text_matches(*this, alert, captures));
        case Kind::severity:
            return truth(alert.severity >= severity.low && alert.severity <= severity.high);
        case Kind::address:
            return truth(address_matches(*this, alert));
        case Kind::tag:
            return truth(tags_match(*this, alert.tags, captures));
        case Kind::inventory:
            return truth(std::all_of(tags.begin(), tags.end(), [&](const CompiledTag& wanted) {
                return inventory_matches(wanted, alert, captures);
            }));
        case Kind::asset:
            return question.asset == nullptr
                       ? Truth::unknown
                       : truth(tags_match(*this, question.asset->values, captures));
        case Kind::time:
            return truth(is_inside(time, question.now));
    }
    return Truth::no;
}

void CompiledCondition::add_asset_details(std::vector<std::string>& names) const {
    if (what == Kind::asset) {
        for (const CompiledTag& tag : tags) {
            names.push_back(tag.name);
        }
    }
    for (const CompiledCondition& child : children) {
        child.add_asset_details(names);
    }
}

void CompiledCondition::add_capture_names(std::vector<std::string>& names) const {
    if (what == Kind::negation) {
        return;
    }
    const auto add = [&names](const Pattern& pattern) {
        for (std::string& name : pattern.capture_names()) {
            names.push_back(std::move(name));
        }
    };
    std::for_each(patterns.begin(), patterns.end(), add);
    for (const CompiledTag& tag : tags) {
        add(tag.value);
    }
    for (const CompiledCondition& child : children) {
        child.add_capture_names(names);
    }
}

std::vector<std::string_view> texts_of(const Alert& alert, Condition::Kind kind) {
    std::vector<std::string_view> texts;
    const auto add = [&texts](std::string_view text) {
        if (!text.empty()) {
            texts.push_back(text);
        }
    };
    switch (kind) {
        case Kind::source:
            add(alert.source);
            break;
        case Kind::kind:
            add(to_string(alert.kind));
            break;
        case Kind::host:
            add(alert.host.name);
            add(alert.host.visible_name);
            break;
        case Kind::host_group:
            std::for_each(alert.host.groups.begin(), alert.host.groups.end(), add);
            break;
        case Kind::service:
            add(alert.service);
            break;
        case Kind::text:
            add(alert.problem_name);
            add(alert.text);
            add(alert.details);
            break;
        default:
            break;
    }
    return texts;
}

std::string_view inventory_value(const Alert& alert, const std::string& name) {
    const Host& host = alert.host;
    const auto found = host.inventory.find(name);
    if (found != host.inventory.end() && !found->second.empty()) {
        return found->second;
    }
    if (name == "serial") {
        return host.serial;
    }
    if (name == "inventory_number") {
        return host.inventory_number;
    }
    return name == "uuid" ? std::string_view(host.uuid) : std::string_view();
}

}  // namespace alert_bridge::domain
