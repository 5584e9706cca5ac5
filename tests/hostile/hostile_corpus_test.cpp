// SPDX-License-Identifier: MIT
//
// Hostile text from the sender's payload to the body that GLPI gets: each text of corpus.json in
// each text field of a recorded payload of each sender and of any JSON, and in what tickets of
// storms and outages list.
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/render.hpp"
#include "alert_bridge/glpi/payload.hpp"
#include "alert_bridge/sources/decoders.hpp"
#include "catch.hpp"
#include "html_checker.hpp"
#include "paths.hpp"

namespace {

using namespace alert_bridge;
using nlohmann::json;

constexpr const char* kReference = "GAB-0123456789ABCDEFGHJKMNPQRS";
constexpr const char* kSecret = "SECRET-SERIAL";

json json_file(const std::string& path) {
    std::ifstream file(tests_dir() / path);
    REQUIRE(file.is_open());
    return json::parse(file);
}

std::vector<std::string> corpus() {
    std::vector<std::string> texts;
    for (const json& row : json_file("hostile/corpus.json")) {
        if (row.is_string()) {
            texts.push_back(row.get<std::string>());
            continue;
        }
        std::string text;
        for (int i = 0; i < row.at("times").get<int>(); ++i) {
            text += row.at("repeat").get<std::string>();
        }
        texts.push_back(std::move(text));
    }
    return texts;
}

std::string content(const std::string& body, const char* key) {
    return json::parse(body).at("input").at(key).get<std::string>();
}

void check_html(const std::string& html) {
    REQUIRE(test_support::foreign_markup(html) == "");
    REQUIRE(test_support::balanced(html));
    REQUIRE_FALSE(test_support::has_control(html, true));
    REQUIRE(html.find(kSecret) == std::string::npos);
}

// All that GLPI is sent about the alert.
void check_bodies(const domain::Templates& templates, const domain::Alert& alert) {
    const domain::Plan plan;
    domain::TextContext context;
    context.alert = &alert;
    context.plan = &plan;
    context.event = "note";
    domain::NewTicket ticket;
    ticket.title = templates.render("en", domain::TemplatePart::title, context);
    ticket.html = templates.render("en", domain::TemplatePart::body, context);
    ticket.reference = kReference;
    const std::string created = glpi::new_ticket_body(ticket, 11, "UTC");
    check_html(content(created, "content"));
    REQUIRE_FALSE(test_support::has_control(content(created, "name"), false));
    REQUIRE(content(created, "name").find(kSecret) == std::string::npos);

    ports::TimelineEntry entry;
    entry.ticket_id = 7;
    entry.reference = kReference;
    entry.html = templates.render("en", domain::TemplatePart::followup, context);
    check_html(content(glpi::followup_body(entry), "content"));
    entry.html = templates.render("en", domain::TemplatePart::solution, context);
    check_html(content(glpi::solution_body(entry), "content"));
}

bool names_nothing(const std::string& text) {
    const std::string shown = one_line(drop_controls(text));
    return trim(shown).empty() || shown.find('$') != std::string::npos ||
           shown.find('{') != std::string::npos;
}

std::string all_bodies(const domain::Templates& templates, const domain::Alert& alert) {
    const domain::Plan plan;
    domain::TextContext context;
    context.alert = &alert;
    context.plan = &plan;
    context.event = "note";
    std::string all;
    for (const domain::TemplatePart part : domain::kTemplateParts) {
        all += templates.render("en", part, context);
    }
    return all;
}

// A field of the payload: its name, or a JSON Pointer.
json& place(json& payload, const std::string& field) {
    return field.front() == '/' ? payload.at(json::json_pointer(field)) : payload.at(field);
}

// Each field in turn holds each text.
void check_source(
    const ports::SourceOptions& options, const json& payload, const std::vector<std::string>& fields
) {
    const auto decoder = sources::make_decoder(options);
    REQUIRE(decoder.has_value());
    const auto templates = domain::Templates::compile({});
    REQUIRE(templates.has_value());
    // A field that nothing shows would prove nothing.
    for (const std::string& field : fields) {
        INFO("field: " << field);
        json changed = payload;
        const bool is_link = field.find("url") != field.npos || field.find("URL") != field.npos;
        place(changed, field) = is_link ? "https://shown.example/x" : "shown.example";
        const auto decoded = (*decoder)->decode(changed.dump(), from_unix_ms(1'795'500'000'000));
        REQUIRE(decoded.has_value());
        REQUIRE(decoded->alerts.size() == 1);
        CHECK(all_bodies(**templates, decoded->alerts.front()).find("shown.example") != field.npos);
    }
    for (const std::string& text : corpus()) {
        INFO("text: " << text.substr(0, 200));
        for (const std::string& field : fields) {
            INFO("field: " << field);
            json changed = payload;
            place(changed, field) = text;
            const auto decoded =
                (*decoder)->decode(changed.dump(), from_unix_ms(1'795'500'000'000));
            if (!decoded) {
                // A name of nothing but what is dropped or means "absent" names no host.
                CHECK(names_nothing(text));
                continue;
            }
            REQUIRE(decoded->alerts.size() == 1);
            domain::Alert alert = decoded->alerts.front();
            alert.host.serial = kSecret;
            check_bodies(**templates, alert);
        }
    }
}

void check_sender(
    const std::string& sender, const std::string& recording, const std::vector<std::string>& fields
) {
    ports::SourceOptions options;
    options.name = sender + "-lab";
    options.type = sender;
    options.time_zone = "UTC";
    const json file = json_file("recorded/senders/" + sender + "/" + recording);
    check_source(options, json::parse(file.at("body").get<std::string>()), fields);
}

}  // namespace

TEST_CASE("the corpus holds at least a hundred texts, and the checker finds raw ones") {
    const std::vector<std::string> texts = corpus();
    REQUIRE(texts.size() >= 100);
    std::size_t found = 0;
    for (const std::string& text : texts) {
        found += test_support::foreign_markup(text).empty() ? 0 : 1;
    }
    CHECK(found >= 80);
    CHECK_FALSE(test_support::foreign_markup("<a href=\"javascript:x\">x</a>").empty());
    CHECK(test_support::foreign_markup("<a href=\"http://x/\">x</a>").empty());
}

TEST_CASE("hostile text in a Zabbix payload reaches GLPI as text") {
    check_sender(
        "zabbix", "problem_ugly_text.json",
        {"event_name", "event_opdata", "trigger_description", "trigger_url",
         "trigger_hostgroup_name", "host_name"}
    );
}

TEST_CASE("hostile text in a Nagios payload reaches GLPI as text") {
    check_sender(
        "nagios", "svc_problem_critical_envjson.json",
        {"SERVICEOUTPUT", "LONGSERVICEOUTPUT", "HOSTALIAS", "SERVICEACTIONURL", "HOSTNOTESURL",
         "HOSTNAME", "SERVICEDESC", "NOTIFICATIONCOMMENT", "NOTIFICATIONAUTHOR"}
    );
}

TEST_CASE("hostile text in an Icinga payload reaches GLPI as text") {
    check_sender(
        "icinga2", "svc_custom.json",
        {"service_output", "service_name", "service_display", "host_name", "host_display",
         "notes_url", "notification_comment", "notification_author"}
    );
}

TEST_CASE("hostile text in an Alertmanager payload reaches GLPI as text") {
    check_sender(
        "alertmanager", "firing_single.json",
        {"/alerts/0/labels/alertname", "/alerts/0/labels/instance", "/alerts/0/annotations/summary",
         "/alerts/0/annotations/description", "/alerts/0/annotations/runbook_url",
         "/alerts/0/generatorURL"}
    );
}

TEST_CASE("hostile text in any JSON reaches GLPI as text") {
    ports::SourceOptions options;
    options.name = "any-lab";
    options.type = "generic";
    options.time_zone = "UTC";
    const std::map<std::string, std::string> places{{"key", "/id"},      {"host", "/host"},
                                                    {"name", "/title"},  {"text", "/text"},
                                                    {"details", "/log"}, {"link", "/url"}};
    json payload;
    std::vector<std::string> shown;
    for (const auto& [field, place] : places) {
        options.mapping.fields[field].pointers = {parse_json_pointer(place).value()};
        payload[json::json_pointer(place)] = "x";
        if (field != "key") {  // it names the problem
            shown.push_back(place);
        }
    }
    check_source(options, payload, shown);
}

TEST_CASE("hostile text in the tickets of storms and outages reaches GLPI as text") {
    const auto templates = domain::Templates::compile({});
    REQUIRE(templates.has_value());
    for (const std::string& text : corpus()) {
        INFO("text: " << text.substr(0, 200));
        domain::MemberReport members;
        members.untold = {{"i1", text, text, domain::Severity::high, WallTime()}};
        domain::OutageReport outage;
        outage.lines = {{text, text, domain::Severity::high, 2, WallTime(), WallTime()}};
        for (const char* language : {"en", "fr"}) {
            const auto storm = (*templates)->storm_opening(language, text, "10:00");
            CHECK_FALSE(test_support::has_control(storm.title, false));
            check_html(storm.html);
            for (const auto why : {domain::MemberEvent::storm, domain::MemberEvent::under_host}) {
                const auto told = (*templates)->members(language, why, members, "UTC");
                REQUIRE(told.size() == 1);
                check_html(told.front());
            }
            check_html((*templates)->outage(language, outage, "UTC").html);
        }
    }
}

TEST_CASE("an entity may be called like what stands in the text of a storm") {
    const auto templates = domain::Templates::compile({});
    REQUIRE(templates.has_value());
    const std::string html = (*templates)->storm_opening("en", "{since}", "10:00").html;
    CHECK_THAT(html, ContainsSubstring("in {since}, since 10:00."));
}
