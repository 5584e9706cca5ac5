// SPDX-License-Identifier: MIT
// Opening and closing sessions, and what a session can say about itself.
#include "api.hpp"
#include "params.hpp"
#include "text.hpp"

namespace glpi_sim {

namespace {

std::string new_token(World& world) {
    static constexpr std::string_view kAlphabet = "0123456789abcdefghijklmnopqrstuv";
    std::string out;
    for (int i = 0; i < 26; ++i)
        out += kAlphabet[world.random() % kAlphabet.size()];
    return out;
}

std::string decode_base64(std::string_view text) {
    static constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    std::uint32_t bits = 0;
    int count = 0;
    for (const char c : text) {
        const std::size_t digit = kAlphabet.find(c);
        if (digit == std::string_view::npos)
            break;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        count += 6;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> static_cast<unsigned>(count)) & 0xFFU);
        }
    }
    return out;
}

const User* by_token(const World& world, const std::string& token) {
    for (const auto& [id, user] : world.users) {
        if (!user.token.empty() && user.token == token)
            return &user;
    }
    return nullptr;
}

const User* by_login(const World& world, const std::string& login, const std::string& password) {
    for (const auto& [id, user] : world.users) {
        if (user.login == login && user.password == password)
            return &user;
    }
    return nullptr;
}

// The user behind the credentials of an initSession, or the refusal GLPI would give.
const User& authenticate(const Call& call) {
    const Settings& settings = call.world.settings;
    const std::string header = call.request.header("Authorization");
    std::string token = scalar_text(at_or_null(call.params, "user_token"));
    std::string login = scalar_text(at_or_null(call.params, "login"));
    std::string password = scalar_text(at_or_null(call.params, "password"));
    if (header.rfind("user_token", 0) == 0) {
        token = trim(header.substr(10));
    } else if (header.rfind("Basic ", 0) == 0) {
        const std::string pair = decode_base64(trim(header.substr(6)));
        const std::size_t colon = pair.find(':');
        login = pair.substr(0, colon);
        password = colon == std::string::npos ? "" : pair.substr(colon + 1);
    }
    if (!token.empty()) {
        const User* user = by_token(call.world, token);
        if (user == nullptr || !user->active || !settings.user_token_enabled)
            refuse(401, "ERROR_GLPI_LOGIN_USER_TOKEN", "parameter user_token seems invalid");
        return *user;
    }
    if (login.empty())
        refuse(
            400, "ERROR_LOGIN_PARAMETERS_MISSING",
            "parameter(s) login, password or user_token are missing", true
        );
    if (!settings.credentials_enabled)
        refuse(
            400, "ERROR_LOGIN_WITH_CREDENTIALS_DISABLED",
            "usage of initSession resource with credentials is disabled"
        );
    const User* user = by_login(call.world, login, password);
    if (user == nullptr || !user->active)
        refuse(401, "ERROR_GLPI_LOGIN", "Incorrect username or password");
    return *user;
}

Json profile_entities(const World& world, const User& user) {
    const Json* row = world.tables.at("Entity").find(user.entity);
    Json entity = {{"id", user.entity}, {"name", row == nullptr ? Json("") : (*row)["name"]}};
    entity["is_recursive"] = user.recursive ? 1 : 0;
    return Json::array({entity});
}

Json profile_json(const Call& call) {
    const Profile& profile = call.profile();
    Json out = {{"id", profile.id}, {"name", profile.name}, {"interface", profile.interface}};
    out["ticket"] = profile.ticket_right;
    out["followup"] = profile.followup_right;
    out["entities"] = profile_entities(call.world, call.world.users.at(call.session->user));
    return out;
}

Json session_json(const Call& call) {
    const Session& session = *call.session;
    const User& user = call.world.users.at(session.user);
    const Profile& profile = call.profile();
    Json out = {{"glpiID", user.id}, {"glpiname", user.login}};
    out["glpiactive_entity"] = session.active_entity;
    const std::string name = call.world.entity_name(session.active_entity);
    out["glpiactive_entity_name"] = name + (truthy(session.recursive) ? " (tree structure)" : "");
    out["glpiactive_entity_recursive"] = session.recursive;
    out["glpiactiveentities"] = session.entities;
    out["glpishowallentities"] = 1;
    out["glpiactiveprofile"] = profile_json(call);
    out["glpilanguage"] = "en_GB";
    out["glpi_use_mode"] = 0;
    Json entry = {{"name", profile.name}, {"entities", profile_entities(call.world, user)}};
    out["glpiprofiles"][std::to_string(profile.id)] = std::move(entry);
    out["valid_id"] = session.token;
    out["glpigroups"] = Json::array();
    out["glpi_currenttime"] = call.world.now_text();
    out["glpilist_limit"] = "15";
    for (const char* key : {"set_default_tech", "set_followup_tech", "set_solution_tech"}) {
        const auto given = user.preferences.find(key);
        out[std::string("glpi") + key] = given == user.preferences.end() ? 0 : given->second;
    }
    return out;
}

Json config_json(const World& world) {
    Json out = {{"version", world.version}};
    out["dbversion"] = world.version + "@simulated";
    out["url_base"] = world.base_url;
    out["url_base_api"] = world.base_url + (world.major == 10 ? "/apirest.php/" : "/api.php/v1");
    out["enable_api"] = world.settings.api_enabled ? "1" : "0";
    const char* const notifies = world.settings.notifications ? "1" : "0";
    out["use_notifications"] = notifies;
    out["notifications_mailing"] = notifies;
    out["maintenance_mode"] = "0";
    out["list_limit_max"] = "50";
    for (int urgency = 1; urgency <= 5; ++urgency) {
        for (int impact = 1; impact <= 5; ++impact)
            out["priority_matrix"][std::to_string(urgency)][std::to_string(impact)] =
                matrix_priority(urgency, impact);
    }
    out["priority_1"] = "#fff2f2";
    out["urgency_mask"] = "62";
    out["impact_mask"] = "62";
    out["ticket_types"] = Json::array(
        {"Computer",
         "Monitor",
         "NetworkEquipment",
         "Peripheral",
         "Phone",
         "Printer",
         "Software",
         "SoftwareLicense",
         "Certificate",
         "Line",
         "DCRoom",
         "Rack",
         "Enclosure",
         "Cluster",
         "PDU",
         "Domain",
         "DomainRecord",
         "Appliance",
         "Item_DeviceSimcard",
         "PassiveDCEquipment",
         "DatabaseInstance",
         "Database",
         "Cable"}
    );
    out["language"] = "en_GB";
    return Json{{"cfg_glpi", std::move(out)}};
}

std::string entity_label(const World& world, Id id) {
    const std::string name = world.entity_name(id);
    return world.major == 10 ? encode_10(name) : name;
}

Json my_entities(const Call& call) {
    const User& user = call.world.users.at(call.session->user);
    Json list = Json::array();
    if (user.recursive && call.flag("is_recursive")) {
        for (const Id id : call.world.entity_tree(user.entity)) {
            if (id != user.entity)
                list.push_back({{"id", id}, {"name", entity_label(call.world, id)}});
        }
    }
    list.push_back({{"id", user.entity}, {"name", entity_label(call.world, user.entity)}});
    return Json{{"myentities", std::move(list)}};
}

Json active_entities(const Session& session) {
    Json list = Json::array();
    for (const Id id : session.entities)
        list.push_back({{"id", id}});
    Json entity = {{"id", session.active_entity}};
    entity["active_entity_recursive"] = session.recursive;
    entity["active_entities"] = std::move(list);
    return Json{{"active_entity", std::move(entity)}};
}

// "all" and every other text count as 0, as PHP's cast makes them.
bool change_entities(Call& call) {
    const User& user = call.world.users.at(call.session->user);
    const std::set<Id> allowed =
        user.recursive ? call.world.entity_tree(user.entity) : std::set<Id>{user.entity};
    const Json& recursive = at_or_null(call.params, "is_recursive");
    if (!recursive.is_null() && !recursive.is_boolean())
        refuse(400, "ERROR", "is_recursive must be a boolean", true);
    if (!call.params.contains("entities_id")) {
        call.session->active_entity = user.entity;
        call.session->recursive = true;
        call.session->entities = allowed;
        return true;
    }
    const Id wanted = to_int(call.params["entities_id"]);
    if (allowed.count(wanted) == 0)
        return false;
    const bool with_children = recursive.is_boolean() && recursive.get<bool>();
    call.session->active_entity = wanted;
    call.session->recursive = with_children;
    call.session->entities.clear();
    for (const Id id : with_children ? call.world.entity_tree(wanted) : std::set<Id>{wanted}) {
        if (allowed.count(id) != 0)
            call.session->entities.insert(id);
    }
    return true;
}

}  // namespace

Response init_session(Call& call) {
    const User& user = authenticate(call);
    Session session;
    session.token = new_token(call.world);
    session.user = user.id;
    session.profile = user.profile;
    session.active_entity = user.entity;
    session.recursive = user.recursive ? Json(1) : Json(true);
    session.entities =
        user.recursive ? call.world.entity_tree(user.entity) : std::set<Id>{user.entity};
    session.opened_at = session.used_at = call.world.now();
    const std::string token = session.token;
    call.session = &(call.world.sessions[token] = std::move(session));
    Json out = {{"session_token", token}};
    if (call.flag("get_full_session"))
        out["session"] = session_json(call);
    return json_answer(call, 200, out);
}

void require_session(Call& call) {
    std::string token = call.request.header("Session-Token");
    if (token.empty())
        token = scalar_text(at_or_null(call.params, "session_token"));
    if (token.empty())
        refuse(
            400, "ERROR_SESSION_TOKEN_MISSING", "parameter session_token is missing or empty", true
        );
    const auto found = call.world.sessions.find(token);
    if (found == call.world.sessions.end())
        refuse(401, "ERROR_SESSION_TOKEN_INVALID", "session_token seems invalid");
    call.session = &found->second;
    call.session->used_at = call.world.now();
}

bool session_endpoint(Call& call, Response& out) {
    const std::string& name = call.path[0];
    if (name == "killSession") {
        call.world.sessions.erase(call.session->token);
        call.session = nullptr;
        out = json_answer(call, 200, true);
    } else if (name == "changeActiveEntities") {
        out = json_answer(call, 200, change_entities(call));
    } else if (name == "changeActiveProfile") {
        if (to_int(at_or_null(call.params, "profiles_id")) != call.session->profile)
            refuse(404, "ERROR_ITEM_NOT_FOUND", "Item not found");
        out = json_answer(call, 200, true);
    } else if (name == "getActiveEntities") {
        out = json_answer(call, 200, active_entities(*call.session));
    } else if (name == "getMyEntities") {
        out = json_answer(call, 200, my_entities(call));
    } else if (name == "getFullSession") {
        out = json_answer(call, 200, Json{{"session", session_json(call)}});
    } else if (name == "getMyProfiles") {
        Json profile = profile_json(call);
        for (const char* key : {"interface", "ticket", "followup"})
            profile.erase(key);
        out = json_answer(call, 200, Json{{"myprofiles", Json::array({profile})}});
    } else if (name == "getActiveProfile") {
        Json profile = profile_json(call);
        profile["computer"] = profile["networking"] = call.profile().asset_right;
        for (const auto& [right, mask] : call.profile().rights)
            profile[right] = mask;
        out = json_answer(call, 200, Json{{"active_profile", std::move(profile)}});
    } else if (name == "getGlpiConfig") {
        out = json_answer(call, 200, config_json(call.world));
    } else {
        return false;
    }
    return true;
}

}  // namespace glpi_sim
