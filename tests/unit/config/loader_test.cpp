// SPDX-License-Identifier: MIT
#include "alert_bridge/config/loader.hpp"

#include "catch.hpp"
#include "support.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;
using config_test::TemporaryDirectory;

namespace {

constexpr const char* kSmall =
    "sources:\n"
    "  zabbix-1:\n"
    "    type: zabbix\n"
    "    auth: {bearer: [{file: a.token}, {file: b.token}]}\n"
    "    time_zone: Europe/Paris\n"
    "glpi:\n"
    "  url: https://glpi.example.com/\n"
    "  user_token: {file: a.token}\n"
    "  default_entity: Root entity\n";

// A directory with the secrets that the texts here refer to.
class SecretFiles : public TemporaryDirectory {
  public:
    SecretFiles() {
        write("a.token", "secret-a\n");
        write("b.token", "secret-b\n");
    }
};

Config loaded(const std::string& text) {
    const SecretFiles directory;
    Loaded result = load_text(text, "bridge.yaml", directory.path());
    INFO(render(result.diagnostics));
    REQUIRE(result.config);
    return std::move(*result.config);
}

}  // namespace

TEST_CASE("a small configuration gets the documented defaults") {
    const Config config = loaded(kSmall);
    CHECK(config.listen.address == "127.0.0.1");
    CHECK(config.listen.port == 8480);
    CHECK(config.listen.public_url.empty());
    CHECK(config.admin.socket == "/run/glpi-alert-bridge/admin.sock");
    CHECK(config.admin.mode == 0660);
    CHECK(config.limits.body_bytes == 4 * 1024 * 1024);
    CHECK(config.limits.bodies_in_flight_bytes == 64 * 1024 * 1024);
    CHECK(config.limits.alerts_per_request == 5000);
    CHECK(config.limits.waiting_alerts == 100'000);
    CHECK(config.log.level == LogLevel::info);
    CHECK(config.store.path == "/var/lib/glpi-alert-bridge/bridge.db");
    CHECK(config.store.keep_incidents == Duration{90LL * 24 * 3600 * 1000});
    CHECK(config.glpi.url == "https://glpi.example.com");
    CHECK(config.glpi.app_token.empty());
    CHECK(config.glpi.user_token.reveal() == "secret-a");
    CHECK(config.glpi.connections == 4);
    CHECK(config.glpi.item_types.front() == "Computer");
    CHECK(config.glpi.item_types.size() == 8);
    CHECK(config.glpi.time_zone == "UTC");
    CHECK(config.retry.quarantine == Duration{120'000});
    CHECK(config.retry.longest_retry == domain::RetryPolicy{}.longest_retry);
    CHECK(config.retry.give_up_after == domain::RetryPolicy{}.give_up_after);
    CHECK(config.templates.empty());
}

TEST_CASE("the priorities and waiting times of the product contract apply when none are given") {
    const Config config = loaded(kSmall);
    REQUIRE(config.rules.priorities.size() == 3);
    CHECK(config.rules.priorities[0].priority == domain::Priority{"p1", 5, 5, 0});
    CHECK(config.rules.priorities[2].severities.size() == 4);
    const auto& wait = config.rules.default_policy.open_after;
    CHECK(wait.at("p1") == Duration{0});
    CHECK(wait.at("p2") == Duration{120'000});
    CHECK(wait.at("p3") == Duration{600'000});
    CHECK(config.rules.default_entity.value == "Root entity");
    CHECK(config.rules.default_templates == "en");
    CHECK(config.rules.default_time_zone == "UTC");
}

TEST_CASE("waiting times name only priorities that exist") {
    const Config config = loaded(
        std::string(kSmall) +
        "priorities:\n"
        "  p1: {urgency: 5, impact: 5, severities: [disaster, high]}\n"
        "  low: {urgency: 2, impact: 2, severities: [average, warning, information, "
        "not_classified]}\n"
    );
    CHECK(
        config.rules.default_policy.open_after ==
        std::map<std::string, Duration>{{"p1", Duration{0}}}
    );
}

TEST_CASE("an opening of p1 may wait for ten minutes unless that is said otherwise") {
    const auto limits = [](const std::string& after) {
        return loaded(kSmall + ("undelivered: {command: [sh], after: {" + after + "}}\n"))
            .undelivered.limits;
    };
    CHECK(limits("others: 2h").of("p1") == Duration{600'000});
    CHECK(limits("others: 2h").of("p2") == Duration{7'200'000});
    CHECK(limits("p1: 1m").of("p1") == Duration{60'000});
    CHECK(limits("p1: 1m").of("p2") == Duration{3'600'000});
}

TEST_CASE("a program with a path is looked for from the folder of the configuration") {
    SecretFiles directory;
    directory.write("page", "#!/bin/sh\n", 0700);
    const std::string text = std::string(kSmall) +
                             "undelivered:\n"
                             "  command: [./page, ./page]\n"
                             "  webhook: {url: 'https://hooks.example.org/a@b/?sig=c@d'}\n";
    const Loaded result = load_text(text, "bridge.yaml", directory.path());
    CHECK(render(result.diagnostics).empty());
    REQUIRE(result.config);
    const UndeliveredConfig& undelivered = result.config->undelivered;
    CHECK(undelivered.command == std::vector<std::string>{directory.path() + "/page", "./page"});
    CHECK(undelivered.webhook->url.reveal() == "https://hooks.example.org/a@b/?sig=c@d");
}

TEST_CASE("a source carries its options, its secrets and its defaults") {
    const Config config = loaded(
        std::string(kSmall) +
        "  # more of glpi\n"
        "defaults: {time_zone: America/Sao_Paulo}\n"
    );
    REQUIRE(config.sources.size() == 1);
    const SourceConfig& source = config.sources.front();
    CHECK(source.options.name == "zabbix-1");
    CHECK(source.options.type == "zabbix");
    CHECK(source.options.time_zone == "Europe/Paris");
    CHECK(source.options.problem_key == "trigger");
    REQUIRE(source.auth.bearer.size() == 2);
    CHECK(source.auth.bearer[1].reveal() == "secret-b");
    CHECK_FALSE(source.auth.anyone);
    CHECK(config.rules.sources.at("zabbix-1").time_zone == "Europe/Paris");
    CHECK(config.rules.default_time_zone == "America/Sao_Paulo");
}

TEST_CASE("UNKNOWN of a Nagios source must last, and no state of a Zabbix source") {
    std::string text = kSmall;
    CHECK(loaded(text).rules.sources.at("zabbix-1").open_after_by_state.empty());
    text.replace(text.find("type: zabbix"), 12, "type: nagios");
    const auto waits = loaded(text).rules.sources.at("zabbix-1").open_after_by_state;
    CHECK(waits == std::map<std::string, Duration>{{"unknown", Duration(15 * 60'000)}});
}

TEST_CASE("a severity map of Zabbix holds the name and the number, since either may be sent") {
    std::string text = kSmall;
    text.replace(
        text.find("    time_zone"), 0,
        "    severity_map: {not_classified: high, Average: warning}\n"
    );
    const Config config = loaded(text);
    const auto& map = config.sources.front().options.severity_map;
    CHECK(map.size() == 4);
    CHECK(map.at("average") == domain::Severity::warning);
    CHECK(map.at("3") == domain::Severity::warning);
    CHECK(map.at("not classified") == domain::Severity::high);
    CHECK(map.at("0") == domain::Severity::high);
}

TEST_CASE("rules become conditions and results in the order of the file") {
    const Config config = loaded(
        std::string(kSmall) +
        "rules:\n"
        "  - name: first\n"
        "    when: {host: [web01, 'db-*', {regex: '^(?P<site>x+)'}], severity: '>= high'}\n"
        "    then: {entity: 'Root > {{match.site}}', open_after: {p1: 1s, others: 2s}, notify: "
        "{solve: true}}\n"
        "    stop: true\n"
        "  - name: second\n"
        "    then: {drop: true}\n"
    );
    REQUIRE(config.rules.rules.size() == 2);
    const domain::RuleSpec& first = config.rules.rules[0];
    using Kind = domain::Condition::Kind;
    CHECK(first.stop);
    REQUIRE(first.when.what == Kind::all);
    REQUIRE(first.when.children.size() == 2);
    const domain::Condition& host = first.when.children[0];
    CHECK(host.what == Kind::host);
    REQUIRE(host.patterns.size() == 3);
    CHECK(host.patterns[0].kind == domain::TextPattern::Kind::exact);
    CHECK(host.patterns[1].kind == domain::TextPattern::Kind::glob);
    CHECK(host.patterns[2].kind == domain::TextPattern::Kind::regex);
    CHECK(first.when.children[1].severity.low == domain::Severity::high);
    CHECK(first.then.entity->text == "Root > {{match.site}}");
    CHECK(first.then.open_after->at("") == Duration{2000});
    CHECK(first.then.notify_solve == true);
    CHECK_FALSE(first.then.notify_open.has_value());
    CHECK_FALSE(first.then.on_recovery.has_value());
    const domain::RuleSpec& second = config.rules.rules[1];
    CHECK(second.when.children.empty());
    CHECK(second.then.drop == true);
}

TEST_CASE("conditions nest, and lists mean any of them") {
    const Config config = loaded(
        std::string(kSmall) +
        "rules:\n"
        "  - name: nested\n"
        "    when:\n"
        "      any: [{tag: {env: [lab, test], flag: ''}}, {not: {address: 10.0.0.0/8}}]\n"
        "      time: {weekdays: [fri-mon], hours: ['22:00-06:00', '12:00-13:00']}\n"
        "    then: {drop: true}\n"
        "defaults: {time_zone: Europe/Paris}\n"
    );
    using Kind = domain::Condition::Kind;
    const domain::Condition& when = config.rules.rules.at(0).when;
    REQUIRE(when.children.size() == 2);
    const domain::Condition& time = when.children[0];
    REQUIRE(time.what == Kind::any);
    REQUIRE(time.children.size() == 2);
    CHECK(time.children[0].time.weekdays == 0b1110001);
    CHECK(time.children[0].time.from_minute == 22 * 60);
    CHECK(time.children[0].time.to_minute == 6 * 60);
    CHECK(time.children[1].time.zone == "Europe/Paris");
    const domain::Condition& any = when.children[1];
    REQUIRE(any.what == Kind::any);
    REQUIRE(any.children.size() == 2);
    const domain::Condition& tags = any.children[0];
    CHECK(tags.what == Kind::all);
    CHECK(tags.children[0].what == Kind::any);
    CHECK(tags.children[0].children[1].tags[0].value.text == "test");
    CHECK(tags.children[1].tags[0].value.text.empty());
    CHECK(any.children[1].what == Kind::negation);
    CHECK(any.children[1].children[0].networks == std::vector<std::string>{"10.0.0.0/8"});
}

TEST_CASE("a map is read from its file and templates are taken as written") {
    const SecretFiles directory;
    directory.write("customers.csv", "code,entity\nacme,Root > ACME\n", 0644);
    const Loaded result = load_text(
        std::string(kSmall) + "maps: {customers: {csv: customers.csv, key: code}}\n" +
            "templates: {x: {title: '{{problem.name}}'}}\n",
        "bridge.yaml", directory.path()
    );
    INFO(render(result.diagnostics));
    REQUIRE(result.config);
    CHECK(result.config->rules.maps.at("customers").at("acme").at("entity") == "Root > ACME");
    CHECK(result.config->templates.at("x").title == "{{problem.name}}");
    CHECK(result.config->templates.at("x").body.empty());
}

TEST_CASE("a loaded rule book is one that the engine compiles") {
    const Config config = loaded(
        std::string(kSmall) + "rules: [{name: a, when: {host: 'x*'}, then: {priority: p1}}]\n"
    );
    CHECK(domain::RuleEngine::compile(config.rules).has_value());
    CHECK(domain::Templates::compile(config.templates).has_value());
}

TEST_CASE("many rules are read with one list of mistakes") {
    std::string text = std::string(kSmall) + "rules:\n";
    for (int i = 0; i < 3000; ++i) {
        const std::string n = std::to_string(i);
        text += "  - name: rule " + n + "\n    when: {host: {regex: '^h" + n + "-'}}\n";
        text += "    then: {category: 'C" + n + "'}\n";
    }
    const Config config = loaded(text);
    CHECK(config.rules.rules.size() == 3000);
    CHECK(config.rules.rules.back().then.category == "C2999");
}

TEST_CASE("load reads a file and starts relative paths at its directory") {
    const SecretFiles directory;
    const std::string file = directory.write("bridge.yaml", kSmall, 0644);
    const Loaded result = load(file);
    INFO(render(result.diagnostics));
    REQUIRE(result.config);
    CHECK(result.config->glpi.user_token.reveal() == "secret-a");
}

TEST_CASE("a configuration file that cannot be read is told, not thrown") {
    const SecretFiles directory;
    const Loaded missing = load(directory.path() + "/none.yaml");
    CHECK_FALSE(missing.config);
    CHECK_THAT(render(missing.diagnostics), ContainsSubstring("No such file or directory"));
    const Loaded folder = load(directory.path());
    CHECK_FALSE(folder.config);
    CHECK_THAT(render(folder.diagnostics), ContainsSubstring("is not a regular file"));
}

TEST_CASE("a configuration with a mistake gives no Config, one with a warning does") {
    const SecretFiles directory;
    const Loaded wrong =
        load_text(std::string(kSmall) + "log: {level: loud}\n", "bridge.yaml", directory.path());
    CHECK_FALSE(wrong.config);
    REQUIRE(wrong.diagnostics.size() == 1);
    CHECK(wrong.diagnostics[0].file == "bridge.yaml");
    CHECK(wrong.diagnostics[0].line == 10);
    CHECK(wrong.diagnostics[0].column == 14);
    const Loaded warned =
        load_text(std::string(kSmall) + "  quarantine: 1s\n", "bridge.yaml", directory.path());
    CHECK(warned.config);
    REQUIRE(warned.diagnostics.size() == 1);
    CHECK(warned.diagnostics[0].severity == Diagnostic::warning);
}

TEST_CASE("no diagnostic ever shows a secret") {
    const SecretFiles directory;
    std::string text = kSmall;
    text += "rules: [{name: a, then: {priority: p9}}]\nlog: {level: x}\n";
    CHECK(
        render(load_text(text, "f", directory.path()).diagnostics).find("secret-") ==
        std::string::npos
    );
}

TEST_CASE("the section listen can be read without the files that it names") {
    TemporaryDirectory directory;
    const auto listen_of = [&directory](const std::string& text) {
        directory.write("bridge.yaml", text);
        return load_listen_only(directory.path() + "/bridge.yaml");
    };
    const std::string rest = "glpi: {user_token: {file: secret}}\nother: 1\n";
    LoadedListen loaded = listen_of(
        rest +
        "listen: {address: 127.0.0.9, port: 99, tls: {certificate: a, key: b, client_ca: c}}\n"
    );
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.listen);
    CHECK(loaded.listen->address == "127.0.0.9");
    CHECK(loaded.listen->port == 99);
    REQUIRE(loaded.listen->tls);
    CHECK(loaded.listen->tls->certificate_file == directory.path() + "/a");
    CHECK(loaded.listen->tls->client_ca_file == directory.path() + "/c");
    loaded = listen_of(rest);
    REQUIRE(loaded.listen);
    CHECK_FALSE(loaded.listen->tls);
    loaded = listen_of("listen: {address: here}\n");
    CHECK_FALSE(loaded.listen);
    CHECK(loaded.diagnostics.size() == 1);
}

TEST_CASE("the section admin can be read by who may not read the secrets") {
    TemporaryDirectory directory;
    const auto admin_of = [&directory](const std::string& text) {
        directory.write("bridge.yaml", text);
        return load_admin_only(directory.path() + "/bridge.yaml");
    };
    const std::string rest = "glpi: {user_token: {file: secret}}\nsources: {}\nother: 1\n";
    LoadedAdmin loaded = admin_of(rest + "admin: {socket: a.sock, mode: 0600}\n");
    CHECK(loaded.diagnostics.empty());
    REQUIRE(loaded.admin);
    CHECK(loaded.admin->socket == directory.path() + "/a.sock");
    CHECK(loaded.admin->mode == 0600);
    CHECK(admin_of(rest).admin->socket == "/run/glpi-alert-bridge/admin.sock");
    CHECK(admin_of("admin: {socket: none}\n").admin->socket.empty());
    loaded = admin_of("admin: {sockt: x}\n");
    REQUIRE(loaded.diagnostics.size() == 1);
    CHECK(loaded.diagnostics.front().line == 1);
    CHECK_FALSE(loaded.admin);
    CHECK(admin_of("admin: [\n").diagnostics.size() == 1);
    CHECK_FALSE(load_admin_only(directory.path() + "/missing.yaml").admin);
}
