// SPDX-License-Identifier: MIT
//
// The files under config/ that administrators copy: the reference, the examples, the Zabbix media
// type and the Nagios commands.
#include <algorithm>
#include <filesystem>
#include <set>
#include <sstream>

#include "alert_bridge/config/loader.hpp"
#include "alert_bridge/config/test_cases.hpp"
#include "alert_bridge/config/yaml_tree.hpp"
#include "catch.hpp"
#include "paths.hpp"
#include "support.hpp"

using namespace alert_bridge;
using namespace alert_bridge::config;
using config_test::TemporaryDirectory;

namespace {

const std::string kConfig = (project_dir() / "config").string();

// Makes every secret file that the text names, and copies the CSV files beside it.
Loaded load_shipped(
    const std::string& path, const std::string& text, const TemporaryDirectory& directory
) {
    const std::string begin = "{file: ";
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at + 1)) {
        const std::size_t name = at + begin.size();
        directory.write(text.substr(name, text.find('}', name) - name), "a-secret\n");
    }
    for (const auto& entry : std::filesystem::directory_iterator(kConfig + "/examples")) {
        if (entry.path().extension() == ".csv") {
            directory.write(entry.path().filename(), config_test::read_whole(entry.path()), 0644);
        }
    }
    return load_text(text, path, directory.path());
}

std::string scalar(const Node& node, const std::string& name) {
    const Node* const found = node.find(name);
    return found == nullptr ? "(absent)" : found->text;
}

Node media_type() {
    Diagnostics diagnostics("media type");
    const std::string text =
        config_test::read_whole(kConfig + "/zabbix/zbx_glpi_alert_bridge.yaml");
    const auto root = parse_yaml(text, diagnostics);
    INFO(render(diagnostics.take()));
    REQUIRE(root);
    const Node* const exported = root->find("zabbix_export");
    REQUIRE(exported != nullptr);
    CHECK(scalar(*exported, "version") == "6.0");
    const Node* const list = exported->find("media_types");
    REQUIRE((list != nullptr && list->items.size() == 1));
    return list->items.front();
}

}  // namespace

TEST_CASE("the reference configuration is valid as shipped") {
    const TemporaryDirectory directory;
    const std::string path = kConfig + "/bridge.yaml";
    const Loaded result = load_shipped(path, config_test::read_whole(path), directory);
    CHECK(render(result.diagnostics).empty());
    REQUIRE(result.config);
    CHECK(result.config->sources.size() == 5);
    CHECK(result.config->sources[1].auth.hmac.size() == 1);
    CHECK(result.config->rules.rules.size() == 2);
}

TEST_CASE("what the reference shows is what a small configuration gets") {
    const TemporaryDirectory directory;
    const std::string path = kConfig + "/bridge.yaml";
    const Loaded reference = load_shipped(path, config_test::read_whole(path), directory);
    const std::string small_path = kConfig + "/examples/small.yaml";
    const Loaded small = load_shipped(small_path, config_test::read_whole(small_path), directory);
    REQUIRE(reference.config);
    REQUIRE(small.config);
    const Config& a = *reference.config;
    const Config& b = *small.config;
    // Nobody reports hosts there.
    domain::Policy policy = b.rules.default_policy;
    CHECK(policy.under_wait == Duration{0});
    policy.under_wait = a.rules.default_policy.under_wait;
    CHECK(a.rules.default_policy == policy);
    CHECK(a.storm == b.storm);
    CHECK(a.rules.default_time_zone == b.rules.default_time_zone);
    CHECK(a.glpi.item_types == b.glpi.item_types);
    CHECK(a.glpi.cache_misses == b.glpi.cache_misses);
    CHECK(a.glpi.session_life == b.glpi.session_life);
    CHECK(a.retry.give_up_after == b.retry.give_up_after);
    CHECK(a.store.path == b.store.path);
    CHECK(a.limits.connections == b.limits.connections);
    REQUIRE(a.rules.priorities.size() == b.rules.priorities.size());
    for (std::size_t i = 0; i < a.rules.priorities.size(); ++i) {
        CHECK(a.rules.priorities[i].priority == b.rules.priorities[i].priority);
        CHECK(a.rules.priorities[i].severities == b.rules.priorities[i].severities);
    }
}

TEST_CASE("the examples that are commented out in the reference are valid too") {
    // Each begins with "# maps:", "# maintenance:", "#  - name:", "# templates:" or "# tests:" at
    // the start of a line.
    const TemporaryDirectory directory;
    const std::string path = kConfig + "/bridge.yaml";
    std::istringstream lines(config_test::read_whole(path));
    std::string line, text;
    bool in_example = false, in_back = false;
    while (std::getline(lines, line)) {
        const bool begins = line == "# maps:" || line == "# maintenance:" ||
                            line == "# templates:" || line == "# tests:" ||
                            line.starts_with("#  - name:");
        in_example = begins || (in_example && line.starts_with("#  "));
        const std::size_t marks = line.starts_with("#  - ") || line.starts_with("#    when") ||
                                          line.starts_with("#    then")
                                      ? 1
                                      : 2;
        in_back = line == "    # back:" || (in_back && line.starts_with("    #   "));
        if (in_back) {
            line = "    " + line.substr(6);
        }
        text += (in_example ? line.substr(marks) : line) + "\n";
    }
    const auto replace = [&](const std::string& from, const std::string& to) {
        REQUIRE(text.find(from) != std::string::npos);
        text.replace(text.find(from), from.size(), to);
    };
    replace("    # allow_from", "    allow_from");
    replace("    # severity_map: {information", "    severity_map: {information");
    replace("    # within", "    within");
    replace("    # default_entity", "    default_entity");
    replace("    # templates: fr", "    templates: fr");
    replace("    # mode: observe", "    mode: observe");
    replace("    # severity_map: {critical", "    severity_map: {critical");
    replace("    # severity_map: {down", "    severity_map: {down");
    replace("    # severity_map: {sev1", "    severity_map: {sev1");
    replace("  # app_token", "  app_token");
    replace("  # public_url", "  public_url");
    const Loaded result = load_shipped("reference", text, directory);
    INFO(text);
    CHECK(render(result.diagnostics).empty());
    REQUIRE(result.config);
    CHECK(result.config->rules.rules.size() == 6);
    CHECK(result.config->rules.maps.size() == 1);
    CHECK(result.config->rules.maintenance.size() == 2);
    CHECK(result.config->templates.size() == 2);
    directory.write("problem.json", "{}", 0644);
    directory.write("cases.yaml", text.substr(text.find("\ntests:")), 0644);
    const LoadedTests tests = load_tests(directory.path() + "/cases.yaml", *result.config);
    INFO(render(tests.diagnostics));
    CHECK(tests.cases.size() == 2);
    CHECK(result.config->sources[0].back.has_value());
    REQUIRE(result.config->sources[1].back.has_value());
    CHECK(result.config->sources[1].back->status_file == "/var/lib/nagios4/status.dat");
}

TEST_CASE("every example loads without a word") {
    int examples = 0;
    for (const auto& entry : std::filesystem::directory_iterator(kConfig + "/examples")) {
        if (entry.path().extension() != ".yaml") {
            continue;
        }
        ++examples;
        const TemporaryDirectory directory;
        const Loaded result =
            load_shipped(entry.path(), config_test::read_whole(entry.path()), directory);
        INFO(entry.path());
        CHECK(render(result.diagnostics).empty());
        REQUIRE(result.config.has_value());
        CHECK(load_tests(entry.path(), *result.config).diagnostics.empty());
    }
    CHECK(examples >= 9);
}

TEST_CASE("the Zabbix media type is a webhook with the settings that lose nothing") {
    const Node type = media_type();
    CHECK(scalar(type, "type") == "WEBHOOK");
    CHECK(scalar(type, "attempts") == "100");
    CHECK(scalar(type, "attempt_interval") == "60s");
    CHECK(scalar(type, "max_sessions") == "10");
    CHECK(scalar(type, "timeout") == "30s");
    CHECK(scalar(type, "process_tags") == "YES");
    CHECK(scalar(type, "show_event_menu") == "YES");
    CHECK(scalar(type, "event_menu_url") == "{EVENT.TAGS.__zbx_glpi_link}");
    CHECK_FALSE(scalar(type, "event_menu_name").empty());
}

TEST_CASE("the Zabbix media type sends the lean fields, each once, and secrets as macros only") {
    const Node type = media_type();
    std::set<std::string> names;
    for (const Node& parameter : type.find("parameters")->items) {
        const std::string name = scalar(parameter, "name");
        INFO(name);
        CHECK(names.insert(name).second);
        const std::string value = scalar(parameter, "value");
        CHECK((value == "(absent)" || (value.starts_with("{") && value.ends_with("}"))));
    }
    for (const char* name :
         {"URL",
          "Token",
          "HMACKey",
          "event_name",
          "event_source",
          "event_object",
          "event_value",
          "event_update_status",
          "event_update_action",
          "event_update_message",
          "event_update_user",
          "event_id",
          "event_recovery_id",
          "event_opdata",
          "event_nseverity",
          "event_date",
          "event_time",
          "event_ack_status",
          "event_tags",
          "trigger_id",
          "trigger_url",
          "trigger_description",
          "host_id",
          "host_host",
          "host_name",
          "host_ip",
          "host_groups",
          "inventory_serial",
          "inventory_asset_tag",
          "alert_subject",
          "alert_message",
          "event_update_date",
          "event_update_time",
          "item_name",
          "date",
          "time",
          "zabbix_url",
          "glpi_ticket",
          "glpi_link"}) {
        INFO(name);
        CHECK(names.count(name) == 1);
    }
}

TEST_CASE("the Zabbix media type has a short message for every kind of event") {
    const Node type = media_type();
    std::set<std::string> kinds;
    for (const Node& message : type.find("message_templates")->items) {
        kinds.insert(scalar(message, "event_source") + " " + scalar(message, "operation_mode"));
        CHECK(scalar(message, "message").size() < 64);
    }
    CHECK(
        kinds ==
        std::set<std::string>{
            "TRIGGERS PROBLEM", "TRIGGERS RECOVERY", "TRIGGERS UPDATE", "DISCOVERY PROBLEM",
            "AUTOREGISTRATION PROBLEM", "INTERNAL PROBLEM", "INTERNAL RECOVERY", "SERVICE PROBLEM",
            "SERVICE RECOVERY", "SERVICE UPDATE"}
    );
}

TEST_CASE("the Zabbix script is small and written in ECMAScript 5.1") {
    const std::string script = scalar(media_type(), "script");
    CHECK(script.size() > 1000);
    CHECK(script.size() < 16 * 1024);
    for (const char* newer : {"=>", "let ", "const ", "`", "async ", "class "}) {
        INFO(newer);
        CHECK(script.find(newer) == std::string::npos);
    }
}

TEST_CASE("Alertmanager's receiver hears of every end, of all alerts, and shows no token") {
    Diagnostics diagnostics("receiver");
    const std::string text = config_test::read_whole(kConfig + "/alertmanager/alertmanager.yml");
    const auto root = parse_yaml(text, diagnostics);
    INFO(render(diagnostics.take()));
    REQUIRE(root);
    const Node* const receivers = root->find("receivers");
    REQUIRE((receivers != nullptr && receivers->items.size() == 1));
    const Node& receiver = receivers->items.front();
    CHECK(scalar(*root->find("route"), "receiver") == scalar(receiver, "name"));
    const Node& webhook = receiver.find("webhook_configs")->items.front();
    CHECK(scalar(webhook, "send_resolved") == "true");
    CHECK(scalar(webhook, "max_alerts") == "0");
    CHECK(scalar(webhook, "url").starts_with("https://"));
    CHECK(text.find("credentials:") == std::string::npos);
}

TEST_CASE("the Nagios commands show no token, fail on HTTP errors and end in time") {
    const std::string text = config_test::read_whole(kConfig + "/nagios/commands.cfg");
    std::size_t commands = 0;
    for (auto at = text.find("define command"); at != std::string::npos;
         at = text.find("define command", at + 1)) {
        ++commands;
        const std::string command = text.substr(at, text.find("\n}", at) - at);
        CHECK_THAT(command, ContainsSubstring("--header '@$USER21$'"));
        CHECK_THAT(command, ContainsSubstring("--fail"));
        CHECK_THAT(command, ContainsSubstring("--max-time 8"));
        CHECK(command.find("Bearer") == std::string::npos);
        CHECK(command.find(';') == std::string::npos);  // Nagios: the rest would be a comment
        CHECK(command.find("``") == std::string::npos);
    }
    CHECK(commands == 4);
}
