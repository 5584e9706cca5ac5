// SPDX-License-Identifier: MIT
// search/ITEMTYPE and listSearchOptions.
#include <algorithm>
#include <array>

#include "api.hpp"
#include "params.hpp"
#include "search_columns.hpp"
#include "search_criteria.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

constexpr Id kSearchRows = 15;

struct Hit {
    std::string itemtype;
    const Json* row = nullptr;
};

struct Search {
    Call& call;
    std::string itemtype;
    std::vector<Criterion> criteria;
    std::vector<Hit> hits;
    std::vector<int> columns;
    int sort = 0;
    bool descending = false;
};

[[noreturn]] void refuse_resource() {
    refuse(
        400, "ERROR_RESOURCE_NOT_FOUND_NOR_COMMONDBTM",
        "resource not found or not an instance of CommonDBTM", true
    );
}

std::vector<std::string> types_of(const std::string& itemtype) {
    if (itemtype == "AllAssets")
        return {"Computer", "NetworkEquipment", "Printer", "Peripheral", "Phone", "Monitor"};
    return {itemtype};
}

bool lags(const World& world, const std::string& itemtype, const Json& row) {
    if (world.settings.search_lag_ms <= 0 || itemtype != "Ticket")
        return false;
    const auto created = world.created_ms.find(to_int(row["id"]));
    return created != world.created_ms.end() &&
           world.clock_ms() - created->second < world.settings.search_lag_ms;
}

// All criteria ask for single ids by OR: then only those rows are looked at.
bool ids_only(const Search& search, std::vector<Id>& ids) {
    if (search.itemtype == "AllAssets" || search.criteria.empty())
        return false;
    for (std::size_t i = 0; i < search.criteria.size(); ++i) {
        const Criterion& one = search.criteria[i];
        const bool fits = one.nested.empty() && !one.meta && !one.negated && one.field == 2 &&
                          one.type == "equals" && is_digits(one.value) && (i == 0 || one.is_or);
        if (!fits)
            return false;
        ids.push_back(to_int(Json(one.value)));
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    return true;
}

void collect(Search& search) {
    const bool deleted = search.call.flag("is_deleted");
    std::vector<Id> ids;
    const bool by_ids = ids_only(search, ids);
    for (const std::string& type : types_of(search.itemtype)) {
        const auto consider = [&](const Json& row) {
            if (truthy(at_or_null(row, "is_deleted")) != deleted ||
                truthy(at_or_null(row, "is_template")))
                return;
            if (lags(search.call.world, type, row) || !sees_row(search.call, type, row))
                return;
            if (by_ids || row_matches(search.call, type, row, search.criteria))
                search.hits.push_back({type, &row});
        };
        const Table& table = search.call.world.table(type);
        if (!by_ids) {
            for (const auto& [id, row] : table.rows)
                consider(row);
            continue;
        }
        for (const Id id : ids) {
            if (const Json* row = table.find(id))
                consider(*row);
        }
    }
}

void add_column(std::vector<int>& columns, int option) {
    if (std::find(columns.begin(), columns.end(), option) == columns.end())
        columns.push_back(option);
}

void add_criteria_columns(std::vector<int>& columns, const std::vector<Criterion>& criteria) {
    for (const Criterion& criterion : criteria) {
        add_criteria_columns(columns, criterion.nested);
        if (criterion.nested.empty() && !criterion.meta)
            add_column(columns, criterion.field);
    }
}

void choose_columns(Search& search) {
    const std::vector<Json> forced = elements(at_or_null(search.call.params, "forcedisplay"));
    search.columns = fixed_columns(search.call, search.itemtype);
    if (forced.empty()) {
        for (const int option : default_columns(search.call, search.itemtype))
            add_column(search.columns, option);
    }
    const std::string type = search.itemtype == "AllAssets" ? "Computer" : search.itemtype;
    for (const Json& option : forced) {
        const int id = static_cast<int>(to_int(option));
        if (option_exists(search.call.world.major, type, id))
            add_column(search.columns, id);
    }
    add_criteria_columns(search.columns, search.criteria);
}

Json first_or_null(const std::vector<Json>& values) {
    return values.empty() ? Json(nullptr) : values.front();
}

void choose_sort(Search& search) {
    const bool old = search.call.world.major == 10;
    Json wanted = at_or_null(search.call.params, "sort");
    if (wanted.is_array() || wanted.is_object())
        wanted = first_or_null(elements(wanted));
    Json order = at_or_null(search.call.params, "order");
    if (order.is_array() || order.is_object())
        order = first_or_null(elements(order));
    search.sort = wanted.is_null() ? (old ? 1 : 0) : static_cast<int>(to_int(wanted));
    search.descending = lower(scalar_text(order)) == "desc";
    const std::string type = search.itemtype == "AllAssets" ? "Computer" : search.itemtype;
    if (!old && search.sort != 0 && !option_exists(11, type, search.sort)) {
        search.sort = 0;
        search.descending = false;
    }
}

void sort_hits(Search& search) {
    const std::string type = search.itemtype == "AllAssets" ? "Computer" : search.itemtype;
    const int major = search.call.world.major;
    if (search.sort == 0 || !option_exists(major, type, search.sort))
        return;
    struct Keyed {
        Json key;
        Hit hit;
    };
    std::vector<Keyed> keyed;
    keyed.reserve(search.hits.size());
    for (const Hit& hit : search.hits) {
        Json key = first_or_null(column_values(search.call, hit.itemtype, *hit.row, search.sort));
        if (!key.is_number())
            key = lower(scalar_text(key));
        keyed.push_back({std::move(key), hit});
    }
    std::stable_sort(keyed.begin(), keyed.end(), [&](const Keyed& a, const Keyed& b) {
        return search.descending ? b.key < a.key : a.key < b.key;
    });
    for (std::size_t i = 0; i < keyed.size(); ++i)
        search.hits[i] = keyed[i].hit;
}

std::string column_key(const Search& search, int option) {
    const std::string number = std::to_string(option);
    if (!search.call.flag("uid_cols"))
        return number;
    const Json& entry =
        at_or_null(search_options(search.call.world.major, search.itemtype), number);
    const std::string uid = scalar_text(at_or_null(entry, "uid"));
    return uid.empty() ? number : uid;
}

Json shown_value(const std::vector<Json>& values) {
    if (values.size() > 1)
        return Json(values);
    return first_or_null(values);
}

Json hit_json(const Search& search, const Hit& hit) {
    Json out = Json::object();
    for (const int option : search.columns) {
        std::vector<Json> values = column_values(search.call, hit.itemtype, *hit.row, option);
        values = matching_values(search.criteria, option, std::move(values));
        out[column_key(search, option)] = shown_value(values);
    }
    // A meta criterion overwrites the column of the same number: a trap that GLPI really has.
    for (const Criterion& criterion : search.criteria) {
        Json value;
        if (criterion.meta && meta_value(search.call, *hit.row, criterion, value)) {
            const std::string number = std::to_string(criterion.field);
            const bool uid = search.call.flag("uid_cols");
            out[uid ? criterion.itemtype + "." + (number == "2" ? "id" : "name") : number] = value;
        }
    }
    if (search.itemtype == "AllAssets") {
        out["id"] = (*hit.row)["id"];
        out["itemtype"] = hit.itemtype;
    }
    return out;
}

Json html_row(const Json& row) {
    Json out = Json::object();
    for (const auto& [key, value] : row.items())
        out[key] = "<span class='text-nowrap'>" + escape_html(scalar_text(value)) + "</span>";
    return out;
}

// `range=10-5` becomes a negative LIMIT, which the database refuses.
Response sql_error(const Search& search, const Range& range) {
    if (search.call.world.major >= 11)
        return html_answer(500, "Error");
    const std::string text =
        "You have an error in your SQL syntax; check the manual that corresponds to your MariaDB "
        "server version for the right syntax to use near '" +
        std::to_string(range.last - range.first + 1) + "' at line 26";
    Response out =
        json_answer(search.call, 500, Json::array({"ERROR_SQL", "Unexpected SQL Error : " + text}));
    out.body = text + out.body;
    return out;
}

Response page(const Search& search, const Range& range) {
    const Id total = static_cast<Id>(search.hits.size());
    Json rows = Json::array();
    Json indexed = Json::object();
    Json html = Json::array();
    for (Id i = range.first; i <= range.last && i < total; ++i) {
        const Hit& hit = search.hits[static_cast<std::size_t>(i)];
        Json row = hit_json(search, hit);
        html.push_back(html_row(row));
        indexed[scalar_text((*hit.row)["id"])] = row;
        rows.push_back(std::move(row));
    }
    const Id count = static_cast<Id>(rows.size());
    Json out = {{"totalcount", total}, {"count", count}};
    out["sort"] = Json::array({search.sort});
    out["order"] = Json::array({search.descending ? "DESC" : "ASC"});
    const bool some = count > 0;
    if (some)
        out["data"] = search.call.flag("withindexes") ? std::move(indexed) : std::move(rows);
    if (some && search.call.flag("giveItems"))
        out["data_html"] = std::move(html);
    const std::string content_range = std::to_string(range.first) + "-" +
                                      std::to_string(range.first + count - 1) + "/" +
                                      std::to_string(total);
    out["content-range"] = content_range;
    if (search.call.flag("rawdata")) {
        for (const char* key :
             {"search", "itemtype", "item", "display_type", "toview", "meta_toview", "tocompute",
              "sql", "data"})
            out["rawdata"][key] = Json::object();
    }
    Response response = json_answer(search.call, count < total ? 206 : 200, out);
    response.headers.emplace_back("Accept-Range", search.itemtype + " 1000");
    if (some)
        response.headers.emplace_back("Content-Range", content_range);
    return response;
}

}  // namespace

Response search(Call& call) {
    if (call.path.size() < 2)
        refuse(400, "ERROR_RESOURCE_MISSING", "missing resource", true);
    const std::string& itemtype = call.path[1];
    if (!call.world.knows(itemtype) && itemtype != "AllAssets")
        refuse_resource();
    require_readable_type(call, itemtype);
    Search search{call, itemtype, read_criteria(call, itemtype), {}, {}};
    const Range range = requested_range(call, kSearchRows);
    if (range.last < range.first)
        return sql_error(search, range);
    collect(search);
    const Id total = static_cast<Id>(search.hits.size());
    if (range.first > total)
        refuse(
            400, "ERROR_RANGE_EXCEED_TOTAL",
            "Provided range exceed total count of data: " + std::to_string(total), true
        );
    choose_sort(search);
    sort_hits(search);
    choose_columns(search);
    return page(search, range);
}

Response list_search_options(Call& call) {
    const std::string itemtype = call.path.size() < 2 ? std::string{} : call.path[1];
    if (!call.world.knows(itemtype))
        refuse_resource();
    const Json& known = search_options(call.world.major, itemtype);
    if (!known.is_null())
        return json_answer(call, 200, known);
    Json out = Json::object();
    for (const auto& [option, name] : {std::pair{"1", "name"}, std::pair{"2", "id"}}) {
        out[option]["name"] = name;
        out[option]["field"] = name;
        out[option]["uid"] = itemtype + "." + name;
    }
    return json_answer(call, 200, out);
}

}  // namespace glpi_sim
