// SPDX-License-Identifier: MIT
//
// Every recorded payload of every sender -> the alert it becomes, compared with a golden file.
// `GOLDEN_UPDATE=1 golden_alerts` writes the files anew: review the difference before committing
// it.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"
#include "paths.hpp"

namespace {

using namespace alert_bridge;
using nlohmann::json;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

const fs::path kRecorded = tests_dir() / "recorded" / "senders";
const fs::path kGolden = tests_dir() / "golden" / "alerts";
constexpr std::array kSenders{"zabbix", "nagios", "icinga2", "alertmanager"};

std::string read_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    if (fs::exists(folder)) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            names.insert(entry.path().filename().string());
        }
    }
    return names;
}

std::string recorded_body(const std::string& sender, const std::string& file) {
    const json recording = json::parse(read_file(kRecorded / sender / file));
    std::string body = recording.at("body").get<std::string>();
    if (recording.value("body_encoding", "") == "base64") {
        std::string bytes;
        REQUIRE(decode_base64(body, bytes));
        return bytes;
    }
    return body;
}

std::shared_ptr<const ports::AlertDecoder> decoder_of(const std::string& sender) {
    ports::SourceOptions options;
    options.name = sender + "-lab";
    options.type = sender;
    options.time_zone = "UTC";  // of the machines where the payloads were recorded
    auto decoder = sources::make_decoder(options);
    REQUIRE(decoder.has_value());
    return *decoder;
}

Result<ports::Decoded> decode(const std::string& sender, const std::string& file) {
    return decoder_of(sender)->decode(recorded_body(sender, file), from_unix_ms(1'795'500'000'000));
}

domain::Alert alert_of(const std::string& sender, const std::string& name) {
    INFO(name);
    const auto decoded = decode(sender, name + ".json");
    REQUIRE(decoded.has_value());
    REQUIRE(decoded->alerts.size() == 1);
    return decoded->alerts.front();
}

ordered_json host_json(const domain::Host& host) {
    ordered_json out;
    out["name"] = host.name;
    out["visible_name"] = host.visible_name;
    out["address"] = host.address;
    out["groups"] = host.groups;
    out["glpi_type"] = host.glpi_type;
    out["glpi_id"] = host.glpi_id;
    out["uuid"] = host.uuid;
    out["inventory_number"] = host.inventory_number;
    out["serial"] = host.serial;
    out["inventory"] = host.inventory;
    return out;
}

ordered_json alert_json(const domain::Alert& alert) {
    ordered_json out;
    out["source"] = alert.source;
    out["kind"] = to_string(alert.kind);
    out["state"] = to_string(alert.state);
    out["sender_state"] = alert.sender_state;
    out["severity"] = to_string(alert.severity);
    out["problem_key"] = alert.problem_key;
    out["episode"] = alert.episode;
    out["idempotency_key"] = alert.idempotency_key;
    out["order"] = {alert.order.major, alert.order.minor};
    out["host"] = host_json(alert.host);
    out["service"] = alert.service;
    out["host_problem"] = alert.host_problem;
    out["whole_problem"] = alert.whole_problem;
    out["problem_name"] = alert.problem_name;
    out["text"] = alert.text;
    out["details"] = alert.details;
    out["tags"] = ordered_json::array();
    for (const domain::Tag& tag : alert.tags) {
        out["tags"].push_back({tag.name, tag.value});
    }
    out["links"] = alert.links;
    out["author"] = alert.author;
    out["comment"] = alert.comment;
    out["severity_changed"] = alert.severity_changed;
    out["is_repeat"] = alert.is_repeat;
    out["started_at"] = alert.started_at ? format_utc(*alert.started_at) : "";
    return out;
}

std::string golden_text(const Result<ports::Decoded>& decoded) {
    ordered_json out;
    if (!decoded) {
        out["error"] = describe(decoded.error());
    } else {
        out["alerts"] = ordered_json::array();
        for (const domain::Alert& alert : decoded->alerts) {
            out["alerts"].push_back(alert_json(alert));
        }
        for (const ports::Unusable& unusable : decoded->unusable) {
            out["unusable"].push_back({unusable.reason, unusable.body});
        }
    }
    return out.dump(2) + "\n";
}

bool updating() {
    const char* wanted = std::getenv("GOLDEN_UPDATE");
    return wanted != nullptr && std::string(wanted) == "1";
}

}  // namespace

TEST_CASE("every recorded payload decodes to its golden file") {
    std::size_t compared = 0;
    for (const std::string sender : kSenders) {
        const std::set<std::string> recorded = names_in(kRecorded / sender);
        REQUIRE_FALSE(recorded.empty());
        for (const std::string& file : recorded) {
            INFO(sender << "/" << file);
            const std::string now = golden_text(decode(sender, file));
            if (updating()) {
                fs::create_directories(kGolden / sender);
                std::ofstream(kGolden / sender / file, std::ios::binary) << now;
            }
            CHECK(fs::exists(kGolden / sender / file));
            CHECK(read_file(kGolden / sender / file) == now);
            ++compared;
        }
        std::cout << "golden alerts: " << sender << " " << recorded.size() << " payloads\n";
    }
    std::cout << "golden alerts: " << compared << " payloads compared\n";
}

TEST_CASE("no golden file is left without its recording") {
    for (const std::string sender : kSenders) {
        CHECK(names_in(kGolden / sender) == names_in(kRecorded / sender));
    }
}

TEST_CASE("Zabbix problem, acknowledgement, severity change, unacknowledgement and recovery are one"
) {
    const domain::Alert problem = alert_of("zabbix", "problem_average");
    std::set<std::string> deliveries{problem.idempotency_key};
    const std::map<std::string, domain::AlertKind> later{
        {"update_ack_message", domain::AlertKind::acknowledgement},
        {"update_severity_change", domain::AlertKind::update},
        {"update_unack", domain::AlertKind::update},
        {"recovery_average", domain::AlertKind::recovery},
    };
    for (const auto& [name, kind] : later) {
        INFO(name);
        const domain::Alert alert = alert_of("zabbix", name);
        CHECK(alert.kind == kind);
        CHECK(alert.problem_key == problem.problem_key);
        CHECK(alert.episode == problem.episode);
        CHECK(alert.order == problem.order);
        CHECK(alert.started_at == problem.started_at);
        deliveries.insert(alert.idempotency_key);
    }
    CHECK(deliveries.size() == 5);
    CHECK(alert_of("zabbix", "update_severity_change").severity_changed);
    CHECK(alert_of("zabbix", "update_severity_change").severity == domain::Severity::disaster);
}

TEST_CASE("the lean Zabbix messages of one event belong together") {
    const domain::Alert problem = alert_of("zabbix", "lean_problem");
    for (const char* name : {"lean_update_ack", "lean_recovery"}) {
        const domain::Alert alert = alert_of("zabbix", name);
        CHECK(alert.problem_key == problem.problem_key);
        CHECK(alert.episode == problem.episode);
        CHECK(alert.idempotency_key != problem.idempotency_key);
    }
    CHECK(
        alert_of("zabbix", "handmade_problem").episode ==
        alert_of("zabbix", "handmade_recovery").episode
    );
}

TEST_CASE("Zabbix escalation repeats are news of one episode, never duplicates") {
    std::set<std::string> deliveries, episodes;
    for (const char* name : {"escalation_repeat_1", "escalation_repeat_2", "escalation_repeat_3"}) {
        const domain::Alert alert = alert_of("zabbix", name);
        CHECK(alert.kind == domain::AlertKind::problem);
        CHECK(alert.is_repeat == (std::string(name) != "escalation_repeat_1"));
        deliveries.insert(alert.idempotency_key);
        episodes.insert(alert.episode);
    }
    CHECK(deliveries.size() == 3);
    CHECK(episodes.size() == 1);
}

TEST_CASE("two Zabbix events of one trigger share the problem and differ in the episode") {
    const domain::Alert one = alert_of("zabbix", "problem_multi_1");
    const domain::Alert two = alert_of("zabbix", "problem_multi_2");
    CHECK(one.problem_key == two.problem_key);
    CHECK(one.episode != two.episode);
    CHECK(one.order < two.order);
    CHECK(alert_of("zabbix", "problem_multi_recovery_all_1").episode == one.episode);
    CHECK(alert_of("zabbix", "problem_multi_recovery_all_2").episode == two.episode);
}

TEST_CASE("a Zabbix service's problem, update and recovery are one, and the update raises it") {
    const domain::Alert problem = alert_of("zabbix", "service_problem");
    const domain::Alert update = alert_of("zabbix", "service_update");
    const domain::Alert recovery = alert_of("zabbix", "service_recovery");
    CHECK(problem.kind == domain::AlertKind::problem);
    CHECK(update.kind == domain::AlertKind::update);
    CHECK(update.severity == domain::Severity::disaster);
    CHECK(update.severity_changed);
    CHECK(recovery.kind == domain::AlertKind::recovery);
    CHECK(problem.episode == update.episode);
    CHECK(problem.episode == recovery.episode);
    CHECK(problem.problem_key == recovery.problem_key);
}

TEST_CASE("a Nagios host's problem, acknowledgement and recovery are one episode in every style") {
    const domain::Alert problem = alert_of("nagios", "host_down_form");
    CHECK(problem.host_problem);
    for (const char* name :
         {"host_down_envjson", "host_down_naive", "host_ack_form", "host_recovery_form",
          "host_recovery_envjson", "host_recovery_naive"}) {
        INFO(name);
        const domain::Alert alert = alert_of("nagios", name);
        CHECK(alert.problem_key == problem.problem_key);
        CHECK(alert.episode == problem.episode);
        CHECK_FALSE(alert.order < problem.order);
    }
    const domain::Alert unreachable = alert_of("nagios", "host_unreachable_form");
    CHECK(unreachable.problem_key == problem.problem_key);
    CHECK(unreachable.episode != problem.episode);
}

TEST_CASE("a Nagios service's problem, acknowledgement, note and recovery are one episode") {
    const domain::Alert problem = alert_of("nagios", "svc_problem_critical_form");
    for (const char* name :
         {"svc_problem_critical_envjson", "svc_problem_critical_naive", "svc_ack_form",
          "svc_ack_envjson", "svc_custom_form", "svc_recovery_form", "svc_recovery_envjson",
          "svc_recovery_naive"}) {
        INFO(name);
        const domain::Alert alert = alert_of("nagios", name);
        CHECK(alert.problem_key == problem.problem_key);
        CHECK(alert.episode == problem.episode);
    }
    const domain::Alert again = alert_of("nagios", "svc_problem_again_form");
    CHECK(again.problem_key == problem.problem_key);
    CHECK(again.episode != problem.episode);
    CHECK(again.episode == alert_of("nagios", "svc_recovery_again_form").episode);
    CHECK(problem.order < again.order);
}

TEST_CASE("one Nagios notice sent in three styles is one delivery") {
    for (const std::string notice : {"svc_problem_critical", "svc_recovery", "host_down"}) {
        INFO(notice);
        std::set<std::string> keys;
        for (const char* style : {"_form", "_envjson", "_naive"}) {
            keys.insert(alert_of("nagios", notice + style).idempotency_key);
        }
        CHECK(keys.size() == 1);
    }
}

TEST_CASE("Nagios notices that end a problem without a RECOVERY say ok for the whole problem") {
    for (const char* name : {"svc_flappingstop_form", "svc_downtime_end_recovered_inside_form"}) {
        INFO(name);
        const domain::Alert alert = alert_of("nagios", name);
        CHECK(alert.state == domain::ProblemState::ok);
        CHECK(alert.whole_problem);
    }
    CHECK(
        alert_of("nagios", "svc_flappingstop_form").problem_key ==
        alert_of("nagios", "svc_flappingstart_form").problem_key
    );
    CHECK(alert_of("nagios", "svc_downtime_end_form").state == domain::ProblemState::failing);
}

TEST_CASE("Icinga notices of one service are one problem with one episode, in order") {
    const domain::Alert problem = alert_of("icinga2", "svc_problem");
    std::set<std::string> deliveries{problem.idempotency_key};
    domain::AlertOrder before = problem.order;
    for (const char* name :
         {"svc_ack", "svc_change_warning", "svc_custom", "svc_recovery", "svc_downtime_start",
          "svc_recovery_after_downtime", "svc_downtime_removed"}) {
        INFO(name);
        const domain::Alert alert = alert_of("icinga2", name);
        CHECK(alert.problem_key == problem.problem_key);
        CHECK(alert.episode == problem.episode);
        CHECK(before < alert.order);
        before = alert.order;
        deliveries.insert(alert.idempotency_key);
    }
    CHECK(deliveries.size() == 8);
    CHECK(alert_of("icinga2", "svc_flappingend").state == domain::ProblemState::ok);
    CHECK(alert_of("icinga2", "host_down").order < alert_of("icinga2", "host_recovery").order);
    const domain::Alert again = alert_of("icinga2", "svc_renotify_3");
    CHECK(again.is_repeat);
    CHECK(alert_of("icinga2", "svc_renotify").problem_key == again.problem_key);
}

TEST_CASE("an Alertmanager body holds one alert for each element, by the element's own status") {
    const auto partly = decode("alertmanager", "grouped_partly_resolved.json");
    REQUIRE(partly.has_value());
    REQUIRE(partly->alerts.size() == 3);
    CHECK(partly->alerts[0].kind == domain::AlertKind::problem);
    CHECK(partly->alerts[1].kind == domain::AlertKind::recovery);
    const auto before = decode("alertmanager", "grouped_firing.json");
    REQUIRE(before.has_value());
    CHECK(partly->alerts[0].idempotency_key == before->alerts[0].idempotency_key);
    CHECK(partly->alerts[1].episode == before->alerts[1].episode);
    CHECK(before->alerts[1].order < partly->alerts[1].order);
}

TEST_CASE("an Alertmanager alert repeats as the same delivery and fires again as another episode") {
    const domain::Alert first = alert_of("alertmanager", "firing_single");
    const domain::Alert repeat = alert_of("alertmanager", "firing_repeat");
    const domain::Alert over = alert_of("alertmanager", "resolved_single");
    const domain::Alert again = alert_of("alertmanager", "refire_same_fingerprint");
    CHECK(repeat.idempotency_key == first.idempotency_key);
    CHECK(over.episode == first.episode);
    CHECK(over.idempotency_key != first.idempotency_key);
    CHECK(again.problem_key == first.problem_key);
    CHECK(again.episode != first.episode);
    CHECK(over.order < again.order);
}

TEST_CASE("hand-typed JSON with a backslash is refused with its place, and nothing else") {
    for (const auto& [sender, name] : std::map<std::string, std::string>{
             {"nagios", "svc_backslash_naive"}, {"zabbix", "handmade_recovery_ugly"}}) {
        INFO(name);
        const auto decoded = decode(sender, name + ".json");
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().code == "json");
        CHECK(decoded.error().kind == ErrorClass::refused);
        CHECK_THAT(decoded.error().message, ContainsSubstring("line 1, column"));
    }
}
