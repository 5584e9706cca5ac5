// SPDX-License-Identifier: MIT
// What the simulated GLPI holds: tables of JSON rows, users and profiles, sessions, settings,
// faults.
//
// World is plain data with a few helpers; the endpoints (session_api, ticket_api, ...) are
// functions over it. Rows carry the columns that GLPI's getItem shows, in GLPI's order. Nothing is
// stored on disk: a restart is an empty GLPI. The clock is injected, so a test can replay a
// recorded hour.
#pragma once

#include <functional>
#include <map>
#include <random>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "types.hpp"

namespace glpi_sim {

// One itemtype: rows by id, and for the parts of a ticket also by the ticket.
struct Table {
    std::map<Id, Json> rows;
    Id next_id = 1;
    std::unordered_map<Id, std::vector<Id>> by_ticket;
    // By the asset ("Computer/1") or port that an address, name or port belongs to.
    std::unordered_map<std::string, std::vector<Id>> by_item;

    // Gives the row its id (unless it has one) and indexes it.
    Json& insert(Json row);
    Json* find(Id id);
    const Json* find(Id id) const;
    void erase(Id id);
    std::vector<Id> of_ticket(Id ticket) const;
    std::vector<Id> of_item(const std::string& itemtype, Id id) const;
};

struct Profile {
    Id id = 0;
    std::string name;
    std::string interface;
    bool read_all_tickets = false;
    bool update_tickets = false;
    bool change_priority = false;
    bool solve = false;
    bool tasks = false;
    bool read_assets = false;
    bool read_internet = false;
    bool read_changes = false;
    Json ticket_right;
    Json followup_right;
    Json asset_right;
    // The other bit masks that getActiveProfile shows, by the right's name.
    std::map<std::string, Id> rights;

    bool may_read(const std::string& right) const {
        const auto found = rights.find(right);
        return found != rights.end() && (found->second & 1) != 0;
    }
};

struct User {
    Id id = 0;
    std::string login;
    std::string friendly_name;
    std::string token;
    std::string password;
    Id profile = 0;
    Id entity = 0;
    bool recursive = true;
    bool active = true;
    // What of it shows in the session: {"set_followup_tech": 1}.
    std::map<std::string, Id> preferences;
};

struct Session {
    std::string token;
    Id user = 0;
    Id profile = 0;
    Id active_entity = 0;
    Json recursive = 1;
    std::set<Id> entities;
    std::int64_t opened_at = 0;
    std::int64_t used_at = 0;
};

struct Settings {
    bool api_enabled = true;
    bool user_token_enabled = true;
    bool credentials_enabled = true;
    bool client_ip_allowed = true;
    std::string app_token = "sim-app-token";
    int search_lag_ms = 0;
    int latency_ms = 0;
    std::int64_t clock_offset_s = 0;  // how far GLPI's clock is ahead
    bool notifications = false;       // use_notifications and notifications_mailing
    std::string webhook_secret;       // empty: no webhooks
};

struct FaultRule {
    std::string method;
    std::string path;
    std::string action;
    int count = 1;
    double probability = 1.0;
    int delay_ms = 0;
    int fired = 0;
};

struct World {
    explicit World(int major_version);

    int major;
    std::string version;
    std::string base_url = "http://127.0.0.1:8010";
    // Milliseconds since the epoch.
    std::function<std::int64_t()> clock_ms;
    std::mt19937_64 random{20240611};

    std::map<std::string, Table> tables;
    std::map<Id, Profile> profiles;
    std::map<Id, User> users;
    std::map<std::string, Session> sessions;
    Settings settings;
    std::vector<FaultRule> faults;
    // How often each kind of request was seen, e.g. "GET /Ticket/ID".
    std::map<std::string, std::int64_t> requests;
    std::map<Id, Json> notifications;
    std::vector<Json> webhooks;  // queued, the oldest first
    // Creation time in milliseconds, for the simulated lag of the search.
    std::unordered_map<Id, std::int64_t> created_ms;

    std::int64_t now() const { return clock_ms() / 1000 + settings.clock_offset_s; }
    std::string now_text() const;
    Table& table(const std::string& itemtype) { return tables[itemtype]; }
    bool knows(const std::string& itemtype) const { return tables.count(itemtype) != 0; }
    // "Root entity > Customer A"; empty when there is no such entity.
    std::string entity_name(Id entity) const;
    // The entity and everything below it.
    std::set<Id> entity_tree(Id entity) const;
    std::string user_label(Id user) const;
    // The base of the URLs in answers: apirest.php/ for 10, api.php/v1/ for 11.
    std::string api_base() const;
    // A row of the ticket's history. `action` is GLPI's linked_action.
    struct LogEntry {
        Id ticket = 0;
        Id user = 0;
        std::string link_type;
        int action = 0;
        int option = 0;
        std::string old_value;
        std::string new_value;
    };
    void log(const LogEntry& entry);
    void notify(Id ticket, const std::string& event);
};

// Fills the world with the entities, users, assets and addresses of the recorded servers.
void seed_recorded(World& world);
// Adds the objects of a --seed file; throws std::runtime_error naming the bad part.
void seed_more(World& world, const Json& file);
// Profiles and what they may (admin_seed.cpp): the stock ones, and one of a --seed file.
void add_stock_profiles(World& world);
void add_profile(World& world, const Json& given);
// An entity's settings for tickets: {"autoclose_delay": 3}. What is not given is inherited, or at
// the root as GLPI installs it.
void put_entity_settings(Json& row, const Json& given);
// {"name": "Strict", "mandatory": [7]}, with search options of Ticket.
void add_ticket_template(World& world, const Json& given);
// A change with its tasks and items (change_seed.cpp).
void add_change(World& world, const Json& given);

}  // namespace glpi_sim
