// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/schema.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "alert_bridge/storage/buffered_log.hpp"

namespace alert_bridge::storage {

namespace {

constexpr int kApplicationId = 0x47414231;  // "GAB1": tells our files from other SQLite databases

// Version 1. Enum values are stored as the words of domain/*.hpp, times as milliseconds since 1970.
//
// Long values come last in their row, so that counting and pruning need not read past them. Figures
// are counted in partial indexes of what is unfinished.
//
// Words are compared one by one where there are more than two: for a longer IN list SQLite fills a
// temporary table anew whenever a row is checked.
//
// incidents_host_tickets names all that is asked for, its own condition included, so that each new
// problem of a host need not read the rows of twenty others.
//
// operations.head marks the one operation of an incident that may move: it is what claim() looks
// for and, being unique per incident, what makes two requests in flight for one ticket impossible.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE journal (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    alert_id TEXT NOT NULL UNIQUE CHECK (alert_id <> ''),
    problem_key TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'done')),
    reason TEXT NOT NULL DEFAULT '',
    incident_id TEXT NOT NULL DEFAULT '',
    alert TEXT NOT NULL,
    CHECK (state = 'done' OR (reason = '' AND incident_id = ''))
) STRICT;
CREATE INDEX journal_pending ON journal (state) WHERE state = 'pending';
CREATE INDEX journal_pending_problem ON journal (problem_key) WHERE state = 'pending';
CREATE INDEX journal_done_age ON journal (received_at) WHERE state = 'done';

CREATE TABLE dedup (
    key BLOB PRIMARY KEY CHECK (length(key) BETWEEN 16 AND 48),
    alert_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX dedup_age ON dedup (expires_at);

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    reason TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    body BLOB NOT NULL CHECK (length(body) <= 65536)
) STRICT;

CREATE TABLE problems (
    key TEXT PRIMARY KEY CHECK (key <> ''),
    order_major INTEGER NOT NULL,
    order_minor INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state = 'unknown' OR state = 'ok' OR state = 'failing'),
    updated_at INTEGER NOT NULL,
    last_reason TEXT NOT NULL DEFAULT '',
    downtime_since INTEGER,
    changes TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;
CREATE INDEX problems_age ON problems (updated_at);

CREATE TABLE incidents (
    num INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE CHECK (id <> ''),
    group_key TEXT NOT NULL CHECK (group_key <> ''),
    state TEXT NOT NULL
        CHECK (state = 'holding' OR state = 'sheltered' OR state = 'open' OR state = 'quiet'
            OR state = 'solved' OR state = 'ended'),
    ticket_id INTEGER NOT NULL CHECK (ticket_id >= 0),
    severity TEXT NOT NULL,
    priority TEXT NOT NULL DEFAULT '',
    end_reason TEXT NOT NULL,
    previous_ticket INTEGER NOT NULL CHECK (previous_ticket >= 0),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    flaps TEXT NOT NULL DEFAULT '',
    parent_id TEXT NOT NULL DEFAULT '',
    sheltered_at INTEGER,
    told_at INTEGER,
    umbrella INTEGER NOT NULL DEFAULT 0 CHECK (umbrella IN (0, 1)),
    host_key TEXT NOT NULL DEFAULT '',
    asset_key TEXT NOT NULL DEFAULT '',
    host_down INTEGER NOT NULL DEFAULT 0 CHECK (host_down IN (0, 1)),
    told INTEGER NOT NULL DEFAULT 0 CHECK (told IN (0, 1)),
    told_end INTEGER NOT NULL DEFAULT 0 CHECK (told_end IN (0, 1)),
    ticket TEXT NOT NULL DEFAULT '{}',
    plan TEXT NOT NULL,
    placement TEXT NOT NULL,
    opener TEXT NOT NULL,
    latest TEXT NOT NULL,
    CHECK (state <> 'holding' OR ticket_id = 0),
    CHECK (state <> 'sheltered' OR (parent_id <> '' AND sheltered_at IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX incidents_group ON incidents (group_key) WHERE state <> 'ended';
CREATE INDEX incidents_live ON incidents (state) WHERE state <> 'ended';
CREATE INDEX incidents_group_ended ON incidents (group_key) WHERE state = 'ended';
CREATE INDEX incidents_members ON incidents (parent_id, sheltered_at, state)
    WHERE parent_id <> '';
CREATE INDEX incidents_host_down ON incidents (host_key) WHERE host_down = 1 AND state <> 'ended';
CREATE INDEX incidents_host_tickets ON incidents (host_key, created_at, ticket_id, state, host_down)
    WHERE state = 'open' AND host_down = 0 AND ticket_id <> 0;
CREATE INDEX incidents_host_asset ON incidents (asset_key) WHERE host_down = 1 AND state <> 'ended';
CREATE INDEX incidents_ended_age ON incidents (updated_at) WHERE state = 'ended';
CREATE INDEX incidents_unopened ON incidents (priority, created_at)
    WHERE ticket_id = 0 AND state <> 'ended' AND state <> 'sheltered' AND state <> 'holding';

CREATE TABLE episodes (
    num INTEGER PRIMARY KEY,
    problem_key TEXT NOT NULL CHECK (problem_key <> ''),
    episode TEXT NOT NULL,
    incident_id TEXT REFERENCES incidents (id),
    state TEXT NOT NULL
        CHECK (state = 'open' OR state = 'recovered' OR state = 'cancelled'),
    severity TEXT NOT NULL,
    order_major INTEGER NOT NULL,
    order_minor INTEGER NOT NULL,
    problem_name TEXT NOT NULL,
    text TEXT NOT NULL,
    repeats INTEGER NOT NULL CHECK (repeats >= 0),
    repeats_told INTEGER NOT NULL CHECK (repeats_told >= 0),
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    UNIQUE (problem_key, episode),
    CHECK ((state = 'open') = (ended_at IS NULL))
) STRICT;
CREATE INDEX episodes_incident ON episodes (incident_id) WHERE incident_id IS NOT NULL;
CREATE INDEX episodes_problem ON episodes (problem_key) WHERE incident_id IS NOT NULL;
CREATE INDEX episodes_open ON episodes (problem_key, episode) WHERE state = 'open';
CREATE INDEX episodes_tombstones ON episodes (coalesce(ended_at, started_at))
    WHERE incident_id IS NULL AND state <> 'open';
CREATE INDEX episodes_below ON episodes (started_at) WHERE incident_id IS NULL AND state = 'open';

CREATE TABLE operations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    seq INTEGER NOT NULL CHECK (seq >= 1),
    kind TEXT NOT NULL
        CHECK (kind = 'open' OR kind = 'followup' OR kind = 'update' OR kind = 'link_ticket'
            OR kind = 'solve' OR kind = 'reopen'),
    state TEXT NOT NULL
        CHECK (state = 'due' OR state = 'sending' OR state = 'done' OR state = 'uncertain'
            OR state = 'dead' OR state = 'skipped'),
    head INTEGER NOT NULL DEFAULT 0 CHECK (head IN (0, 1)),
    reference TEXT NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    lookups_empty INTEGER NOT NULL CHECK (lookups_empty >= 0),
    refusal TEXT NOT NULL,
    refusals INTEGER NOT NULL CHECK (refusals >= 0),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    sent_at INTEGER,
    last_error TEXT NOT NULL,
    result_id INTEGER NOT NULL CHECK (result_id >= 0),
    content TEXT NOT NULL,
    UNIQUE (incident_id, seq),
    CHECK (reference <> '' OR kind IN ('update', 'link_ticket')),
    CHECK (state NOT IN ('sending', 'uncertain') OR (attempts > 0 AND sent_at IS NOT NULL)),
    CHECK (state <> 'sending' OR head = 1),
    CHECK (head = 0 OR state = 'due' OR state = 'sending' OR state = 'uncertain'
        OR (state = 'dead' AND kind = 'open'))
) STRICT;
CREATE UNIQUE INDEX operations_head ON operations (incident_id) WHERE head = 1;
CREATE UNIQUE INDEX operations_one_open ON operations (incident_id)
    WHERE kind = 'open' AND state NOT IN ('done', 'skipped');
CREATE INDEX operations_claimable ON operations (due_at)
    WHERE head = 1 AND state IN ('due', 'uncertain');
CREATE INDEX operations_unfinished ON operations (incident_id, seq)
    WHERE state NOT IN ('done', 'skipped');
CREATE INDEX operations_observed ON operations (created_at)
    WHERE kind = 'open' AND state = 'skipped';
CREATE INDEX operations_state ON operations (state, due_at)
    WHERE state NOT IN ('done', 'skipped');

CREATE TABLE timers (
    incident_id TEXT NOT NULL REFERENCES incidents (id),
    kind TEXT NOT NULL
        CHECK (kind = 'hold' OR kind = 'resolve' OR kind = 'reopen_window' OR kind = 'digest'
            OR kind = 'flapping' OR kind = 'expire'
            OR kind = 'members' OR kind = 'shelter' OR kind = 'recheck'),
    due_at INTEGER NOT NULL,
    PRIMARY KEY (incident_id, kind)
) STRICT, WITHOUT ROWID;
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE openings (
    num INTEGER PRIMARY KEY,
    at INTEGER NOT NULL,
    entity_id INTEGER NOT NULL
) STRICT;
CREATE INDEX openings_at ON openings (at, entity_id);

CREATE TABLE notices (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    incident_id TEXT NOT NULL,
    problem_key TEXT NOT NULL,
    episode TEXT NOT NULL,
    action TEXT NOT NULL
        CHECK (action = 'comment' OR action = 'acknowledge' OR action = 'close'),
    state TEXT NOT NULL CHECK (state = 'due' OR state = 'dead'),
    text TEXT NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    last_error TEXT NOT NULL
) STRICT;
CREATE INDEX notices_due ON notices (source, due_at) WHERE state = 'due';
CREATE INDEX notices_next ON notices (due_at) WHERE state = 'due';
CREATE INDEX notices_problem ON notices (problem_key, episode) WHERE state = 'due';

CREATE TABLE unmatched (
    source TEXT NOT NULL,
    host TEXT NOT NULL,
    reason TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 1),
    first_seen INTEGER NOT NULL,
    last_seen INTEGER NOT NULL,
    PRIMARY KEY (source, host)
) STRICT, WITHOUT ROWID;
CREATE INDEX unmatched_age ON unmatched (last_seen);

CREATE TABLE lookups (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lookups_age ON lookups (expires_at);

CREATE TABLE facts (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Version 2: what began and ended while GLPI was away, until a report has told of it.
constexpr const char* kVersion2 = R"sql(
CREATE TABLE folded (
    num INTEGER PRIMARY KEY,
    incident_id TEXT NOT NULL UNIQUE REFERENCES incidents (id),
    entity_id INTEGER NOT NULL,
    host TEXT NOT NULL,
    problem_name TEXT NOT NULL,
    severity INTEGER NOT NULL CHECK (severity BETWEEN 0 AND 5),
    problems INTEGER NOT NULL CHECK (problems >= 1),
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL
) STRICT;
CREATE INDEX folded_entity ON folded (entity_id, host, problem_name);
)sql";

// Version 3: the operator's seat.
constexpr const char* kVersion3 = R"sql(
ALTER TABLE operations ADD COLUMN retried_at INTEGER;
CREATE INDEX operations_waiting ON operations (coalesce(retried_at, created_at))
    WHERE state <> 'done' AND state <> 'skipped' AND state <> 'dead';
CREATE INDEX incidents_going_on ON incidents (id) WHERE state <> 'ended';
CREATE INDEX incidents_ticket ON incidents (ticket_id) WHERE ticket_id <> 0;
)sql";

// kMigrations[n] leads from version n to n + 1. Published ones never change.
constexpr const char* kMigrations[] = {kVersion1, kVersion2, kVersion3};
static_assert(std::size(kMigrations) == kSchemaVersion);

Error open_error(const char* code, std::string message) {
    return Error{ErrorClass::misconfigured, code, std::move(message)};
}

// SQLite would create the file with the umask; its companions (-wal) take over the file's mode.
// An existing file is not touched: closing a descriptor of it would drop this process's locks.
Result<void> create_private(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (descriptor >= 0) {
        ::close(descriptor);
        return {};
    }
    if (errno == EEXIST) {
        return {};
    }
    return open_error("store_open", "cannot create " + path + ": " + std::strerror(errno));
}

std::int64_t read_number(Database& db, const char* sql) {
    auto row = db.query(sql);
    return row.next() ? row.integer() : 0;
}

// auto_vacuum must come before the first table, locking_mode before the log is first used.
void configure(Database& db, const DatabaseOptions& options) {
    db.script(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL;"
        "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
        "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16000; PRAGMA journal_size_limit=67108864;"
    );
    if (options.pages_max > 0) {
        db.script("PRAGMA max_page_count=" + std::to_string(options.pages_max));
    }
    // Takes the lock now rather than at the first alert.
    db.script("BEGIN EXCLUSIVE; COMMIT");
}

Result<void> migrate(Database& db, const std::string& path) {
    const auto version = read_number(db, "PRAGMA user_version");
    const bool is_ours = read_number(db, "PRAGMA application_id") == kApplicationId;
    if (version < 0 || (!is_ours && read_number(db, "SELECT count(*) FROM sqlite_schema") > 0)) {
        return open_error("store_foreign", path + " is a database of another program");
    }
    if (version > kSchemaVersion) {
        return open_error(
            "store_schema_newer", path + " has schema version " + std::to_string(version) +
                                      ", this program knows versions up to " +
                                      std::to_string(kSchemaVersion) +
                                      ": use the newer program or restore an older file"
        );
    }
    for (auto next = version; next < kSchemaVersion; ++next) {
        db.script(
            "BEGIN IMMEDIATE;" + std::string(kMigrations[next]) +
            "PRAGMA application_id=" + std::to_string(kApplicationId) +
            "; PRAGMA user_version=" + std::to_string(next + 1) + "; COMMIT"
        );
    }
    return {};
}

Error as_open_error(const SqliteError& error, const std::string& path) {
    if (error.primary() == SQLITE_BUSY) {
        return open_error("store_in_use", "another process uses " + path);
    }
    if (error.primary() == SQLITE_NOTADB) {
        return open_error("store_foreign", path + " is not a database");
    }
    if (error.is_fatal() || error.primary() == SQLITE_FULL) {
        Error result = error.as_error();
        result.message = path + ": " + result.message;
        return result;
    }
    return open_error("store_open", "cannot open " + path + ": " + error.what());
}

Result<Database> open_prepared(const DatabaseOptions& options) {
    // SQLite's statistics of its memory would cost a lock for every piece of it. Too late, and no
    // harm, where it was used before.
    static const int without_statistics = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    static_cast<void>(without_statistics);
    const std::string layer = buffered_log(options.vfs);
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(
        options.path.c_str(), &raw,
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, layer.c_str()
    );
    Database db(raw);
    if (code != SQLITE_OK) {
        return open_error(
            "store_open", "cannot open " + options.path + ": " + sqlite3_errstr(code)
        );
    }
    try {
        configure(db, options);
        if (auto migrated = migrate(db, options.path); migrated.has_error()) {
            return migrated.error();
        }
        static_cast<void>(sqlite3_db_release_memory(raw));  // the pages of new tables
        return db;
    } catch (const SqliteError& error) {
        return as_open_error(error, options.path);
    }
}

}  // namespace

Result<Database> open_database(const DatabaseOptions& options) {
    if (auto created = create_private(options.path); created.has_error()) {
        return created.error();
    }
    return open_prepared(options);
}

Result<Database> open_memory_database() {
    DatabaseOptions options;
    options.path = ":memory:";
    return open_prepared(options);
}

}  // namespace alert_bridge::storage
