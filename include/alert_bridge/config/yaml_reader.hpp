// SPDX-License-Identifier: MIT
//
// Strict reading of scalars and mappings out of the YAML tree, collecting every mistake.
//
// MapReader is made with one section of the key table (config/keys.hpp): unknown keys (with the
// nearest known name), keys without a value and missing required keys are told at once. Its getters
// return the value, else the default of the table, else nothing; a wrong value is told with its
// position and read as if it were absent, so that loading goes on to the next mistake.
// Integers are plain decimal (010, 0x10, 1_000 and '5' are mistakes), booleans true or false only,
// null never means "default".
// Guarantees: never throws; never stops early. Requires: names given to getters stand in the
// section. Thread rule: one thread. Tests: tests/unit/config/yaml_reader_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/config/keys.hpp"
#include "alert_bridge/config/yaml_tree.hpp"

namespace alert_bridge::config {

inline constexpr std::size_t kMaxScalarBytes = 64 * 1024;

class MapReader {
  public:
    // `node` may be null pointer: an absent mapping, in which only required keys are missed, at
    // `at`.
    MapReader(Diagnostics& diagnostics, const Node* node, const Section& section, Position at = {});

    // The raw value; null pointer when the key is absent or has no value.
    [[nodiscard]] const Node* find(std::string_view name) const;
    [[nodiscard]] Position position(std::string_view name) const;

    [[nodiscard]] std::optional<std::string> text(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view name) const;
    [[nodiscard]] std::optional<bool> boolean(std::string_view name) const;
    [[nodiscard]] std::optional<Duration> duration(std::string_view name) const;
    [[nodiscard]] std::optional<std::int64_t> size(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> choice(std::string_view name) const;

    // A nested section; an absent one still gives its defaults.
    [[nodiscard]] MapReader section(std::string_view name, const Section& section) const;

    [[nodiscard]] Position at() const noexcept { return at_; }
    [[nodiscard]] Diagnostics& diagnostics() const noexcept { return diagnostics_; }

  private:
    void check_keys() const;
    // The written value, or the table's default as a plain scalar in `holder`, or null pointer.
    [[nodiscard]] const Node* value(const Key& key, Node& holder) const;
    [[nodiscard]] const Key& key(std::string_view name) const;

    Diagnostics& diagnostics_;
    const Node* node_;  // null pointer or a mapping
    const Section& section_;
    Position at_;
};

// A non-empty text; null, lists and mappings are mistakes. `what` names it in messages.
[[nodiscard]] std::optional<std::string> read_text(
    Diagnostics& diagnostics, const Node& node, std::string_view what
);
[[nodiscard]] std::optional<std::int64_t> read_integer(
    Diagnostics& diagnostics, const Node& node, const Key& key
);
[[nodiscard]] std::optional<bool> read_boolean(
    Diagnostics& diagnostics, const Node& node, const Key& key
);
[[nodiscard]] std::optional<Duration> read_duration(
    Diagnostics& diagnostics, const Node& node, const Key& key
);
[[nodiscard]] std::optional<std::int64_t> read_size(
    Diagnostics& diagnostics, const Node& node, const Key& key
);

// One of the words; otherwise told with the nearest of them.
[[nodiscard]] bool is_one_of(
    Diagnostics& diagnostics, const Node& node, std::string_view what,
    const std::vector<std::string>& words
);

// The elements of a list; a single value counts as a list of one. Null pointer: none.
[[nodiscard]] std::vector<const Node*> one_or_many(const Node* node);

// The entries of a mapping whose keys the operator chose, e.g. the sources; entries without a value
// and names that are not made of `characters` (at most 64; empty: any name) are told and left out.
struct NamedNode {
    const Node::Name* name = nullptr;
    const Node* node = nullptr;
};
inline constexpr std::string_view kNameCharacters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
[[nodiscard]] std::vector<NamedNode> named_nodes(
    Diagnostics& diagnostics, const Node* node, std::string_view what,
    std::string_view characters = kNameCharacters
);

// " (did you mean 'x'?)" or nothing.
[[nodiscard]] std::string did_you_mean(
    std::string_view wrong, const std::vector<std::string>& known
);

// "10.0.0.0/8", "2001:db8::/32" or one address; anything else is told with its reason.
[[nodiscard]] std::optional<std::string> read_network(
    Diagnostics& diagnostics, const Node& node, std::string_view what
);

}  // namespace alert_bridge::config
