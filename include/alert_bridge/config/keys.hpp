// SPDX-License-Identifier: MIT
//
// The table of every configuration key: name, type, default, limits, one line of help.
//
// This is the one truth: the reader takes defaults and limits from here, unknown keys are what is
// not here, and a reference or a JSON Schema can be written from it. A key stands here only when
// the program does something with it.
// Section paths: "listen", "sources.NAME" (NAME: chosen by the operator), "rules[].when".
// Thread rule: constants. Tests: tests/unit/config/keys_test.cpp
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace alert_bridge::config {

enum class ValueType {
    text,       // any scalar
    integer,    // minimum..maximum
    boolean,    // true or false, nothing else
    duration,   // minimum..maximum in milliseconds
    size,       // minimum..maximum in bytes; "4MiB", "64KiB" or a plain number
    choice,     // one of `choices`
    texts,      // a list of texts, or one
    secret,     // {file|credential|env: …}
    secrets,    // a list of those, or one
    pattern,    // text, glob, {regex: …}, or a list of them
    entity,     // a name, or a mapping that says how to find the entity
    mapping,    // another section, or free names
    sequence,   // a list of sections
    free_form,  // several of these; the help line says which
};
[[nodiscard]] std::string_view to_string(ValueType type) noexcept;

struct Key {
    std::string_view name;
    ValueType type = ValueType::text;
    std::string_view fallback;  // the default, as it would be written; empty: none
    std::string_view help;
    bool required = false;
    std::int64_t minimum = 0;
    std::int64_t maximum = 0;
    std::string_view choices = {};  // "a|b|c"
};

struct Section {
    std::string_view path;
    std::array<std::span<const Key>, 3> parts;  // some keys are shared by sections
    bool uses_fallbacks = true;                 // rules leave alone what they do not name

    [[nodiscard]] const Key* find(std::string_view name) const noexcept;
};

extern const Section kRoot, kListen, kTls, kAdmin, kPage, kLimits, kLog, kStore;
extern const Section kSqlite, kRetention;
extern const Section kSource, kFields, kField, kAuth, kBasic, kSecretSource, kBack;
extern const Section kGlpi, kPool, kTimeouts, kRetry, kCache, kWatch, kWebhook;
extern const Section kDefaults, kNotify, kStorm, kPriority, kMap, kTemplates;
extern const Section kMaintenance, kFlapping, kRuleFlapping;
extern const Section kUndelivered, kMail, kAlarmWebhook;
extern const Section kRule, kCondition, kAsset, kTime, kRegex, kResult, kRuleNotify, kEntity;
extern const Section kTest, kTestAlert, kExpect;
extern const Section kTestFile;  // a file of cases

// All of them, in the order of a reference manual.
[[nodiscard]] std::span<const Section* const> all_sections() noexcept;

}  // namespace alert_bridge::config
