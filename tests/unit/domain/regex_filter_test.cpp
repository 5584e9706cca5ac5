// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/regex_filter.hpp"

#include <re2/re2.h>

#include <algorithm>

#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

using Numbers = std::vector<int>;

Numbers candidates(const std::vector<std::string>& expressions, std::string_view text) {
    return RegexFilter(expressions).candidates(text);
}

}  // namespace

TEST_CASE("of a thousand expressions that are alike only the one whose piece occurs is tried") {
    std::vector<std::string> expressions;
    for (int number = 0; number < 1000; ++number) {
        expressions.push_back(
            "^site[0-9]+-.*\\.customer-" + std::to_string(10'000 + number) + "\\.example$"
        );
    }
    const RegexFilter filter(expressions);
    REQUIRE(filter.candidates("site7-web.customer-10042.example") == Numbers{42});
    REQUIRE(filter.candidates("site7-web.customer-2.example").empty());
}

TEST_CASE("an expression without a literal piece is always tried") {
    const std::vector<std::string> expressions{"^[0-9]+$", "web", "x?", "^ab", "^$"};
    REQUIRE(candidates(expressions, "db") == Numbers{0, 2, 3, 4});
    REQUIRE(candidates(expressions, "web01") == Numbers{0, 1, 2, 3, 4});
    REQUIRE(candidates(expressions, "") == Numbers{0, 2, 3, 4});
}

TEST_CASE("pieces are found whatever their case, at the ends and overlapping") {
    REQUIRE(candidates({"(?i)WEB"}, "weB") == Numbers{0});
    REQUIRE(candidates({"Web"}, "Web") == Numbers{0});
    REQUIRE(candidates({"aaaa", "aaab", "baaa"}, "aaaab") == Numbers{0, 1});
    REQUIRE(candidates({"abc.*def"}, "abc").empty());
    REQUIRE(candidates({"abc|def"}, "def") == Numbers{0});
}

TEST_CASE("only short texts of ASCII are judged") {
    REQUIRE(RegexFilter::can_judge(""));
    REQUIRE(RegexFilter::can_judge(std::string(1024, 'a')));
    REQUIRE_FALSE(RegexFilter::can_judge(std::string(1025, 'a')));
    REQUIRE_FALSE(RegexFilter::can_judge("\u212Aelvin"));  // the Kelvin sign folds to k
}

TEST_CASE("what matches is among the candidates, for random expressions and texts") {
    std::uint32_t state = 5;
    const auto pick = [&state](const std::vector<std::string>& from) {
        state = state * 1664525U + 1013904223U;
        return from[(state >> 24U) % from.size()];
    };
    const std::vector<std::string> pieces{"abc", "ab",  "bca", "(?i:CAB)", ".*",   "[ab]c",
                                          "a+",  "b?c", "^",   "(a|bca)",  "c{2}", "$"};
    std::vector<std::string> expressions;
    for (int i = 0; i < 300; ++i) {
        expressions.push_back(pick(pieces) + pick(pieces) + pick(pieces));
    }
    const RegexFilter filter(expressions);
    int matches = 0;
    for (int i = 0; i < 200; ++i) {
        std::string text;
        for (int letter = 0; letter < 8; ++letter) {
            text += pick({"a", "b", "c", "A", "C"});
        }
        const Numbers found = filter.candidates(text);
        for (int number = 0; number < 300; ++number) {
            const std::string& expression = expressions[static_cast<std::size_t>(number)];
            if (re2::RE2::PartialMatch(text, expression)) {
                ++matches;
                INFO(text << " " << expression);
                REQUIRE(std::binary_search(found.begin(), found.end(), number));
            }
        }
    }
    REQUIRE(matches > 1000);
}

}  // namespace alert_bridge::domain
