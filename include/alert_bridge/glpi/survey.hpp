// SPDX-License-Identifier: MIT
//
// survey: everything that `doctor` asks of GLPI, as plain values. It reads and never writes.
//
// take_survey() goes through the questions one after the other; an answer that GLPI did not give
// is the error that says why, and the next question is asked all the same. When nothing can be
// reached, or the login is refused, the rest stays at "not_asked".
// What the answers mean for a configuration is judged in app/doctor_*.cpp, by pure functions.
// Guarantees: every request ends within the options' time-outs; two outages in a row end the
// asking; lists are read up to a bound. The session is killed at the end. Not guaranteed: that an
// administrator's extension shows the same columns; an absent one is an empty optional.
// Thread rule: the I/O thread. Tests: tests/unit/glpi/survey_test.cpp, tests/system/doctor_test.py
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/placement.hpp"
#include "alert_bridge/glpi/lookup.hpp"
#include "alert_bridge/glpi/options.hpp"
#include "alert_bridge/glpi/session_pool.hpp"

namespace alert_bridge::glpi {

[[nodiscard]] inline Error not_asked() {
    return Error{ErrorClass::later, "not_asked", "GLPI could not be asked"};
}

// The first contact, without credentials.
struct Contact {
    int status = 0;
    std::string location;  // of a redirect
};

struct LoginFacts {
    std::int64_t user_id = 0;
    std::string user_name;
    std::string time_text;  // GLPI's clock, "2026-11-23 20:37:22", in the user's zone
    WallTime asked_at{};    // ours, in the middle of the request
    std::map<std::string, bool> preferences;  // "set_followup_tech"; only those that GLPI tells
};

struct ServerFacts {
    std::string version;
    std::optional<bool> notifications;  // on, and sent by mail
};

struct ProfileFacts {
    std::string name;
    bool is_central = false;
    std::map<std::string, std::int64_t> rights;  // bit masks by GLPI's name: "ticket"
};

struct ProfileEntity {
    std::int64_t id = 0;
    std::string name;
    bool recursive = false;
};

// -2 in a setting: as the entity above has it; -10: never.
inline constexpr std::int64_t kInherited = -2;
inline constexpr std::int64_t kNever = -10;
struct EntityFacts {
    domain::Entity entity;
    std::optional<std::int64_t> autoclose_days, survey_config, survey_rate, template_strategy,
        template_id;
};

struct TemplateFacts {
    std::int64_t id = 0;
    std::string name;
    std::set<int> mandatory;  // search options of Ticket
};

struct NameQuestion {
    NameKind kind;
    std::string name;
    domain::EntityRef from;  // seen from this entity; empty: from anywhere
};

struct NameStanding {
    enum class State { found, several, elsewhere, unusable, unknown };
    State state = State::unknown;
    std::string detail;            // elsewhere: the entity that has it; unusable: why
    std::string nearest;           // unknown: an existing name that is close, if any
    std::int64_t template_id = 0;  // a category's own ticket template
};

struct ReferenceFacts {
    std::string sample;  // of a ticket of the last days; empty: there is none
    bool is_found = false;
};

struct Questions {
    std::vector<std::string> item_types;  // whether they may be read
    std::vector<NameQuestion> names;
    std::function<void(std::string_view)> progress;  // what is asked next; may be empty
};

struct Survey {
    Result<Contact> contact = not_asked();
    Result<Done> login = not_asked();
    Result<LoginFacts> session = not_asked();
    Result<ServerFacts> server = not_asked();
    Result<ProfileFacts> profile = not_asked();
    Result<std::vector<ProfileEntity>> profile_entities = not_asked();
    Result<std::vector<EntityFacts>> entities = not_asked();
    Result<std::set<std::int64_t>> active_entities = not_asked();
    Result<std::vector<TemplateFacts>> templates = not_asked();
    std::vector<Result<Done>> item_types;     // in the order of the questions
    std::vector<Result<NameStanding>> names;  // likewise
    Result<ReferenceFacts> reference = not_asked();
};

// Requires: what `seams` refers to outlives the call.
[[nodiscard]] boost::asio::awaitable<Survey> take_survey(
    boost::asio::any_io_executor executor, Options options, Questions questions, Seams seams
);

// --- how the answers are read; pure
[[nodiscard]] LoginFacts session_facts(const nlohmann::json& body);    // getFullSession
[[nodiscard]] ServerFacts server_facts(const nlohmann::json& body);    // getGlpiConfig
[[nodiscard]] ProfileFacts profile_facts(const nlohmann::json& body);  // getActiveProfile
[[nodiscard]] std::vector<ProfileEntity> profile_entities(             // getMyProfiles
    const nlohmann::json& body, std::string_view profile_name
);
[[nodiscard]] std::set<std::int64_t> active_entities(const nlohmann::json& body);
[[nodiscard]] EntityFacts entity_facts(const nlohmann::json& row);
[[nodiscard]] std::vector<TemplateFacts> template_facts(
    const nlohmann::json& templates, const nlohmann::json& mandatory_fields
);
// `rows` carry the name's last part. `path_up`: from the entity to the root; empty: from anywhere.
[[nodiscard]] NameStanding standing_of(
    const nlohmann::json& rows, const NameQuestion& question,
    const std::vector<std::int64_t>& path_up, const domain::EntityTree& tree
);
// The nearest usable name in the list.
[[nodiscard]] std::string nearest_in(
    const nlohmann::json& rows, const NameKind& kind, std::string_view wrong
);
// A search for recent tickets that carry a reference, and the first reference in its answer.
[[nodiscard]] std::string any_reference_body();
[[nodiscard]] std::string reference_in(const nlohmann::json& search);

}  // namespace alert_bridge::glpi
