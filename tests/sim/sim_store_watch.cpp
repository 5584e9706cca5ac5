// SPDX-License-Identifier: MIT
// SimStore as ports::WatchStore and ports::NoticeStore.
#include <utility>

#include "alert_bridge/storage/notices.hpp"
#include "alert_bridge/storage/watched.hpp"
#include "sim_store.hpp"

namespace alert_bridge::simulation {

using storage::Database;

namespace {

constexpr storage::JobKind kRead{storage::Lane::read, false, false};
constexpr storage::JobKind kWrite{storage::Lane::rest, true, true};

}  // namespace

SimStore::Task<std::vector<ports::WatchedTicket>> SimStore::watched(
    std::string after_id, int limit
) {
    auto work = [after = std::move(after_id), limit](Database& db) {
        return storage::watched(db, after, limit);
    };
    return submit<std::vector<ports::WatchedTicket>>(kRead, std::move(work));
}

SimStore::Task<std::vector<ports::WatchedTicket>> SimStore::watched_of(
    std::vector<std::int64_t> ticket_ids
) {
    auto work = [ids = std::move(ticket_ids)](Database& db) {
        return storage::watched_of(db, ids);
    };
    return submit<std::vector<ports::WatchedTicket>>(kRead, std::move(work));
}

SimStore::Task<std::vector<std::string>> SimStore::sources_to_tell(WallTime now) {
    auto work = [now](Database& db) { return storage::sources_to_tell(db, now); };
    return submit<std::vector<std::string>>(kRead, std::move(work));
}

SimStore::Task<std::vector<domain::Notice>> SimStore::due_notices(
    std::string source, WallTime now, int limit
) {
    auto work = [source = std::move(source), now, limit](Database& db) {
        return storage::due_notices(db, source, now, limit);
    };
    return submit<std::vector<domain::Notice>>(kRead, std::move(work));
}

SimStore::Task<std::optional<WallTime>> SimStore::next_notice() {
    auto work = [](Database& db) { return storage::next_notice(db); };
    return submit<std::optional<WallTime>>(kRead, std::move(work));
}

SimStore::Task<void> SimStore::settle_notice(std::int64_t id, std::optional<domain::Notice> next) {
    if (on_settling) {
        on_settling(id, !next);
    }
    auto work = [id, next = std::move(next)](Database& db) {
        storage::settle_notice(db, id, next);
    };
    return submit<void>(kWrite, std::move(work));
}

SimStore::Task<std::vector<ports::OpenProblem>> SimStore::open_problems(
    std::string source, ports::OpenProblem after, int limit
) {
    auto work = [source = std::move(source), after = std::move(after), limit](Database& db) {
        return storage::open_problems(db, source, after, limit);
    };
    return submit<std::vector<ports::OpenProblem>>(kRead, std::move(work));
}

SimStore::Task<std::optional<domain::Alert>> SimStore::last_alert(
    std::string problem_key, std::string episode
) {
    auto work = [key = std::move(problem_key), episode = std::move(episode)](Database& db) {
        return storage::last_alert(db, key, episode);
    };
    return submit<std::optional<domain::Alert>>(kRead, std::move(work));
}

SimStore::Task<std::vector<SimStore::Occurrence>> SimStore::never_heard(
    std::vector<Occurrence> present
) {
    auto work = [present = std::move(present)](Database& db) {
        return storage::never_heard(db, present);
    };
    return submit<std::vector<Occurrence>>(kRead, std::move(work));
}

}  // namespace alert_bridge::simulation
