// SPDX-License-Identifier: MIT
//
// survey: everything that `doctor` asks of GLPI, as plain values. It reads and never writes.
//
// take_survey() goes through the questions one after the other; an answer that GLPI did not give
// is the error that says why, and the next question is asked all the same. When nothing can be
// reached, or the login is refused, the rest stays at "not_asked".
// What the answers mean for a configuration is judged in app/doctor_*.cpp, by pure functions.
// Guarantees: every request ends within the options' time-outs; outages in a row, as many as the
// options say, end the asking; lists are read as far as the daemon reads them, and a longer one is
// the error "list_too_long"; a list of names is asked for once, and at most kNamesMax names are
// looked up. At the end the session is killed, also after an outage and after a cancellation
// (terminal), which ends the asking at once. Not guaranteed: that GLPI takes the kill, that a login
// which is cancelled half-way leaves no session, that an administrator's extension shows the same
// columns (an absent one is an empty optional). Thread rule: the I/O thread.
// Tests: tests/unit/glpi/survey_test.cpp, survey_run_test.cpp, tests/system/doctor_test.py
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
    int major = 0;                      // 0: the version tells none
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

// Of the tickets that the bridge's user wrote and that changed in the last 7 days.
struct ReferenceFacts {
    std::size_t tickets = 0;  // that were looked at: some, not all
    std::string sample;       // a reference that one of them carries; empty: none does
    bool is_found = false;    // by the search that follows a doubtful write
};

inline constexpr std::size_t kNamesMax = 1'000;

struct Questions {
    std::vector<std::string> item_types;  // whether they may be read
    std::vector<NameQuestion> names;
    std::function<void(std::string_view)> progress;  // what is asked next; may be empty
};

struct Survey {
    Result<Contact> contact = not_asked();
    Result<Done> login = not_asked();
    std::optional<Error> outage;  // the first answer that did not come after the login
    Result<LoginFacts> session = not_asked();
    Result<ServerFacts> server = not_asked();
    Result<ProfileFacts> profile = not_asked();
    Result<std::vector<ProfileEntity>> profile_entities = not_asked();
    Result<std::vector<EntityFacts>> entities = not_asked();
    Result<std::vector<TemplateFacts>> templates = not_asked();
    std::vector<Result<Done>> item_types;     // in the order of the questions
    std::vector<Result<NameStanding>> names;  // likewise
    Result<ReferenceFacts> reference = not_asked();
};

// Requires: what `seams` refers to outlives the call. From then on the coroutine that awaits it is
// told of its cancellation by this_coro::cancellation_state only.
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
// A search for recent tickets that the user wrote, and what its answer tells of references.
[[nodiscard]] std::string own_tickets_body(std::int64_t user_id, int major);
[[nodiscard]] ReferenceFacts references_in(const nlohmann::json& search);

}  // namespace alert_bridge::glpi
