// SPDX-License-Identifier: MIT
#include "examined_sample.hpp"

using namespace alert_bridge;
using namespace alert_bridge::test;
using app::Examined;
using app::Finding;
using app::Findings;
using app::Level;

TEST_CASE("a secret that others may read is told with the command that mends it", "[doctor]") {
    Examined examined = healthy();
    examined.loaded.diagnostics = {
        {"bridge.yaml", 7, 3, config::Diagnostic::warning,
         "'user_token': '/etc/x/glpi.token' can be read by others: chmod 600 it"}};
    CHECK(app::check_configuration(examined).front().level == Level::ok);
    const Findings found = app::check_secrets(examined);
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == Level::error);
    CHECK(found[0].what == "'user_token': '/etc/x/glpi.token' can be read by others");
    CHECK(found[0].to_do == "chmod 600 /etc/x/glpi.token");
    CHECK(app::check_secrets(healthy()).front().level == Level::ok);
}

TEST_CASE("warnings of the configuration are told as such", "[doctor]") {
    Examined examined = healthy();
    examined.loaded.diagnostics = {
        {"bridge.yaml", 9, 3, config::Diagnostic::warning, "comes from the environment"}};
    const Findings found = app::check_configuration(examined);
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == Level::warning);
    CHECK(found[0].what == "bridge.yaml:9:3: comes from the environment");
}

TEST_CASE("what the daemon could not be made of is an error of the configuration", "[doctor]") {
    Examined examined = healthy();
    examined.tried_out = Error{ErrorClass::misconfigured, "tls", "listen.tls: no certificate"};
    const Findings found = app::check_configuration(examined);
    REQUIRE(found.size() == 1);
    CHECK(found[0].level == Level::error);
    CHECK(found[0].what == "listen.tls: no certificate");
}

TEST_CASE("the daemon's port: there, not there, or a stranger's", "[doctor]") {
    struct Row {
        bool answered;
        int status;
        std::string code;
        bool demands_certificate;
        Level level;
    };
    for (const Row& row : std::vector<Row>{
             {true, 200, "", false, Level::ok},
             {false, 0, "certificate_required", true, Level::ok},
             {false, 0, "certificate_required", false, Level::warning},
             {false, 0, "connect", false, Level::warning},
             {true, 404, "", false, Level::error}}) {
        INFO(row.status << row.code);
        Examined examined = healthy();
        examined.listener->exchange.answered = row.answered;
        examined.listener->exchange.response.status = row.status;
        examined.listener->exchange.code = row.code;
        examined.listener->demands_certificate = row.demands_certificate;
        CHECK(app::check_listener(examined).front().level == row.level);
    }
    Examined unread = healthy();
    unread.listener.reset();
    CHECK(app::check_listener(unread).front().level == Level::skipped);
}

TEST_CASE("the store's directory and disk", "[doctor]") {
    const auto told = [](auto spoil) {
        Examined examined = healthy();
        spoil(*examined.store);
        return app::check_store(examined).front();
    };
    CHECK(
        told([](app::StoreFacts&) {}).what ==
        "the store's directory '/var/lib/glpi-alert-bridge' is writable, 51200 MiB free (reserve "
        "64 MiB)"
    );
    const Finding missing = told([](app::StoreFacts& s) { s.problem = "No such file"; });
    CHECK(missing.level == Level::error);
    CHECK_THAT(missing.to_do, ContainsSubstring("install -d -m 700"));
    CHECK(told([](app::StoreFacts& s) { s.is_writable = false; }).level == Level::error);
    const Finding of_another = told([](app::StoreFacts& s) {
        s.owner = "www-data";
        s.is_writable = false;
    });
    CHECK(of_another.level == Level::error);
    CHECK_THAT(of_another.what, ContainsSubstring("cannot be written by 'www-data', who owns it"));
    const Finding by_root = told([](app::StoreFacts& s) { s.owner = "glpi-alert-bridge"; });
    CHECK(by_root.level == Level::ok);
    CHECK_THAT(by_root.what, ContainsSubstring("is writable for 'glpi-alert-bridge'"));
    const Finding roots = told([](app::StoreFacts& s) {
        s.owner = "root";
        s.is_roots = true;
    });
    CHECK(roots.level == Level::skipped);
    CHECK_THAT(roots.what, ContainsSubstring("belongs to root"));
    CHECK(told([](app::StoreFacts& s) { s.others_may_read = true; }).level == Level::warning);
    CHECK(told([](app::StoreFacts& s) { s.space->free_bytes = 63LL << 20; }).level == Level::error);
    CHECK(told([](app::StoreFacts& s) {
              s.space->free_bytes = 65LL << 20;
          }).level == Level::warning);
    CHECK(told([](app::StoreFacts& s) { s.space.reset(); }).level == Level::skipped);
}

TEST_CASE("the media type in Zabbix", "[doctor]") {
    const auto told = [](Result<std::vector<monitoring::MediaType>> types) {
        Examined examined = healthy();
        examined.zabbix.push_back({"zabbix", std::move(types)});
        return app::check_media_type(examined).front();
    };
    using Types = std::vector<monitoring::MediaType>;
    const monitoring::MediaType good{
        "GLPI alert bridge", true, monitoring::kMediaTypeVersion, true};
    CHECK(told(Types{good}).level == Level::ok);
    CHECK(told(Types{}).level == Level::skipped);
    CHECK(
        told(Error{ErrorClass::misconfigured, "not_allowed", "Not authorised"}).level ==
        Level::warning
    );
    monitoring::MediaType off = good;
    off.is_enabled = false;
    CHECK_THAT(told(Types{off}).what, ContainsSubstring("is disabled"));
    monitoring::MediaType hidden = good;
    hidden.version = 0;
    CHECK(told(Types{hidden}).level == Level::skipped);
    monitoring::MediaType without_tags = good;
    without_tags.keeps_tags = false;
    CHECK_THAT(told(Types{without_tags}).to_do, ContainsSubstring("Process tags"));
}

TEST_CASE("the exit status tells errors from warnings, and nothing else", "[doctor]") {
    const auto of = [](std::vector<Level> levels) {
        Findings findings;
        for (const Level level : levels) {
            findings.push_back({level, "x", "x", "", ""});
        }
        return app::exit_status(findings);
    };
    CHECK(of({}) == 0);
    CHECK(of({Level::ok, Level::skipped}) == 0);
    CHECK(of({Level::warning, Level::ok}) == 3);
    CHECK(of({Level::warning, Level::error}) == 1);
}

TEST_CASE("findings as a list: plain without a terminal, wrapped and coloured on one", "[doctor]") {
    const Findings findings{
        {Level::ok, "version", "GLPI 11.0.6", "", ""},
        {Level::error, "names", "rule 'a': GLPI has no category 'x\033[31m'",
         "it is opened without", "did you mean 'y'?"},
        {Level::skipped, "mail", "GLPI could not be asked", "", ""},
        {Level::skipped, "clock", "GLPI could not be asked", "", ""}};
    CHECK(
        app::findings_as_text(findings, 0) ==
        "ok       version: GLPI 11.0.6\n"
        "error    names: rule 'a': GLPI has no category 'x[31m'\n"
        "         why: it is opened without\n"
        "         do:  did you mean 'y'?\n"
        "skipped  mail, clock: GLPI could not be asked\n"
        "\n"
        "1 error, 0 warnings, 1 fine, 2 not checked\n"
    );
    const std::string on_terminal = app::findings_as_text(findings, 44);
    CHECK_THAT(on_terminal, ContainsSubstring("\033[1;31merror    \033[0mnames: rule 'a': GLPI"));
    CHECK_THAT(on_terminal, ContainsSubstring("\n         category"));
    CHECK_THAT(on_terminal, !ContainsSubstring("\033[31m"));
}

TEST_CASE("findings as JSON: one object a line", "[doctor]") {
    const Findings findings{
        {Level::warning, "mail", "a \"b\"", "c", "d"}, {Level::ok, "clock", "e", "", ""}};
    CHECK(
        app::findings_as_json(findings) ==
        R"({"level":"warning","check":"mail","what":"a \"b\"","why":"c","to_do":"d"})"
        "\n"
        R"({"level":"ok","check":"clock","what":"e","why":"","to_do":""})"
        "\n"
    );
    // No byte that a terminal would take for a command, nor for a change of direction.
    CHECK(
        app::findings_as_json({{Level::ok, "login", "x\u009b31m\u202ey\x1b[0m\xff", "", ""}}) ==
        R"({"level":"ok","check":"login","what":"x\u009b31m\u202ey\u001b[0m\ufffd","why":"","to_do":""})"
        "\n"
    );
}
