// SPDX-License-Identifier: MIT
#include "alert_bridge/observe/log_format.hpp"

#include <nlohmann/json.hpp>

#include "alert_bridge/base/text.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::observe;
using ports::Level;

namespace {

const WallTime kTime = from_unix_ms(1'795'466'033'007);  // 2026-11-23 20:33:53.007 UTC

LogLine line(Level level, std::vector<ports::Field> fields) {
    return {kTime, level, "ticket_opened", "a ticket was opened", std::move(fields)};
}

}  // namespace

TEST_CASE("a console line has the time with its zone, the level, the event and the fields") {
    const LogLook look{LogStyle::console, false, "Europe/Paris"};
    CHECK(
        format_line(look, line(Level::info, {{"ticket", "4711"}, {"host", "web 01"}})) ==
        "2026-11-23 21:33:53 CET  info     ticket_opened: a ticket was opened ticket=4711 "
        "host=\"web 01\""
    );
}

TEST_CASE("without a zone the console shows UTC") {
    CHECK_THAT(
        format_line({}, line(Level::warning, {})),
        ContainsSubstring("2026-11-23 20:33:53 UTC  warning  ticket_opened")
    );
}

TEST_CASE("colours are used only when asked for") {
    LogLook look;
    CHECK(format_line(look, line(Level::error, {})).find('\x1b') == std::string::npos);
    look.colours = true;
    CHECK_THAT(
        format_line(look, line(Level::error, {})), ContainsSubstring("\x1b[31merror  \x1b[0m")
    );
    CHECK(format_line(look, line(Level::info, {})).find('\x1b') == std::string::npos);
}

TEST_CASE("a journal line has syslog's priority and no time") {
    const LogLook look{LogStyle::journal, true, ""};
    CHECK(format_line(look, line(Level::debug, {})) == "<7>ticket_opened: a ticket was opened");
    CHECK(format_line(look, line(Level::info, {})).substr(0, 3) == "<6>");
    CHECK(format_line(look, line(Level::warning, {})).substr(0, 3) == "<4>");
    CHECK(
        format_line(look, line(Level::error, {{"code", "x"}})) ==
        "<3>ticket_opened: a ticket was opened code=x"
    );
}

TEST_CASE("a JSON line is one object with time, level, event, message and fields") {
    const LogLook look{LogStyle::json, false, ""};
    const auto parsed = nlohmann::json::parse(
        format_line(look, line(Level::warning, {{"host", "say \"hi\" \\ back"}, {"n", "5"}}))
    );
    CHECK(parsed.at("time") == "2026-11-23T20:33:53.007Z");
    CHECK(parsed.at("level") == "warning");
    CHECK(parsed.at("event") == "ticket_opened");
    CHECK(parsed.at("message") == "a ticket was opened");
    CHECK(parsed.at("fields").at("host") == "say \"hi\" \\ back");
    CHECK(parsed.at("fields").at("n") == "5");
    CHECK(parsed.size() == 5);
    CHECK_FALSE(nlohmann::json::parse(format_line(look, line(Level::info, {}))).contains("fields"));
}

TEST_CASE("hostile text stays one line without control characters in every style") {
    const LogStyle style = GENERATE(LogStyle::console, LogStyle::json, LogStyle::journal);
    const std::string hostile =
        "a\nERROR forged: line\r\n\x1b[2Jb\x07\xff\xc3(\xE2\x80\xAE rtl \"x\" k=v";
    LogLine bad = line(Level::error, {{"host", hostile}});
    bad.message = hostile;
    const std::string text = format_line({style, false, ""}, bad);
    for (const char letter : text) {
        const auto byte = static_cast<unsigned char>(letter);
        INFO(text);
        REQUIRE((byte >= 0x20 && byte != 0x7f));
    }
    CHECK(repair_utf8(text) == text);
    CHECK(text.find("\xE2\x80\xAE") == std::string::npos);
    if (style == LogStyle::json) {
        CHECK(nlohmann::json::accept(text));
    }
}

TEST_CASE("a value cannot forge a second field") {
    const std::string text = format_line(
        {LogStyle::journal, false, ""}, line(Level::info, {{"host", "x user=root"}, {"e", ""}})
    );
    CHECK_THAT(text, ContainsSubstring("host=\"x user=root\" e=\"\""));
    const std::string quote =
        format_line({LogStyle::journal, false, ""}, line(Level::info, {{"host", "x\" user=\"r"}}));
    CHECK_THAT(quote, ContainsSubstring("host=\"x\\\" user=\\\"r\""));
}

TEST_CASE("long values and messages are cut") {
    std::string emoji;
    for (int i = 0; i < 2000; ++i) {
        emoji += "\xF0\x9F\x94\xA5";
    }
    LogLine long_line = line(Level::info, {{"v", emoji}});
    long_line.message = emoji;
    const std::string text = format_line({LogStyle::json, false, ""}, long_line);
    const auto parsed = nlohmann::json::parse(text);
    CHECK(count_code_points(parsed.at("message").get<std::string>()) == kValueMax);
    CHECK(count_code_points(parsed.at("fields").at("v").get<std::string>()) == kValueMax);
}

TEST_CASE("levels have names and names have levels") {
    for (const Level level : {Level::debug, Level::info, Level::warning, Level::error}) {
        CHECK(parse_level(to_string(level)) == level);
    }
    CHECK_FALSE(parse_level("Info").has_value());
    CHECK_FALSE(parse_level("").has_value());
}
