// SPDX-License-Identifier: MIT
#include <functional>

#include "examined_sample.hpp"

using namespace alert_bridge;
using namespace alert_bridge::test;
using app::Examined;
using app::Findings;
using app::Level;

namespace {

// One thing spoiled, and what a check makes of it.
struct Case {
    std::string about;
    Findings (*check)(const Examined&);
    std::function<void(Examined&)> spoil;
    Level level;
    std::string what;   // a part of it
    std::string to_do;  // likewise
};

void look(const std::vector<Case>& cases) {
    for (const Case& each : cases) {
        INFO(each.about);
        Examined examined = healthy();
        each.spoil(examined);
        const Findings found = each.check(examined);
        REQUIRE(found.size() == 1);
        INFO(told_by(found));
        CHECK(found[0].level == each.level);
        CHECK_THAT(found[0].what, ContainsSubstring(each.what));
        CHECK_THAT(found[0].to_do, ContainsSubstring(each.to_do));
        CHECK((each.level == Level::ok || each.level == Level::skipped) == found[0].why.empty());
    }
}

Error later(const std::string& code) {
    return Error{ErrorClass::later, code, "said so"};
}

void set_login_error(Examined& examined, const std::string& code) {
    examined.glpi.login = Error{ErrorClass::misconfigured, code, "said so"};
}

}  // namespace

TEST_CASE("a healthy GLPI gives no finding, and a reason for what cannot be asked", "[doctor]") {
    const Examined examined = healthy();
    const Findings found = app::run_checks(examined);
    INFO(told_by(found));
    CHECK(app::exit_status(found) == 0);
    CHECK(found.size() == app::all_checks().size());
    for (const app::Finding& each : found) {
        CHECK(each.level == (each.check == "media_type" ? Level::skipped : Level::ok));
    }
}

TEST_CASE(
    "GLPI away leaves the local checks, and the others say why they did not look", "[doctor]"
) {
    Examined examined = healthy();
    examined.glpi = glpi::Survey{};
    examined.glpi.contact = later("connect");
    const Findings found = app::run_checks(examined);
    CHECK(app::exit_status(found) == 1);
    for (const app::Finding& each : found) {
        INFO(each.check);
        const bool is_local = each.check == "configuration" || each.check == "secrets" ||
                              each.check == "store" || each.check == "listener";
        CHECK((each.level == Level::ok) == is_local);
        CHECK((each.level == Level::error) == (each.check == "reachable"));
    }
}

TEST_CASE("a configuration with mistakes tells them, and what it keeps from being checked") {
    Examined examined;
    examined.loaded.diagnostics = {{"bridge.yaml", 3, 5, config::Diagnostic::error, "unknown key"}};
    const Findings found = app::run_checks(examined);
    REQUIRE(found.size() == app::all_checks().size());
    CHECK(found[0].level == Level::error);
    CHECK(found[0].what == "bridge.yaml:3:5: unknown key");
    CHECK(app::exit_status(found) == 1);
    CHECK(std::all_of(found.begin() + 1, found.end(), [](const app::Finding& each) {
        return each.level == Level::skipped;
    }));
}

TEST_CASE("what keeps GLPI from being reached is named by its step", "[doctor]") {
    const auto contact = [](std::string code) {
        return [code](Examined& e) { e.glpi.contact = later(code); };
    };
    const auto status = [](int code, std::string to) {
        return [code, to](Examined& e) { e.glpi.contact = glpi::Contact{code, to}; };
    };
    const auto check = app::check_contact;
    look({
        {"name", check, contact("resolve"), Level::error, "step that failed: name", "glpi.url"},
        {"no name", check, contact("no_such_host"), Level::error, "no host of this name",
         "glpi.url"},
        {"port", check, contact("connect"), Level::error, "step that failed: connect", "firewall"},
        {"drops", check, contact("timeout"), Level::error, "no connection came about", "firewall"},
        {"certificate", check, contact("tls_certificate"), Level::error, "certificate", "ca_file"},
        {"plain port", check, contact("tls"), Level::error, "TLS: the handshake", "https"},
        {"hangs", check, contact("silent"), Level::error, "no answer came in time", "PHP"},
        {"nonsense", check, contact("bad_answer"), Level::error, "HTTP: bad_answer", "glpi.url"},
        {"moved", check, status(301, "https://x/"), Level::error, "redirects to 'https://x/'",
         "glpi.url"},
        {"wrong path", check, status(404, ""), Level::error, "answers 404", "glpi.url"},
        {"PHP down", check, status(502, ""), Level::error, "answers 502", "logs"},
        {"plain http", check, [](Examined& e) { e.loaded.config->glpi.url = "http://glpi.lan"; },
         Level::warning, "without TLS", "https"},
        {"plain, same machine", check,
         [](Examined& e) { e.loaded.config->glpi.url = "http://127.0.0.1:8010"; }, Level::ok,
         "answers", ""},
    });
}

TEST_CASE("a refused login is told by what refused it", "[doctor]") {
    const auto refused = [](std::string code) {
        return [code](Examined& e) { set_login_error(e, code); };
    };
    const auto check = app::check_login;
    look({
        {"range", check, refused("ERROR_NOT_ALLOWED_IP"), Level::error, "allows the address",
         "range that covers"},
        {"no app token", check, refused("ERROR_APP_TOKEN_PARAMETERS_MISSING"), Level::error,
         "got none", "glpi.app_token"},
        {"wrong app token", check, refused("ERROR_WRONG_APP_TOKEN_PARAMETER"), Level::error,
         "does not know the application token", "glpi.app_token"},
        {"user token", check, refused("ERROR_GLPI_LOGIN_USER_TOKEN"), Level::error,
         "refuses the user token", "Remote access keys"},
        {"header lost", check, refused("ERROR_LOGIN_PARAMETERS_MISSING"), Level::error,
         "did not arrive", "Authorization"},
        {"API off", check, refused("ERROR"), Level::error, "switched off", "enable"},
        {"maintenance", check, refused("page_answer"), Level::error, "page_answer", "maintenance"},
        {"never reached", check,
         [](Examined& e) {
             e.glpi.contact = later("connect");
             e.glpi.login = glpi::not_asked();
         },
         Level::skipped, "could not be asked", ""},
    });
}

TEST_CASE("versions that the bridge was made for pass, others are told", "[doctor]") {
    for (const auto& [version, level] : std::vector<std::pair<std::string, Level>>{
             {"9.5.13", Level::ok},
             {"10.0.19", Level::ok},
             {"11.0.6", Level::ok},
             {"9.4.6", Level::warning},
             {"12.0.0", Level::warning},
             {"", Level::warning}}) {
        INFO(version);
        Examined examined = healthy();
        examined.glpi.server->version = version;
        examined.glpi.server->major = glpi::major_of(version);
        CHECK(app::check_version(examined).front().level == level);
    }
}

TEST_CASE("each right that the profile lacks is named as GLPI's form names it", "[doctor]") {
    const auto mask = [](std::string right, std::int64_t bits) {
        return [right, bits](Examined& e) { e.glpi.profile->rights[right] = bits; };
    };
    const auto check = app::check_rights;
    look({
        {"create", check, mask("ticket", 166'919 - 4), Level::error, "'Tickets: Create'", "tick"},
        {"update", check, mask("ticket", 166'919 - 2), Level::error, "'Tickets: Update'",
         "Administration > Profiles > Alert bridge"},
        {"see all", check, mask("ticket", 166'919 - 1024), Level::error, "See all tickets", "tick"},
        {"follow up", check, mask("followup", 13'319 - 4096), Level::error, "Add to all tickets",
         "tick"},
        {"history", check, mask("logs", 0), Level::warning, "Historical: Read", "tick"},
        {"history, not even a row", check,
         [](Examined& e) { e.glpi.profile->rights.erase("logs"); }, Level::warning,
         "Historical: Read", "tick"},
        {"major priority", check,
         [](Examined& e) {
             e.loaded.config->rules.priorities = {{{"p1", 5, 5, 6}, {domain::Severity::disaster}}};
         },
         Level::error, "Change the priority", "tick"},
        {"simplified interface", check, [](Examined& e) { e.glpi.profile->is_central = false; },
         Level::error, "simplified interface", "standard interface"},
        {"not told", check, [](Examined& e) { e.glpi.profile = later("empty_answer"); },
         Level::skipped, "does not tell the profile", ""},
    });
}

TEST_CASE("item types that cannot be read, or are none, are told", "[doctor]") {
    const auto answer = [](std::string code) {
        return [code](Examined& e) {
            e.item_types[0] = "Compueter";
            e.glpi.item_types[0] = Error{ErrorClass::refused, code, ""};
        };
    };
    look({
        {"right", app::check_item_types, answer("ERROR_RIGHT_MISSING"), Level::error,
         "may not read Compueter", "glpi.item_types"},
        {"typing", app::check_item_types, answer("ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM"),
         Level::error, "no item type 'Compueter'", "'Computer'"},
        {"outage", app::check_item_types, answer("http_502"), Level::skipped, "http_502", ""},
    });
}

TEST_CASE("the place of a right in GLPI's form goes by the type", "[doctor]") {
    const Examined examined = healthy();
    for (const auto& [type, place] : std::vector<std::pair<std::string, std::string>>{
             {"Computer", "Assets > Computer: Read"},
             {"IPAddress", "Assets > Internet: Read"},
             {"Change", "Assistance > Changes: See all"},
             {"Group", "Administration > Groups: Read"},
             {"User", "Administration > Users: Read"},
             {"SLA", "Setup > SLM: Read"},
             {"Location", "Setup > Locations: Read"}}) {
        CHECK(
            app::right_to_read(examined, type) ==
            "Administration > Profiles > Alert bridge: tick '" + place + "'"
        );
    }
}

TEST_CASE("a GLPI that stops answering after the login is an error", "[doctor]") {
    look({
        {"in the middle", app::check_answers,
         [](Examined& e) { e.glpi.outage = later("http_502"); }, Level::error,
         "stopped answering after the login (http_502: said so)", "logs"},
        {"not at all", app::check_answers, [](Examined&) {}, Level::ok, "every question", ""},
    });
}

TEST_CASE("only the preferences that this version heeds for the API count", "[doctor]") {
    struct Row {
        std::string version, preference;
        Level level;
    };
    for (const Row& row : std::vector<Row>{
             {"9.5.13", "set_default_tech", Level::warning},
             {"9.5.13", "set_followup_tech", Level::ok},
             {"10.0.19", "set_default_tech", Level::ok},
             {"11.0.6", "set_followup_tech", Level::warning},
             {"11.0.6", "set_solution_tech", Level::warning},
             {"11.0.6", "set_default_tech", Level::ok}}) {
        INFO(row.version << " " << row.preference);
        Examined examined = healthy();
        examined.glpi.server->version = row.version;
        examined.glpi.server->major = glpi::major_of(row.version);
        examined.glpi.session->preferences[row.preference] = true;
        CHECK(app::check_preferences(examined).front().level == row.level);
    }
    Examined silent = healthy();
    silent.glpi.session->preferences.clear();
    CHECK(app::check_preferences(silent).front().level == Level::skipped);
}

TEST_CASE("a clock that is off is told apart from a wrong time zone", "[doctor]") {
    struct Row {
        std::string told;
        Level level;
        std::string what;
    };
    for (const Row& row : std::vector<Row>{
             {"2026-11-23 20:37:22", Level::ok, "agree to within 0s"},
             {"2026-11-23 20:37:26", Level::ok, "agree"},
             {"2026-11-23 20:37:52", Level::ok, "agree to within 30s"},
             {"2026-11-23 20:34:22", Level::warning, "3m behind"},
             {"2026-11-23 20:34:22", Level::warning, "planned changes"},
             {"2026-11-23 21:37:22", Level::error, "time zones"},
             {"2026-11-23 21:37:52", Level::error, "time zones"},
             {"2026-11-23 20:46:22", Level::warning, "9m ahead"},
             {"", Level::skipped, "does not tell its time"},
         }) {
        INFO(row.told);
        Examined examined = healthy();
        examined.glpi.session->time_text = row.told;
        const Findings found = app::check_clock(examined);
        INFO(told_by(found));
        CHECK(found.front().level == row.level);
        CHECK_THAT(found.front().what + found.front().why, ContainsSubstring(row.what));
    }
    Examined in_paris = healthy();
    in_paris.loaded.config->glpi.time_zone = "Europe/Paris";
    in_paris.glpi.session->time_text = "2026-11-23 21:37:22";
    CHECK(app::check_clock(in_paris).front().level == Level::ok);
}

TEST_CASE("a ticket without its reference, or not found by it, is an error", "[doctor]") {
    look({
        {"no ticket yet", app::check_reference, [](Examined&) {}, Level::ok, "have none", ""},
        {"carried by none", app::check_reference,
         [](Examined& e) {
             e.glpi.reference = glpi::ReferenceFacts{7, "", false};
         },
         Level::error, "none of 7 tickets", "Business rules for tickets"},
        {"found", app::check_reference,
         [](Examined& e) {
             e.glpi.reference = glpi::ReferenceFacts{1, "GAB-1", true};
         },
         Level::ok, "found by its reference", ""},
        {"not found", app::check_reference,
         [](Examined& e) {
             e.glpi.reference = glpi::ReferenceFacts{1, "GAB-1", false};
         },
         Level::error, "not found", "replica"},
        {"no answer", app::check_reference,
         [](Examined& e) { e.glpi.reference = later("timeout"); }, Level::skipped, "did not answer",
         ""},
    });
}
