// SPDX-License-Identifier: MIT
//
// RegexFilter: which of many expressions may match a text, by the literal pieces that they cannot
// do without ("^site[0-9]+-.*\.customer-7\.example$" needs ".customer-7.example"). Internal to the
// domain; PatternIndex asks it before its set, whose state machine grows out of all bounds with
// expressions that are alike up to where they differ (measured: 1.2 ms a text with 1,000 of them).
//
// RE2's prefilter tells the pieces and how they combine; here they are looked for in the text, all
// at once: each stands in a hash map under the three of its bytes that the fewest others share.
// Guarantees: an expression that matches is never missing. An expression without a piece of three
// bytes is always among the candidates. Not guaranteed: that a candidate matches.
// Thread rule: const after construction; any thread. Tests: tests/unit/domain/regex_filter_test.cpp
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace re2 {
class FilteredRE2;
}

namespace alert_bridge::domain {

class RegexFilter {
  public:
    // Requires: RE2 accepts each of them.
    explicit RegexFilter(const std::vector<std::string>& expressions);
    ~RegexFilter();

    // Names and the like: ASCII (what folds to a letter outside of it would have to be known) and
    // short (a long text is read faster by a set).
    [[nodiscard]] static bool can_judge(std::string_view text) noexcept;

    // Positions in the constructor's list, ascending. Requires: can_judge(text).
    [[nodiscard]] std::vector<int> candidates(std::string_view text) const;

  private:
    // A piece, found by its three bytes from `offset` on.
    struct Piece {
        std::string text;
        std::size_t offset = 0;
        int number = 0;
    };

    void index(const std::vector<std::string>& pieces);

    std::unique_ptr<re2::FilteredRE2> prefilter_;
    std::unordered_map<std::uint32_t, std::vector<Piece>> pieces_;
};

}  // namespace alert_bridge::domain
