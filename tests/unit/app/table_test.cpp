// SPDX-License-Identifier: MIT
#include "alert_bridge/app/table.hpp"

#include "catch.hpp"

using namespace alert_bridge;
using app::Table;

TEST_CASE("a table lines up its columns and pads nothing at the end") {
    Table table({{"ID", true}, {"HOST"}, {"WHY"}});
    table.add({"7", "web01", "no"});
    table.add({"1234", "a", ""});
    CHECK(table.text(0, false) == "  ID  HOST   WHY\n   7  web01  no\n1234  a\n");
}

TEST_CASE("the widest columns that may be cut are cut until the rows fit") {
    Table table({{"ID"}, {"HOST", false, true}, {"WHY", false, true}});
    table.add({"id-1234", "a-long-host-name", "a very long reason that nobody reads to its end"});
    const std::string text = table.text(40, false);
    const std::string row = text.substr(text.find('\n') + 1);
    CHECK(row == "id-1234  a-long-host-n…  a very long re…\n");
    CHECK(table.text(0, false).find("nobody reads to its end") != std::string::npos);
}

TEST_CASE("what cannot be cut stays whole even when it does not fit") {
    Table table({{"ID"}, {"WHY", false, true}});
    table.add({"an-id-of-some-length", "why it is so"});
    CHECK(table.text(10, false).find("an-id-of-some-length") != std::string::npos);
}

TEST_CASE("nothing that a terminal would obey gets through") {
    Table table({{"TEXT"}});
    table.add({"\033[31mred\r\nnext\tcell\x07 \xff"});
    const std::string text = table.text(0, false);
    CHECK(text.find('\033') == std::string::npos);
    CHECK(text.find('\r') == std::string::npos);
    CHECK(text.find('\x07') == std::string::npos);
    CHECK(std::count(text.begin(), text.end(), '\n') == 2);
    CHECK(Table({{"A"}}).text(0, true) == "\033[1mA\033[0m\n");
}
