// SPDX-License-Identifier: MIT
#include "alert_bridge/base/text.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"

using namespace alert_bridge;
using std::string;
using namespace std::string_literals;

namespace {

const string kBad = "\xEF\xBF\xBD";  // U+FFFD

struct Pair {
    string in;
    string out;
};

string bytes(std::initializer_list<unsigned int> values) {
    string text;
    for (const unsigned int value : values) {
        text += static_cast<char>(value);
    }
    return text;
}

string encode(unsigned int point) {
    if (point < 0x80) {
        return bytes({point});
    }
    if (point < 0x800) {
        return bytes({0xC0 | point >> 6, 0x80 | (point & 0x3F)});
    }
    if (point < 0x10000) {
        return bytes({0xE0 | point >> 12, 0x80 | (point >> 6 & 0x3F), 0x80 | (point & 0x3F)});
    }
    return bytes(
        {0xF0 | point >> 18, 0x80 | (point >> 12 & 0x3F), 0x80 | (point >> 6 & 0x3F),
         0x80 | (point & 0x3F)}
    );
}

}  // namespace

TEST_CASE("well-formed UTF-8 of every length passes the repair unchanged") {
    for (const unsigned int point :
         {0x00U, 0x41U, 0x7FU, 0x80U, 0x7FFU, 0x800U, 0xFFFU, 0x1000U, 0xCFFFU, 0xD7FFU, 0xE000U,
          0xFFFDU, 0xFFFFU, 0x10000U, 0x3FFFFU, 0x40000U, 0xFFFFFU, 0x100000U, 0x10FFFFU}) {
        INFO(point);
        const string text = "a" + encode(point) + "b";
        CHECK(repair_utf8(text) == text);
        CHECK(count_code_points(text) == 3);
    }
}

TEST_CASE("each ill-formed sequence becomes one replacement character") {
    const std::vector<Pair> table{
        {bytes({0x80}), kBad},                            // lone continuation
        {bytes({0xBF, 0x80}), kBad + kBad},               // two of them
        {bytes({0xC0, 0xAF}), kBad + kBad},               // overlong '/'
        {bytes({0xC1, 0xBF}), kBad + kBad},               // overlong
        {bytes({0xC3}), kBad},                            // cut after the lead
        {bytes({0xC3, 0x41}), kBad + "A"},                // no continuation
        {bytes({0xE0, 0x80, 0x80}), kBad + kBad + kBad},  // overlong, three bytes
        {bytes({0xE2, 0x82}), kBad},                      // euro sign cut: one sequence
        {bytes({0xE2, 0x82, 0x41}), kBad + "A"},
        {bytes({0xED, 0xA0, 0x80}), kBad + kBad + kBad},  // surrogate U+D800
        {bytes({0xED, 0xBF, 0xBF}), kBad + kBad + kBad},  // surrogate U+DFFF
        {bytes({0xF0, 0x80, 0x80, 0x80}), kBad + kBad + kBad + kBad},
        {bytes({0xF0, 0x9F, 0x98}), kBad},  // emoji cut
        {bytes({0xF0, 0x9F, 0x98, 0x41}), kBad + "A"},
        {bytes({0xF4, 0x90, 0x80, 0x80}), kBad + kBad + kBad + kBad},  // above U+10FFFF
        {bytes({0xF5, 0x41}), kBad + "A"},
        {bytes({0xFE, 0xFF}), kBad + kBad},
        {"caf" + bytes({0xE9}) + " latin", "caf" + kBad + " latin"},
    };
    for (const Pair& row : table) {
        CAPTURE(row.in.size(), row.out);
        CHECK(repair_utf8(row.in) == row.out);
    }
}

TEST_CASE("the repair is idempotent for all pairs of bytes") {
    for (unsigned int first = 0; first < 256; ++first) {
        for (unsigned int second = 0; second < 256; ++second) {
            const string once = repair_utf8(bytes({first, second}));
            if (repair_utf8(once) != once) {
                CAPTURE(first, second);
                FAIL("not idempotent");
            }
        }
    }
    CHECK(repair_utf8("").empty());
}

TEST_CASE("controls that hide or reorder text are dropped, line breaks stay") {
    const std::vector<Pair> table{
        {"plain\ttext\n", "plain\ttext\n"},
        {"a\r\nb\rc\n", "a\nb\nc\n"},
        {"\r\n\r\n", "\n\n"},
        {"a\0b"s, "ab"},
        {"\x1B[31mred\x1B[0m", "[31mred[0m"},
        {"bell\x07\x08\x0B\x0C\x7F", "bell"},
        {"c1" + encode(0x85) + encode(0x9B), "c1"},
        {encode(0x202E) + "exe.txt" + encode(0x202C), "exe.txt"},
        {encode(0x2066) + "x" + encode(0x2069), "x"},
        {"a" + encode(0x200B) + "b" + encode(0x200F) + encode(0xFEFF), "ab"},
        {"a" + encode(0x2028) + "b" + encode(0x2029), "a\nb\n"},
        {"tag" + encode(0xE0041), "tag"},
        {"👨" + encode(0x200D) + "👩", "👨" + encode(0x200D) + "👩"},
        {encode(0xA0) + "é😀", encode(0xA0) + "é😀"},
    };
    for (const Pair& row : table) {
        CHECK(drop_controls(row.in) == row.out);
        CHECK(drop_controls(row.out) == row.out);
    }
}

TEST_CASE("one line has no breaks, and keeps its own blanks") {
    const std::vector<Pair> table{
        {"", ""},
        {"  two  blanks  ", "two  blanks"},
        {"line1\nline2", "line1 line2"},
        {"line1 \r\n\t line2\n", "line1 line2"},
        {"\n\n\n", ""},
        {"a\tb", "a b"},
        {"esc\x1B\nx", "esc x"},
    };
    for (const Pair& row : table) {
        CHECK(one_line(row.in) == row.out);
    }
}

TEST_CASE("code points are counted, not bytes") {
    CHECK(count_code_points("") == 0);
    CHECK(count_code_points("abc") == 3);
    CHECK(count_code_points("é😀☃") == 3);
}

TEST_CASE("a text is cut between code points and says so") {
    struct Row {
        string in;
        std::size_t limit;
        string out;
    };
    const std::vector<Row> table{
        {"abc", 3, "abc"},  {"abcd", 3, "ab…"}, {"ééé", 3, "ééé"},
        {"éééé", 3, "éé…"}, {"😀😀", 1, "…"},     {"abc", 0, ""},
        {"", 0, ""},        {"😀", 1, "😀"},      {"a😀b😀c", 4, "a😀b…"},
    };
    for (const Row& row : table) {
        CAPTURE(row.in, row.limit);
        CHECK(cut_code_points(row.in, row.limit) == row.out);
        CHECK(count_code_points(cut_code_points(row.in, row.limit)) <= row.limit);
    }
}

TEST_CASE("HTML is escaped once, everything else is left alone") {
    CHECK(
        escape_html("<b a=\"x\" b='y'>&amp;</b>") ==
        "&lt;b a=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;&lt;/b&gt;"
    );
    CHECK(escape_html("é😀\n") == "é😀\n");
    CHECK(text_to_html("a<\nb\n") == "a&lt;<br>b<br>");
    CHECK(text_to_html("").empty());
}

TEST_CASE("lower case, trimming and comparison touch ASCII only") {
    CHECK(to_lower_ascii("ÀB-Z@[9") == "Àb-z@[9");
    CHECK(trim(" \t\r\n x y \v\f") == "x y");
    CHECK(trim(" \n ").empty());
    CHECK(iequals_ascii("Critical", "cRITICAL"));
    CHECK(iequals_ascii("", ""));
    CHECK_FALSE(iequals_ascii("ok", "okay"));
    CHECK_FALSE(iequals_ascii("É", "é"));
}

TEST_CASE("splitting and joining are inverse") {
    CHECK(split("a,b,,c", ",") == std::vector<string>{"a", "b", "", "c"});
    CHECK(split("", ",") == std::vector<string>{""});
    CHECK(split("a, b", ", ") == std::vector<string>{"a", "b"});
    CHECK(split("abc", "") == std::vector<string>{"abc"});
    CHECK(split(",", ",") == std::vector<string>{"", ""});
    CHECK(join({}, ",").empty());
    for (const char* text : {"a,b,,c", ",", "", "x"}) {
        CHECK(join(split(text, ","), ",") == text);
    }
}

TEST_CASE("globs match whole texts, case-sensitively") {
    struct Row {
        string pattern, text;
        bool matches;
    };
    const std::vector<Row> table{
        {"", "", true},
        {"", "a", false},
        {"*", "", true},
        {"*", "anything", true},
        {"?", "", false},
        {"?", "a", true},
        {"??", "a", false},
        {"lab-*", "lab-", true},
        {"lab-*", "lab-web01", true},
        {"lab-*", "xlab-1", false},
        {"*.acme", "web.acme", true},
        {"*.acme", "web.acme.x", false},
        {"a*b*c", "a-b-c", true},
        {"a*b*c", "abbbcc", true},
        {"a*b*c", "a-c-b", false},
        {"*aab", "aaab", true},
        {"a*?", "a", false},
        {"a*?", "ab", true},
        {"Web*", "web1", false},
        {"**", "x", true},
        {"a**", "a", true},
        {"w?b", "web", true},
        {"[a]", "[a]", true},
        {"*a*a*a", "aa", false},
    };
    for (const Row& row : table) {
        CAPTURE(row.pattern, row.text);
        CHECK(glob_match(row.pattern, row.text) == row.matches);
    }
}

TEST_CASE("the worst globs end: many stars against a long text without the last letter") {
    const string text(20'000, 'a');
    string pattern;
    for (int i = 0; i < 200; ++i) {
        pattern += "a*";
    }
    CHECK_FALSE(glob_match(pattern + "b", text));
    CHECK(glob_match(pattern, text));
    CHECK_FALSE(glob_match("*" + string(1'000, 'a') + "b", text));
}

TEST_CASE("texts that differ only in figures become equal") {
    const std::vector<std::pair<string, string>> equal{
        {"CPU at 95.12 %", "CPU at 7 %"},
        {"load 0.5, 0.7, 1.2", "load 3.1, 2, 1"},
        {"down for 1h 4m 5s", "down for 59s"},
        {"disk 95% full", "disk 100% full"},
        {"rta 12.5ms, lost 20%", "rta 3ms, lost 0%"},
        {"at 20:33:53 on 2026-11-23", "at 01:02:03 on 2027-01-01"},
        {"many   blanks\nhere", "many blanks here"},
        {" 3 of 4 ", "1 of 2"},
        {"1,024 rows", "2 rows"},
    };
    for (const auto& [one, two] : equal) {
        CAPTURE(one, two, without_numbers(one));
        CHECK(without_numbers(one) == without_numbers(two));
    }
    const std::vector<std::pair<string, string>> different{
        {"web01 down", "web02 down"}, {"eth0", "eth1"},
        {"CRITICAL 5", "WARNING 5"},  {"host 10.0.0.1", "host 10.0.0.2"},
        {"error 0x1f", "error 0x2f"}, {"", "5"},
        {"disk C: 5", "disk D: 5"},   {"srv-web01.site2", "srv-web01.site3"},
    };
    for (const auto& [one, two] : different) {
        CAPTURE(one, two, without_numbers(one), without_numbers(two));
        CHECK(without_numbers(one) != without_numbers(two));
    }
    CHECK(without_numbers("").empty());
    CHECK(without_numbers("value=1") == "value=#");
}

TEST_CASE("the nearest known name is offered only when it is near") {
    const std::vector<string> known{
        "entity", "priority", "assign_group", "observers", "open_after"};
    const std::vector<Pair> table{
        {"entiy", "entity"},
        {"priorty", "priority"},
        {"assing_group", "assign_group"},
        {"ENTITY", "entity"},
        {"observer", "observers"},
        {"openafter", "open_after"},
        {"frobnicate", ""},
        {"x", ""},
        {"", ""},
        {string(65, 'e'), ""},
    };
    for (const Pair& row : table) {
        CAPTURE(row.in);
        CHECK(nearest_name(row.in, known) == row.out);
    }
    CHECK(nearest_name("entity", {}).empty());
    CHECK(nearest_name("ab", {"ba", "ax"}) == "ba");
    CHECK(nearest_name("entity", {string(100, 'e')}).empty());
}
