// SPDX-License-Identifier: MIT
//
// PatternIndex: which of many patterns match a text, without trying them all. Internal to the
// domain; RuleIndex has one per field.
//
// Exact texts stand in a hash map. Globs stand behind their literal start or end, whichever is
// longer ("sw-*", "*.example.com"); only globs without either ("*lab*") are tried one by one.
// Of many regexes those are tried whose literal pieces the text has (RegexFilter). Where these are
// too many, or the text is long or not ASCII, all are one RE2 set; when it cannot be built or runs
// out of memory, they are tried one by one: slower, never wrong.
// Thread rule: add() and finish() by one thread, then const and any thread.
// Tests: tests/unit/domain/pattern_index_test.cpp
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "alert_bridge/domain/pattern.hpp"
#include "alert_bridge/domain/regex_filter.hpp"

namespace alert_bridge::domain {

class PatternIndex {
  public:
    PatternIndex();
    ~PatternIndex();
    PatternIndex(PatternIndex&&) noexcept;
    PatternIndex& operator=(PatternIndex&&) noexcept;

    void add(const Pattern& pattern, std::uint32_t id);
    // `regex_memory` bounds the bytes that the RE2 set may use. Nothing may be added later.
    void finish(std::int64_t regex_memory);

    // Appends the ids of all patterns that match, in no order, perhaps some twice.
    void find(std::string_view text, std::vector<std::uint32_t>& ids) const;

    [[nodiscard]] bool has_regexes() const noexcept { return !regexes_.empty(); }
    // False: regexes are tried one by one.
    [[nodiscard]] bool has_regex_set() const noexcept { return regex_set_ != nullptr; }

  private:
    using Ids = std::vector<std::uint32_t>;
    struct Entry {
        Pattern pattern;
        Ids ids;
    };
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const noexcept {
            return std::hash<std::string_view>()(text);
        }
    };
    template <class Value>
    using ByText = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;
    using Globs = ByText<std::vector<Entry>>;
    class RegexSet;

    void add_glob(const Pattern& pattern, std::uint32_t id);
    void find_globs(std::string_view text, Ids& ids) const;
    void find_regexes(std::string_view text, Ids& ids) const;

    ByText<Ids> exact_;
    Globs by_start_, by_end_;
    std::set<std::size_t> start_lengths_, end_lengths_;
    std::vector<Entry> bare_globs_;
    std::vector<Entry> regexes_;
    ByText<std::size_t> regex_numbers_;    // the same expression in many rules is one entry
    std::unique_ptr<RegexFilter> filter_;  // of many
    std::unique_ptr<RegexSet> regex_set_;
};

}  // namespace alert_bridge::domain
