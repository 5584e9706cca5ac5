// SPDX-License-Identifier: MIT
// SqliteStore as ports::NoticeStore.
#include <utility>

#include "alert_bridge/storage/notices.hpp"
#include "alert_bridge/storage/sqlite_store.hpp"

namespace alert_bridge::storage {

namespace {

constexpr JobKind kRead{Lane::read, false, false};
constexpr JobKind kWrite{Lane::rest, true, true};

}  // namespace

SqliteStore::Task<std::vector<std::string>> SqliteStore::sources_to_tell(WallTime now) {
    auto work = [now](Database& db) { return storage::sources_to_tell(db, now); };
    return thread_.submit<std::vector<std::string>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<domain::Notice>> SqliteStore::due_notices(
    std::string source, WallTime now, int limit
) {
    auto work = [source = std::move(source), now, limit](Database& db) {
        return storage::due_notices(db, source, now, limit);
    };
    return thread_.submit<std::vector<domain::Notice>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<WallTime>> SqliteStore::next_notice() {
    auto work = [](Database& db) { return storage::next_notice(db); };
    return thread_.submit<std::optional<WallTime>>(kRead, std::move(work));
}

SqliteStore::Task<void> SqliteStore::settle_notice(
    std::int64_t id, std::optional<domain::Notice> next
) {
    auto work = [id, next = std::move(next)](Database& db) {
        storage::settle_notice(db, id, next);
    };
    return thread_.submit<void>(kWrite, std::move(work));
}

SqliteStore::Task<std::vector<ports::OpenProblem>> SqliteStore::open_problems(
    std::string source, ports::OpenProblem after, int limit
) {
    auto work = [source = std::move(source), after = std::move(after), limit](Database& db) {
        return storage::open_problems(db, source, after, limit);
    };
    return thread_.submit<std::vector<ports::OpenProblem>>(kRead, std::move(work));
}

SqliteStore::Task<std::optional<domain::Alert>> SqliteStore::last_alert(
    std::string problem_key, std::string episode
) {
    auto work = [key = std::move(problem_key), episode = std::move(episode)](Database& db) {
        return storage::last_alert(db, key, episode);
    };
    return thread_.submit<std::optional<domain::Alert>>(kRead, std::move(work));
}

SqliteStore::Task<std::vector<SqliteStore::Occurrence>> SqliteStore::never_heard(
    std::vector<Occurrence> present
) {
    auto work = [present = std::move(present)](Database& db) {
        return storage::never_heard(db, present);
    };
    return thread_.submit<std::vector<Occurrence>>(kRead, std::move(work));
}

}  // namespace alert_bridge::storage
