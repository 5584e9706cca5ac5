// SPDX-License-Identifier: MIT
// The endpoints of the legacy API: one call, its parameters and session, and who answers what.
//
// handle_api (sim.cpp) checks App-Token and session and then picks the endpoint. An endpoint
// returns a Response or throws ApiError or PhpFatal. Recorded exchanges of every endpoint are in
// tests/recorded/glpi; tests/contract/glpi_sim_test.cpp replays them.
#pragma once

#include <string>
#include <vector>

#include "state.hpp"
#include "types.hpp"

namespace glpi_sim {

struct Call {
    World& world;
    const Request& request;
    std::string method;
    // Segments behind apirest.php, e.g. {"Ticket", "12", "ITILFollowup"}.
    std::vector<std::string> path;
    // Query and body together; the body wins.
    Json params;
    Session* session = nullptr;

    const Profile& profile() const { return world.profiles.at(session->profile); }
    bool flag(const char* name) const;
};

// --- answers (errors.cpp)
Response json_answer(const Call& call, int status, const Json& body);
Response error_answer(const World& world, const std::string& method, const ApiError& error);
Response html_answer(int status, const std::string& title);
Response fatal_answer(const World& world);
[[noreturn]] void refuse(int status, const char* code, const Json& message, bool docs = false);
[[noreturn]] void refuse_right(int status, const char* code);
extern const char* const kNoPermission;

// --- sessions (session_api.cpp)
Response init_session(Call& call);
// Finds the session of the call or refuses.
void require_session(Call& call);
// Answers one of the session endpoints; false when `path[0]` is none of them.
bool session_endpoint(Call& call, Response& out);

// --- rights (rights.cpp)
bool entity_visible(const Call& call, Id entity);
bool owns_ticket(const Call& call, const Json& ticket);
bool sees_ticket(const Call& call, const Json& ticket);
bool updates_ticket(const Call& call, const Json& ticket);
bool follows_up(const Call& call, const Json& ticket);
bool sees_row(const Call& call, const std::string& itemtype, const Json& row);
// Refuses with 403 when the profile cannot read items of this type at all.
void require_readable_type(const Call& call, const std::string& itemtype);

// --- reading (items_api.cpp, links.cpp)
Response get_item(Call& call, const std::string& itemtype, Id id);
Response get_items(Call& call, const std::string& itemtype);
Response get_sub_items(Call& call);
Response get_multiple_items(Call& call);
// The row as an answer shows it: names for ids, links, decoded text, all by the call's options.
Json shown_row(const Call& call, const std::string& itemtype, const Json& row);
Json row_links(const Call& call, const std::string& itemtype, const Json& row);

struct Range {
    Id first = 0;
    Id last = 0;
};
// The `range` parameter; `fallback` rows when absent.
Range requested_range(const Call& call, Id fallback);

// --- searching (search_api.cpp)
Response search(Call& call);
Response list_search_options(Call& call);

// --- writing (write_api.cpp)
Response add_items(Call& call, const std::string& itemtype);
Response update_items(Call& call, const std::string& itemtype, Id id);
Response delete_items(Call& call, const std::string& itemtype, Id id);

struct Added {
    Id id = 0;
    std::string message;
};
// Each adds one item or throws ApiError with ERROR_GLPI_ADD.
Added add_ticket(Call& call, const Json& input);
Added add_followup(Call& call, const Json& input);
Added add_solution(Call& call, const Json& input);
Added add_task(Call& call, const Json& input);
Added add_item_link(Call& call, const Json& input);
Added add_actor(Call& call, const std::string& itemtype, const Json& input);
Added add_ticket_link(Call& call, const Json& input);

// Applies an update to a ticket as GLPI does: dates, priority, statistics, history, mail.
// Throws ApiError with ERROR_GLPI_UPDATE when it is refused.
void update_ticket(Call& call, Json& ticket, const Json& input);

// --- shared ticket rules (ticket_rules.cpp)
int matrix_priority(Id urgency, Id impact);
bool is_actor(const Call& call, Id ticket, int type);
bool has_assignee(const World& world, Id ticket);
// Sets the take-into-account date when this user's doing counts as such.
void take_into_account(Call& call, Json& ticket, const Json& input);
void change_status(Call& call, Json& ticket, Id status);
Json& ticket_row(World& world, Id id);
void touch(Call& call, Json& ticket);
void insert_actor(Call& call, Id ticket, const Json& actor);

}  // namespace glpi_sim
