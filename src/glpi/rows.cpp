// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/rows.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/glpi/reply.hpp"
#include "alert_bridge/glpi/wire.hpp"

namespace alert_bridge::glpi {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxName = 100;

// Kinds of log rows (GLPI's Log class).
constexpr std::int64_t kFieldChanged = 0;
constexpr std::int64_t kItemCreated = 20;

// Search options of Ticket that a field change names.
constexpr std::int64_t kOptionTitle = 1;
constexpr std::int64_t kOptionPriority = 3;
constexpr std::int64_t kOptionUrgency = 10;
constexpr std::int64_t kOptionImpact = 11;
constexpr std::int64_t kOptionStatus = 12;
constexpr std::int64_t kOptionContent = 21;
// Of actor rows: requester and observer, user and group. All other roles are assignments.
constexpr std::array<std::int64_t, 4> kOnlookers{4, 71, 66, 65};

constexpr std::array kActors{
    std::string_view("User"), std::string_view("Group"), std::string_view("Supplier")};
constexpr std::string_view kTicketType = "Ticket";
constexpr std::array kWritings{
    std::string_view("ITILFollowup"),     std::string_view("TicketFollowup"),
    std::string_view("TicketTask"),       std::string_view("ITILSolution"),
    std::string_view("TicketValidation"), std::string_view("Document"),
    std::string_view("Document_Item"),
};

template <class Array, class Value>
bool contains(const Array& all, const Value& value) {
    return std::find(all.begin(), all.end(), value) != all.end();
}

// The number in a trailing "(7)".
std::optional<std::int64_t> trailing_id(std::string_view name) {
    const auto open = name.rfind('(');
    if (open == std::string_view::npos || name.back() != ')') {
        return std::nullopt;
    }
    std::int64_t id = 0;
    const char* end = name.data() + name.size() - 1;
    const auto [stop, error] = std::from_chars(name.data() + open + 1, end, id);
    if (error != std::errc() || stop != end) {
        return std::nullopt;
    }
    return id;
}

// "Alice Dupont (12)" -> "Alice Dupont"
std::string name_without_id(std::string_view name) {
    if (trailing_id(name)) {
        name = name.substr(0, name.rfind('('));
    }
    return cut_code_points(one_line(repair_utf8(decode_entities(trim(name)))), kMaxName);
}

void add_row(domain::TicketView& view, const json& row) {
    const std::int64_t action = number_in(row, "linked_action");
    const std::int64_t option = number_in(row, "id_search_option");
    const std::string type = text_in(row, "itemtype_link");
    const std::int64_t id = number_in(row, "id");
    const auto note = [id](bool& done, std::int64_t& newest) {
        done = true;
        newest = std::max(newest, id);
    };
    if (contains(kWritings, type)) {
        note(view.written_on_by_person, view.written_row);
        return;
    }
    if (contains(kActors, type)) {
        if (!contains(kOnlookers, option)) {
            note(view.taken_by_person, view.assigned_row);
        }
        return;
    }
    if (type == kTicketType) {
        view.linked_by_person = true;
        return;
    }
    if (action != kFieldChanged) {
        return;
    }
    switch (option) {
        case kOptionStatus:
            view.taken_by_person = true;
            note(view.status_set_by_person, view.status_row);
            break;
        case kOptionPriority:
        case kOptionUrgency:
        case kOptionImpact:
            note(view.priority_set_by_person, view.priority_row);
            break;
        case kOptionTitle:
        case kOptionContent:
            note(view.written_on_by_person, view.written_row);
            break;
        default:
            break;
    }
}

}  // namespace

domain::TicketView ticket_view(const json& row) {
    domain::TicketView view;
    view.id = number_in(row, "id");
    view.exists = true;
    view.deleted = flag_in(row, "is_deleted");
    view.status = static_cast<int>(number_in(row, "status"));
    view.priority = static_cast<int>(number_in(row, "priority"));
    view.urgency = static_cast<int>(number_in(row, "urgency"));
    view.impact = static_cast<int>(number_in(row, "impact"));
    view.entity_id = number_in(row, "entities_id");
    return view;
}

bool is_person(std::string_view user_name, std::int64_t own_user_id) {
    user_name = trim(user_name);
    if (user_name.empty()) {
        return false;
    }
    if (const auto id = trailing_id(user_name)) {
        return *id != own_user_id;
    }
    return !user_name.starts_with("cron_") || user_name == "cron_mailgate";
}

void add_people(domain::TicketView& view, const json& log, std::int64_t own_user_id) {
    for (const json& row : log) {
        const std::string name = text_in(row, "user_name");
        view.newest_row = std::max(view.newest_row, number_in(row, "id"));
        if (!row.is_object() || !is_person(name, own_user_id) ||
            number_in(row, "linked_action") == kItemCreated) {
            continue;
        }
        const domain::TicketView before = view;
        add_row(view, row);
        const bool told = view.taken_by_person != before.taken_by_person ||
                          view.written_on_by_person != before.written_on_by_person ||
                          view.priority_set_by_person != before.priority_set_by_person ||
                          view.status_set_by_person != before.status_set_by_person;
        if (told || view.last_person.empty()) {
            view.last_person = name_without_id(name);
        }
    }
}

void assume_people(domain::TicketView& view) {
    view.taken_by_person = true;
    view.written_on_by_person = true;
    view.priority_set_by_person = true;
    view.status_set_by_person = true;
    view.assigned_row = view.status_row = domain::kUnreadRow;
    view.written_row = view.priority_row = domain::kUnreadRow;
}

std::vector<std::int64_t> ids_with_reference(
    const json& search, int column, const std::string& reference
) {
    std::vector<std::int64_t> out;
    if (!has(search, "data")) {
        return out;
    }
    const std::string key = std::to_string(column);
    // An object keyed by id or a list, by version and options; both iterate over the rows.
    for (const json& row : search.at("data")) {
        const std::int64_t id = number_in(row, "2");
        const std::string held = text_in(row, key.c_str());
        if (id > 0 && held.find(reference) != std::string::npos) {
            out.push_back(id);
        }
    }
    return out;
}

std::int64_t id_with_reference(const json& list, const std::string& reference) {
    for (const json& row : list) {
        if (text_in(row, "content").find(reference) != std::string::npos) {
            return number_in(row, "id");
        }
    }
    return 0;
}

}  // namespace alert_bridge::glpi
