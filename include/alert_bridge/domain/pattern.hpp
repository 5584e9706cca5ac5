// SPDX-License-Identifier: MIT
//
// Pattern: one compiled text pattern of a rule: exact, glob or RE2. Internal to the domain.
//
// Guarantees: matching takes time linear in the text for exact and regex, and for globs with one
// star; a regex is found anywhere in the text unless it has anchors. Case matters.
// Thread rule: const after construction; any thread. Tests: tests/unit/domain/pattern_test.cpp
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/rules.hpp"

namespace re2 {
class RE2;
}

namespace alert_bridge::domain {

// Named captures of the conditions that matched: match.NAME.
using Captures = std::map<std::string, std::string>;

class Pattern {
  public:
    // Error: RE2 refuses the expression; the message says where.
    [[nodiscard]] static Result<Pattern> compile(const TextPattern& spec);

    // On a match, named groups that took part are written into `captures`.
    [[nodiscard]] bool matches(std::string_view text, Captures& captures) const;
    [[nodiscard]] bool matches(std::string_view text) const;

    [[nodiscard]] const TextPattern& spec() const noexcept { return spec_; }
    [[nodiscard]] std::vector<std::string> capture_names() const;

  private:
    explicit Pattern(TextPattern spec) : spec_(std::move(spec)) {}

    TextPattern spec_;
    std::shared_ptr<const re2::RE2> regex_;
};

}  // namespace alert_bridge::domain
