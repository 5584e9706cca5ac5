// SPDX-License-Identifier: MIT
#include "alert_bridge/glpi/ticket_news.hpp"

#include <algorithm>
#include <chrono>

#include "alert_bridge/base/secret.hpp"
#include "alert_bridge/glpi/reply.hpp"

namespace alert_bridge::glpi {
namespace {

using nlohmann::json;

// Search options of Ticket (10.0.19 and 11.0.6).
constexpr int kOptionId = 2;
constexpr int kOptionPriority = 3;
constexpr int kOptionAssignedUser = 5;
constexpr int kOptionAssignedGroup = 8;
constexpr int kOptionStatus = 12;
constexpr int kOptionChanged = 19;
constexpr int kOptionWriter = 22;
constexpr int kOptionLastUpdater = 64;
constexpr int kOptionEntity = 80;

constexpr std::int64_t kDuplicates = 2;  // kind of link: the first ticket duplicates the second
constexpr int kPageRows = 200;
constexpr int kPagesMax = 10;
constexpr std::size_t kMarkLength = 16;

json criterion(const char* link, int field, const char* how, json value) {
    json out;
    out["link"] = link;
    out["field"] = field;
    out["searchtype"] = how;
    out["value"] = std::move(value);
    return out;
}

std::string key_of(int option) {
    return std::to_string(option);
}

// Whatever form a column has: a name, a number, several of them, nothing.
std::string shown(const json& row, int option) {
    const std::string key = key_of(option);
    return row.contains(key) ? dump(row.at(key)) : std::string();
}

Call search_call(std::string body) {
    Call call = plain_call("POST search/Ticket", "/search/Ticket", Expect::search, Effect::read);
    call.method = net::Method::post;
    call.body = std::move(body);
    return call;
}

}  // namespace

std::string state_search_body(const std::vector<std::int64_t>& ids) {
    json body;
    body["criteria"] = json::array();
    for (const std::int64_t id : ids) {
        body["criteria"].push_back(criterion("OR", kOptionId, "equals", id));
    }
    body["forcedisplay"] = json::array(
        {kOptionId, kOptionStatus, kOptionPriority, kOptionAssignedUser, kOptionAssignedGroup,
         kOptionChanged, kOptionLastUpdater, kOptionEntity}
    );
    body["range"] = "0-" + std::to_string(ports::TicketNews::kIdsMax - 1);
    return dump(body);
}

std::string changed_search_body(Duration window, std::int64_t writer, int page, bool in_trash) {
    const auto minutes =
        std::max<std::int64_t>(std::chrono::ceil<std::chrono::minutes>(window).count(), 1);
    json body;
    body["criteria"] = json::array();
    body["criteria"].push_back(
        criterion("AND", kOptionChanged, "morethan", "-" + std::to_string(minutes) + "MINUTE")
    );
    if (writer > 0) {
        body["criteria"].push_back(criterion("AND", kOptionWriter, "equals", writer));
    }
    body["forcedisplay"] = json::array({kOptionId});
    body["sort"] = kOptionChanged;
    body["order"] = "ASC";
    const int first = page * kPageRows;
    body["range"] = std::to_string(first) + "-" + std::to_string(first + kPageRows - 1);
    if (in_trash) {
        body["is_deleted"] = 1;
    }
    return dump(body);
}

std::vector<ports::TicketState> ticket_states(const json& search, std::int64_t own_user_id) {
    std::vector<ports::TicketState> out;
    if (!has(search, "data")) {
        return out;
    }
    for (const json& row : search.at("data")) {
        if (!row.is_object()) {
            continue;
        }
        ports::TicketState state;
        state.id = number_in(row, key_of(kOptionId).c_str());
        state.status = static_cast<int>(number_in(row, key_of(kOptionStatus).c_str()));
        state.changed = text_in(row, key_of(kOptionChanged).c_str());
        const std::int64_t by = number_in(row, key_of(kOptionLastUpdater).c_str());
        state.changed_by_us = by > 0 && by == own_user_id;
        std::string all = shown(row, kOptionStatus);
        for (const int option :
             {kOptionPriority, kOptionEntity, kOptionAssignedUser, kOptionAssignedGroup}) {
            all += "\n" + shown(row, option);
        }
        state.mark = sha256_hex(all).substr(0, kMarkLength);
        if (state.id > 0 && state.status > 0) {
            out.push_back(std::move(state));
        }
    }
    return out;
}

std::int64_t merge_target(
    const json& links, std::int64_t ticket_id, std::int64_t own_link, bool in_trash
) {
    std::int64_t target = 0;
    std::int64_t newest = 0;
    for (const json& row : links) {
        if (!row.is_object()) {
            continue;
        }
        const std::int64_t first = number_in(row, "tickets_id_1");
        const std::int64_t second = number_in(row, "tickets_id_2");
        const std::int64_t other = first == ticket_id ? second : first;
        const bool concerns = first == ticket_id || second == ticket_id;
        const bool duplicates = first == ticket_id && number_in(row, "link") == kDuplicates;
        const bool merged = concerns && other > 0 && other != ticket_id && other != own_link &&
                            (duplicates || in_trash);
        const std::int64_t id = number_in(row, "id");
        if (merged && id >= newest) {
            newest = id;
            target = other;
        }
    }
    return target;
}

ports::TicketNews::Task<std::vector<ports::TicketState>> LegacyNews::states(
    std::vector<std::int64_t> ids
) {
    if (ids.empty() || ids.size() > kIdsMax) {
        co_return Error{ErrorClass::refused, "ticket_ids", "too many tickets for one question"};
    }
    const Result<Server> server = co_await pool_.connected();
    if (!server) {
        co_return server.error();
    }
    Call call = search_call(state_search_body(ids));
    const Result<Reply> reply = co_await pool_.call(std::move(call));
    if (!reply) {
        co_return reply.error();
    }
    // Read again: the call may have logged in anew.
    co_return ticket_states(reply->body, pool_.server().user_id);
}

ports::TicketNews::Task<void> LegacyNews::add_changed(
    Duration window, bool in_trash, std::vector<std::int64_t>& out
) {
    const std::int64_t writer = pool_.server().user_id;
    for (int page = 0; page < kPagesMax; ++page) {
        Call call = search_call(changed_search_body(window, writer, page, in_trash));
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            if (reply.error().code == "ERROR_RANGE_EXCEED_TOTAL") {
                co_return Result<void>();
            }
            co_return reply.error();
        }
        std::size_t rows = 0;
        if (has(reply->body, "data")) {
            for (const json& row : reply->body.at("data")) {
                ++rows;
                const std::int64_t id = number_in(row, key_of(kOptionId).c_str());
                if (id > 0) {
                    out.push_back(id);
                }
            }
        }
        if (rows < kPageRows) {
            co_return Result<void>();
        }
    }
    co_return Result<void>();
}

ports::TicketNews::Task<std::vector<std::int64_t>> LegacyNews::changed_within(Duration window) {
    const Result<Server> server = co_await pool_.connected();
    if (!server) {
        co_return server.error();
    }
    std::vector<std::int64_t> changed;
    for (int trash = 0; trash < 2; ++trash) {
        const Result<void> added = co_await add_changed(window, trash == 1, changed);
        if (!added) {
            co_return added.error();
        }
    }
    co_return changed;
}

ports::TicketNews::Task<std::int64_t> LegacyNews::merged_into(
    std::int64_t ticket_id, std::int64_t own_link, bool in_trash
) {
    if (ticket_id <= 0) {
        co_return 0;
    }
    json links = json::array();
    for (int side = 1; side <= 2; ++side) {
        std::string path = "/Ticket_Ticket?searchText[tickets_id_" + std::to_string(side) +
                           "]=%5E" + std::to_string(ticket_id) + "%24&range=0-49&get_hateoas=false";
        Call call = plain_call("GET Ticket_Ticket", std::move(path), Expect::list, Effect::read);
        const Result<Reply> reply = co_await pool_.call(std::move(call));
        if (!reply) {
            co_return reply.error();
        }
        for (const json& row : reply->body) {
            links.push_back(row);
        }
    }
    co_return merge_target(links, ticket_id, own_link, in_trash);
}

}  // namespace alert_bridge::glpi
