// SPDX-License-Identifier: MIT
// Conditions as people wrote them, and what an alert had to say to them.
#include <algorithm>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/enum_names.hpp"
#include "alert_bridge/domain/rule_trace.hpp"

namespace alert_bridge::domain {
namespace {

using Kind = Condition::Kind;

constexpr EnumNames<RuleOutcome, 4> kOutcomes{{
    {RuleOutcome::matched, "matched"},
    {RuleOutcome::not_matched, "not matched"},
    {RuleOutcome::asks_asset, "waits for the asset"},
    {RuleOutcome::not_reached, "not reached"},
}};
constexpr std::size_t kShownText = 200;  // code points
constexpr std::size_t kShownValues = 8;
constexpr int kMinutesOfHour = 60;
constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

std::string quoted(std::string_view text) {
    return "'" + cut_code_points(one_line(text), kShownText) + "'";
}

std::string list_of(const std::vector<std::string>& values) {
    if (values.size() == 1) {
        return values.front();
    }
    std::vector<std::string> shown = values;
    if (shown.size() > kShownValues) {
        shown.resize(kShownValues);
        shown.push_back("and " + std::to_string(values.size() - kShownValues) + " more");
    }
    return "[" + join(shown, ", ") + "]";
}

std::string text_of(const Pattern& pattern) {
    const TextPattern& spec = pattern.spec();
    const std::string text = quoted(spec.text);
    return spec.kind == TextPattern::Kind::regex ? "{regex: " + text + "}" : text;
}

std::string text_of(const SeverityRange& range) {
    const std::string low(to_string(range.low)), high(to_string(range.high));
    if (range.low == range.high) {
        return low;
    }
    return range.high == Severity::disaster ? "'>= " + low + "'" : "'<= " + high + "'";
}

std::string clock_text(int minute_of_day) {
    const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return two(minute_of_day / kMinutesOfHour) + ":" + two(minute_of_day % kMinutesOfHour);
}

std::string zone_of(const TimeWindow& window) {
    return window.zone.empty() ? "UTC" : window.zone;
}

std::string text_of(const TimeWindow& window) {
    std::vector<std::string> days;
    for (unsigned day = 0; day < std::size(kDays); ++day) {
        if ((window.weekdays >> day & 1U) != 0) {
            days.emplace_back(kDays[day]);
        }
    }
    const std::string which = days.size() == std::size(kDays) ? "every day" : join(days, " ");
    return which + " " + clock_text(window.from_minute) + "-" + clock_text(window.to_minute) + " " +
           zone_of(window);
}

std::string text_of(const std::vector<CompiledTag>& tags) {
    std::vector<std::string> parts;
    for (const CompiledTag& tag : tags) {
        parts.push_back(tag.name + ": " + text_of(tag.value));
    }
    return "{" + join(parts, ", ") + "}";
}

std::string text_of(const CompiledCondition& condition) {
    std::vector<std::string> values;
    switch (condition.what) {
        case Kind::severity:
            return text_of(condition.severity);
        case Kind::time:
            return text_of(condition.time);
        case Kind::tag:
        case Kind::inventory:
        case Kind::asset:
            return text_of(condition.tags);
        case Kind::address:
            for (const Network& network : condition.networks) {
                values.push_back(network.base.text() + "/" + std::to_string(network.length));
            }
            return list_of(values);
        default:
            for (const Pattern& pattern : condition.patterns) {
                values.push_back(text_of(pattern));
            }
            return list_of(values);
    }
}

std::string values_of(const std::vector<CompiledTag>& wanted, const std::vector<Tag>& tags) {
    std::vector<std::string> parts;
    for (const CompiledTag& each : wanted) {
        std::vector<std::string> values;
        for (const Tag& tag : tags) {
            if (tag.name == each.name) {
                values.push_back(quoted(tag.value));
            }
        }
        parts.push_back(each.name + ": " + (values.empty() ? "none" : list_of(values)));
    }
    return join(parts, ", ");
}

std::string inventory_of(const std::vector<CompiledTag>& wanted, const Alert& alert) {
    std::vector<std::string> parts;
    for (const CompiledTag& each : wanted) {
        const std::string_view value = inventory_value(alert, each.name);
        parts.push_back(each.name + ": " + (value.empty() ? "none" : quoted(value)));
    }
    return join(parts, ", ");
}

std::string had(const CompiledCondition& condition, const Question& question) {
    const Alert& alert = question.alert;
    switch (condition.what) {
        case Kind::severity:
            return std::string(to_string(alert.severity));
        case Kind::address:
            return alert.host.address.empty() ? "none" : alert.host.address;
        case Kind::tag:
            return values_of(condition.tags, alert.tags);
        case Kind::inventory:
            return inventory_of(condition.tags, alert);
        case Kind::asset:
            return question.asset == nullptr ? "not known yet"
                                             : values_of(condition.tags, question.asset->values);
        case Kind::time: {
            const LocalClock clock = local_clock(question.now, zone_of(condition.time));
            return std::string(kDays[clock.weekday % 7]) + " " + clock_text(clock.minute_of_day);
        }
        default:
            break;
    }
    std::vector<std::string> values;
    for (const std::string_view text : texts_of(alert, condition.what)) {
        values.push_back(quoted(text));
    }
    return values.empty() ? "none" : list_of(values);
}

// Each leaf answers by CompiledCondition::test(), so that what is told is what was decided.
class Search {
  public:
    explicit Search(const Question& question) : question_(question) {}

    void add(const CompiledCondition& condition, Truth answer, bool is_negated) {
        if (out.size() >= kReasonsMax) {
            return;
        }
        const bool decided_by_one = (condition.what == Kind::all && answer != Truth::yes) ||
                                    (condition.what == Kind::any && answer != Truth::no);
        switch (condition.what) {
            case Kind::all:
            case Kind::any:
                for (const CompiledCondition& child : condition.children) {
                    if (!decided_by_one || test(child) == answer) {
                        add(child, test(child), is_negated);
                    }
                    if (decided_by_one && test(child) == answer) {
                        break;
                    }
                }
                if (condition.children.empty()) {
                    out.push_back({"no condition", "matches every alert"});
                }
                break;
            case Kind::negation:
                add(condition.children.front(), test(condition.children.front()), !is_negated);
                break;
            default:
                out.push_back(
                    {std::string(is_negated ? "not " : "") +
                         std::string(to_string(condition.what)) + ": " + text_of(condition),
                     had(condition, question_)}
                );
        }
    }

    std::vector<RuleReason> out;

  private:
    [[nodiscard]] Truth test(const CompiledCondition& condition) const {
        Captures unused;
        return condition.test(question_, unused);
    }

    const Question& question_;
};

}  // namespace

std::string_view to_string(RuleOutcome outcome) noexcept {
    return name_of(kOutcomes, outcome);
}

std::vector<RuleReason> reasons_of(
    const CompiledCondition& condition, const Question& question, Truth answer
) {
    Search search(question);
    search.add(condition, answer, false);
    return std::move(search.out);
}

}  // namespace alert_bridge::domain
