// SPDX-License-Identifier: MIT
#include "alert_bridge/storage/sqlite_store.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/listing.hpp"
#include "alert_bridge/storage/outages.hpp"
#include "alert_bridge/storage/outbox.hpp"
#include "alert_bridge/storage/watched.hpp"

namespace alert_bridge::storage {

namespace {

constexpr JobKind kIntake{Lane::intake, true, false};
constexpr JobKind kBetween{Lane::in_order, true, false};
constexpr JobKind kRead{Lane::read, false, false};
// Not awaited by a sender: they ride along with the next sync. A claim stands before a request to
// GLPI, which takes longer than any lingering, but it goes before the rest.
constexpr JobKind kClaim{Lane::claim, true, true};
constexpr JobKind kPatientWrite{Lane::rest, true, true};

std::int64_t size_of(const std::string& path) {
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    return error ? 0 : static_cast<std::int64_t>(size);
}

void refuse_when_low(DiskGuard& disk) {
    if (disk.is_low()) {
        throw JobError(Error{
            ErrorClass::later, "store_reserve", "too little disk space is free to take more"});
    }
}

// A checkpoint may need as much room in the file as the log holds: less than the reserve.
StoreThreadOptions guarded(StoreThreadOptions options, DiskGuard& disk) {
    constexpr std::int64_t kPageBytes = 4096;
    const auto pages = std::min<std::int64_t>(disk.reserve_bytes() / kPageBytes, 1'000'000);
    options.checkpoint_idle_pages =
        std::min(options.checkpoint_idle_pages, static_cast<int>(pages / 4));
    options.checkpoint_always_pages =
        std::min(options.checkpoint_always_pages, static_cast<int>(pages));
    options.on_full = [&disk] { disk.give_up_ballast(); };
    return options;
}

Result<std::pair<Database, int>> open_and_recover(
    const DatabaseOptions& options, const domain::RetryPolicy& retry, WallTime now
) {
    auto opened = open_database(options);
    if (opened.has_error()) {
        return opened.error();
    }
    Database db = *std::move(opened);
    try {
        db.run("BEGIN IMMEDIATE");
        const int interrupted = recover_interrupted(db, retry, now);
        db.run("COMMIT");
        return std::pair<Database, int>(std::move(db), interrupted);
    } catch (const SqliteError& error) {
        return error.as_error();
    }
}

}  // namespace

SqliteStore::SqliteStore(
    boost::asio::any_io_executor executor, Database db, SqliteOptions options, int interrupted,
    std::unique_ptr<DiskGuard> disk
)
    : options_(std::move(options)),
      interrupted_(interrupted),
      disk_(std::move(disk)),
      thread_(std::move(executor), std::move(db), guarded(options_.thread, *disk_)) {}

SqliteStore::Task<std::vector<ports::Receipt>> SqliteStore::append(ports::Batch batch) {
    auto work = [batch = std::move(batch), rows_max = options_.quarantine_rows_max,
                 disk = disk_.get()](Database& db) {
        refuse_when_low(*disk);
        return storage::append(db, batch, rows_max);
    };
    return thread_.submit<std::vector<ports::Receipt>>(kIntake, std::move(work));
}

SqliteStore::Task<std::vector<ports::JournalEntry>> SqliteStore::pending(
    std::int64_t after, int limit
) {
    auto work = [after, limit](Database& db) { return storage::pending(db, after, limit); };
    auto rows = co_await thread_.submit<std::vector<PendingRow>>(kRead, std::move(work));
    if (rows.has_error()) {
        co_return rows.error();
    }
    // Here and not in the job: decisions wait for the store thread, and this thread has time.
    std::optional<SqliteError> damage;
    try {
        co_return decoded(*rows);
    } catch (const SqliteError& error) {
        damage = error;
    }
    // The store turns itself off on its own thread, as for any damage that a job finds.
    auto tell = [damage](Database&) -> std::vector<ports::JournalEntry> {
        throw SqliteError(*damage);
    };
    co_return co_await thread_.submit<std::vector<ports::JournalEntry>>(kRead, std::move(tell));
}

SqliteStore::Task<domain::Decision> SqliteStore::decide(
    ports::Subject subject, ports::DecideFunction function
) {
    auto work = [subject = std::move(subject), function = std::move(function)](Database& db) {
        return storage::decide(db, subject, function);
    };
    return thread_.submit<domain::Decision>(kPatientWrite, std::move(work));
}

SqliteStore::Task<std::vector<ports::Claimed>> SqliteStore::claim(
    WallTime now, int limit, Duration lookup_lease
) {
    auto work = [=](Database& db) { return storage::claim(db, now, limit, lookup_lease); };
    return thread_.submit<std::vector<ports::Claimed>>(kClaim, std::move(work));
}

SqliteStore::Task<std::vector<domain::Timer>> SqliteStore::due_timers(WallTime now, int limit) {
    auto work = [now, limit](Database& db) { return storage::due_timers(db, now, limit); };
    return thread_.submit<std::vector<domain::Timer>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<std::int64_t>> SqliteStore::outages_to_report(
    WallTime away_until, int limit
) {
    auto work = [away_until, limit](Database& db) {
        return storage::outages_to_report(db, away_until, limit);
    };
    return thread_.submit<std::vector<std::int64_t>>(kRead, std::move(work));
}

SqliteStore::Task<std::int64_t> SqliteStore::observed_openings(WallTime from, WallTime to) {
    auto work = [from, to](Database& db) { return storage::observed_openings(db, from, to); };
    return thread_.submit<std::int64_t>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<WallTime>> SqliteStore::next_timer() {
    auto work = [](Database& db) { return storage::next_timer(db); };
    return thread_.submit<std::optional<WallTime>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<WallTime>> SqliteStore::next_due() {
    auto work = [](Database& db) { return storage::next_due(db); };
    return thread_.submit<std::optional<WallTime>>(kRead, std::move(work));
}

SqliteStore::Task<int> SqliteStore::shift_waits(Duration by) {
    auto work = [by](Database& db) { return storage::shift_waits(db, by); };
    return thread_.submit<int>(kBetween, std::move(work));
}

SqliteStore::Task<void> SqliteStore::note_unmatched(
    std::string source, std::string host, std::string reason, WallTime now
) {
    ports::UnmatchedHost seen;
    seen.source = std::move(source);
    seen.host = std::move(host);
    seen.reason = std::move(reason);
    seen.last_seen = now;
    auto work = [seen = std::move(seen), rows_max = options_.unmatched_rows_max](Database& db) {
        storage::note_unmatched(db, seen, rows_max);
    };
    return thread_.submit<void>(kPatientWrite, std::move(work));
}

SqliteStore::Task<std::optional<ports::CachedLookup>> SqliteStore::cached(std::string key) {
    auto work = [key = std::move(key)](Database& db) { return storage::cached(db, key); };
    return thread_.submit<std::optional<ports::CachedLookup>>(kRead, std::move(work));
}

SqliteStore::Task<void> SqliteStore::cache(std::string key, ports::CachedLookup value) {
    auto work = [key = std::move(key), value = std::move(value)](Database& db) {
        storage::cache(db, key, value);
    };
    return thread_.submit<void>(kPatientWrite, std::move(work));
}

SqliteStore::Task<std::optional<std::string>> SqliteStore::fact(std::string name) {
    auto work = [name = std::move(name)](Database& db) { return storage::fact(db, name); };
    return thread_.submit<std::optional<std::string>>(kRead, std::move(work));
}

SqliteStore::Task<void> SqliteStore::set_fact(std::string name, std::string value) {
    auto work = [name = std::move(name), value = std::move(value)](Database& db) {
        storage::set_fact(db, name, value);
    };
    return thread_.submit<void>(kPatientWrite, std::move(work));
}

SqliteStore::Task<std::optional<ports::Standing>> SqliteStore::standing(std::string key) {
    auto work = [key = std::move(key)](Database& db) { return storage::standing(db, key); };
    return thread_.submit<std::optional<ports::Standing>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<ports::OwedWrite>> SqliteStore::operations(
    std::vector<domain::OperationState> states, ports::OperationCursor after, int limit
) {
    auto work = [states = std::move(states), after, limit](Database& db) {
        return storage::operations(db, states, after, limit);
    };
    return thread_.submit<std::vector<ports::OwedWrite>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<ports::OwedWrite>> SqliteStore::operation(std::int64_t id) {
    auto work = [id](Database& db) { return storage::operation(db, id); };
    return thread_.submit<std::optional<ports::OwedWrite>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<ports::IncidentSummary>> SqliteStore::incidents(
    std::string after_id, bool ended_too, int limit
) {
    auto work = [after_id = std::move(after_id), ended_too, limit](Database& db) {
        return storage::incidents(db, after_id, ended_too, limit);
    };
    return thread_.submit<std::vector<ports::IncidentSummary>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<ports::StormSummary>> SqliteStore::storms(
    std::string after_id, bool ended_too, int limit
) {
    auto work = [after_id = std::move(after_id), ended_too, limit](Database& db) {
        return storage::storms(db, after_id, ended_too, limit);
    };
    return thread_.submit<std::vector<ports::StormSummary>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<ports::IncidentRow>> SqliteStore::incident(std::string key) {
    auto work = [key = std::move(key)](Database& db) { return storage::incident(db, key); };
    return thread_.submit<std::optional<ports::IncidentRow>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<ports::UnmatchedHost>> SqliteStore::unmatched(
    ports::UnmatchedHost after, int limit
) {
    auto work = [after = std::move(after), limit](Database& db) {
        return storage::unmatched(db, after, limit);
    };
    return thread_.submit<std::vector<ports::UnmatchedHost>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<ports::QuarantineEntry>> SqliteStore::quarantined(
    std::int64_t after, int limit
) {
    auto work = [after, limit](Database& db) { return storage::quarantined(db, after, limit); };
    return thread_.submit<std::vector<ports::QuarantineEntry>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<ports::QuarantineEntry>> SqliteStore::quarantine_entry(
    std::int64_t id
) {
    auto work = [id](Database& db) { return storage::quarantine_entry(db, id); };
    return thread_.submit<std::optional<ports::QuarantineEntry>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<std::vector<ports::Receipt>>> SqliteStore::readmit(
    std::int64_t id, std::vector<domain::Alert> alerts
) {
    auto work = [id, alerts = std::move(alerts), disk = disk_.get()](Database& db) {
        refuse_when_low(*disk);
        return storage::readmit(db, id, alerts);
    };
    return thread_.submit<std::optional<std::vector<ports::Receipt>>>(kIntake, std::move(work));
}

SqliteStore::Task<int> SqliteStore::discard_quarantined(std::int64_t id) {
    auto work = [id](Database& db) { return storage::discard_quarantined(db, id); };
    return thread_.submit<int>(kIntake, std::move(work));
}

SqliteStore::Task<std::vector<ports::WatchedTicket>> SqliteStore::watched(
    std::string after_id, int limit
) {
    auto work = [after_id = std::move(after_id), limit](Database& db) {
        return storage::watched(db, after_id, limit);
    };
    return thread_.submit<std::vector<ports::WatchedTicket>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<ports::WatchedTicket>> SqliteStore::watched_of(
    std::vector<std::int64_t> ticket_ids
) {
    auto work = [ticket_ids = std::move(ticket_ids)](Database& db) {
        return storage::watched_of(db, ticket_ids);
    };
    return thread_.submit<std::vector<ports::WatchedTicket>>(kRead, std::move(work));
}

SqliteStore::Task<ports::StoreFigures> SqliteStore::figures() {
    auto work = [path = options_.database.path, disk = disk_.get()](Database& db) {
        auto figures = storage::figures(db);
        figures.wal_bytes = size_of(path + "-wal");
        const DiskState space = disk->state();
        figures.disk_is_low = space.is_low;
        figures.disk_free_bytes = space.free_bytes;
        figures.disk_reserve_bytes = space.reserve_bytes;
        figures.ballast_bytes = space.ballast_bytes;
        return figures;
    };
    return thread_.submit<ports::StoreFigures>(kRead, std::move(work));
}

SqliteStore::Task<int> SqliteStore::prune(WallTime now, int limit) {
    auto work = [now, limit, retention = options_.retention](Database& db) {
        return storage::prune(db, now, limit, retention);
    };
    return thread_.submit<int>(kPatientWrite, std::move(work));
}

Result<std::unique_ptr<SqliteStore>> open_sqlite_store(
    boost::asio::any_io_executor executor, SqliteOptions options, const domain::RetryPolicy& retry,
    WallTime now
) {
    auto disk = std::make_unique<DiskGuard>(options.database.path, options.disk);
    auto first = open_and_recover(options.database, retry, now);
    const bool has_more_room =
        first.has_error() && first.error().code == "store_full" && disk->give_up_ballast();
    auto opened = has_more_room ? open_and_recover(options.database, retry, now) : std::move(first);
    if (opened.has_error()) {
        return opened.error();
    }
    try {
        return std::make_unique<SqliteStore>(
            std::move(executor), std::move(opened->first), std::move(options), opened->second,
            std::move(disk)
        );
    } catch (const std::system_error& error) {
        return Error{ErrorClass::later, "store_thread", error.what()};
    }
}

}  // namespace alert_bridge::storage
