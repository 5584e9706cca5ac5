// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/generic.hpp"

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alert_bridge/base/time.hpp"
#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;
using nlohmann::json;
using ports::MappedField;
using std::string;

namespace {

const WallTime kReceived = from_unix_ms(1'795'500'000'000);

MappedField at(const std::vector<string>& pointers) {
    MappedField field;
    for (const string& pointer : pointers) {
        field.pointers.push_back(parse_json_pointer(pointer).value());
    }
    return field;
}

MappedField word(const string& pointer, std::map<string, string> words, string fallback = {}) {
    MappedField field = at({pointer});
    field.words = std::move(words);
    field.fallback = std::move(fallback);
    return field;
}

ports::SourceOptions options(std::map<string, MappedField> fields = {}) {
    ports::SourceOptions made;
    made.name = "gen";
    made.type = "generic";
    made.time_zone = "Europe/Paris";
    made.mapping.fields = std::move(fields);
    made.mapping.fields.emplace("key", at({"/id"}));
    return made;
}

Result<ports::Decoded> decode(const json& body, const ports::SourceOptions& given) {
    const auto decoder = sources::make_decoder(given);
    REQUIRE(decoder.has_value());
    return (*decoder)->decode(body.dump(), kReceived);
}

Alert one(const json& body, const ports::SourceOptions& given) {
    const auto decoded = decode(body, given);
    if (!decoded) {
        FAIL(describe(decoded.error()));
    }
    REQUIRE(decoded->alerts.size() == 1);
    return decoded->alerts.front();
}

string refusal(const json& body, const ports::SourceOptions& given) {
    const auto decoded = decode(body, given);
    REQUIRE_FALSE(decoded.has_value());
    CHECK(decoded.error().code == "shape");
    return decoded.error().message;
}

}  // namespace

TEST_CASE("a key alone makes a problem of average severity that is in one state at a time") {
    const Alert alert = one({{"id", 17}}, options());
    CHECK(alert.source == "gen");
    CHECK(alert.received_at == kReceived);
    CHECK(alert.problem_key == "gen/item/17");
    CHECK(alert.kind == AlertKind::problem);
    CHECK(alert.state == ProblemState::failing);
    CHECK(alert.severity == Severity::average);
    CHECK(alert.whole_problem);
    CHECK_FALSE(alert.episode.empty());
    CHECK(alert.host == domain::Host{});
    CHECK_FALSE(alert.started_at.has_value());
}

TEST_CASE("every field is taken from where its pointer leads") {
    ports::SourceOptions given = options(
        {{"host", at({"/m/name"})},
         {"address", at({"/m/ip"})},
         {"groups", at({"/m/groups"})},
         {"service", at({"/what"})},
         {"name", at({"/title"})},
         {"text", at({"/texts/0"})},
         {"details", at({"/texts/1"})},
         {"author", at({"/by"})},
         {"comment", at({"/said"})},
         {"link", at({"/url"})},
         {"glpi_id", at({"/m/glpi"})},
         {"glpi_type", at({"/m/type"})},
         {"uuid", at({"/m/uuid"})},
         {"serial", at({"/m/serial"})},
         {"inventory_number", at({"/m/inv~1no"})},
         {"severity", at({"/level"})}}
    );
    given.mapping.tags = {{"customer", at({"/c/id"})}, {"none", at({"/nowhere"})}};
    json body = json::parse(R"({"id":"a/b","title":"one\ntwo","texts":["text\n2",{"more":[1]}],
        "by":"ann","said":"look","url":"https://x.example/1","level":"WARN","c":{"id":8},
        "what":"sensor 3","m":{"name":" web01 ","ip":"192.0.2.7","groups":["a","",3],"glpi":"17",
        "type":"printer","uuid":"u-1","serial":"S1","inv/no":"I1"}})");
    const Alert alert = one(body, given);
    CHECK(alert.problem_key == "gen/item/a%2Fb");
    CHECK(alert.host.name == "web01");
    CHECK(alert.host.address == "192.0.2.7");
    CHECK(alert.host.groups == std::vector<string>{"a", "3"});
    CHECK(alert.host.glpi_id == 17);
    CHECK(alert.host.glpi_type == "Printer");
    CHECK(alert.host.uuid == "u-1");
    CHECK(alert.host.serial == "S1");
    CHECK(alert.host.inventory_number == "I1");
    CHECK(alert.service == "sensor 3");
    CHECK(alert.problem_name == "one two");
    CHECK(alert.text == "text\n2");
    CHECK(alert.details == R"({"more":[1]})");
    CHECK(alert.author == "ann");
    CHECK(alert.comment == "look");
    CHECK(alert.links == std::vector<string>{"https://x.example/1"});
    CHECK(alert.severity == Severity::warning);
    CHECK(alert.tags == std::vector<domain::Tag>{{"customer", "8"}});
    body["m"]["groups"] = "a, b ,";
    body["m"]["ip"] = "not one";
    body["m"]["name"] = "2001:db8::7";
    const Alert other = one(body, given);
    CHECK(other.host.groups == std::vector<string>{"a", "b"});
    CHECK(other.host.address == "2001:db8::7");
}

TEST_CASE("the first pointer that leads to a value counts, then the default") {
    MappedField host = at({"/name", "/ip"});
    host.fallback = "somewhere";
    const ports::SourceOptions given = options({{"host", host}});
    CHECK(one({{"id", 1}, {"name", "n"}, {"ip", "i"}}, given).host.name == "n");
    CHECK(one({{"id", 1}, {"name", ""}, {"ip", "i"}}, given).host.name == "i");
    CHECK(one({{"id", 1}, {"name", nullptr}}, given).host.name == "somewhere");
    CHECK(one({{"id", 1}, {"name", "{HOST.NAME}"}}, given).host.name == "somewhere");
}

TEST_CASE("a table turns values in any case into words; its default is for the others") {
    const ports::SourceOptions given = options(
        {{"kind", word("/s", {{"down", "problem"}, {"up", "recovery"}, {"7", "update"}}, "note")},
         {"severity", word("/p", {{"1", "disaster"}, {"low", "information"}}, "high")}}
    );
    struct Row {
        json status, prio;
        AlertKind kind;
        ProblemState state;
        Severity severity;
    };
    for (const Row& row : std::vector<Row>{
             {"Down", 1, AlertKind::problem, ProblemState::failing, Severity::disaster},
             {"UP ", "LOW", AlertKind::recovery, ProblemState::ok, Severity::information},
             {7, "odd", AlertKind::update, ProblemState::failing, Severity::high},
             {"other", nullptr, AlertKind::note, ProblemState::unknown, Severity::high},
             {nullptr, true, AlertKind::note, ProblemState::unknown, Severity::high},
         }) {
        CAPTURE(row.status.dump());
        const Alert alert = one({{"id", 1}, {"s", row.status}, {"p", row.prio}}, given);
        CHECK(alert.kind == row.kind);
        CHECK(alert.state == row.state);
        CHECK(alert.severity == row.severity);
    }
}

TEST_CASE("what cannot be used says which pointer holds what") {
    const ports::SourceOptions given = options(
        {{"key", at({"/id", "/uuid"})},
         {"kind", word("/status", {{"down", "problem"}})},
         {"order", at({"/seq"})}}
    );
    const std::vector<std::pair<string, string>> table{
        {R"({"status":"down","seq":1})", "key: nothing at \"/id\" or \"/uuid\""},
        {R"({"id":" ","status":"down","seq":1})", "key: nothing at"},
        {R"({"id":1,"status":"odd\n","seq":1})",
         "kind: \"/status\" holds \"odd\", which its map does not name"},
        {R"({"id":1,"status":"down"})", "order: \"/seq\" holds nothing"},
        {R"({"id":1,"status":"down","seq":"later"})",
         "order: \"/seq\" holds \"later\", no number or time"},
        {R"({"id":1,"status":"down","seq":-1})", "order: \"/seq\" holds \"-1\", no number"},
        {"[]", "key: nothing at"},
        {"17", "key: nothing at"},
    };
    for (const auto& [body, message] : table) {
        CAPTURE(body);
        CHECK_THAT(refusal(json::parse(body), given), ContainsSubstring(message));
    }
    const ports::SourceOptions plain = options({{"kind", at({"/status"})}});
    CHECK(one({{"id", 1}, {"status", "Recovery"}}, plain).kind == AlertKind::recovery);
    CHECK_THAT(
        refusal({{"id", 1}, {"status", "odd"}}, plain), ContainsSubstring("which is no kind")
    );
}

TEST_CASE("what is to be ignored becomes no alert, whatever else it lacks") {
    const ports::SourceOptions given =
        options({{"kind", word("/event", {{"hired", "problem"}}, "ignore")}});
    const auto decoded = decode({{"event", "promoted"}}, given);
    REQUIRE(decoded.has_value());
    CHECK(decoded->alerts.empty());
    CHECK(decoded->unusable.empty());
    CHECK(one({{"event", "hired"}, {"id", 1}}, given).kind == AlertKind::problem);
}

TEST_CASE("times are dates, seconds or milliseconds; what is none is no start") {
    const ports::SourceOptions given = options({{"started", at({"/at"})}});
    const std::vector<std::pair<json, std::int64_t>> table{
        {"2026-11-23T20:33:53.5Z", 1'795'466'033'500},
        {"2026-11-23 21:33:53", 1'795'466'033'000},  // Paris
        {1'795'466'033, 1'795'466'033'000},
        {"1795466033.25", 1'795'466'033'250},
        {1'795'466'033'250, 1'795'466'033'250},
        {0, 0},
    };
    for (const auto& [value, ms] : table) {
        CAPTURE(value.dump());
        const Alert alert = one({{"id", 1}, {"at", value}}, given);
        REQUIRE(alert.started_at.has_value());
        CHECK(to_unix_ms(*alert.started_at) == ms);
    }
    for (const json& value : {json("soon"), json(-1), json("inf"), json("nan"), json("1e300")}) {
        CAPTURE(value.dump());
        CHECK_FALSE(one({{"id", 1}, {"at", value}}, given).started_at.has_value());
    }
}

TEST_CASE("with an order or an episode a repeated element is a duplicate") {
    for (const char* name : {"order", "episode"}) {
        CAPTURE(name);
        const ports::SourceOptions given = options({{name, at({"/n"})}, {"kind", at({"/k"})}});
        const Alert first = one({{"id", 1}, {"n", 5}}, given);
        CHECK(one({{"n", 5}, {"id", 1}}, given).idempotency_key == first.idempotency_key);
        CHECK(one({{"id", 1}, {"n", 6}}, given).idempotency_key != first.idempotency_key);
        CHECK(one({{"id", 1}, {"n", 5}, {"x", 1}}, given).idempotency_key != first.idempotency_key);
        CHECK(
            one({{"id", 1}, {"n", 5}, {"k", "recovery"}}, given).idempotency_key !=
            first.idempotency_key
        );
    }
    const ports::SourceOptions ordered = options({{"order", at({"/n"})}});
    CHECK(one({{"id", 1}, {"n", 5}}, ordered).order < one({{"id", 1}, {"n", 6}}, ordered).order);
    CHECK(
        one({{"id", 1}, {"n", "2026-11-23T20:33:53Z"}}, ordered).order.major == 1'795'466'033'000
    );
    const ports::SourceOptions numbered = options({{"episode", at({"/n"})}});
    CHECK(one({{"id", 1}, {"n", 5}}, numbered).episode == "5");
}

TEST_CASE("with neither, every delivery counts and the time of receipt is the order") {
    const auto decoder = sources::make_decoder(options());
    REQUIRE(decoder.has_value());
    const auto early = (*decoder)->decode(R"({"id":1})", kReceived);
    const auto late = (*decoder)->decode(R"({"id":1})", kReceived + Duration(1));
    REQUIRE((early.has_value() && late.has_value()));
    const Alert& first = early->alerts.front();
    const Alert& second = late->alerts.front();
    CHECK(first.idempotency_key != second.idempotency_key);
    CHECK(first.episode == second.episode);
    CHECK(first.order < second.order);
    ports::SourceOptions listed = options();
    listed.mapping.alerts = parse_json_pointer("/l");
    const auto twice = decode({{"l", {{{"id", 1}}, {{"id", 1}}}}}, listed);
    REQUIRE(twice.has_value());
    REQUIRE(twice->alerts.size() == 2);
    CHECK(twice->alerts[0].idempotency_key != twice->alerts[1].idempotency_key);
}

TEST_CASE("a list becomes an alert for each element that can be used") {
    ports::SourceOptions given = options();
    given.mapping.alerts = parse_json_pointer("/data/items");
    const json body = {{"data", {{"items", {{{"id", 1}}, {{"no", 2}}, "text", {{"id", 3}}}}}}};
    const auto decoded = decode(body, given);
    REQUIRE(decoded.has_value());
    REQUIRE(decoded->alerts.size() == 2);
    CHECK(decoded->alerts[1].problem_key == "gen/item/3");
    REQUIRE(decoded->unusable.size() == 2);
    CHECK(decoded->unusable[0].reason == "1: key: nothing at \"/id\"");
    CHECK(decoded->unusable[0].body == R"({"data":{"items":[{"no":2}]}})");
    const auto again = decode(json::parse(decoded->unusable[0].body), given);
    REQUIRE(again.has_value());
    CHECK(again->unusable.size() == 1);
    for (const char* other : {"{}", R"({"data":[]})", R"({"data":{"items":{}}})", "[]"}) {
        CHECK(refusal(json::parse(other), given) == "there is no list at \"/data/items\"");
    }
    CHECK(decode({{"data", {{"items", json::array()}}}}, given)->alerts.empty());
}

TEST_CASE("parts make several alerts of one element, each a problem of its own") {
    ports::SourceOptions given = options({{"order", at({"/n"})}});
    given.mapping.parts = {"equipment", "access"};
    const auto decoded = decode({{"id", 4711}, {"n", 1}}, given);
    REQUIRE(decoded.has_value());
    REQUIRE(decoded->alerts.size() == 2);
    const Alert& equipment = decoded->alerts[0];
    const Alert& access = decoded->alerts[1];
    CHECK(equipment.problem_key == "gen/item/4711/equipment");
    CHECK(access.problem_key == "gen/item/4711/access");
    CHECK(domain::tag_value(equipment, "part") == "equipment");
    CHECK(domain::tag_value(access, "part") == "access");
    CHECK(equipment.idempotency_key != access.idempotency_key);
    given.mapping.alerts = parse_json_pointer("/l");
    const json half(ports::kMaxBatch / 2, json{{"id", 1}, {"n", 1}});
    CHECK(decode({{"l", half}}, given)->alerts.size() == ports::kMaxBatch);
    const json more(ports::kMaxBatch / 2 + 1, json{{"id", 1}, {"n", 1}});
    CHECK(refusal({{"l", more}}, given) == "more than 10000 alerts");
}

TEST_CASE("a generic source without a key is refused") {
    ports::SourceOptions given = options();
    given.mapping.fields.clear();
    const auto decoder = sources::make_decoder(given);
    REQUIRE_FALSE(decoder.has_value());
    CHECK_THAT(decoder.error().message, ContainsSubstring("need a key"));
}
