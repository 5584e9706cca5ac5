// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/records.hpp"

#include <sqlite3.h>

#include "alert_bridge/storage/alert_json.hpp"

namespace alert_bridge::storage {

namespace {

template <class T>
T parse_json(std::string_view json) {
    T value;
    if (!decode(json, value)) {
        throw SqliteError(SQLITE_CORRUPT, "a row holds text that is not a JSON object");
    }
    return value;
}

const std::string kSelectEpisode =
    "SELECT problem_key, episode, coalesce(incident_id, ''), state, severity, order_major,"
    " order_minor, problem_name, text, repeats, repeats_told, acknowledged, started_at, ended_at"
    " FROM episodes ";

domain::Episode read_episode(Statement& row) {
    domain::Episode episode;
    episode.problem_key = row.text();
    episode.episode = row.text();
    episode.incident_id = row.text();
    episode.state = known(domain::parse_episode_state(row.text()));
    episode.severity = known(domain::parse_severity(row.text()));
    episode.order.major = row.integer();
    episode.order.minor = row.integer();
    episode.problem_name = row.text();
    episode.text = row.text();
    episode.repeats = row.integer();
    episode.repeats_told = row.integer();
    episode.acknowledged = row.flag();
    episode.started_at = row.time();
    episode.ended_at = row.maybe_time();
    return episode;
}

const std::string kSelectOperation =
    "SELECT id, incident_id, seq, kind, state, reference, attempts, lookups_empty, refusal,"
    " refusals, created_at, retried_at, due_at, sent_at, last_error, result_id, content"
    " FROM operations ";

domain::Operation read_operation(Statement& row) {
    domain::Operation operation;
    operation.id = row.integer();
    operation.incident_id = row.text();
    operation.seq = row.integer();
    operation.kind = known(domain::parse_operation_kind(row.text()));
    operation.state = known(domain::parse_operation_state(row.text()));
    operation.reference = row.text();
    operation.attempts = row.small();
    operation.lookups_empty = row.small();
    operation.refusal = row.text();
    operation.refusals = row.small();
    operation.created_at = row.time();
    operation.retried_at = row.maybe_time();
    operation.due_at = row.time();
    operation.sent_at = row.maybe_time();
    operation.last_error = row.text();
    operation.result_id = row.integer();
    operation.content = parse_json<domain::OperationContent>(row.text());
    return operation;
}

std::vector<domain::Operation> read_operations(Statement rows) {
    std::vector<domain::Operation> operations;
    while (rows.next()) {
        operations.push_back(read_operation(rows));
    }
    return operations;
}

}  // namespace

void throw_unknown_word() {
    throw SqliteError(SQLITE_CORRUPT, "a row holds an unknown word");
}

domain::Alert parse_alert(std::string_view json) {
    return parse_json<domain::Alert>(json);
}

std::optional<domain::Problem> find_problem(Database& db, const std::string& key) {
    auto row = db.query(
        "SELECT order_major, order_minor, state, updated_at, changes, downtime_since FROM problems"
        " WHERE key = ?1",
        key
    );
    if (!row.next()) {
        return std::nullopt;
    }
    domain::Problem problem;
    problem.key = key;
    problem.newest.major = row.integer();
    problem.newest.minor = row.integer();
    problem.state = known(domain::parse_problem_state(row.text()));
    problem.updated_at = row.time();
    problem.changes = parse_json<domain::RecentChanges>(row.text());
    problem.downtime_since = row.maybe_time();
    return problem;
}

void save_problem(Database& db, const domain::Problem& problem, const std::string& last_reason) {
    db.run(
        "INSERT INTO problems (key, order_major, order_minor, state, updated_at, last_reason,"
        " changes, downtime_since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (key) DO "
        "UPDATE SET"
        " order_major = excluded.order_major, order_minor = excluded.order_minor,"
        " state = excluded.state, updated_at = excluded.updated_at,"
        " last_reason = excluded.last_reason, changes = excluded.changes,"
        " downtime_since = excluded.downtime_since",
        problem.key, problem.newest.major, problem.newest.minor, to_string(problem.state),
        problem.updated_at, last_reason, encode(problem.changes), problem.downtime_since
    );
}

std::optional<domain::Episode> find_episode(
    Database& db, const std::string& problem_key, const std::string& episode
) {
    static const std::string sql = kSelectEpisode + "WHERE problem_key = ?1 AND episode = ?2";
    auto row = db.query(sql.c_str(), problem_key, episode);
    if (!row.next()) {
        return std::nullopt;
    }
    return read_episode(row);
}

std::vector<domain::Episode> episodes_of(Database& db, const std::string& incident_id) {
    static const std::string sql = kSelectEpisode + "WHERE incident_id = ?1 ORDER BY num";
    auto rows = db.query(sql.c_str(), incident_id);
    std::vector<domain::Episode> episodes;
    while (rows.next()) {
        episodes.push_back(read_episode(rows));
    }
    return episodes;
}

void save_episode(Database& db, const domain::Episode& episode) {
    db.run(
        "INSERT INTO episodes (problem_key, episode, incident_id, state, severity, order_major,"
        " order_minor, problem_name, text, repeats, repeats_told, acknowledged, started_at,"
        " ended_at) VALUES (?1, ?2, nullif(?3, ''), ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"
        " ?14) ON CONFLICT (problem_key, episode) DO UPDATE SET"
        " incident_id = excluded.incident_id, state = excluded.state,"
        " severity = excluded.severity, order_major = excluded.order_major,"
        " order_minor = excluded.order_minor, problem_name = excluded.problem_name,"
        " text = excluded.text, repeats = excluded.repeats, repeats_told = excluded.repeats_told,"
        " acknowledged = excluded.acknowledged, started_at = excluded.started_at,"
        " ended_at = excluded.ended_at",
        episode.problem_key, episode.episode, episode.incident_id, to_string(episode.state),
        to_string(episode.severity), episode.order.major, episode.order.minor, episode.problem_name,
        episode.text, episode.repeats, episode.repeats_told, episode.acknowledged,
        episode.started_at, episode.ended_at
    );
}

std::optional<domain::Incident> find_incident(Database& db, const std::string& id) {
    auto row = db.query(
        "SELECT group_key, state, ticket_id, severity, end_reason, previous_ticket, created_at,"
        " updated_at, flaps, parent_id, sheltered_at, told_at, umbrella, ticket, plan, placement,"
        " opener, latest FROM incidents WHERE id = ?1",
        id
    );
    if (!row.next()) {
        return std::nullopt;
    }
    domain::Incident incident;
    incident.id = id;
    incident.group_key = row.text();
    incident.state = known(domain::parse_incident_state(row.text()));
    incident.ticket_id = row.integer();
    incident.severity = known(domain::parse_severity(row.text()));
    incident.end_reason = row.text();
    incident.previous_ticket = row.integer();
    incident.created_at = row.time();
    incident.updated_at = row.time();
    incident.flaps = parse_json<domain::FlapList>(row.text());
    incident.parent_id = row.text();
    incident.sheltered_at = row.maybe_time();
    incident.told_at = row.maybe_time();
    incident.umbrella = row.flag();
    incident.ticket = parse_json<domain::TicketMemory>(row.text());
    incident.plan = parse_json<domain::Plan>(row.text());
    incident.placement = parse_json<domain::Placement>(row.text());
    incident.opener = parse_json<domain::Alert>(row.text());
    incident.latest = parse_json<domain::Alert>(row.text());
    return incident;
}

std::string live_incident_of_group(Database& db, const std::string& group_key) {
    auto row =
        db.query("SELECT id FROM incidents WHERE group_key = ?1 AND state <> 'ended'", group_key);
    return row.next() ? row.text() : std::string();
}

void save_incident(Database& db, const domain::Incident& incident) {
    const std::string opener = encode(incident.opener);
    const bool is_new = incident.latest == incident.opener;
    const std::string latest = is_new ? opener : encode(incident.latest);
    const domain::Place place = domain::place_of(incident.opener, incident.placement);
    db.run(
        "INSERT INTO incidents (id, group_key, state, ticket_id, severity, end_reason,"
        " previous_ticket, created_at, updated_at, parent_id, sheltered_at, told_at, umbrella,"
        " host_key, asset_key, host_down, plan, placement, opener, latest, ticket, flaps, priority)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
        " ?19, ?20, ?21, ?22, ?23)"
        " ON CONFLICT (id) DO UPDATE SET group_key = excluded.group_key, state = excluded.state,"
        " ticket_id = excluded.ticket_id, severity = excluded.severity,"
        " end_reason = excluded.end_reason, previous_ticket = excluded.previous_ticket,"
        " created_at = excluded.created_at, updated_at = excluded.updated_at,"
        " told = CASE WHEN parent_id = excluded.parent_id THEN told ELSE 0 END,"
        " parent_id = excluded.parent_id, sheltered_at = excluded.sheltered_at,"
        " told_at = excluded.told_at,"
        " umbrella = excluded.umbrella, host_key = excluded.host_key,"
        " asset_key = excluded.asset_key, host_down = excluded.host_down,"
        " plan = excluded.plan, placement = excluded.placement, opener = excluded.opener,"
        " latest = excluded.latest, ticket = excluded.ticket, flaps = excluded.flaps,"
        " priority = excluded.priority",
        incident.id, incident.group_key, to_string(incident.state), incident.ticket_id,
        to_string(incident.severity), incident.end_reason, incident.previous_ticket,
        incident.created_at, incident.updated_at, incident.parent_id, incident.sheltered_at,
        incident.told_at, incident.umbrella, place.host_key, place.asset_key,
        incident.plan.host_down && !incident.umbrella, encode(incident.plan),
        encode(incident.placement), opener, latest, encode(incident.ticket), encode(incident.flaps),
        incident.plan.priority.name
    );
}

std::optional<domain::Operation> find_operation(Database& db, std::int64_t id) {
    static const std::string sql = kSelectOperation + "WHERE id = ?1";
    auto row = db.query(sql.c_str(), id);
    if (!row.next()) {
        return std::nullopt;
    }
    return read_operation(row);
}

std::vector<domain::Operation> operations_of(Database& db, const std::string& incident_id) {
    static const std::string sql = kSelectOperation + "WHERE incident_id = ?1 ORDER BY seq";
    return read_operations(db.query(sql.c_str(), incident_id));
}

std::vector<domain::Operation> unfinished_operations_of(
    Database& db, const std::string& incident_id
) {
    static const std::string sql =
        kSelectOperation +
        "WHERE incident_id = ?1 AND state NOT IN ('done', 'skipped') ORDER BY seq";
    return read_operations(db.query(sql.c_str(), incident_id));
}

bool insert_operation(Database& db, domain::Operation& operation) {
    operation.seq = 1;
    bool is_head = false;
    {
        auto row = db.query(
            "SELECT coalesce(max(seq), 0) + 1, NOT EXISTS (SELECT 1 FROM operations"
            " WHERE incident_id = ?1 AND head = 1) FROM operations WHERE incident_id = ?1",
            operation.incident_id
        );
        if (row.next()) {
            operation.seq = row.integer();
            is_head = row.flag() && operation.state == domain::OperationState::due;
        }
    }
    db.run(
        "INSERT INTO operations (incident_id, seq, kind, state, reference, attempts,"
        " lookups_empty, refusal, refusals, created_at, retried_at, due_at, sent_at, last_error,"
        " result_id, content, head)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)",
        operation.incident_id, operation.seq, to_string(operation.kind), to_string(operation.state),
        operation.reference, operation.attempts, operation.lookups_empty, operation.refusal,
        operation.refusals, operation.created_at, operation.retried_at, operation.due_at,
        operation.sent_at, operation.last_error, operation.result_id, encode(operation.content),
        is_head
    );
    operation.id = db.last_insert_id();
    return operation.seq == 1 && is_head;
}

void update_operation(Database& db, const domain::Operation& operation) {
    // A row that stops moving gives up the head in the same statement, as its CHECK demands.
    const int changed = db.run(
        "UPDATE operations SET kind = ?2, state = ?3, reference = ?4, attempts = ?5,"
        " lookups_empty = ?6, refusal = ?7, refusals = ?8, due_at = ?9, sent_at = ?10,"
        " last_error = ?11, result_id = ?12, content = ?13, retried_at = ?14,"
        " head = CASE WHEN ?3 = 'due' OR ?3 = 'sending' OR ?3 = 'uncertain'"
        " OR (?3 = 'dead' AND ?2 = 'open') THEN head ELSE 0 END WHERE id = ?1",
        operation.id, to_string(operation.kind), to_string(operation.state), operation.reference,
        operation.attempts, operation.lookups_empty, operation.refusal, operation.refusals,
        operation.due_at, operation.sent_at, operation.last_error, operation.result_id,
        encode(operation.content), operation.retried_at
    );
    if (changed == 0) {
        throw JobError(Error{
            ErrorClass::later, "store_constraint",
            "operation " + std::to_string(operation.id) + " does not exist"});
    }
}

void mark_head(Database& db, const std::string& incident_id) {
    std::int64_t head = 0;
    {
        auto row = db.query(
            "SELECT id, head FROM operations WHERE incident_id = ?1"
            " AND state NOT IN ('done', 'skipped') AND (state <> 'dead' OR kind = 'open')"
            " ORDER BY state = 'sending' DESC, state = 'uncertain' DESC, seq LIMIT 1",
            incident_id
        );
        if (row.next()) {
            head = row.integer();
            const bool is_marked = row.flag();  // then no other one is: a unique index
            if (is_marked) {
                return;
            }
        }
    }
    db.run(
        "UPDATE operations SET head = 0 WHERE incident_id = ?1 AND head = 1"
        " AND state <> 'sending'",
        incident_id
    );
    db.run("UPDATE operations SET head = 1 WHERE id = ?1", head);
}

void save_timer(Database& db, const domain::Timer& timer) {
    db.run(
        "INSERT INTO timers (incident_id, kind, due_at) VALUES (?1, ?2, ?3)"
        " ON CONFLICT (incident_id, kind) DO UPDATE SET due_at = excluded.due_at",
        timer.incident_id, to_string(timer.kind), timer.due_at
    );
}

void start_timer(Database& db, const domain::Timer& timer) {
    db.run(
        "INSERT OR IGNORE INTO timers (incident_id, kind, due_at) VALUES (?1, ?2, ?3)",
        timer.incident_id, to_string(timer.kind), timer.due_at
    );
}

void delete_timer(Database& db, const std::string& incident_id, domain::TimerKind kind) {
    db.run("DELETE FROM timers WHERE incident_id = ?1 AND kind = ?2", incident_id, to_string(kind));
}

}  // namespace alert_bridge::storage
