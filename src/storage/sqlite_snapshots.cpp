// SPDX-License-Identifier: MIT
// SqliteStore as ports::SnapshotStore.
#include <utility>

#include "alert_bridge/storage/decisions.hpp"
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

SqliteStore::Task<std::optional<std::string>> SqliteStore::alert_text(std::string id) {
    auto work = [id = std::move(id)](Database& db) -> std::optional<std::string> {
        auto row = db.query("SELECT alert FROM journal WHERE alert_id = ?1", id);
        if (!row.next()) {
            return std::nullopt;
        }
        return row.text();
    };
    return thread_.submit<std::optional<std::string>>(kRead, std::move(work));
}

}  // namespace alert_bridge::storage
