// SPDX-License-Identifier: MIT
//
// Short ways to write conditions in tests.
#pragma once

#include "alert_bridge/domain/rules.hpp"

namespace test_support {

using alert_bridge::domain::Condition;
using alert_bridge::domain::TextPattern;

inline Condition when(Condition::Kind kind, std::vector<TextPattern> patterns) {
    Condition condition;
    condition.what = kind;
    condition.patterns = std::move(patterns);
    return condition;
}
inline Condition when(Condition::Kind kind, const std::string& text) {
    return when(kind, std::vector<TextPattern>{TextPattern::of(text)});
}
inline Condition when_regex(Condition::Kind kind, const std::string& text) {
    return when(kind, std::vector<TextPattern>{TextPattern::regex(text)});
}
inline Condition combine(Condition::Kind kind, std::vector<Condition> children) {
    Condition condition;
    condition.what = kind;
    condition.children = std::move(children);
    return condition;
}
inline Condition all_of(std::vector<Condition> children) {
    return combine(Condition::Kind::all, std::move(children));
}
inline Condition any_of(std::vector<Condition> children) {
    return combine(Condition::Kind::any, std::move(children));
}
inline Condition none_of(Condition child) {
    return combine(Condition::Kind::negation, {std::move(child)});
}
inline Condition severity(const std::string& range) {
    Condition condition;
    condition.what = Condition::Kind::severity;
    condition.severity = alert_bridge::domain::SeverityRange::parse(range).value();
    return condition;
}
inline Condition address(std::vector<std::string> networks) {
    Condition condition;
    condition.what = Condition::Kind::address;
    condition.networks = std::move(networks);
    return condition;
}
inline Condition tag(const std::string& name, TextPattern value) {
    Condition condition;
    condition.what = Condition::Kind::tag;
    condition.tags.push_back({name, std::move(value)});
    return condition;
}
inline Condition tag(const std::string& name, const std::string& value) {
    return tag(name, TextPattern::of(value));
}
inline Condition inventory(const std::string& name, const std::string& value) {
    Condition condition = tag(name, value);
    condition.what = Condition::Kind::inventory;
    return condition;
}
inline Condition at_time(alert_bridge::domain::TimeWindow window) {
    Condition condition;
    condition.what = Condition::Kind::time;
    condition.time = std::move(window);
    return condition;
}

}  // namespace test_support
