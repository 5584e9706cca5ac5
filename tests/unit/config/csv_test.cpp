// SPDX-License-Identifier: MIT
#include "alert_bridge/config/csv.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace alert_bridge::config;

namespace {

struct Parsed {
    CsvMap map;
    std::string problems;
};

Parsed parse(const std::string& text, const std::string& key = "code") {
    Diagnostics diagnostics("bridge.yaml");
    Parsed result{parse_csv_map(text, "m.csv", key, diagnostics), {}};
    result.problems = render(diagnostics.take());
    return result;
}

}  // namespace

TEST_CASE("rows are found by the key column, columns by their names") {
    const auto [map, problems] = parse("entity,code,site\nRoot > A,a,Paris\nRoot > B,b,Lyon\n");
    CHECK(problems.empty());
    CHECK(map.columns == std::vector<std::string>{"entity", "site"});
    REQUIRE(map.rows.size() == 2);
    CHECK(map.rows.at("b").at("entity") == "Root > B");
    CHECK(map.rows.at("a").at("site") == "Paris");
    CHECK(map.rows.at("a").count("code") == 0);
}

TEST_CASE("quoted fields may hold commas, quotes, line ends and blanks") {
    const auto [map, problems] = parse(
        "code,entity\n\"a,b\",\"Hôpital \"\"Nord\"\"\"\nc,\"two\nlines\"\nd,\" kept \"\n e , cut \n"
    );
    CHECK(problems.empty());
    CHECK(map.rows.at("a,b").at("entity") == "Hôpital \"Nord\"");
    CHECK(map.rows.at("c").at("entity") == "two\nlines");
    CHECK(map.rows.at("d").at("entity") == " kept ");
    CHECK(map.rows.at("e").at("entity") == "cut");
}

TEST_CASE("CRLF, a byte order mark, empty lines and a missing last line end are accepted") {
    const auto [map, problems] = parse(
        "\xEF\xBB\xBF"
        "code,entity\r\n\r\na,A\r\n\nb,"
    );
    CHECK(problems.empty());
    CHECK(map.rows.size() == 2);
    CHECK(map.rows.at("b").at("entity").empty());
}

TEST_CASE("every mistake is told with its line and column, all at once") {
    const auto [map, problems] = parse(
        "code,entity\n"
        "a,A\n"
        "b\n"
        "a,again\n"
        ",no key\n"
        "c,C,more\n"
        "d,D\"quote\n"
        "e,\"E\" tail\n"
        "f,\"two\nlines\"\n"
        "f,F\n"
    );
    CHECK(
        problems ==
        "m.csv:3:1: error: this line has 1 fields, the header has 2\n"
        "m.csv:4:1: error: the key 'a' is given twice\n"
        "m.csv:5:1: error: the key is empty\n"
        "m.csv:6:1: error: this line has 3 fields, the header has 2\n"
        "m.csv:7:4: error: a quote inside a field: quote the whole field and double it\n"
        "m.csv:8:7: error: text after the closing quote\n"
        "m.csv:11:1: error: the key 'f' is given twice\n"
    );
}

TEST_CASE("a header that cannot be used is told") {
    CHECK(parse("").problems == "m.csv:1:1: error: the file is empty: a header row is needed\n");
    CHECK(
        parse("cod,entity\na,A\n").problems ==
        "m.csv:1:1: error: there is no column 'code' (did you mean 'cod'?)\n"
    );
    CHECK(parse("code,x,x\na,1,2\n").problems == "m.csv:1:8: error: two columns are named 'x'\n");
    CHECK(parse("code,,x\n").problems == "m.csv:1:6: error: a column has no name\n");
    std::string wide = "code";
    for (int i = 0; i < 64; ++i) {
        wide += ",c" + std::to_string(i);
    }
    CHECK(parse(wide + "\n").problems == "m.csv:1:1: error: more than 64 columns\n");
}

TEST_CASE("broken quoting and bytes that are not UTF-8 are told") {
    CHECK(
        parse("code,e\na,\"open\n").problems == "m.csv:2:3: error: the closing quote is missing\n"
    );
    CHECK(parse("code,e\na,\xff\n").problems == "m.csv:1:1: error: the file is not UTF-8\n");
    CHECK_THAT(parse("code,e\ra,b\n").problems, ContainsSubstring("without a line feed"));
}

TEST_CASE("a large map is read whole") {
    std::string text = "code,entity\n";
    for (int i = 0; i < 20'000; ++i) {
        text += "c" + std::to_string(i) + ",Root entity > C" + std::to_string(i) + "\n";
    }
    const auto [map, problems] = parse(text);
    CHECK(problems.empty());
    CHECK(map.rows.size() == 20'000);
    CHECK(map.rows.at("c19999").at("entity") == "Root entity > C19999");
}

TEST_CASE("a map's file that cannot be read is told where it is named") {
    const config_test::TemporaryDirectory directory;
    Diagnostics diagnostics("bridge.yaml");
    const auto map =
        read_csv_map(directory.path() + "/none.csv", "code", Position{12, 8}, diagnostics);
    CHECK(map.rows.empty());
    CHECK(
        render(diagnostics.take()) == "bridge.yaml:12:8: error: cannot open '" + directory.path() +
                                          "/none.csv': No such file or directory\n"
    );
    const std::string file = directory.write("m.csv", "code,entity\na,A\n", 0644);
    CHECK(read_csv_map(file, "code", {}, diagnostics).rows.size() == 1);
    CHECK_FALSE(diagnostics.has_errors());
}
