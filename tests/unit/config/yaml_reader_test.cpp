// SPDX-License-Identifier: MIT
#include "alert_bridge/config/yaml_reader.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;

namespace {

constexpr Key kKeys[] = {
    {"count", ValueType::integer, "7", "", false, -5, 100},
    {"flag", ValueType::boolean, "true", ""},
    {"wait", ValueType::duration, "5m", "", false, 1000, 3'600'000},
    {"room", ValueType::size, "4MiB", "", false, 1024, 8 * 1024 * 1024},
    {"word", ValueType::choice, "red", "", false, 0, 0, "red|green"},
    {"name", ValueType::text, "", "", true},
    {"more", ValueType::mapping, "", ""},
};
constexpr Section kSection{"thing", {kKeys}};

// Everything that is said about a text when it is parsed and its keys are checked.
std::string problems_of(const std::string& text) {
    Diagnostics diagnostics("f");
    if (const auto root = parse_yaml(text, diagnostics)) {
        const MapReader reader(diagnostics, &*root, kSection);
        (void)reader.integer("count");
        (void)reader.boolean("flag");
        (void)reader.duration("wait");
        (void)reader.size("room");
        (void)reader.choice("word");
        (void)reader.text("name");
    }
    return render(diagnostics.take());
}

std::string repeated(const std::string& text, int times) {
    std::string result;
    for (int i = 0; i < times; ++i) {
        result += text;
    }
    return result;
}

}  // namespace

TEST_CASE("every value of the tree knows its line and column") {
    Diagnostics diagnostics("f");
    const auto root = parse_yaml("a: 1\nb:\n  - x\n  - {c: \"q\"}\n", diagnostics);
    REQUIRE(root);
    REQUIRE(root->kind == Node::Kind::mapping);
    CHECK(root->names[1].text == "b");
    CHECK(root->names[1].at == Position{2, 1});
    const Node& list = *root->find("b");
    CHECK(list.items[0].at == Position{3, 5});
    const Node& quoted = *list.items[1].find("c");
    CHECK(quoted.at == Position{4, 9});
    CHECK_FALSE(quoted.plain);
    CHECK(list.items[0].plain);
    CHECK(root->find("nothing") == nullptr);
    CHECK(diagnostics.take().empty());
}

TEST_CASE("scalars stay the characters of the file") {
    Diagnostics diagnostics("f");
    const auto root =
        parse_yaml("a: 010\nb: yes\nc: 1e3\nd: '~'\ne: ~\nf: |\n  two\n  lines\n", diagnostics);
    REQUIRE(root);
    CHECK(root->find("a")->text == "010");
    CHECK(root->find("b")->text == "yes");
    CHECK(root->find("c")->text == "1e3");
    CHECK(root->find("d")->text == "~");
    CHECK(root->find("d")->kind == Node::Kind::scalar);
    CHECK(root->find("e")->kind == Node::Kind::null);
    CHECK(root->find("f")->text == "two\nlines\n");
}

TEST_CASE("a key that is given twice is a mistake and its first value is kept") {
    Diagnostics diagnostics("f");
    const auto root = parse_yaml("a: 1\nb: {x: 1, x: 2}\na: 3\n", diagnostics);
    REQUIRE(root);
    CHECK(root->find("a")->text == "1");
    CHECK(root->names.size() == 2);
    CHECK(
        render(diagnostics.take()) ==
        "f:2:11: error: 'x' is given twice; it stands in line 2 already\n"
        "f:3:1: error: 'a' is given twice; it stands in line 1 already\n"
    );
}

TEST_CASE("YAML that is not plain data is refused with its place") {
    struct Case {
        std::string text;
        std::string problem;
    };
    const std::vector<Case> cases{
        {"a: &x 1\n", "f:1:4: error: anchors (&name) are not accepted\n"},
        {"a: *x\n", "f:1:4: error: not YAML: the referenced anchor is not defined\n"},
        {"a: !!int 1\n", "f:1:4: error: tags (!tag:yaml.org,2002:int) are not accepted\n"},
        {"a: 1\n---\nb: 2\n",
         "f:2:1: error: one YAML document per file: a second one starts here\n"},
        {"? [a, b]\n: 1\n", "f:1:3: error: a key must be one word, not a list or a mapping\n"},
        {"a: [1, 2\n", "f:2:1: error: not YAML: end of sequence flow not found\n"},
        {"a: \"x\\\"\nb: 1\n", "f:1:4: error: the closing quote is missing\n"},
        {"a: 'x''\nb: 1\n", "f:1:4: error: the closing quote is missing\n"},
        {"a: \xff\n", "f:1:4: error: the file is not UTF-8 here\n"},
        {std::string("a: 1\nb: \x01\n"), "f:2:4: error: control characters are not accepted\n"},
        {std::string("a: 1\0\n", 6), "f:1:5: error: control characters are not accepted\n"},
    };
    for (const Case& each : cases) {
        INFO(each.text);
        Diagnostics diagnostics("f");
        CHECK_FALSE(parse_yaml(each.text, diagnostics));
        CHECK(render(diagnostics.take()) == each.problem);
    }
}

TEST_CASE("quoted scalars at the end of a file are accepted when they are closed") {
    for (const char* text :
         {"a: \"x\"", "a: 'it''s'\n", "a: \"\\\\\"\n", "a: |\n  \"x\n", "a: 1\n\"b\": 2"}) {
        INFO(text);
        Diagnostics diagnostics("f");
        CHECK(parse_yaml(text, diagnostics));
        CHECK(diagnostics.take().empty());
    }
}

TEST_CASE("an alias bomb is refused at its first anchor") {
    std::string bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n";
    for (char name = 'b'; name < 'k'; ++name) {
        const std::string previous(1, static_cast<char>(name - 1));
        bomb += std::string(1, name) + ": &" + name + " [" + repeated("*" + previous + ", ", 9) +
                "x]\n";
    }
    Diagnostics diagnostics("f");
    CHECK_FALSE(parse_yaml(bomb, diagnostics));
    CHECK(render(diagnostics.take()) == "f:1:4: error: anchors (&name) are not accepted\n");
}

TEST_CASE("depth, number of values and size of a file are bounded") {
    SECTION("depth in flow style") {
        Diagnostics diagnostics("f");
        CHECK(parse_yaml(repeated("[", 32) + repeated("]", 32), diagnostics));
        CHECK_FALSE(parse_yaml(repeated("[", 33) + repeated("]", 33), diagnostics));
        CHECK_THAT(render(diagnostics.take()), ContainsSubstring("nested deeper than 32 levels"));
    }
    SECTION("depth far beyond the stack") {
        Diagnostics diagnostics("f");
        CHECK_FALSE(parse_yaml(repeated("[", 200'000), diagnostics));
        CHECK(diagnostics.error_count() == 1);
    }
    SECTION("values") {
        Diagnostics diagnostics("f");
        CHECK_FALSE(parse_yaml("[" + repeated("1,", 1'000'001) + "]", diagnostics));
        CHECK_THAT(render(diagnostics.take()), ContainsSubstring("more than 1000000 values"));
    }
    SECTION("size") {
        Diagnostics diagnostics("f");
        CHECK_FALSE(parse_yaml(std::string(kMaxYamlBytes + 1, '#'), diagnostics));
        CHECK_THAT(render(diagnostics.take()), ContainsSubstring("larger than 16 MiB"));
    }
}

TEST_CASE("values of the right type are taken") {
    CHECK(problems_of("{count: -5, flag: false, wait: 1h, room: 64KiB, word: green, name: no}")
              .empty());
    CHECK(problems_of("{name: x}").empty());
}

TEST_CASE("absent keys have the default of the table") {
    Diagnostics diagnostics("f");
    const auto root = parse_yaml("name: x\n", diagnostics);
    const MapReader reader(diagnostics, &*root, kSection);
    CHECK(reader.integer("count") == 7);
    CHECK(reader.boolean("flag") == true);
    CHECK(reader.duration("wait") == Duration{300'000});
    CHECK(reader.size("room") == 4 * 1024 * 1024);
    CHECK(reader.choice("word") == "red");
    CHECK(reader.find("more") == nullptr);
    CHECK_FALSE(diagnostics.has_errors());
}

TEST_CASE("a section that leaves alone what is not named has no defaults") {
    Diagnostics diagnostics("f");
    const auto root = parse_yaml("name: x\n", diagnostics);
    Section bare = kSection;
    bare.uses_fallbacks = false;
    const MapReader reader(diagnostics, &*root, bare);
    CHECK_FALSE(reader.integer("count"));
    CHECK_FALSE(reader.boolean("flag"));
    CHECK(reader.text("name") == "x");
}

TEST_CASE("what other readers convert silently is a mistake here") {
    struct Case {
        std::string text;
        std::string problem;
    };
    const std::vector<Case> cases{
        {"count: 010", "1:8: error: 'count' must be a whole decimal number, not '010'"},
        {"count: 0x10", "1:8: error: 'count' must be a whole decimal number, not '0x10'"},
        {"count: 1_0", "1:8: error: 'count' must be a whole decimal number, not '1_0'"},
        {"count: 1.0", "1:8: error: 'count' must be a whole decimal number, not '1.0'"},
        {"count: +1", "1:8: error: 'count' must be a whole decimal number, not '+1'"},
        {"count: 99999999999999999999",
         "1:8: error: 'count' must be a whole decimal number, not '99999999999999999999'"},
        {"count: '5'", "1:8: error: 'count' must be a number: write 5 without quotes"},
        {"count: 101", "1:8: error: 'count' must be between -5 and 100"},
        {"count: -6", "1:8: error: 'count' must be between -5 and 100"},
        {"count: [1]", "1:8: error: 'count' must be a single value, not a list"},
        {"count: {}", "1:8: error: 'count' must be a single value, not a mapping"},
        {"count:", "1:1: error: 'count' has no value; leave the key out to get its default"},
        {"count: ~", "1:1: error: 'count' has no value; leave the key out to get its default"},
        {"count: null", "1:1: error: 'count' has no value; leave the key out to get its default"},
        {"flag: yes", "1:7: error: 'flag' must be true or false, not 'yes'"},
        {"flag: True", "1:7: error: 'flag' must be true or false, not 'True'"},
        {"flag: 'true'", "1:7: error: 'flag' must be true or false, not 'true'"},
        {"flag: 1", "1:7: error: 'flag' must be true or false, not '1'"},
        {"wait: 90", "1:7: error: 'wait' needs a unit: 30s, 5m, 24h or 7d, not '90'"},
        {"wait: 5min", "1:7: error: 'wait' must be a duration: 30s, 5m, 24h or 7d, not '5min'"},
        {"wait: -5m", "1:7: error: 'wait' must be a duration: 30s, 5m, 24h or 7d, not '-5m'"},
        {"wait: 2h", "1:7: error: 'wait' must be between 1s and 1h"},
        {"room: 4MB",
         "1:7: error: 'room' must be a size: 4MiB, 64KiB or a number of bytes, not '4MB'"},
        {"room: 1000", "1:7: error: 'room' must be between 1KiB and 8MiB"},
        {"room: 9999999999999MiB",
         "1:7: error: 'room' must be a size: 4MiB, 64KiB or a number of bytes, not "
         "'9999999999999MiB'"},
        {"word: gren",
         "1:7: error: 'word' must be one of red, green, not 'gren' (did you mean 'green'?)"},
        {"word: ''", "1:7: error: 'word' must be one of red, green, not empty"},
    };
    for (const Case& each : cases) {
        INFO(each.text);
        CHECK(problems_of(each.text + "\nname: x\n") == "f:" + each.problem + "\n");
    }
    CHECK(problems_of("name: ''\n") == "f:1:7: error: 'name' must not be empty\n");
}

TEST_CASE("unknown and missing keys are told with the nearest known name") {
    CHECK(
        problems_of("cuont: 1\nzzz: 2\n") ==
        "f:1:1: error: 'name' is missing in 'thing'\n"
        "f:1:1: error: unknown key 'cuont' in 'thing' (did you mean "
        "'count'?)\n"
        "f:2:1: error: unknown key 'zzz' in 'thing'\n"
    );
    CHECK(problems_of("[1]\n") == "f:1:1: error: 'thing' must be a mapping\n");
    CHECK(problems_of("") == "f:1:1: error: 'thing' must be a mapping\n");
}

TEST_CASE("all mistakes come at once and in the order of the file") {
    const std::string said =
        problems_of("word: blue\nname: x\nflag: no\ncount: x\nwait: 1\nroom: y\n");
    CHECK(said.find("f:1:7") < said.find("f:3:7"));
    CHECK(said.find("f:3:7") < said.find("f:4:8"));
    CHECK(said.find("f:4:8") < said.find("f:5:7"));
    CHECK(said.find("f:5:7") < said.find("f:6:7"));
    CHECK(std::count(said.begin(), said.end(), '\n') == 5);
}

TEST_CASE("names that the operator chooses are checked one by one") {
    Diagnostics diagnostics("f");
    const auto root = parse_yaml("good-1: 1\nBad name: 2\nempty:\n'': 3\n", diagnostics);
    const auto named = named_nodes(diagnostics, &*root, "things");
    REQUIRE(named.size() == 1);
    CHECK(named[0].name->text == "good-1");
    CHECK(
        render(diagnostics.take()) ==
        "f:2:1: error: 'Bad name' is not a name: use 1 to 64 of A-Z, a-z, 0-9, _ and -\n"
        "f:3:1: error: 'empty' has no value\n"
        "f:4:1: error: '' is not a name: use 1 to 64 of A-Z, a-z, 0-9, _ and -\n"
    );
}

TEST_CASE("the list of mistakes is bounded and says how many were left out") {
    Diagnostics diagnostics("f");
    for (int i = 1; i <= 205; ++i) {
        diagnostics.error({i, 1}, "wrong");
    }
    CHECK(diagnostics.error_count() == 205);
    const auto list = diagnostics.take();
    REQUIRE(list.size() == kMaxDiagnostics + 1);
    CHECK(list.back().message == "and 5 more");
    CHECK(list.back().severity == Diagnostic::error);
}

TEST_CASE("messages are one line each, whatever the file holds") {
    Diagnostics diagnostics("f");
    diagnostics.error({1, 1}, "key 'a\nb\x1b[31m'");
    const std::string said = render(diagnostics.take());
    CHECK(std::count(said.begin(), said.end(), '\n') == 1);
    CHECK(said.find('\x1b') == std::string::npos);
}
