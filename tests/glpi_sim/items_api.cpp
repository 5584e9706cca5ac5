// SPDX-License-Identifier: MIT
// Reading items by id and in lists: getItem, getItems, the parts of an item, getMultipleItems.
#include <algorithm>
#include <charconv>

#include "api.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

// Without a range GLPI reads 15 rows, yet its header speaks of 0-15.
constexpr Id kListRows = 15;

// A readable row, or the 404 and 403 of GLPI.
const Json& readable(const Call& call, const std::string& itemtype, Id id) {
    require_readable_type(call, itemtype);
    const Json* row = call.world.table(itemtype).find(id);
    if (row == nullptr || (id == 0 && itemtype != "Entity"))
        refuse(404, "ERROR_ITEM_NOT_FOUND", "Item not found");
    if (!sees_row(call, itemtype, *row))
        refuse_right(403, "ERROR_RIGHT_MISSING");
    return *row;
}

// searchText: a substring without case, `^` and `$` anchor it.
bool text_matches(const std::string& value, std::string wanted) {
    const bool from_start = !wanted.empty() && wanted.front() == '^';
    wanted.erase(0, from_start ? 1 : 0);
    const bool to_end = !wanted.empty() && wanted.back() == '$';
    if (to_end)
        wanted.pop_back();
    const std::string have = lower(value);
    const std::string want = lower(wanted);
    if (from_start && to_end)
        return have == want;
    if (from_start)
        return have.rfind(want, 0) == 0;
    if (to_end)
        return have.size() >= want.size() &&
               have.compare(have.size() - want.size(), want.size(), want) == 0;
    return have.find(want) != std::string::npos;
}

struct Filter {
    std::string column;
    std::string text;
};

std::vector<Filter> filters(const Call& call, const std::string& itemtype) {
    std::vector<Filter> out;
    const Json& given = at_or_null(call.params, "searchText");
    if (!given.is_object())
        return out;
    const Table& table = call.world.table(itemtype);
    for (const auto& [column, text] : given.items()) {
        if (!table.rows.empty() && !table.rows.begin()->second.contains(column))
            refuse(
                400, "ERROR_FIELD_NOT_FOUND",
                "Field " + column + " is not valid for " + itemtype + " item.", true
            );
        out.push_back({column, scalar_text(text)});
    }
    return out;
}

bool passes(const Json& row, const std::vector<Filter>& wanted) {
    return std::all_of(wanted.begin(), wanted.end(), [&](const Filter& filter) {
        return text_matches(scalar_text(at_or_null(row, filter.column)), filter.text);
    });
}

void sort_rows(const Call& call, std::vector<const Json*>& rows) {
    const std::string column = scalar_text(at_or_null(call.params, "sort"));
    if (!column.empty() && column != "id") {
        std::stable_sort(rows.begin(), rows.end(), [&](const Json* a, const Json* b) {
            const Json& left = at_or_null(*a, column);
            const Json& right = at_or_null(*b, column);
            return left.is_number() && right.is_number()
                       ? to_int(left) < to_int(right)
                       : lower(scalar_text(left)) < lower(scalar_text(right));
        });
    }
    if (lower(scalar_text(at_or_null(call.params, "order"))) == "desc")
        std::reverse(rows.begin(), rows.end());
}

Response list_answer(Call& call, const std::string& itemtype, std::vector<const Json*> rows) {
    const Range range = requested_range(call, kListRows);
    const Id total = static_cast<Id>(rows.size());
    if (range.first > total)
        refuse(
            400, "ERROR_RANGE_EXCEED_TOTAL",
            "Provided range exceed total count of data: " + std::to_string(total), true
        );
    sort_rows(call, rows);
    Json list = Json::array();
    for (Id i = range.first; i <= range.last && i < total; ++i) {
        const Json& row = *rows[static_cast<std::size_t>(i)];
        if (call.flag("only_id"))
            list.push_back({{"id", row["id"]}});
        else
            list.push_back(shown_row(call, itemtype, row));
    }
    const Id shown = static_cast<Id>(list.size());
    const Id named_last = call.params.contains("range") ? range.last : kListRows;
    Response out = json_answer(call, shown < total ? 206 : 200, list);
    out.headers.emplace_back("Accept-Range", itemtype + " 1000");
    if (shown > 0)
        out.headers.emplace_back(
            "Content-Range", std::to_string(range.first) + "-" +
                                 std::to_string(std::min(named_last, total - 1)) + "/" +
                                 std::to_string(total)
        );
    return out;
}

bool in_wanted_bin(const Call& call, const Json& row) {
    const Json& deleted = at_or_null(row, "is_deleted");
    return deleted.is_null() || truthy(deleted) == call.flag("is_deleted");
}

}  // namespace

Range requested_range(const Call& call, Id fallback) {
    const Json& given = at_or_null(call.params, "range");
    if (given.is_null())
        return {0, fallback - 1};
    const std::string text = scalar_text(given);
    const std::size_t dash = text.find('-');
    const std::string first = text.substr(0, dash);
    const std::string last = dash == std::string::npos ? "" : text.substr(dash + 1);
    if (!is_digits(first) || !is_digits(last) || first.size() > 15 || last.size() > 15)
        refuse(400, "ERROR", "range must be in format : [start-end] with integers", true);
    return {std::stoll(first), std::stoll(last)};
}

Response get_item(Call& call, const std::string& itemtype, Id id) {
    const Json& row = readable(call, itemtype, id);
    Json shown = shown_row(call, itemtype, row);
    if (call.world.major >= 11 && row.contains("users_id_tech")) {
        // The groups of an asset are a relation in 11: getItem adds them, lists do not.
        shown["groups_id"] = Json::array();
        shown["groups_id_tech"] = Json::array();
    }
    Response out = json_answer(call, 200, shown);
    if (const Json& changed = at_or_null(row, "date_mod"); changed.is_string())
        out.headers.emplace_back("Last-Modified", http_time(parse_time(scalar_text(changed))));
    return out;
}

Response get_items(Call& call, const std::string& itemtype) {
    require_readable_type(call, itemtype);
    const std::vector<Filter> wanted = filters(call, itemtype);
    std::vector<const Json*> rows;
    for (const auto& [id, row] : call.world.table(itemtype).rows) {
        if (in_wanted_bin(call, row) && passes(row, wanted) && sees_row(call, itemtype, row))
            rows.push_back(&row);
    }
    return list_answer(call, itemtype, std::move(rows));
}

Response get_sub_items(Call& call) {
    const std::string& parent = call.path[0];
    const std::string& child = call.path[2];
    Id id = 0;
    std::from_chars(call.path[1].data(), call.path[1].data() + call.path[1].size(), id);
    readable(call, parent, id);
    const Table& table = call.world.table(child);
    const std::vector<Filter> wanted = filters(call, child);
    std::vector<const Json*> rows;
    const auto consider = [&](const Json& row) {
        if (in_wanted_bin(call, row) && passes(row, wanted) && sees_row(call, child, row))
            rows.push_back(&row);
    };
    if (parent == "Ticket" && child != "Ticket") {
        for (const Id part : table.of_ticket(id))
            consider(*table.find(part));
        return list_answer(call, child, std::move(rows));
    }
    // "changes_id", as the parts of a change have it.
    const std::string foreign_key = lower(parent) + "s_id";
    for (const auto& [row_id, row] : table.rows) {
        // A child that points to its parent by neither that nor itemtype is listed whole.
        const bool points = row.contains("items_id");
        const bool is_part = row.contains(foreign_key) ? to_int(row[foreign_key]) == id
                                                       : !points || (row["itemtype"] == parent &&
                                                                     to_int(row["items_id"]) == id);
        if (is_part)
            consider(row);
    }
    return list_answer(call, child, std::move(rows));
}

Response get_multiple_items(Call& call) {
    Json list = Json::array();
    for (const Json& wanted : elements(at_or_null(call.params, "items"))) {
        const std::string itemtype = scalar_text(at_or_null(wanted, "itemtype"));
        if (!call.world.knows(itemtype))
            refuse(
                400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM",
                "resource not found or not an instance of CommonDBTM", true
            );
        const Json& row = readable(call, itemtype, to_int(at_or_null(wanted, "items_id")));
        list.push_back(shown_row(call, itemtype, row));
    }
    return json_answer(call, 200, list);
}

}  // namespace glpi_sim
