// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/notices.hpp"

#include <algorithm>

#include "alert_bridge/storage/records.hpp"

namespace alert_bridge::storage {

namespace {

std::string source_of(const domain::Notice& notice) {
    return std::string(domain::parts_of_key(notice.problem_key).source);
}

domain::Notice read_notice(Statement& row) {
    domain::Notice notice;
    notice.id = row.integer();
    notice.incident_id = row.text();
    notice.problem_key = row.text();
    notice.episode = row.text();
    notice.action = known(domain::parse_notice_action(row.text()));
    notice.state = known(domain::parse_notice_state(row.text()));
    notice.text = row.text();
    notice.attempts = row.small();
    notice.created_at = row.time();
    notice.due_at = row.time();
    notice.last_error = row.text();
    return notice;
}

}  // namespace

void insert_notice(Database& db, const domain::Notice& notice) {
    db.run(
        "INSERT INTO notices (source, incident_id, problem_key, episode, action, state, text,"
        " attempts, created_at, due_at, last_error)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        source_of(notice), notice.incident_id, notice.problem_key, notice.episode,
        to_string(notice.action), to_string(notice.state), notice.text, notice.attempts,
        notice.created_at, notice.due_at, notice.last_error
    );
}

std::vector<std::string> sources_to_tell(Database& db, WallTime now) {
    auto rows =
        db.query("SELECT DISTINCT source FROM notices WHERE state = 'due' AND due_at <= ?1", now);
    std::vector<std::string> sources;
    while (rows.next()) {
        sources.push_back(rows.text());
    }
    return sources;
}

std::vector<domain::Notice> due_notices(
    Database& db, const std::string& source, WallTime now, int limit
) {
    auto rows = db.query(
        "SELECT id, incident_id, problem_key, episode, action, state, text, attempts, created_at,"
        " due_at, last_error FROM notices n WHERE source = ?1 AND state = 'due' AND due_at <= ?2"
        " AND NOT EXISTS (SELECT 1 FROM notices e WHERE e.problem_key = n.problem_key"
        " AND e.episode = n.episode AND e.state = 'due' AND e.id < n.id)"
        " ORDER BY due_at, id LIMIT ?3",
        source, now, std::max(limit, 0)
    );
    std::vector<domain::Notice> notices;
    while (rows.next()) {
        notices.push_back(read_notice(rows));
    }
    return notices;
}

std::optional<WallTime> next_notice(Database& db) {
    auto row = db.query("SELECT min(due_at) FROM notices WHERE state = 'due'");
    return row.next() ? row.maybe_time() : std::nullopt;
}

void settle_notice(Database& db, std::int64_t id, const std::optional<domain::Notice>& next) {
    if (!next) {
        db.run("DELETE FROM notices WHERE id = ?1", id);
        return;
    }
    db.run(
        "UPDATE notices SET state = ?2, attempts = ?3, due_at = ?4, last_error = ?5 WHERE id = ?1",
        id, to_string(next->state), next->attempts, next->due_at, next->last_error
    );
}

std::vector<ports::OpenProblem> open_problems(
    Database& db, const std::string& source, const ports::OpenProblem& after, int limit
) {
    // Keys of a source are those between "source/" and "source0": '0' follows '/'. One lower bound
    // only: of two SQLite would take the looser and read all that went before.
    const bool is_first = after.problem_key.empty();
    const std::string first_key = is_first ? source + "/" : after.problem_key;
    auto rows = db.query(
        "SELECT e.problem_key, e.episode, e.problem_name, e.order_major, e.order_minor, e.severity,"
        " e.started_at, coalesce(p.updated_at, e.started_at)"
        " FROM episodes e INDEXED BY episodes_open LEFT JOIN problems p ON p.key = e.problem_key"
        " WHERE (e.problem_key, e.episode) > (?2, ?3) AND e.problem_key < ?1 || '0'"
        " AND e.state = 'open' AND e.incident_id IS NOT NULL"
        " ORDER BY e.problem_key, e.episode LIMIT ?4",
        source, first_key, after.episode, std::max(limit, 0)
    );
    std::vector<ports::OpenProblem> problems;
    while (rows.next()) {
        auto& problem = problems.emplace_back();
        problem.problem_key = rows.text();
        problem.episode = rows.text();
        problem.problem_name = rows.text();
        problem.order.major = rows.integer();
        problem.order.minor = rows.integer();
        problem.severity = known(domain::parse_severity(rows.text()));
        problem.started_at = rows.time();
        problem.heard_at = rows.time();
    }
    return problems;
}

std::optional<domain::Alert> last_alert(
    Database& db, const std::string& problem_key, const std::string& episode
) {
    auto row = db.query(
        "SELECT i.latest, i.opener FROM episodes e JOIN incidents i ON i.id = e.incident_id"
        " WHERE e.problem_key = ?1 AND e.episode = ?2",
        problem_key, episode
    );
    if (!row.next()) {
        return std::nullopt;
    }
    for (int column = 0; column < 2; ++column) {
        auto alert = parse_alert(row.text());
        if (alert.problem_key == problem_key) {
            return alert;
        }
    }
    return std::nullopt;
}

namespace {

bool is_known(Database& db, const ports::NoticeStore::Occurrence& one) {
    auto waiting = db.query(
        "SELECT 1 FROM journal WHERE problem_key = ?1 AND state = 'pending' LIMIT 1",
        one.problem_key
    );
    if (waiting.next()) {
        return true;
    }
    if (one.whole) {
        auto open = db.query(
            "SELECT 1 FROM episodes INDEXED BY episodes_open WHERE problem_key = ?1"
            " AND state = 'open' LIMIT 1",
            one.problem_key
        );
        return open.next();
    }
    // Occurrences of Zabbix are "ID@TIME": 'A' follows '@'.
    auto same = db.query(
        "SELECT 1 FROM episodes WHERE problem_key = ?1"
        " AND (episode = ?2 OR (episode > ?2 || '@' AND episode < ?2 || 'A')) LIMIT 1",
        one.problem_key, one.id
    );
    return same.next();
}

}  // namespace

std::vector<ports::NoticeStore::Occurrence> never_heard(
    Database& db, const std::vector<ports::NoticeStore::Occurrence>& present
) {
    std::vector<ports::NoticeStore::Occurrence> unheard;
    for (const auto& one : present) {
        if (!is_known(db, one)) {
            unheard.push_back(one);
        }
    }
    return unheard;
}

void count_notices(Database& db, ports::StoreFigures& figures) {
    auto rows = db.query("SELECT state = 'dead', count(*) FROM notices GROUP BY 1");
    while (rows.next()) {
        const bool is_dead = rows.flag();
        (is_dead ? figures.notices_dead : figures.notices_due) = rows.integer();
    }
}

int shift_notices(Database& db, Duration by) {
    return db.run(
        "UPDATE notices SET created_at = created_at + ?1, due_at = due_at + ?1"
        " WHERE state = 'due'",
        by.count()
    );
}

int prune_notices(Database& db, WallTime older_than, int limit) {
    return db.run(
        "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE state = 'dead'"
        " AND created_at < ?1 ORDER BY id LIMIT ?2)",
        older_than, limit
    );
}

}  // namespace alert_bridge::storage
