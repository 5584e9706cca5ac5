// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/planned_changes.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "alert_bridge/base/text.hpp"
#include "alert_bridge/base/time_text.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/glpi/lookup.hpp"
#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

using domain::PlannedChange;
using nlohmann::json;
using ports::Level;
using ports::PlannedChanges;

// See the header for where these come from.
constexpr std::array<std::int64_t, 3> kAtWork{7, 11, 12};
constexpr std::array<std::int64_t, 5> kOver{5, 6, 8, 13, 14};
constexpr std::int64_t kValidationAccepted = 3;
constexpr std::int64_t kValidationRefused = 4;
constexpr std::int64_t kTaskDone = 2;

// Tasks carry their text: a page holds few, and mostly the first is the last.
constexpr std::int64_t kTaskRows = 200;
constexpr int kTaskPages = 20;
constexpr auto kItemRows = static_cast<std::int64_t>(PlannedChanges::kItemsMax);

template <class Array>
bool contains(const Array& all, std::int64_t value) {
    return std::find(all.begin(), all.end(), value) != all.end();
}

std::optional<WallTime> time_in(const json& row, const char* key, const std::string& zone) {
    return parse_time(text_in(row, key), zone);
}

Call read_call(std::string label, std::string path, Expect expect) {
    return plain_call(std::move(label), std::move(path), expect, Effect::read);
}

PlannedChange planned_change(
    const TaskWindow& window, const std::string& title,
    const std::vector<PlannedChange::Item>& items
) {
    PlannedChange out;
    out.id = window.change_id;
    out.title = title;
    out.begin = window.begin;
    out.end = window.end;
    out.items = items;
    return out;
}

}  // namespace

std::vector<TaskWindow> task_windows(const json& rows, const std::string& zone, WallTime now) {
    std::vector<TaskWindow> out;
    for (const json& row : rows) {
        const std::int64_t change_id = number_in(row, "changes_id");
        const auto begin = time_in(row, "begin", zone);
        const auto end = time_in(row, "end", zone);
        if (change_id <= 0 || !begin || !end || number_in(row, "state") == kTaskDone) {
            continue;
        }
        const bool is_span = *begin < *end;
        const bool is_near = now < *end && *begin < now + PlannedChanges::kAhead;
        if (is_span && is_near) {
            out.push_back(TaskWindow{change_id, *begin, *end});
        }
    }
    return out;
}

bool reaches_past(const json& rows, const std::string& zone, WallTime now) {
    if (!rows.is_array() || rows.empty()) {
        return true;
    }
    const auto end = time_in(rows.back(), "end", zone);
    return !end || *end <= now;
}

std::vector<TaskWindow> in_order(std::vector<TaskWindow> windows) {
    const auto key = [](const TaskWindow& window) {
        return std::tie(window.begin, window.change_id, window.end);
    };
    std::sort(windows.begin(), windows.end(), [key](const TaskWindow& a, const TaskWindow& b) {
        return key(a) < key(b);
    });
    windows.erase(std::unique(windows.begin(), windows.end()), windows.end());
    return windows;
}

bool is_approved(const json& change) {
    const std::int64_t status = number_in(change, "status");
    const std::int64_t validation = number_in(change, "global_validation");
    if (status == 0 || contains(kOver, status) || validation == kValidationRefused ||
        flag_in(change, "is_deleted")) {
        return false;
    }
    return contains(kAtWork, status) || validation == kValidationAccepted;
}

std::string change_title(const json& change) {
    const std::string line = one_line(repair_utf8(decode_entities(text_in(change, "name"))));
    return cut_code_points(trim(line), PlannedChanges::kTitleMax);
}

std::vector<PlannedChange::Item> change_items(const json& rows) {
    std::vector<PlannedChange::Item> out;
    for (const json& row : rows) {
        PlannedChange::Item item;
        item.item_type = text_in(row, "itemtype");
        item.id = number_in(row, "items_id");
        if (item.id > 0 && domain::is_item_type(item.item_type) &&
            out.size() < PlannedChanges::kItemsMax) {
            out.push_back(std::move(item));
        }
    }
    return out;
}

LegacyChanges::LegacyChanges(SessionPool& pool, const Options& options, Seams seams)
    : pool_(pool),
      seams_(seams),
      zone_(is_known_time_zone(options.time_zone) ? options.time_zone : "UTC") {}

void LegacyChanges::tell_unreadable(const Error& error) {
    if (!told_unreadable_) {
        seams_.events.log(
            Level::warning, "glpi_changes_unreadable",
            "GLPI does not show planned changes to our user; none is taken into account",
            {{"error", describe(error)}}
        );
    }
    told_unreadable_ = true;
}

void LegacyChanges::tell_cut(bool is_cut) {
    if (is_cut && !told_cut_) {
        seams_.events.log(
            Level::warning, "glpi_changes_cut",
            "GLPI has more planned changes, or items of one, than are read; the rest is left out"
        );
    }
    told_cut_ = is_cut;
}

PlannedChanges::Task<LegacyChanges::Windows> LegacyChanges::windows(WallTime now) {
    Windows out;
    Pager pager(all_path("ChangeTask") + "sort=end&order=DESC&", kTaskPages, kTaskRows);
    while (pager.has_next()) {
        Call call = read_call("GET ChangeTask", pager.next_path(), Expect::list);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply && reply.error().code == "ERROR_RANGE_EXCEED_TOTAL") {
            break;
        }
        if (!reply) {
            co_return reply.error();
        }
        pager.took(reply->body.size(), reply->total);
        const std::vector<TaskWindow> some = task_windows(reply->body, zone_, now);
        out.list.insert(out.list.end(), some.begin(), some.end());
        if (reaches_past(reply->body, zone_, now)) {
            pager.reached_end();
        }
    }
    out.list = in_order(std::move(out.list));
    out.complete = !pager.is_cut() && out.list.size() <= kChangesMax;
    out.list.resize(std::min(out.list.size(), kChangesMax));
    co_return out;
}

PlannedChanges::Task<LegacyChanges::Details> LegacyChanges::details(std::int64_t change_id) {
    Details out;
    std::string path = "/Change/" + std::to_string(change_id) + "?get_hateoas=false";
    Call call = read_call("GET Change", std::move(path), Expect::object);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        co_return reply.error();
    }
    if (!is_approved(reply->body)) {
        co_return out;
    }
    out.approved = true;
    out.title = change_title(reply->body);
    co_return co_await with_items(std::move(out), change_id);
}

PlannedChanges::Task<LegacyChanges::Details> LegacyChanges::with_items(
    Details details, std::int64_t change_id
) {
    Pager pager("/Change/" + std::to_string(change_id) + "/Change_Item?", 1, kItemRows);
    Call call = read_call("GET Change_Item", pager.next_path(), Expect::list);
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        co_return reply.error();
    }
    pager.took(reply->body.size(), reply->total);
    details.items = change_items(reply->body);
    details.complete = !pager.is_cut();
    co_return details;
}

PlannedChanges::Task<std::vector<PlannedChange>> LegacyChanges::planned(WallTime now) {
    std::vector<PlannedChange> out;
    const Result<Windows> found = co_await windows(now);
    if (!found && found.error().kind != ErrorClass::refused) {
        co_return found.error();
    }
    if (!found) {
        tell_unreadable(found.error());
        co_return out;
    }
    bool is_cut = !found->complete;
    std::optional<Error> refusal;
    std::map<std::int64_t, Details> seen;
    std::set<std::int64_t> asked;
    for (const TaskWindow& window : found->list) {
        if (asked.insert(window.change_id).second) {
            Result<Details> change = co_await details(window.change_id);
            if (!change && change.error().code == "ERROR_ITEM_NOT_FOUND") {
                change = Details();  // purged meanwhile
            }
            if (!change && change.error().kind != ErrorClass::refused) {
                co_return change.error();
            }
            if (!change) {
                refusal = change.error();
                continue;
            }
            is_cut = is_cut || !change->complete;
            seen.emplace(window.change_id, std::move(*change));
        }
        const auto known = seen.find(window.change_id);
        if (known != seen.end() && known->second.approved) {
            out.push_back(planned_change(window, known->second.title, known->second.items));
        }
    }
    if (!seen.empty()) {
        told_unreadable_ = false;
    } else if (refusal) {
        tell_unreadable(*refusal);
    }
    tell_cut(is_cut);
    co_return out;
}

}  // namespace alert_bridge::glpi
