// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/pattern.hpp"

#include <re2/re2.h>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {

TextPattern TextPattern::of(std::string value) {
    const bool has_wildcard = value.find_first_of("*?") != std::string::npos;
    return {has_wildcard ? Kind::glob : Kind::exact, std::move(value)};
}

TextPattern TextPattern::regex(std::string value) {
    return {Kind::regex, std::move(value)};
}

Result<Pattern> Pattern::compile(const TextPattern& spec) {
    Pattern pattern(spec);
    if (spec.kind == TextPattern::Kind::regex) {
        re2::RE2::Options options;
        options.set_log_errors(false);
        auto regex = std::make_shared<const re2::RE2>(spec.text, options);
        if (!regex->ok()) {
            return Error{
                ErrorClass::misconfigured, "regex",
                "the expression '" + spec.text + "' is wrong: " + regex->error()};
        }
        pattern.regex_ = std::move(regex);
    }
    return pattern;
}

bool Pattern::matches(std::string_view text, Captures& captures) const {
    if (!regex_ || regex_->NamedCapturingGroups().empty()) {
        return matches(text);
    }
    const auto count = static_cast<std::size_t>(regex_->NumberOfCapturingGroups()) + 1;
    std::vector<re2::StringPiece> groups(count);
    const re2::StringPiece subject(text.data(), text.size());
    const bool found = regex_->Match(
        subject, 0, text.size(), re2::RE2::UNANCHORED, groups.data(), static_cast<int>(count)
    );
    if (!found) {
        return false;
    }
    for (const auto& [name, number] : regex_->NamedCapturingGroups()) {
        const re2::StringPiece& group = groups[static_cast<std::size_t>(number)];
        if (group.data() != nullptr) {
            captures[name] = std::string(group.data(), group.size());
        }
    }
    return true;
}

bool Pattern::matches(std::string_view text) const {
    switch (spec_.kind) {
        case TextPattern::Kind::exact:
            return text == spec_.text;
        case TextPattern::Kind::glob:
            return glob_match(spec_.text, text);
        case TextPattern::Kind::regex:
            return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *regex_);
    }
    return false;
}

std::vector<std::string> Pattern::capture_names() const {
    std::vector<std::string> names;
    if (regex_) {
        for (const auto& [name, number] : regex_->NamedCapturingGroups()) {
            names.push_back(name);
        }
    }
    return names;
}

}  // namespace alert_bridge::domain
