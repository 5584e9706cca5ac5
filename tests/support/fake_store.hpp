// SPDX-License-Identifier: MIT
//
// FakeStore: ports::Store in memory, for tests of what stands above the store.
//
// Keeps the port's rules (one transaction per call, duplicates, one claim per incident, lookup
// lease, timers that are gone), but nothing is durable and nothing takes time. A test can make
// appends fail (append_error), hold them back (before_append) and look at every table
// (fake_tables.hpp).
// Thread rule: one thread.
#pragma once

#include <algorithm>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/operator_store.hpp"
#include "alert_bridge/ports/watch_store.hpp"
#include "fake_tables.hpp"

namespace alert_bridge::test {

class FakeStore final : public ports::Store,
                        public ports::OperatorStore,
                        public ports::WatchStore,
                        public FakeTables {
  public:
    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    // What a test may set or look at.
    std::optional<Error> append_error;
    std::optional<Error> standing_error;
    std::function<boost::asio::awaitable<void>()> before_append;
    std::function<void()> on_standing;  // called before each standing()

    Task<std::vector<ports::Receipt>> append(ports::Batch batch) override {
        if (before_append) {
            co_await before_append();
        }
        if (append_error) {
            co_return *append_error;
        }
        std::vector<ports::Receipt> receipts;
        for (domain::Alert& alert : batch.alerts) {
            receipts.push_back(append_one(std::move(alert)));
        }
        for (ports::QuarantineEntry& entry : batch.unusable) {
            entry.id = static_cast<std::int64_t>(quarantine.size()) + 1;
            quarantine.push_back(std::move(entry));
        }
        co_return receipts;
    }

    Task<std::vector<ports::JournalEntry>> pending(std::int64_t after, int limit) override {
        std::vector<ports::JournalEntry> rows;
        for (const ports::JournalEntry& entry : journal) {
            const bool is_open = entry.seq > after && decided.count(entry.seq) == 0;
            if (is_open && rows.size() < static_cast<std::size_t>(limit)) {
                rows.push_back(entry);
            }
        }
        co_return rows;
    }

    Task<domain::Decision> decide(ports::Subject subject, ports::DecideFunction function) override {
        domain::Decision decision;
        if (subject.timer) {
            const auto found = std::find(timers.begin(), timers.end(), *subject.timer);
            if (found == timers.end()) {
                decision.reason = "the timer is gone";
                co_return decision;
            }
            timers.erase(found);
        }
        decision = function(snapshot(subject));
        write(decision);
        if (subject.journal_seq != 0 && decision.verdict != domain::Verdict::needs_placement) {
            decided[subject.journal_seq] = decision.reason;
        }
        co_return decision;
    }

    Task<std::vector<ports::Claimed>> claim(WallTime at, int limit, Duration lookup_lease)
        override {
        std::vector<ports::Claimed> claimed;
        std::set<std::string> seen;
        for (domain::Operation& operation : operations_table) {
            if (!is_unfinished(operation) || !seen.insert(operation.incident_id).second) {
                continue;
            }
            if (!is_claimable(operation) || operation.due_at > at ||
                claimed.size() >= static_cast<std::size_t>(limit)) {
                continue;
            }
            if (operation.state == domain::OperationState::due) {
                operation.state = domain::OperationState::sending;
                operation.sent_at = at;
                ++operation.attempts;
            } else {
                operation.due_at = at + lookup_lease;
            }
            const domain::Incident* const incident = find_incident(operation.incident_id);
            claimed.push_back({operation, incident == nullptr ? domain::Incident{} : *incident, 0});
        }
        co_return claimed;
    }

    Task<std::vector<domain::Timer>> due_timers(WallTime at, int limit) override {
        std::vector<domain::Timer> due;
        for (const domain::Timer& timer : timers) {
            if (timer.due_at <= at && due.size() < static_cast<std::size_t>(limit)) {
                due.push_back(timer);
            }
        }
        co_return due;
    }

    Task<std::vector<std::int64_t>> outages_to_report(WallTime, int) override {
        std::vector<std::int64_t> entities;
        for (const domain::FoldedPair& pair : folded) {
            if (std::find(entities.begin(), entities.end(), pair.entity_id) == entities.end()) {
                entities.push_back(pair.entity_id);
            }
        }
        co_return entities;
    }

    Task<std::int64_t> observed_openings(WallTime from, WallTime to) override {
        co_return std::count_if(
            operations_table.begin(), operations_table.end(),
            [&](const auto& operation) {
                return operation.kind == domain::OperationKind::open &&
                       operation.last_error == domain::kObserved && operation.created_at >= from &&
                       operation.created_at < to;
            }
        );
    }

    Task<std::optional<WallTime>> next_timer() override {
        std::optional<WallTime> next;
        for (const domain::Timer& timer : timers) {
            next = next ? std::min(*next, timer.due_at) : timer.due_at;
        }
        co_return next;
    }

    Task<std::optional<WallTime>> next_due() override {
        std::optional<WallTime> next;
        std::set<std::string> seen;
        for (const domain::Operation& operation : operations_table) {
            if (is_unfinished(operation) && seen.insert(operation.incident_id).second &&
                is_claimable(operation)) {
                next = next ? std::min(*next, operation.due_at) : operation.due_at;
            }
        }
        co_return next;
    }

    Task<int> shift_waits(Duration by) override {
        int moved = 0;
        for (domain::Operation& row : operations_table) {
            if (is_unfinished(row)) {
                row.created_at += by;
                row.due_at += by;
                for (std::optional<WallTime>* time : {&row.sent_at, &row.retried_at}) {
                    if (*time) {
                        **time += by;
                    }
                }
                ++moved;
            }
        }
        for (domain::Timer& timer : timers) {
            timer.due_at += by;
            ++moved;
        }
        for (ports::JournalEntry& entry : journal) {
            entry.alert.received_at += decided.count(entry.seq) == 0 ? by : Duration::zero();
        }
        co_return moved;
    }

    Task<void> note_unmatched(std::string source, std::string host, std::string reason, WallTime at)
        override {
        for (ports::UnmatchedHost& row : unmatched_table) {
            if (row.source == source && row.host == host) {
                row.reason = std::move(reason);
                row.last_seen = at;
                ++row.count;
                co_return Result<void>();
            }
        }
        ports::UnmatchedHost row;
        row.source = std::move(source);
        row.host = std::move(host);
        row.reason = std::move(reason);
        row.count = 1;
        row.first_seen = row.last_seen = at;
        unmatched_table.push_back(std::move(row));
        co_return Result<void>();
    }

    Task<std::optional<ports::CachedLookup>> cached(std::string key) override {
        std::optional<ports::CachedLookup> found;
        if (const auto at = cache_table.find(key); at != cache_table.end()) {
            found = at->second;
        }
        co_return found;
    }
    Task<void> cache(std::string key, ports::CachedLookup value) override {
        cache_table[key] = std::move(value);
        co_return Result<void>();
    }

    Task<std::optional<std::string>> fact(std::string name) override {
        std::optional<std::string> found;
        if (const auto at = facts.find(name); at != facts.end()) {
            found = at->second;
        }
        co_return found;
    }
    Task<void> set_fact(std::string name, std::string value) override {
        facts[name] = std::move(value);
        co_return Result<void>();
    }

    Task<std::optional<ports::Standing>> standing(std::string key) override {
        if (on_standing) {
            on_standing();
        }
        if (standing_error) {
            co_return *standing_error;
        }
        co_return standing_of(key);
    }

    Task<std::vector<ports::OwedWrite>> operations(
        std::vector<domain::OperationState> states, ports::OperationCursor after, int limit
    ) override {
        const auto place = [](const domain::Operation& row) {
            return std::pair(row.due_at, row.id);
        };
        std::vector<ports::OwedWrite> rows;
        for (const domain::Operation& row : operations_table) {
            const bool wanted = std::find(states.begin(), states.end(), row.state) != states.end();
            if (wanted && place(row) > std::pair(after.due_at, after.id)) {
                rows.push_back(owed(row));
            }
        }
        std::sort(rows.begin(), rows.end(), [&place](const auto& a, const auto& b) {
            return place(a.operation) < place(b.operation);
        });
        rows.resize(std::min(rows.size(), static_cast<std::size_t>(limit)));
        co_return rows;
    }
    Task<std::optional<ports::OwedWrite>> operation(std::int64_t id) override {
        std::optional<ports::OwedWrite> found;
        for (const domain::Operation& row : operations_table) {
            if (row.id == id) {
                found = owed(row);
            }
        }
        co_return found;
    }

    Task<std::vector<ports::IncidentSummary>> incidents(
        std::string after_id, bool ended_too, int limit
    ) override {
        std::vector<ports::IncidentSummary> rows;
        for (const domain::Incident& row : incidents_table) {
            const bool wanted = ended_too || row.state != domain::IncidentState::ended;
            if (wanted && row.id > after_id && rows.size() < static_cast<std::size_t>(limit)) {
                rows.push_back(summary(row));
            }
        }
        co_return rows;
    }
    Task<std::vector<ports::StormSummary>> storms(std::string after_id, bool ended_too, int limit)
        override {
        std::vector<ports::StormSummary> rows;
        for (const domain::Incident& row : incidents_table) {
            const bool wanted = ended_too || row.state != domain::IncidentState::ended;
            if (row.umbrella && wanted && row.id > after_id &&
                rows.size() < static_cast<std::size_t>(limit)) {
                rows.push_back(storm(row));
            }
        }
        co_return rows;
    }
    Task<std::optional<ports::IncidentRow>> incident(std::string key) override {
        std::optional<ports::IncidentRow> found;
        for (const domain::Incident& row : incidents_table) {
            if (row.id == key || std::to_string(row.ticket_id) == key) {
                found = with_all_of_it(row);
            }
        }
        co_return found;
    }

    Task<std::vector<ports::UnmatchedHost>> unmatched(ports::UnmatchedHost after, int limit)
        override {
        std::vector<ports::UnmatchedHost> rows;
        for (const ports::UnmatchedHost& row : unmatched_table) {
            const bool wanted =
                std::pair(row.source, row.host) > std::pair(after.source, after.host);
            if (wanted && rows.size() < static_cast<std::size_t>(limit)) {
                rows.push_back(row);
            }
        }
        co_return rows;
    }

    Task<std::vector<ports::QuarantineEntry>> quarantined(std::int64_t after, int limit) override {
        std::vector<ports::QuarantineEntry> rows;
        for (const ports::QuarantineEntry& entry : quarantine) {
            if (entry.id > after && rows.size() < static_cast<std::size_t>(limit)) {
                rows.push_back(entry);
                rows.back().body.resize(std::min(entry.body.size(), kExcerptBytes));
            }
        }
        co_return rows;
    }
    Task<std::optional<ports::QuarantineEntry>> quarantine_entry(std::int64_t id) override {
        std::optional<ports::QuarantineEntry> found;
        for (const ports::QuarantineEntry& entry : quarantine) {
            if (entry.id == id) {
                found = entry;
            }
        }
        co_return found;
    }
    Task<std::optional<std::vector<ports::Receipt>>> readmit(
        std::int64_t id, std::vector<domain::Alert> alerts
    ) override {
        std::optional<std::vector<ports::Receipt>> receipts;
        if (append_error) {
            co_return *append_error;
        }
        if (erase_quarantined(id) > 0) {
            receipts.emplace();
            for (domain::Alert& alert : alerts) {
                receipts->push_back(append_one(std::move(alert)));
            }
        }
        co_return receipts;
    }
    Task<int> discard_quarantined(std::int64_t id) override { co_return erase_quarantined(id); }

    Task<std::vector<ports::WatchedTicket>> watched(std::string after_id, int limit) override {
        std::vector<ports::WatchedTicket> rows = watched_after(after_id);
        rows.resize(std::min(rows.size(), static_cast<std::size_t>(limit)));
        co_return rows;
    }
    Task<std::vector<ports::WatchedTicket>> watched_of(std::vector<std::int64_t> ids) override {
        std::vector<ports::WatchedTicket> rows = watched_after("");
        std::erase_if(rows, [&ids](const ports::WatchedTicket& row) {
            return std::find(ids.begin(), ids.end(), row.ticket_id) == ids.end();
        });
        co_return rows;
    }

    Task<ports::StoreFigures> figures() override {
        ports::StoreFigures figures;
        figures.journal_pending = static_cast<std::int64_t>(journal.size() - decided.size());
        figures.quarantined = static_cast<std::int64_t>(quarantine.size());
        figures.unmatched = static_cast<std::int64_t>(unmatched_table.size());
        for (const domain::Operation& operation : operations_table) {
            figures.due += operation.state == domain::OperationState::due ? 1 : 0;
            figures.sending += operation.state == domain::OperationState::sending ? 1 : 0;
            figures.uncertain += operation.state == domain::OperationState::uncertain ? 1 : 0;
            figures.dead += operation.state == domain::OperationState::dead ? 1 : 0;
        }
        for (const domain::Incident& incident : incidents_table) {
            const bool goes_on = incident.state != domain::IncidentState::ended;
            figures.open_incidents += goes_on ? 1 : 0;
            figures.storms += goes_on && incident.umbrella ? 1 : 0;
            figures.sheltered += incident.state == domain::IncidentState::sheltered ? 1 : 0;
        }
        co_return figures;
    }

    int expired = 0;  // rows that prune() may delete
    Task<int> prune(WallTime, int limit) override {
        const int deleted = std::min(expired, limit);
        expired -= deleted;
        co_return deleted;
    }
};

}  // namespace alert_bridge::test
