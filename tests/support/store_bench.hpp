// SPDX-License-Identifier: MIT
//
// StoreBench: a Store under test with an io_context and a directory of its own, and builders for
// what goes into it. The contract suite is written against ports::Store through the type list
// `Stores`: a second implementation gets a bench with the same members and is added there.
// Thread rule: the test's thread plays the I/O thread.
#pragma once

#include <stdlib.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "alert_bridge/storage/sqlite_store.hpp"

namespace alert_bridge::test {

class TemporaryDirectory {
  public:
    TemporaryDirectory() {
        std::string name = (std::filesystem::temp_directory_path() / "store-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr) {
            throw std::runtime_error("no temporary directory");
        }
        path_ = name;
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

template <class T>
boost::asio::awaitable<void> put_into(boost::asio::awaitable<T> task, std::optional<T>& out) {
    out.emplace(co_await std::move(task));
}

class SqliteBench {
  public:
    using Change = std::function<void(storage::SqliteOptions&)>;

    explicit SqliteBench(Change change = {}) : change_(std::move(change)) { open(); }

    [[nodiscard]] ports::Store& store() { return *store_; }
    [[nodiscard]] ports::OperatorStore& seat() { return *store_; }  // the operator's
    [[nodiscard]] ports::WatchStore& watch() { return *store_; }
    [[nodiscard]] ports::BacklogStore& backlog() { return *store_; }
    [[nodiscard]] ports::NoticeStore& notices() { return *store_; }
    [[nodiscard]] storage::SqliteStore& sqlite() { return *store_; }
    [[nodiscard]] std::string path() const { return (directory_.path() / "bridge.db").string(); }

    // Runs the call to its end.
    template <class T>
    T run(boost::asio::awaitable<T> task) {
        std::vector<boost::asio::awaitable<T>> tasks;
        tasks.push_back(std::move(task));
        return std::move(run_all(std::move(tasks)).front());
    }

    // Starts all calls, then runs them to their end.
    template <class T>
    std::vector<T> run_all(std::vector<boost::asio::awaitable<T>> tasks) {
        std::vector<std::optional<T>> slots(tasks.size());
        for (std::size_t i = 0; i < tasks.size(); ++i) {
            boost::asio::co_spawn(
                io_, put_into(std::move(tasks[i]), slots[i]), boost::asio::detached
            );
        }
        io_.restart();
        io_.run();
        std::vector<T> results;
        for (auto& slot : slots) {
            results.push_back(std::move(slot).value());
        }
        return results;
    }

    [[nodiscard]] boost::asio::io_context& io() { return io_; }

    // Handlers that were posted and not yet run.
    void run_posted() {
        io_.restart();
        io_.run();
    }

    // Ends the store in order and opens the same file again.
    void restart() {
        store_.reset();
        open();
    }

    // As after a power cut: another bench on a copy of what is on disk now.
    // `damage` is given the names of the copied database and log before they are opened.
    using Damage = std::function<void(const std::string& database, const std::string& log)>;
    [[nodiscard]] std::unique_ptr<SqliteBench> crash_copy(const Damage& damage = {}) const {
        auto copy = std::unique_ptr<SqliteBench>(new SqliteBench(change_, Closed{}));
        for (const char* suffix : {"", "-wal"}) {
            std::filesystem::copy_file(path() + suffix, copy->path() + suffix);
        }
        if (damage) {
            damage(copy->path(), copy->path() + "-wal");
        }
        copy->open();
        return copy;
    }

    std::vector<storage::BatchReport> batches;
    std::vector<Error> fatal;
    WallTime opened_at = from_unix_ms(1'700'000'500'000);
    domain::RetryPolicy retry;

  private:
    struct Closed {};
    SqliteBench(Change change, Closed) : change_(std::move(change)) {}

    void open() {
        storage::SqliteOptions options;
        options.database.path = path();
        // Of this machine's own disk nothing is to depend; disk_guard_test.cpp brings one.
        options.disk.probe = [](const std::string&) { return std::nullopt; };
        options.disk.look_every = std::chrono::milliseconds(0);
        options.thread.on_batch = [this](const storage::BatchReport& report) {
            batches.push_back(report);
        };
        options.thread.on_fatal = [this](const Error& error) { fatal.push_back(error); };
        if (change_) {
            change_(options);
        }
        auto opened = storage::open_sqlite_store(io_.get_executor(), options, retry, opened_at);
        if (opened.has_error()) {
            throw std::runtime_error(describe(opened.error()));
        }
        store_ = *std::move(opened);
    }

    TemporaryDirectory directory_;
    Change change_;
    boost::asio::io_context io_;
    std::unique_ptr<storage::SqliteStore> store_;
};

using Stores = std::tuple<SqliteBench>;

// ---- Builders -----------------------------------------------------------------------------------

inline constexpr WallTime kNow = from_unix_ms(1'700'000'000'000);

inline SqliteBench::Change on_vfs(const char* name) {
    return [name](storage::SqliteOptions& options) { options.database.vfs = name; };
}

inline domain::Alert an_alert(const std::string& id, const std::string& problem = "zabbix/1") {
    domain::Alert alert;
    alert.id = id;
    alert.source = "zabbix";
    alert.kind = domain::AlertKind::problem;
    alert.state = domain::ProblemState::failing;
    alert.severity = domain::Severity::high;
    alert.problem_key = problem;
    alert.episode = "e1";
    alert.idempotency_key = "zabbix/" + id;
    alert.host.name = "web01";
    alert.problem_name = "disk full";
    alert.received_at = kNow;
    return alert;
}

inline ports::Batch a_batch(const domain::Alert& alert) {
    ports::Batch batch;
    batch.alerts.push_back(alert);
    return batch;
}

inline std::vector<ports::Awaitable<Result<std::vector<ports::Receipt>>>> many_appends(
    SqliteBench& bench, int count
) {
    std::vector<ports::Awaitable<Result<std::vector<ports::Receipt>>>> calls;
    for (int i = 0; i < count; ++i) {
        calls.push_back(bench.store().append(a_batch(an_alert("a" + std::to_string(i)))));
    }
    return calls;
}

inline domain::Incident an_incident(const std::string& id, const std::string& group = "g1") {
    domain::Incident incident;
    incident.id = id;
    incident.group_key = group;
    incident.state = domain::IncidentState::open;
    incident.created_at = kNow;
    incident.updated_at = kNow;
    return incident;
}

inline domain::Episode an_episode(
    const std::string& problem, const std::string& episode, const std::string& incident_id
) {
    domain::Episode result;
    result.problem_key = problem;
    result.episode = episode;
    result.incident_id = incident_id;
    result.started_at = kNow;
    return result;
}

inline domain::Operation an_operation(
    const std::string& incident_id, domain::OperationKind kind, WallTime due_at = kNow
) {
    domain::Operation operation;
    operation.incident_id = incident_id;
    operation.kind = kind;
    operation.reference = "GAB-00000000000000000000000001";
    operation.content.html = "<p>text</p>";
    operation.created_at = kNow;
    operation.due_at = due_at;
    return operation;
}

inline ports::Subject about_alert(
    std::int64_t seq, const std::string& problem = "zabbix/1", const std::string& episode = "e1",
    const std::string& group = {}
) {
    ports::Subject subject;
    subject.journal_seq = seq;
    subject.problem_key = problem;
    subject.episode = episode;
    subject.group_key = group;
    return subject;
}

inline ports::Subject about_result(std::int64_t operation_id) {
    ports::Subject subject;
    subject.operation_id = operation_id;
    return subject;
}

inline ports::Subject about_timer(const domain::Timer& timer) {
    ports::Subject subject;
    subject.timer = timer;
    return subject;
}

// Every incident with all its parts.
template <class Bench>
std::vector<ports::IncidentRow> whole_incidents(Bench& bench) {
    std::vector<ports::IncidentRow> rows;
    for (const auto& row : *bench.run(bench.seat().incidents("", true, 100))) {
        rows.push_back(bench.run(bench.seat().incident(row.incident.id))->value());
    }
    return rows;
}

// A decide function that always gives this answer.
inline ports::DecideFunction always(domain::Decision decision) {
    return [decision = std::move(decision)](const domain::Snapshot&) { return decision; };
}

inline domain::Decision applied(std::string reason = "done") {
    domain::Decision decision;
    decision.verdict = domain::Verdict::applied;
    decision.reason = std::move(reason);
    return decision;
}

// Writes the decision without an alert behind it and gives back what the store made of it.
template <class Bench>
domain::Decision write(Bench& bench, domain::Decision decision) {
    auto result = bench.run(bench.store().decide(about_alert(0, "seed", "seed"), always(decision)));
    if (result.has_error()) {
        throw std::runtime_error(describe(result.error()));
    }
    return *result;
}

template <class Bench>
std::int64_t append_one(Bench& bench, const std::string& id) {
    return bench.run(bench.store().append(a_batch(an_alert(id))))->front().journal_seq;
}

// Problem zabbix/1 with the episode e1 in incident i1 of group g1.
inline domain::Decision an_opening() {
    auto decision = applied("opens a ticket");
    decision.problem =
        domain::Problem{"zabbix/1", {7, 1}, domain::ProblemState::failing, {}, {}, kNow};
    decision.incidents.push_back(an_incident("i1"));
    decision.episodes.push_back(an_episode("zabbix/1", "e1", "i1"));
    return decision;
}

// An incident with these operations, all due at once unless told otherwise.
template <class Bench>
std::vector<domain::Operation> seed_incident(
    Bench& bench, const std::string& id, std::vector<domain::Operation> operations
) {
    auto decision = applied();
    decision.incidents.push_back(an_incident(id, "group of " + id));
    decision.operations = std::move(operations);
    return write(bench, std::move(decision)).operations;
}

// Reports the operation in a new state, as delivery would.
template <class Bench>
void settle(Bench& bench, domain::Operation operation, domain::OperationState state) {
    operation.state = state;
    auto decision = applied();
    decision.operations.push_back(operation);
    auto result = bench.run(bench.store().decide(about_result(operation.id), always(decision)));
    if (result.has_error() || result->verdict != domain::Verdict::applied) {
        throw std::runtime_error("the result was not taken");
    }
}

// What the store knows when asked about this subject.
template <class Bench>
domain::Snapshot snapshot_for(Bench& bench, const ports::Subject& subject) {
    auto seen = std::make_shared<domain::Snapshot>();
    auto peek = [seen](const domain::Snapshot& snapshot) {
        *seen = snapshot;
        domain::Decision decision;
        decision.verdict = domain::Verdict::needs_placement;  // writes nothing
        return decision;
    };
    auto result = bench.run(bench.store().decide(subject, peek));
    if (result.has_error()) {
        throw std::runtime_error(describe(result.error()));
    }
    return *seen;
}

}  // namespace alert_bridge::test
