// SPDX-License-Identifier: MIT
//
// FakeDesk and FakeAssets: GLPI as the core's ports see it, in memory, with failures on order.
// Thread rule: one thread.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/service_desk.hpp"

namespace alert_bridge::test {

class FakeDesk final : public ports::ServiceDesk {
  public:
    struct Entry {
        std::int64_t id = 0;
        std::int64_t ticket_id = 0;
        std::string reference;
        bool reopen = false;
    };
    std::map<std::int64_t, domain::NewTicket> tickets;  // by id
    std::map<std::int64_t, domain::TicketView> views;
    std::vector<Entry> followups, solutions;
    std::vector<ports::TicketChange> changes;
    std::vector<std::pair<std::int64_t, std::int64_t>> links;
    std::vector<std::string> calls;
    std::deque<Error> write_errors;     // one per write, then writes succeed
    std::deque<Error> status_errors;    // one per quiet solution: the text is there, the status not
    std::optional<Error> change_error;  // for all changes
    std::optional<Error> read_error;    // for all reads
    bool commit_before_error = false;   // the write happens although its answer is an error
    std::function<void()> on_find;      // while a look-up for a ticket is under way

    Task<std::int64_t> open(domain::NewTicket ticket) override {
        calls.push_back("open");
        const std::int64_t id = 100 + static_cast<std::int64_t>(tickets.size());
        const std::optional<Error> error = next_error();
        if (!error || commit_before_error) {
            tickets[id] = std::move(ticket);
            views[id].id = id;
            views[id].exists = true;
            views[id].status = 1;
        }
        if (error) {
            co_return *error;
        }
        co_return id;
    }
    Task<domain::TicketView> view(std::int64_t ticket_id, ports::TicketDetail detail) override {
        calls.push_back(detail == ports::TicketDetail::people ? "view people" : "view");
        if (read_error) {
            co_return *read_error;
        }
        co_return views[ticket_id];
    }
    Task<std::int64_t> add_followup(ports::TimelineEntry entry) override {
        calls.push_back(entry.reopen ? "reopen" : "followup");
        co_return append(followups, entry);
    }
    Task<std::int64_t> add_solution(ports::TimelineEntry entry) override {
        calls.push_back("solve");
        Result<std::int64_t> id = std::int64_t{0};
        if (!entry.notify) {
            id = find_in(solutions, entry.ticket_id, entry.reference);
        }
        if (id && *id == 0) {
            id = append(solutions, entry);
        }
        // Quietly is in two steps: the text, then the status.
        if (id && !entry.notify && !status_errors.empty()) {
            const Error error = status_errors.front();
            status_errors.pop_front();
            co_return error;
        }
        if (id || commit_before_error) {
            views[entry.ticket_id].status = 5;
        }
        co_return id;
    }
    Task<void> change(ports::TicketChange change) override {
        calls.push_back("change");
        changes.push_back(change);
        if (change_error) {
            co_return *change_error;
        }
        if (const std::optional<Error> error = next_error()) {
            co_return *error;
        }
        co_return Result<void>();
    }
    Task<void> link(std::int64_t ticket_id, std::int64_t other) override {
        calls.push_back("link");
        links.emplace_back(ticket_id, other);
        co_return Result<void>();
    }
    Task<std::vector<std::int64_t>> find_tickets(std::string reference, WallTime) override {
        calls.push_back("find tickets");
        if (on_find) {
            on_find();
        }
        if (read_error) {
            co_return *read_error;
        }
        std::vector<std::int64_t> found;
        for (const auto& [id, ticket] : tickets) {
            if (ticket.reference == reference) {
                found.push_back(id);
            }
        }
        co_return found;
    }
    Task<std::int64_t> find_followup(std::int64_t ticket_id, std::string reference) override {
        calls.push_back("find followup");
        co_return find_in(followups, ticket_id, reference);
    }
    Task<std::int64_t> find_solution(std::int64_t ticket_id, std::string reference) override {
        calls.push_back("find solution");
        co_return find_in(solutions, ticket_id, reference);
    }
    std::string ticket_url(std::int64_t ticket_id) const override {
        return "http://glpi.test/" + std::to_string(ticket_id);
    }

  private:
    std::optional<Error> next_error() {
        if (write_errors.empty()) {
            return std::nullopt;
        }
        Error error = write_errors.front();
        write_errors.pop_front();
        return error;
    }
    Result<std::int64_t> append(std::vector<Entry>& entries, const ports::TimelineEntry& entry) {
        const std::optional<Error> error = next_error();
        const auto id = static_cast<std::int64_t>(entries.size()) + 1;
        if (!error || commit_before_error) {
            entries.push_back({id, entry.ticket_id, entry.reference, entry.reopen});
        }
        if (error) {
            return *error;
        }
        return id;
    }
    Result<std::int64_t> find_in(
        const std::vector<Entry>& entries, std::int64_t ticket_id, const std::string& reference
    ) const {
        if (read_error) {
            return *read_error;
        }
        for (const Entry& entry : entries) {
            if (entry.ticket_id == ticket_id && entry.reference == reference) {
                return entry.id;
            }
        }
        return std::int64_t{0};
    }
};

class FakeAssets final : public ports::AssetDirectory {
  public:
    domain::EntityTree tree{
        {{0, -1, "Root", "Root", "", ""}, {1, 0, "ACME", "Root > ACME", "", ""}}};
    std::map<std::string, std::vector<domain::AssetHit>> by_serial, by_name;
    bool remembers = false;
    bool remembers_hosts = false;  // but nothing of their details, and only after it was asked
    bool tree_known = true;
    std::optional<Error> error;
    int errors_left = 0;  // how often `error` is given
    ports::ResolvedNames names;
    std::vector<ports::Names> asked_names;
    int lookups = 0;
    bool hang = false;  // find() does not answer before let_go()
    void let_go() {
        hang = false;
        for (const auto& timer : std::exchange(hanging_, {})) {
            timer->cancel();
        }
    }
    // The tree that the next entities() brings; what was fresh is fresh until told otherwise.
    std::optional<domain::EntityTree> next_tree;
    bool tree_is_fresh = true;
    bool doubt_is_heard = true;  // false: GLPI was asked only just now
    int doubts = 0, tree_loads = 0;

    std::optional<std::vector<domain::AssetHit>> remembered(const domain::AssetQuery& query
    ) const override {
        if (!remembers && !(remembers_hosts && lookups > 0)) {
            return std::nullopt;
        }
        return strongest(query);
    }
    Task<std::vector<domain::AssetHit>> find(domain::AssetQuery query) override {
        ++lookups;
        if (hang) {
            const auto executor = co_await boost::asio::this_coro::executor;
            auto timer = std::make_shared<boost::asio::steady_timer>(
                executor, boost::asio::steady_timer::time_point::max()
            );
            hanging_.push_back(timer);
            constexpr auto kToken = boost::asio::as_tuple(boost::asio::use_awaitable);
            auto [let] = co_await timer->async_wait(kToken);
            static_cast<void>(let);
        }
        if (errors_left > 0) {
            --errors_left;
            co_return *error;
        }
        co_return strongest(query);
    }
    domain::AssetDetails known_details;
    std::vector<std::string> asked_details;
    int detail_lookups = 0, detail_errors = 0;  // the next so many answers are `error`
    std::optional<domain::AssetDetails>
    remembered_details(const domain::AssetHit&, const std::vector<std::string>&) const override {
        return remembers ? std::optional(known_details) : std::nullopt;
    }
    Task<domain::AssetDetails> details(domain::AssetHit, std::vector<std::string> asked) override {
        ++detail_lookups;
        asked_details = std::move(asked);
        if (detail_errors > 0) {
            --detail_errors;
            co_return *error;
        }
        co_return known_details;
    }
    Task<std::shared_ptr<const domain::EntityTree>> entities() override {
        if (!tree_is_fresh) {
            ++tree_loads;
            tree = next_tree.value_or(tree);
            tree_is_fresh = true;
        }
        co_return std::make_shared<const domain::EntityTree>(tree);
    }
    bool entities_are_fresh() const noexcept override { return tree_known && tree_is_fresh; }
    void doubt_entities() noexcept override {
        ++doubts;
        tree_is_fresh = tree_is_fresh && !doubt_is_heard;
        doubt_is_heard = false;
    }
    const domain::EntityTree* known_entities() const noexcept override {
        return tree_known ? &tree : nullptr;
    }
    Task<ports::ResolvedNames> resolve(ports::Names wanted) override {
        asked_names.push_back(std::move(wanted));
        co_return names;
    }

  private:
    std::vector<std::shared_ptr<boost::asio::steady_timer>> hanging_;

    std::vector<domain::AssetHit> strongest(const domain::AssetQuery& query) const {
        for (const auto& [table, value] :
             {std::pair(&by_serial, &query.serial), std::pair(&by_name, &query.name)}) {
            if (const auto found = table->find(*value); found != table->end()) {
                return found->second;
            }
        }
        return {};
    }
};

}  // namespace alert_bridge::test
