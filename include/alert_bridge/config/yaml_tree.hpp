// SPDX-License-Identifier: MIT
//
// Node and parse_yaml: YAML text -> our own tree, in which every value knows its line and column
// and scalars are still the characters of the file.
//
// Why not YAML::Node: yaml-cpp 0.7 keeps the first of two equal keys silently, reads 010 as 8,
// 'yes' as true and a quoted '5' as a number, and an alias can make a small file a huge tree. Here
// nothing is converted, duplicate keys are errors, and anchors, aliases, tags and a second document
// are refused. Guarantees: never throws; the text must be valid UTF-8 without control characters;
// size, depth and number of values are bounded. Not guaranteed: more than one error of syntax at
// once (yaml-cpp stops at the first). Thread rule: pure. Tests:
// tests/unit/config/yaml_reader_test.cpp
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/config/diagnostic.hpp"

namespace alert_bridge::config {

inline constexpr std::size_t kMaxYamlBytes = 16 * 1024 * 1024;
inline constexpr std::size_t kMaxYamlValues = 1'000'000;
inline constexpr std::size_t kMaxYamlDepth = 32;

struct Node {
    enum class Kind { null, scalar, sequence, mapping };
    struct Name {
        std::string text;
        Position at;
    };

    Kind kind = Kind::null;
    Position at;
    bool plain = false;       // scalar written without quotes
    std::string text;         // of a scalar, as written
    std::vector<Node> items;  // of a sequence; the values of a mapping
    std::vector<Name> names;  // of a mapping, in step with items

    // The value under `name`, or null pointer.
    [[nodiscard]] const Node* find(std::string_view name) const noexcept;
};

// The document's root; empty when the text is not one YAML document that we accept (told in
// `diagnostics`). Duplicate keys are told, and the first value is kept.
[[nodiscard]] std::optional<Node> parse_yaml(const std::string& text, Diagnostics& diagnostics);

}  // namespace alert_bridge::config
