// SPDX-License-Identifier: MIT
#include "alert_bridge/sources/icinga.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"

using namespace alert_bridge;
using domain::Alert;
using domain::AlertKind;
using domain::ProblemState;
using domain::Severity;
using std::string;

namespace {

using Payload = std::map<string, string>;

Payload changed(Payload fields, const Payload& changes) {
    for (const auto& [name, value] : changes) {
        fields[name] = value;
    }
    return fields;
}

Payload service(const Payload& changes = {}) {
    return changed(
        {{"notification_type", "PROBLEM"},
         {"notification_number", "1"},
         {"timet", "1795467650"},
         {"host_name", "web01"},
         {"host_display", "Web 01"},
         {"host_state", "DOWN"},
         {"host_groups", "acme;linux"},
         {"address", "192.0.2.10"},
         {"service_name", "http"},
         {"service_display", "HTTP of the shop"},
         {"service_state", "CRITICAL"},
         {"service_last_state", "OK"},
         {"service_last_state_change", "1795467650"},
         {"service_output", "refused\nline 2\nline 3"}},
        changes
    );
}

Payload host(const Payload& changes = {}) {
    return changed(
        {{"notification_type", "PROBLEM"},
         {"timet", "1795467675"},
         {"host_name", "db01"},
         {"host_state", "DOWN"},
         {"host_last_state_change", "0"},
         {"host_output", "PING CRITICAL"}},
        changes
    );
}

Result<ports::Decoded> try_decode(
    const string& body, const std::map<string, Severity>& severity_map = {}
) {
    ports::SourceOptions options;
    options.name = "ici";
    options.type = "icinga2";
    options.severity_map = severity_map;
    const auto decoder = sources::make_decoder(options);
    REQUIRE(decoder.has_value());
    return (*decoder)->decode(body, from_unix_ms(1'795'500'000'000));
}

Alert decode(const Payload& fields, const std::map<string, Severity>& severity_map = {}) {
    const auto decoded = try_decode(nlohmann::json(fields).dump(), severity_map);
    if (!decoded) {
        FAIL(describe(decoded.error()));
    }
    REQUIRE(decoded->alerts.size() == 1);
    return decoded->alerts.front();
}

}  // namespace

TEST_CASE("every type of Icinga's notices has its kind, and the state counts") {
    struct Row {
        string type, state;
        AlertKind kind;
        ProblemState wanted;
    };
    for (const Row& row : std::vector<Row>{
             {"PROBLEM", "CRITICAL", AlertKind::problem, ProblemState::failing},
             {"RECOVERY", "OK", AlertKind::recovery, ProblemState::ok},
             {"ACKNOWLEDGEMENT", "WARNING", AlertKind::acknowledgement, ProblemState::failing},
             {"CUSTOM", "UNKNOWN", AlertKind::note, ProblemState::failing},
             {"FLAPPINGSTART", "OK", AlertKind::flapping_start, ProblemState::ok},
             {"FLAPPINGEND", "OK", AlertKind::flapping_stop, ProblemState::ok},
             {"FLAPPINGEND", "CRITICAL", AlertKind::flapping_stop, ProblemState::failing},
             {"DOWNTIMESTART", "OK", AlertKind::downtime_start, ProblemState::ok},
             {"DOWNTIMEEND", "OK", AlertKind::downtime_end, ProblemState::ok},
             {"DOWNTIMEREMOVED", "CRITICAL", AlertKind::downtime_end, ProblemState::failing},
             {"problem", "critical", AlertKind::problem, ProblemState::failing},
         }) {
        CAPTURE(row.type, row.state);
        const Alert alert =
            decode(service({{"notification_type", row.type}, {"service_state", row.state}}));
        CHECK(alert.kind == row.kind);
        CHECK(alert.state == row.wanted);
        CHECK(alert.sender_state == to_lower_ascii(row.state));
        CHECK(alert.whole_problem);
        CHECK_FALSE(alert.host_problem);
    }
}

TEST_CASE("a notice without service is about the host; a service's never trusts host_state") {
    const Alert down = decode(host());
    CHECK(down.host_problem);
    CHECK(down.problem_key == "ici/host/db01");
    CHECK(down.problem_name == "Host DOWN");
    CHECK(down.severity == Severity::high);
    const Alert fine =
        decode(service({{"service_state", "OK"}, {"notification_type", "RECOVERY"}}));
    CHECK(fine.problem_key == "ici/service/web01/http");
    CHECK(fine.state == ProblemState::ok);
}

TEST_CASE("a problem has one episode from CRITICAL over WARNING to OK and the next CRITICAL") {
    std::vector<Alert> story;
    const std::vector<Payload> changes{
        {},
        {{"notification_type", "ACKNOWLEDGEMENT"}, {"timet", "1795467652"}},
        {{"service_state", "WARNING"},
         {"service_last_state", "CRITICAL"},
         {"notification_number", "3"},
         {"service_last_state_change", "1795467653"},
         {"timet", "1795467653"}},
        {{"notification_type", "RECOVERY"},
         {"service_state", "OK"},
         {"service_last_state_change", "1795467656"},
         {"timet", "1795467656"}},
        {{"service_last_state_change", "1795467700"}, {"timet", "1795467760"}},
    };
    for (const Payload& change : changes) {
        story.push_back(decode(service(change)));
    }
    std::set<string> deliveries;
    for (std::size_t i = 0; i < story.size(); ++i) {
        CHECK(story[i].episode == story[0].episode);
        CHECK(story[i].problem_key == story[0].problem_key);
        CHECK((i == 0 || story[i - 1].order < story[i].order));
        deliveries.insert(story[i].idempotency_key);
    }
    CHECK(deliveries.size() == story.size());
    CHECK(story[2].severity_changed);
    CHECK(story[2].severity == Severity::warning);
    CHECK(to_unix_ms(story[4].started_at.value()) == 1'795'467'700'000);
}

TEST_CASE("a host that has never changed is ordered by the time of its notices") {
    const Alert down = decode(host());
    const Alert again = decode(host({{"timet", "1795469475"}, {"notification_number", "2"}}));
    const Alert up = decode(host(
        {{"notification_type", "RECOVERY"},
         {"host_state", "UP"},
         {"host_last_state_change", "1795469500"},
         {"timet", "1795469500"}}
    ));
    CHECK(down.order < again.order);
    CHECK(again.order < up.order);
    CHECK_FALSE(down.started_at.has_value());
    CHECK(again.is_repeat);
    CHECK(down.idempotency_key != again.idempotency_key);
}

TEST_CASE("the same notice is the same delivery; type, time, change and comment make another") {
    std::set<string> keys;
    const std::vector<Payload> notices{
        service(),
        service({{"notification_type", "CUSTOM"}}),
        service({{"timet", "1795467651"}}),
        service({{"service_last_state_change", "1795467649"}}),
        service({{"notification_type", "CUSTOM"}, {"notification_comment", "one"}}),
        service({{"notification_type", "CUSTOM"}, {"notification_comment", "two"}}),
        service({{"service_name", "https"}}),
        host(),
    };
    for (const Payload& notice : notices) {
        keys.insert(decode(notice).idempotency_key);
    }
    CHECK(keys.size() == notices.size());
    CHECK(
        decode(service({{"user", "second"}, {"notification_number", "7"}})).idempotency_key ==
        decode(service()).idempotency_key
    );
}

TEST_CASE("host, groups, texts and links come from their fields") {
    const Alert alert = decode(service(
        {{"notes_url", "https://wiki.example/http"},
         {"action_url", "javascript:x"},
         {"notification_author", "ann"},
         {"notification_comment", "look"}}
    ));
    CHECK(alert.host.name == "web01");
    CHECK(alert.host.visible_name == "Web 01");
    CHECK(alert.host.address == "192.0.2.10");
    CHECK(alert.host.groups == std::vector<string>{"acme", "linux"});
    CHECK(alert.service == "http");
    CHECK(alert.problem_name == "HTTP of the shop CRITICAL");
    CHECK(alert.text == "refused");
    CHECK(alert.details == "line 2\nline 3");
    CHECK(alert.links == std::vector<string>{"https://wiki.example/http"});
    CHECK(alert.author == "ann");
    CHECK(alert.comment == "look");
    const Alert six = decode(service({{"address", "web01"}, {"address6", "2001:db8::7"}}));
    CHECK(six.host.address == "2001:db8::7");
}

TEST_CASE("custom variables named glpi_ and tag_ are taken, nothing else is") {
    const Alert alert = decode(service(
        {{"glpi_id", "17"},
         {"glpi_type", "networkequipment"},
         {"glpi_entity", "ACME > Siège"},
         {"tag_customer", " acme "},
         {"tag_", "nameless"},
         {"snmp_community", "hush"},
         {"undefined", ""}}
    ));
    CHECK(alert.host.glpi_id == 17);
    CHECK(alert.host.glpi_type == "NetworkEquipment");
    CHECK(
        alert.tags ==
        std::vector<domain::Tag>{{"customer", "acme"}, {"glpi_entity", "ACME > Siège"}}
    );
}

TEST_CASE("fields are read from a form, in any case and with the prefix of the commands") {
    const Alert plain = decode(host());
    const auto form = try_decode(
        "ICINGA_NOTIFICATION_TYPE=PROBLEM&ICINGA_TIMET=1795467675&ICINGA_HOST_NAME=db01&"
        "HOST_NAME=the-monitor-itself&ICINGA_HOST_STATE=DOWN&icinga_host_last_state_change=0&"
        "ICINGA_HOST_OUTPUT=PING+CRITICAL"
    );
    REQUIRE(form.has_value());
    CHECK(form->alerts.front() == plain);
}

TEST_CASE("an Icinga state has its severity, and the source's map wins") {
    CHECK(decode(service({{"service_state", "UNKNOWN"}})).severity == Severity::warning);
    const std::map<string, Severity> map{{"critical", Severity::disaster}};
    CHECK(decode(service(), map).severity == Severity::disaster);
    CHECK(decode(host(), map).severity == Severity::high);
}

TEST_CASE("an Icinga notice without type, host or state is refused and says which") {
    const std::vector<std::pair<Payload, string>> table{
        {service({{"notification_type", ""}}), "notification_type is missing"},
        {service({{"notification_type", "SURPRISE"}}), "notification_type is unknown: SURPRISE"},
        {service({{"host_name", " "}}), "host_name is missing"},
        {service({{"service_state", ""}}), "service_state is missing or not understood"},
        {host({{"host_state", "GONE"}}), "host_state is missing or not understood"},
    };
    for (const auto& [fields, message] : table) {
        const auto decoded = try_decode(nlohmann::json(fields).dump());
        REQUIRE_FALSE(decoded.has_value());
        CHECK(decoded.error().code == "shape");
        CHECK_THAT(decoded.error().message, ContainsSubstring(message));
    }
}
