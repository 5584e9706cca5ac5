// SPDX-License-Identifier: MIT
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/render.hpp"
#include "catch.hpp"

namespace alert_bridge::domain {
namespace {

std::string repeated(const std::string& text, std::size_t times) {
    std::string result;
    for (std::size_t i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

std::size_t stored_by_10(const std::string& title) {
    std::size_t size = count_code_points(title);
    for (const char letter : title) {
        size += letter == '&' || letter == '<' || letter == '>' ? 4 : 0;
    }
    return size;
}

}  // namespace

TEST_CASE("a title that fits is left alone, one that does not is cut with an ellipsis") {
    struct Case {
        std::string unit;
        int glpi_major;
        std::size_t fits;  // how many units fit uncut
        std::size_t kept;  // how many are left when it is cut
    };
    const std::vector<Case> cases{
        {"x", 11, 255, 254}, {"é", 11, 255, 254}, {"😀", 11, 255, 254},  {"<", 11, 255, 254},
        {"x", 12, 255, 254}, {"x", 10, 255, 254}, {"é", 10, 255, 254},  {"<", 10, 51, 50},
        {"&", 10, 51, 50},   {">", 10, 51, 50},   {"\"", 10, 255, 254}, {"x", 9, 254, 251},
        {"é", 9, 127, 125},  {"😀", 9, 63, 62},    {"<", 9, 254, 251},   {"x", 8, 254, 251},
    };
    for (const Case& c : cases) {
        INFO(c.unit << " on GLPI " << c.glpi_major);
        const std::string whole = repeated(c.unit, c.fits);
        REQUIRE(cut_title(whole, c.glpi_major) == whole);
        REQUIRE(cut_title(whole + c.unit, c.glpi_major) == repeated(c.unit, c.kept) + "…");
        REQUIRE(cut_title(repeated(c.unit, 5000), c.glpi_major) == repeated(c.unit, c.kept) + "…");
    }
}

TEST_CASE("short and empty titles pass every version") {
    for (const int major : {9, 10, 11}) {
        REQUIRE(cut_title("", major).empty());
        REQUIRE(cut_title("web01: <down> & out", major) == "web01: <down> & out");
    }
}

TEST_CASE("whatever the title holds, the cut one fits its version and is valid UTF-8") {
    const std::vector<std::string> letters{"a", "<", "&", "é", "漢", "😀", ">", " "};
    std::uint32_t state = 7;
    for (int round = 0; round < 300; ++round) {
        std::string title;
        const std::size_t length = 40 + static_cast<std::size_t>(round);
        for (std::size_t i = 0; i < length; ++i) {
            state = state * 1664525U + 1013904223U;
            title += letters[(state >> 24U) % letters.size()];
        }
        const std::string for_9 = cut_title(title, 9);
        const std::string for_10 = cut_title(title, 10);
        const std::string for_11 = cut_title(title, 11);
        INFO(title);
        REQUIRE(for_9.size() <= 254);
        REQUIRE(stored_by_10(for_10) <= 255);
        REQUIRE(count_code_points(for_11) <= 255);
        for (const std::string& cut : {for_9, for_10, for_11}) {
            REQUIRE(repair_utf8(cut) == cut);
            const bool is_whole = cut == title;
            const bool is_start =
                cut.ends_with("…") && title.starts_with(cut.substr(0, cut.size() - 3));
            REQUIRE((is_whole || is_start));
        }
    }
}

TEST_CASE("the reference is the last line of the content") {
    REQUIRE(with_reference("<p>x</p>", "GAB-0123") == "<p>x</p>\n<p>GAB-0123</p>");
    REQUIRE(with_reference("", "GAB-0123") == "\n<p>GAB-0123</p>");
    REQUIRE(with_reference("<p>x</p>", "") == "<p>x</p>");
    REQUIRE(with_reference("", "<b>") == "\n<p>&lt;b&gt;</p>");
}

}  // namespace alert_bridge::domain
