// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/alert.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace alert_bridge::domain {
namespace {

template <class Enum, std::size_t size>
using Names = std::array<std::pair<Enum, std::string_view>, size>;

constexpr Names<AlertKind, 10> kKinds{{
    {AlertKind::problem, "problem"},
    {AlertKind::update, "update"},
    {AlertKind::acknowledgement, "acknowledgement"},
    {AlertKind::recovery, "recovery"},
    {AlertKind::flapping_start, "flapping_start"},
    {AlertKind::flapping_stop, "flapping_stop"},
    {AlertKind::downtime_start, "downtime_start"},
    {AlertKind::downtime_end, "downtime_end"},
    {AlertKind::cancelled, "cancelled"},
    {AlertKind::note, "note"},
}};

constexpr Names<Severity, 6> kSeverities{{
    {Severity::not_classified, "not_classified"},
    {Severity::information, "information"},
    {Severity::warning, "warning"},
    {Severity::average, "average"},
    {Severity::high, "high"},
    {Severity::disaster, "disaster"},
}};

constexpr Names<ProblemState, 3> kStates{{
    {ProblemState::unknown, "unknown"},
    {ProblemState::ok, "ok"},
    {ProblemState::failing, "failing"},
}};

template <class Enum, std::size_t size>
std::string_view name_of(const Names<Enum, size>& names, Enum value) noexcept {
    for (const auto& [known, name] : names) {
        if (known == value) {
            return name;
        }
    }
    return "invalid";
}

template <class Enum, std::size_t size>
std::optional<Enum> value_of(const Names<Enum, size>& names, std::string_view text) noexcept {
    for (const auto& [value, name] : names) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_string(AlertKind kind) noexcept {
    return name_of(kKinds, kind);
}
std::string_view to_string(Severity severity) noexcept {
    return name_of(kSeverities, severity);
}
std::string_view to_string(ProblemState state) noexcept {
    return name_of(kStates, state);
}

std::optional<AlertKind> parse_alert_kind(std::string_view text) noexcept {
    return value_of(kKinds, text);
}
std::optional<Severity> parse_severity(std::string_view text) noexcept {
    return value_of(kSeverities, text);
}
std::optional<ProblemState> parse_problem_state(std::string_view text) noexcept {
    return value_of(kStates, text);
}

std::string_view tag_value(const Alert& alert, std::string_view name) noexcept {
    const auto tag = std::find_if(alert.tags.begin(), alert.tags.end(), [name](const Tag& known) {
        return known.name == name;
    });
    return tag == alert.tags.end() ? std::string_view() : std::string_view(tag->value);
}

bool is_opening(const Alert& alert) noexcept {
    return alert.kind == AlertKind::problem && alert.state == ProblemState::failing;
}

}  // namespace alert_bridge::domain
