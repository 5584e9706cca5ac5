// SPDX-License-Identifier: MIT
//
// Rows <-> domain structs: problems, episodes, incidents, operations, timers.
//
// Guarantees: what was written comes back equal. save_* of a problem, episode or incident inserts
// or replaces by its key. Rows that cannot be read back (a column that is not JSON) are corruption
// and throw; words of a newer version cannot occur, since a newer schema is refused. Errors:
// SqliteError, JobError (see statement.hpp). Thread rule: the store thread. Tests:
// tests/unit/storage/records_test.cpp
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alert_bridge/domain/incident.hpp"
#include "alert_bridge/storage/statement.hpp"

namespace alert_bridge::storage {

[[noreturn]] void throw_unknown_word();
// The tables' CHECKs allow known words only, so an unknown one is damage.
template <class Enum>
[[nodiscard]] Enum known(const std::optional<Enum>& parsed) {
    if (!parsed) {
        throw_unknown_word();
    }
    return *parsed;
}

[[nodiscard]] domain::Alert parse_alert(std::string_view json);

[[nodiscard]] std::optional<domain::Problem> find_problem(Database& db, const std::string& key);
// `last_reason`: why the newest decision about it fell.
void save_problem(Database& db, const domain::Problem& problem, const std::string& last_reason);

[[nodiscard]] std::optional<domain::Episode> find_episode(
    Database& db, const std::string& problem_key, const std::string& episode
);
// In the order in which they were first saved.
[[nodiscard]] std::vector<domain::Episode> episodes_of(
    Database& db, const std::string& incident_id
);
void save_episode(Database& db, const domain::Episode& episode);

[[nodiscard]] std::optional<domain::Incident> find_incident(Database& db, const std::string& id);
// The id of the one that has not ended; empty: there is none.
[[nodiscard]] std::string live_incident_of_group(Database& db, const std::string& group_key);
void save_incident(Database& db, const domain::Incident& incident);

[[nodiscard]] std::optional<domain::Operation> find_operation(Database& db, std::int64_t id);
// In order of seq.
[[nodiscard]] std::vector<domain::Operation> operations_of(
    Database& db, const std::string& incident_id
);
[[nodiscard]] std::vector<domain::Operation> unfinished_operations_of(
    Database& db, const std::string& incident_id
);
// Sets id and seq (the next one of its incident). One that is due is the head if there was none, so
// that mark_head() seldom needs to write the row again. True: it is the first one of its incident,
// and the head.
bool insert_operation(Database& db, domain::Operation& operation);
// By id; incident, seq and creation time never change. Throws when there is no such row.
void update_operation(Database& db, const domain::Operation& operation);
// Marks the operation of the incident that may move next: the one that is sending, else the first
// that is uncertain, else the first that is due; a dead `open` stands in front of all others, other
// dead ones are passed by. To be called after every change of operations of an incident.
void mark_head(Database& db, const std::string& incident_id);

void save_timer(Database& db, const domain::Timer& timer);
// Leaves the one that is there as it is.
void start_timer(Database& db, const domain::Timer& timer);
void delete_timer(Database& db, const std::string& incident_id, domain::TimerKind kind);

}  // namespace alert_bridge::storage
