// SPDX-License-Identifier: MIT
#include "search_criteria.hpp"

#include <algorithm>
#include <array>

#include "params.hpp"
#include "search_columns.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

// "-1HOUR", "-10MINUTE", "NOW", "TODAY" or a date, as the text that dates are compared with.
std::string date_value(const Call& call, const std::string& value) {
    const std::int64_t now = call.world.now();
    if (value == "NOW")
        return sql_time(now);
    if (value == "TODAY")
        return sql_time(now - now % 86400);
    const std::size_t unit_at = value.find_first_not_of("+-0123456789");
    if (value.empty() || unit_at == 0 || unit_at == std::string::npos)
        return value;
    static constexpr std::array<std::pair<const char*, int>, 6> kUnits = {
        {{"MINUTE", 60},
         {"HOUR", 3600},
         {"DAY", 86400},
         {"WEEK", 604800},
         {"MONTH", 2592000},
         {"YEAR", 31536000}}};
    const std::string unit = value.substr(unit_at);
    for (const auto& [name, seconds] : kUnits) {
        if (unit == name)
            return sql_time(now + to_int(Json(value.substr(0, unit_at))) * seconds);
    }
    return value;
}

void prepare(const Call& call, const std::string& itemtype, Criterion& criterion) {
    if (is_date(itemtype, criterion.field) && criterion.type != "contains")
        criterion.value = date_value(call, criterion.value);
    std::string text = trim(criterion.value);
    criterion.from_start = !text.empty() && text.front() == '^';
    text.erase(0, criterion.from_start ? 1 : 0);
    criterion.to_end = !text.empty() && text.back() == '$';
    if (criterion.to_end)
        text.pop_back();
    if (call.world.major == 10) {
        criterion.impossible = text.find_first_of("<>") != std::string::npos;
        text = encode_10(text);
    }
    criterion.needle = lower(text);
}

Criterion read_one(const Call& call, const std::string& own_type, const Json& given) {
    Criterion out;
    const std::string link = scalar_text(at_or_null(given, "link"));
    out.is_or = link.rfind("OR", 0) == 0;
    out.negated = link.find("NOT") != std::string::npos;
    if (const Json& nested = at_or_null(given, "criteria"); !nested.is_null()) {
        for (const Json& inner : elements(nested))
            out.nested.push_back(read_one(call, own_type, inner));
        return out;
    }
    out.meta = truthy(at_or_null(given, "meta"));
    out.itemtype = out.meta ? scalar_text(at_or_null(given, "itemtype")) : own_type;
    if (!given.is_object() || !given.contains("field") || !given.contains("value"))
        refuse(400, "ERROR", "Malformed search criteria", true);
    out.field = static_cast<int>(to_int(given["field"]));
    if (!option_exists(call.world.major, out.itemtype, out.field))
        refuse(400, "ERROR", "Bad field ID in search criteria", true);
    if (!option_searchable(call.world.major, out.itemtype, out.field))
        refuse(400, "ERROR", "Forbidden field ID in search criteria", true);
    out.type = scalar_text(at_or_null(given, "searchtype"));
    out.value = scalar_text(given["value"]);
    prepare(call, out.itemtype, out);
    return out;
}

bool text_matches(const Criterion& criterion, const std::string& value) {
    if (criterion.impossible)
        return false;
    const std::string have = lower(value);
    const std::string& want = criterion.needle;
    if (criterion.from_start && criterion.to_end)
        return have == want;
    if (criterion.from_start)
        return have.rfind(want, 0) == 0;
    if (criterion.to_end)
        return have.size() >= want.size() &&
               have.compare(have.size() - want.size(), want.size(), want) == 0;
    return have.find(want) != std::string::npos;
}

bool status_matches(Id status, const std::string& wanted) {
    if (wanted == "all")
        return true;
    if (wanted == "notold")
        return status != 5 && status != 6;
    if (wanted == "notclosed")
        return status != 6;
    if (wanted == "old")
        return status == 5 || status == 6;
    if (wanted == "process")
        return status == 2 || status == 3;
    if (wanted == "waiting")
        return status == 4;
    return is_digits(wanted) && status == to_int(Json(wanted));
}

bool equals(const Call& call, const Criterion& criterion, const Json& row) {
    const std::string& itemtype = criterion.itemtype;
    if (itemtype == "Ticket" && criterion.field == 12)
        return status_matches(to_int(row["status"]), criterion.value);
    if (compares_ids(itemtype, criterion.field)) {
        if (!is_digits(criterion.value))
            return false;
        const Id wanted = to_int(Json(criterion.value));
        const std::vector<Id> ids = column_ids(call, itemtype, row, criterion.field);
        return std::find(ids.begin(), ids.end(), wanted) != ids.end();
    }
    const std::vector<Json> values = column_values(call, itemtype, row, criterion.field);
    return std::any_of(values.begin(), values.end(), [&](const Json& value) {
        return lower(scalar_text(value)) == lower(criterion.value);
    });
}

bool under(const Call& call, const Criterion& criterion, const Json& row) {
    if (criterion.field != 80)
        return equals(call, criterion, row);
    return call.world.entity_tree(to_int(Json(criterion.value)))
               .count(to_int(row["entities_id"])) != 0;
}

// True when a value of the criterion's column satisfies the test.
template <class Test>
bool any_value(const Call& call, const Criterion& criterion, const Json& row, const Test& test) {
    if (const Json* value = plain_value(call, criterion.itemtype, row, criterion.field))
        return !value->is_null() && test(*value);
    const std::vector<Json> values = column_values(call, criterion.itemtype, row, criterion.field);
    return std::any_of(values.begin(), values.end(), test);
}

bool compared(const Call& call, const Criterion& criterion, const Json& row) {
    const bool more = criterion.type == "morethan";
    return any_value(call, criterion, row, [&](const Json& value) {
        if (value.is_number()) {
            const Id wanted = to_int(Json(criterion.value));
            return more ? to_int(value) > wanted : to_int(value) < wanted;
        }
        if (!value.is_string())
            return false;
        const auto& text = value.get_ref<const std::string&>();
        return more ? text > criterion.value : text < criterion.value;
    });
}

bool contains(const Call& call, const Criterion& criterion, const Json& row) {
    if (lower(criterion.value) == "null")
        return !any_value(call, criterion, row, [](const Json&) { return true; });
    const bool number =
        is_number_column(criterion.itemtype, criterion.field) && is_digits(criterion.needle);
    return any_value(call, criterion, row, [&](const Json& value) {
        return number ? scalar_text(value) == criterion.needle
                      : text_matches(criterion, scalar_text(value));
    });
}

bool plain_match(const Call& call, const Criterion& criterion, const Json& row) {
    const std::string& type = criterion.type;
    if (type == "equals")
        return equals(call, criterion, row);
    if (type == "notequals")
        return !equals(call, criterion, row);
    if (type == "under")
        return under(call, criterion, row);
    if (type == "notunder")
        return !under(call, criterion, row);
    if (type == "morethan" || type == "lessthan")
        return compared(call, criterion, row);
    if (type == "notcontains")
        return !contains(call, criterion, row);
    if (type == "empty")
        return column_values(call, criterion.itemtype, row, criterion.field).empty();
    return contains(call, criterion, row);
}

// The first linked item of the criterion's type that satisfies it.
const Json* meta_item(const Call& call, const Json& ticket, const Criterion& criterion) {
    const Table& links = call.world.tables.at("Item_Ticket");
    if (!call.world.knows(criterion.itemtype))
        return nullptr;
    for (const Id id : links.of_ticket(to_int(ticket["id"]))) {
        const Json& link = *links.find(id);
        if (link["itemtype"] != criterion.itemtype)
            continue;
        const Json* item = call.world.tables.at(criterion.itemtype).find(to_int(link["items_id"]));
        if (item != nullptr && plain_match(call, criterion, *item))
            return item;
    }
    return nullptr;
}

bool one_matches(
    const Call& call, const std::string& itemtype, const Json& row, const Criterion& criterion
) {
    if (!criterion.nested.empty())
        return row_matches(call, itemtype, row, criterion.nested);
    if (criterion.meta)
        return itemtype == "Ticket" && meta_item(call, row, criterion) != nullptr;
    return plain_match(call, criterion, row);
}

}  // namespace

std::vector<Criterion> read_criteria(const Call& call, const std::string& itemtype) {
    const Json& given = at_or_null(call.params, "criteria");
    if (given.is_null())
        return {};
    if (!given.is_array() && !given.is_object())
        throw PhpFatal{};
    // AllAssets has the columns that all assets share.
    const std::string type = itemtype == "AllAssets" ? "Computer" : itemtype;
    std::vector<Criterion> out;
    for (const Json& one : elements(given))
        out.push_back(read_one(call, type, one));
    return out;
}

bool row_matches(
    const Call& call, const std::string& itemtype, const Json& row,
    const std::vector<Criterion>& criteria
) {
    bool any = criteria.empty();
    bool group = true;
    for (std::size_t i = 0; i < criteria.size(); ++i) {
        const Criterion& criterion = criteria[i];
        if (i > 0 && criterion.is_or) {
            any = any || group;
            group = true;
        }
        if (group)
            group = one_matches(call, itemtype, row, criterion) != criterion.negated;
    }
    return any || group;
}

std::vector<Json> matching_values(
    const std::vector<Criterion>& criteria, int field, std::vector<Json> values
) {
    for (const Criterion& criterion : criteria) {
        const bool filters = !criterion.meta && criterion.nested.empty() &&
                             criterion.field == field && !criterion.negated &&
                             (criterion.type == "contains" || criterion.type.empty());
        if (filters && values.size() > 1)
            std::erase_if(values, [&](const Json& value) {
                return !text_matches(criterion, scalar_text(value));
            });
    }
    return values;
}

bool meta_value(const Call& call, const Json& ticket, const Criterion& criterion, Json& out) {
    const Json* item = meta_item(call, ticket, criterion);
    if (item == nullptr)
        return false;
    const std::vector<Json> values =
        column_values(call, criterion.itemtype, *item, criterion.field);
    out = values.empty() ? Json(nullptr) : Json(scalar_text(values.front()));
    return true;
}

}  // namespace glpi_sim
