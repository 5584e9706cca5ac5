// SPDX-License-Identifier: MIT
//
// The section maintenance: times in which an opening is held or dropped.
#include <algorithm>
#include <set>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/config/sections.hpp"

namespace alert_bridge::config {
std::optional<WallTime> read_date(
    const MapReader& reader, std::string_view name, const std::string& zone
) {
    const auto text = reader.text(name);
    if (!text) {
        return std::nullopt;
    }
    constexpr std::string_view kForm = "0000-00-00 00:00";
    const bool fits = text->size() == kForm.size() &&
                      std::equal(kForm.begin(), kForm.end(), text->begin(), [](char form, char c) {
                          return form == '0' ? c >= '0' && c <= '9' : c == form;
                      });
    std::optional<WallTime> date;
    if (fits) {
        const auto number = [&](std::size_t at, std::size_t digits) {
            return std::stoi(text->substr(at, digits));
        };
        CivilTime civil;
        civil.year = number(0, 4);
        civil.month = number(5, 2);
        civil.day = number(8, 2);
        civil.hour = number(11, 2);
        civil.minute = number(14, 2);
        date = from_local(civil, zone);
    }
    if (!date) {
        reader.diagnostics().error(
            reader.position(name),
            "'" + std::string(name) + "' must be a date and a time like \"2026-12-01 22:00\""
        );
    }
    return date;
}

namespace {

void load_window(Loading& loading, const Node& node, std::set<std::string>& names) {
    const MapReader reader(loading.diagnostics, &node, kMaintenance);
    domain::MaintenanceWindow window;
    window.name = reader.text("name").value_or("");
    if (!window.name.empty() && !names.insert(window.name).second) {
        loading.diagnostics.error(
            reader.position("name"), "'" + window.name + "' is the name of another window"
        );
    }
    std::vector<std::string> unused;
    window.when = load_condition(loading, reader.find("when"), unused);
    if (const Node* time = reader.find("time")) {
        window.weekly = load_times(loading, *time);
    }
    std::string zone = load_time_zone(loading, reader, "zone");
    if (zone.empty()) {
        zone = loading.config.rules.default_time_zone;
    }
    if (!is_known_time_zone(zone)) {
        zone = "UTC";  // told already
    }
    window.from = read_date(reader, "from", zone);
    window.to = read_date(reader, "to", zone);
    if (node.kind == Node::Kind::mapping && reader.find("time") == nullptr &&
        reader.find("to") == nullptr) {
        loading.diagnostics.error(reader.at(), "the window never ends: it needs 'time' or 'to'");
    }
    if (window.from && window.to && *window.to <= *window.from) {
        loading.diagnostics.error(reader.position("to"), "the window ends before it begins");
    }
    window.drop = reader.choice("then") == "drop";
    loading.config.rules.maintenance.push_back(std::move(window));
}

}  // namespace

void load_maintenance(Loading& loading, const MapReader& root) {
    const Node* const node = root.find("maintenance");
    if (node != nullptr && node->kind != Node::Kind::sequence) {
        loading.diagnostics.error(
            node->at, "'maintenance' must be a list: each window begins with a dash"
        );
        return;
    }
    std::set<std::string> names;
    for (const Node* each : one_or_many(node)) {
        load_window(loading, *each, names);
    }
}

}  // namespace alert_bridge::config
