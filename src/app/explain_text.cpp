// SPDX-License-Identifier: MIT
#include <algorithm>
#include <nlohmann/json.hpp>

#include "alert_bridge/app/explain_view.hpp"
#include "alert_bridge/app/table.hpp"
#include "alert_bridge/base/text.hpp"

namespace alert_bridge::app {
namespace {

using nlohmann::json;

constexpr std::size_t kUnmatchedShown = 30;  // rules
constexpr std::size_t kCandidatesShown = 20;
constexpr const char* kIndent = "  ";

std::string value_text(const json& value) {
    if (value.is_string()) {
        return value.get<std::string>();
    }
    if (value.is_null()) {
        return {};
    }
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

class Page {
  public:
    Page(std::size_t width, bool styled) : width_(width), styled_(styled) {}

    void heading(const std::string& text) {
        out += out.empty() ? "" : "\n";
        out += styled_ ? "\033[1m" + text + "\033[0m\n" : text + "\n";
    }
    void line(const std::string& text, std::size_t depth = 1) {
        out += std::string(2 * depth, ' ') + one_line(repair_utf8(text)) + "\n";
    }
    // Rows of a name and a value; those without a value are left out.
    void pairs(const std::vector<std::pair<std::string, std::string>>& rows) {
        std::size_t widest = 0;
        for (const auto& [name, value] : rows) {
            widest = value.empty() ? widest : std::max(widest, name.size());
        }
        for (const auto& [name, value] : rows) {
            if (!value.empty()) {
                line(name + std::string(widest + 2 - name.size(), ' ') + value);
            }
        }
    }
    void table(const Table& table) {
        const std::size_t inner = width_ > 2 ? width_ - 2 : 0;
        for (const std::string& row : split(table.text(inner, false), "\n")) {
            out += row.empty() ? "" : kIndent + row + "\n";
        }
    }
    // JSON for people, as it would be sent.
    void body(const json& value) {
        const std::string text = value.dump(2, ' ', false, json::error_handler_t::replace);
        for (const std::string& row : split(text, "\n")) {
            out += std::string(kIndent) + kIndent + kept_blanks(row) + "\n";
        }
    }

    std::string out;

  private:
    // one_line() folds the indentation away.
    static std::string kept_blanks(const std::string& row) {
        const std::size_t first = std::min(row.find_first_not_of(' '), row.size());
        return row.substr(0, first) + one_line(repair_utf8(row.substr(first)));
    }

    std::size_t width_;
    bool styled_;
};

void add_alert(Page& page, const json& alert, const json& keys) {
    page.heading("Alert");
    std::vector<std::pair<std::string, std::string>> rows;
    const json& host = alert.value("host", json::object());
    for (const char* key : {"kind", "state", "sender_state", "severity"}) {
        rows.emplace_back(key, value_text(alert.value(key, json())));
    }
    for (const char* key :
         {"name", "visible_name", "address", "uuid", "inventory_number", "serial", "glpi_type",
          "glpi_id", "groups", "inventory"}) {
        const std::string label =
            std::string_view(key) == "name" ? "host" : "host " + std::string(key);
        rows.emplace_back(label, value_text(host.value(key, json())));
    }
    for (const char* key :
         {"service", "problem_name", "text", "details", "author", "comment", "links",
          "host_problem", "severity_changed", "is_repeat", "started_at", "received_at"}) {
        rows.emplace_back(key, value_text(alert.value(key, json())));
    }
    for (const json& tag : alert.value("tags", json::array())) {
        rows.emplace_back(
            "tag " + one_line(tag.value("name", "")), tag.value("value", std::string())
        );
    }
    page.pairs(rows);
    page.heading("Keys");
    page.pairs(
        {{"problem", value_text(keys.at("problem"))},
         {"episode", value_text(keys.at("episode"))},
         {"duplicate", value_text(keys.at("duplicate"))},
         {"group", value_text(keys.at("group"))}}
    );
}

void add_rules(Page& page, const json& rules) {
    page.heading("Rules");
    if (rules.empty()) {
        page.line("none is configured");
    }
    std::size_t number = 0, unmatched = 0;
    for (const json& rule : rules) {
        ++number;
        const std::string outcome = rule.at("outcome").get<std::string>();
        if (outcome == "not matched" && ++unmatched > kUnmatchedShown) {
            continue;
        }
        page.line(
            std::to_string(number) + ". " + outcome + ": " + rule.at("rule").get<std::string>() +
            (rule.at("stops").get<bool>() ? " (stop)" : "")
        );
        for (const json& because : rule.at("because")) {
            page.line(
                because.at("condition").get<std::string>() +
                    "   (the alert has: " + because.at("had").get<std::string>() + ")",
                3
            );
        }
    }
    if (unmatched > kUnmatchedShown) {
        page.line(
            "… and " + std::to_string(unmatched - kUnmatchedShown) +
            " more that did not match (all of them: --json)"
        );
    }
}

void add_plan(Page& page, const json& plan) {
    page.heading("Plan");
    Table table({{"FIELD"}, {"VALUE", false, true}, {"FROM", false, true}});
    std::vector<std::string> remarks;
    std::string empty;
    // What somebody decided comes first.
    json ordered = json::array();
    for (const bool is_default : {false, true}) {
        for (const json& field : plan) {
            if ((field.at("from") == "defaults") == is_default) {
                ordered.push_back(field);
            }
        }
    }
    for (const json& field : ordered) {
        const std::string name = field.at("field").get<std::string>();
        if (field.contains("remark")) {
            remarks.push_back(name + ": " + field.at("remark").get<std::string>());
        }
        if (field.at("value").get_ref<const std::string&>().empty()) {
            empty += (empty.empty() ? "" : ", ") + name;
            continue;
        }
        table.add({name, value_text(field.at("value")), value_text(field.at("from"))});
    }
    page.table(table);
    if (!empty.empty()) {
        page.line("not set: " + empty);
    }
    for (const std::string& remark : remarks) {
        page.line("gave nothing: " + remark);
    }
}

void add_candidates(Page& page, const json& candidates) {
    Table table(
        {{""},
         {"ASSET", false, true},
         {"EVIDENCE"},
         {"SCORE", true},
         {"ENTITY", false, true},
         {"WHY", false, true}}
    );
    std::size_t shown = 0;
    for (const json& one : candidates) {
        if (++shown > kCandidatesShown) {
            continue;
        }
        table.add(
            {one.at("chosen").get<bool>() ? "->" : "",
             value_text(one.at("item_type")) + " " + value_text(one.at("id")) + " " +
                 value_text(one.at("name")),
             value_text(one.at("evidence")), value_text(one.at("score")),
             value_text(one.at("entity")), value_text(one.at("why"))}
        );
    }
    page.table(table);
    if (shown > kCandidatesShown) {
        page.line("… and " + std::to_string(shown - kCandidatesShown) + " more");
    }
}

void add_place(Page& page, const json& place) {
    page.heading("Asset and entity");
    if (!place.at("asked").get<bool>()) {
        page.line("not asked for: what becomes of this alert does not depend on them");
        return;
    }
    if (place.contains("problem")) {
        page.line(value_text(place.at("problem")));
    }
    if (!place.at("candidates").empty()) {
        add_candidates(page, place.at("candidates"));
    } else if (!place.contains("problem")) {
        page.line("no asset found");
    }
    if (place.contains("entity")) {
        const std::string id = value_text(place.at("entity_id"));
        page.pairs(
            {{"entity", value_text(place.at("entity")) + (id.empty() ? "" : " (id " + id + ")")},
             {"because", value_text(place.at("entity_why"))},
             {"no asset", value_text(place.at("unmatched"))},
             {"details", place.contains("details") ? value_text(place.at("details")) : ""},
             {"notes", place.at("notes").empty() ? "" : value_text(place.at("notes"))}}
        );
    }
}

std::string incident_line(const json& incident) {
    const std::string ticket = value_text(incident.at("ticket"));
    return value_text(incident.at("id")) + ", " + value_text(incident.at("state")) + ", " +
           (ticket.empty() ? "no ticket" : "ticket " + ticket) + ", " +
           value_text(incident.at("host")) + ": " + value_text(incident.at("problem"));
}

void add_verdict(Page& page, const json& explanation) {
    page.heading("Verdict");
    const json& current = explanation.at("current_incident");
    page.pairs(
        {{"incident now", current.is_null() ? "none is known" : incident_line(current)},
         {"verdict", value_text(explanation.at("verdict"))},
         {"reason", value_text(explanation.at("reason"))}}
    );
    for (const json& notice : explanation.at("tells_monitoring")) {
        page.line(
            "tells monitoring: " + value_text(notice.at("action")) + " " +
            value_text(notice.at("text"))
        );
    }
}

void add_writes(Page& page, const json& writes) {
    page.heading("Requests to GLPI that would follow (nothing was sent)");
    if (writes.empty()) {
        page.line("none");
    }
    for (const json& write : writes) {
        std::string what = value_text(write.at("kind"));
        const std::string event = value_text(write.at("event"));
        what += event.empty() ? "" : " (" + event + ")";
        if (!write.at("not_before").is_null()) {
            what += ", not before " + value_text(write.at("not_before")) + ", " +
                    value_text(write.at("if"));
        }
        page.line(what);
        if (const std::string outcome = value_text(write.at("outcome")); !outcome.empty()) {
            page.line(outcome, 2);
        }
        for (const json& request : write.at("requests")) {
            page.line(value_text(request.at("method")) + " " + value_text(request.at("path")), 2);
            page.body(request.at("body"));
        }
    }
}

}  // namespace

std::string explanation_text(const json& explanation, std::size_t width, bool styled) {
    Page page(width, styled);
    page.heading("Source");
    page.line(value_text(explanation.at("source")));
    add_alert(page, explanation.at("alert"), explanation.at("keys"));
    add_rules(page, explanation.at("rules"));
    add_plan(page, explanation.at("plan"));
    add_place(page, explanation.at("place"));
    add_verdict(page, explanation);
    add_writes(page, explanation.at("writes"));
    if (!explanation.at("remarks").empty()) {
        page.heading("Remarks");
    }
    for (const json& remark : explanation.at("remarks")) {
        page.line(value_text(remark));
    }
    return page.out;
}

}  // namespace alert_bridge::app
