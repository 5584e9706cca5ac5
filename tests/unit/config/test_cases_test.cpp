// SPDX-License-Identifier: MIT
#include "alert_bridge/config/test_cases.hpp"

#include "alert_bridge/config/loader.hpp"
#include "catch.hpp"
#include "support.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;
using config_test::TemporaryDirectory;

namespace {

constexpr const char* kConfig =
    "sources:\n  nagios:\n    type: nagios\n    auth: {bearer: {file: nowhere.token}}\n"
    "glpi:\n  url: https://glpi.example.com\n  user_token: {file: nowhere.token}\n"
    "  default_entity: Root\n"
    "rules:\n  - {name: web, when: {host: \"web*\"}, then: {category: Web}}\n";

struct Files {
    Files() {
        const Loaded loaded = load(directory.write("bridge.yaml", kConfig), Secrets::left_out);
        INFO(render(loaded.diagnostics));
        REQUIRE(loaded.config.has_value());
        config = *loaded.config;
    }
    LoadedTests tests(const std::string& text) const {
        return load_tests(directory.write("cases.yaml", text), config);
    }
    // Without the names of directory and file.
    std::string complaints(const std::string& text) const {
        std::string out;
        for (const Diagnostic& each : tests(text).diagnostics) {
            out += std::to_string(each.line) + ":" + std::to_string(each.column) + ": " +
                   each.message + "\n";
        }
        return out;
    }
    TemporaryDirectory directory;
    Config config;
};

std::string expected(const TestCase& one) {
    std::string out;
    for (const Expected& each : one.expected) {
        out += each.name + "=" + each.value + ";";
    }
    return out;
}

}  // namespace

TEST_CASE("secrets that are left out are no mistake, and are one otherwise") {
    const TemporaryDirectory directory;
    const std::string path = directory.write("bridge.yaml", kConfig);
    CHECK(load(path, Secrets::left_out).config.has_value());
    CHECK_FALSE(load(path).config.has_value());
}

TEST_CASE("secrets that are left out are not read, and whatever needs one is no mistake either") {
    const TemporaryDirectory directory;
    directory.write("short.token", "short\n");  // where it is read, a mistake of admin.page
    const std::string path = directory.write(
        "bridge.yaml", std::string(kConfig) +
                           "admin: {page: {address: 127.0.0.1, port: 8481,"
                           " token: {file: short.token}}}\n"
                           "listen: {tls: {certificate: nowhere.pem, key: nowhere.key}}\n"
                           "undelivered: {webhook: {secret_url: {file: nowhere.url}}}\n"
    );
    const Loaded loaded = load(path, Secrets::left_out);
    INFO(render(loaded.diagnostics));
    REQUIRE(loaded.config.has_value());
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.config->admin.page->tokens.size() == 1);
    CHECK(loaded.config->admin.page->tokens[0].reveal() != "short");
    CHECK(loaded.config->listen.tls->key.empty());
    CHECK_THAT(loaded.config->listen.tls->key_file, ContainsSubstring("nowhere.key"));
}

TEST_CASE("an entity is expected by name, or by a field of GLPI's") {
    const Files files;
    const auto loaded = files.tests(
        "tests:\n"
        "  - name: a\n"
        "    source: nagios\n"
        "    alert: {host: x}\n"
        "    expect: {entity: {by: tag, value: ACME}, within: Root > ACME}\n"
    );
    INFO(render(loaded.diagnostics));
    REQUIRE(loaded.cases.size() == 1);
    CHECK(expected(loaded.cases.front()) == "entity=tag ACME;within=Root > ACME;");
    const std::string wrong = files.complaints(
        "tests:\n"
        "  - name: a\n"
        "    source: nagios\n"
        "    alert: {host: x}\n"
        "    expect: {entity: {map: customers, from: x, column: y}, within: {by: colour, value: "
        "x}}\n"
    );
    CHECK_THAT(wrong, ContainsSubstring("5:22: 'entity' must be a name or {by: …, value: …} here"));
    CHECK_THAT(wrong, ContainsSubstring("'by'"));
}

TEST_CASE("a case in short form gives an alert and what is expected, as the plan writes it") {
    const Files files;
    const LoadedTests loaded = files.tests(
        "tests:\n"
        "  - name: all of it\n"
        "    source: nagios\n"
        "    at: \"2026-12-01 23:00\"\n"
        "    asset: {state: Production, group: [A, B]}\n"
        "    alert:\n"
        "      kind: recovery\n"
        "      severity: high\n"
        "      host: web01\n"
        "      host_groups: [one, two]\n"
        "      service: HTTP\n"
        "      tags: {env: lab, \"scope.kind\": [a, b]}\n"
        "      inventory: {os: Debian}\n"
        "    expect:\n"
        "      rule: web\n"
        "      rules: [web, other]\n"
        "      opens: no\n"
        "      drop: true\n"
        "      entity: \"\"\n"
        "      observers: [ann, bob]\n"
        "      open_after: 600s\n"
        "      resolve_after: 90s\n"
        "      notify: {open: false}\n"
        "      flapping: {changes: 7}\n"
    );
    INFO(render(loaded.diagnostics));
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.cases.size() == 1);
    const TestCase& one = loaded.cases.front();
    CHECK(one.at == Position{2, 5});
    CHECK(one.alert.kind == domain::AlertKind::recovery);
    CHECK(one.alert.state == domain::ProblemState::ok);
    CHECK(one.alert.severity == domain::Severity::high);
    CHECK(one.alert.host.groups == std::vector<std::string>{"one", "two"});
    CHECK(one.alert.tags.size() == 3);
    CHECK(one.alert.host.inventory.at("os") == "Debian");
    REQUIRE(one.now.has_value());
    CHECK(format_utc(*one.now) == "2026-12-01T23:00:00Z");
    REQUIRE(one.asset.has_value());
    CHECK(one.asset->values.size() == 3);
    CHECK(
        expected(one) ==
        "rule=web;rules=web, other;opens=no;entity=;observers=ann, bob;drop=true;"
        "open_after=10m;resolve_after=90s;notify.open=false;flapping.changes=7;"
    );
    CHECK(one.expected.front().at == Position{15, 13});
}

TEST_CASE("a payload is a file, a text, or JSON as it is") {
    const Files files;
    files.directory.write("body.json", "{\"a\": 1}");
    const LoadedTests loaded = files.tests(
        "tests:\n"
        "  - {name: a, source: nagios, payload: {file: body.json}, expect: {opens: no}}\n"
        "  - {name: b, source: nagios, payload: 'X=1&Y=2', expect: {opens: no}}\n"
        "  - name: c\n"
        "    source: nagios\n"
        "    payload: {\"id\": 12, \"text\": \"12\", \"no\": 007, \"numbers\": [-0, 1.5, 1e3, "
        "-2.50E-07],\n"
        "      \"texts\": [1., .5, 1e, 0x1F, +1, 1.5.1, 01], \"list\": [true, null, {\"q\": "
        "\"a\\\"b\"}]}\n"
        "    expect: {opens: no}\n"
    );
    INFO(render(loaded.diagnostics));
    REQUIRE(loaded.cases.size() == 3);
    CHECK(*loaded.cases[0].payload == "{\"a\": 1}");
    CHECK(*loaded.cases[1].payload == "X=1&Y=2");
    CHECK(
        *loaded.cases[2].payload ==
        "{\"id\":12,\"text\":\"12\",\"no\":\"007\",\"numbers\":[-0,1.5,1e3,-2.50E-07],"
        "\"texts\":[\"1.\",\".5\",\"1e\",\"0x1F\",\"+1\",\"1.5.1\",\"01\"],\"list\":[true,"
        "null,{\"q\":\"a\\\"b\"}]}"
    );
}

TEST_CASE("every mistake is told with its place") {
    const Files files;
    CHECK(
        files
            .complaints(
                "tests:\n"
                "  - {name: a, source: nagioz, alert: {hots: web01}, expect: {opens: maybe}}\n"
                "  - {name: a, source: nagios, expect: {rule: wep, categroy: X}}\n"
                "  - {name: b, source: nagios, alert: {}, payload: x, expect: {}}\n"
                "  - {name: c, source: nagios, payload: {file: none.json}, expect: {drop: maybe}}\n"
                "  - {name: d, source: nagios, alert: {}, at: later, expect: {open_after: soon}}\n"
            )
            .find("2:23: there is no source 'nagioz' (did you mean 'nagios'?)") == 0
    );
    const std::string all = files.complaints(
        "tests:\n"
        "  - {name: a, source: nagios, alert: {hots: web01}, expect: {opens: maybe}}\n"
        "  - {name: a, source: nagios, expect: {rule: wep, categroy: X}}\n"
        "  - {name: b, source: nagios, alert: {}, payload: x, expect: {}}\n"
        "  - {name: c, source: nagios, payload: {file: none.json}, expect: {drop: maybe}}\n"
        "  - {name: d, source: nagios, alert: {}, at: later, expect: {open_after: soon}}\n"
        "other: 1\n"
    );
    INFO(all);
    for (const char* each :
         {"2:39: ", "'hots'", "2:69: 'opens'", "3:12: 'a' is the name of another case",
          "there is no rule 'wep' (did you mean 'web'?)", "'categroy'",
          "3:5: a case needs either 'payload' or 'alert'",
          "4:5: a case needs either 'payload' or 'alert'", "'expect' is empty", "5:47: 'file': ",
          "'drop'", "'at' must be a date", "'open_after' must be a duration", "'other'"}) {
        INFO(each);
        CHECK_THAT(all, ContainsSubstring(each));
    }
}

TEST_CASE("a file without cases is told, the configuration without any is fine") {
    const Files files;
    CHECK_THAT(files.complaints("other: 1\n"), ContainsSubstring("'tests' is missing"));
    CHECK_THAT(files.complaints("tests: {}\n"), ContainsSubstring("must be a list"));
    CHECK(load_tests(files.directory.path() + "/bridge.yaml", files.config).diagnostics.empty());
    CHECK_FALSE(load_tests("/nowhere.yaml", files.config).diagnostics.empty());
}
