// SPDX-License-Identifier: MIT
// SqliteStore as ports::SnapshotStore.
#include <utility>

#include "alert_bridge/storage/decisions.hpp"
#include "alert_bridge/storage/journal.hpp"
#include "alert_bridge/storage/snapshot_json.hpp"
#include "alert_bridge/storage/sqlite_store.hpp"

namespace alert_bridge::storage {

namespace {

constexpr JobKind kRead{Lane::read, false, false};

}  // namespace

SqliteStore::Task<std::string> SqliteStore::known_of(ports::Subject subject) {
    auto work = [subject = std::move(subject)](Database& db) {
        std::string text;
        // An answer that asks for a placement writes nothing: the snapshot is all that is wanted.
        (void)storage::decide(db, subject, [&text](const domain::Snapshot& known) {
            text = encode(known);
            domain::Decision nothing;
            nothing.verdict = domain::Verdict::needs_placement;
            return nothing;
        });
        return text;
    };
    return thread_.submit<std::string>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<SqliteStore::StoredAlert>> SqliteStore::stored_alert(std::string id
) {
    auto work = [id = std::move(id)](Database& db) { return storage::stored_alert(db, id); };
    return thread_.submit<std::optional<StoredAlert>>(kRead, std::move(work));
}

SqliteStore::Task<SqliteStore::AlertTexts> SqliteStore::alert_texts(
    std::int64_t after, WallTime since, int limit
) {
    auto work = [after, since, limit](Database& db) {
        return storage::alert_texts(db, after, since, limit);
    };
    return thread_.submit<AlertTexts>(kRead, std::move(work));
}

}  // namespace alert_bridge::storage
