// SPDX-License-Identifier: MIT
//
// SimGlpi: GLPI as the core's ports see it, with the failures that the seed wants, and its people.
//
// A request is carried out, or not, in events of the world: it happens although the process that
// sent it is dead. What must never happen is found where it happens and told to the trace: a
// reference on two tickets or twice on one, a write repeated without a look-up after an unclear
// outcome, a person's decision overruled by a write whose view of the ticket had shown it.
// Not simulated: texts, rights, rules. Thread rule: one thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "alert_bridge/ports/asset_directory.hpp"
#include "alert_bridge/ports/service_desk.hpp"
#include "trouble.hpp"

namespace alert_bridge::simulation {

struct SimEntry {
    std::int64_t id = 0;
    std::string reference;
    bool is_solution = false;
};

struct SimTicket {
    std::int64_t id = 0;
    std::string reference;
    WallTime created{};
    int status = 1;
    int priority = 3;
    bool deleted = false;
    bool purged = false;
    std::vector<SimEntry> entries;
    // References of what made it open again, and since when the bridge knew that it was over.
    std::map<std::string, WallTime> reopened_by;
    // When a person did it last; empty: nobody did.
    std::optional<WallTime> taken, written_on, status_set, priority_set, removed;
    std::optional<WallTime> reopened;  // what the bridge had solved
    // Rows of its log; 0: none.
    std::int64_t newest_row = 0, assigned_row = 0, status_row = 0, written_row = 0;
    std::int64_t priority_row = 0;
    WallTime changed{};
    bool changed_by_person = false;
    bool solved_by_us = false;
    std::optional<WallTime> end_seen;  // by the watcher of this process, that people ended it
    // When the bridge saw last what people did.
    WallTime viewed{};
    [[nodiscard]] bool is_touched() const { return taken || written_on || status_set || removed; }
    [[nodiscard]] bool is_open() const { return !deleted && !purged && status < 5; }
};

class SimGlpi final : public ports::ServiceDesk, public ports::AssetDirectory {
  public:
    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    SimGlpi(VirtualTime& time, Trouble& trouble, Trace& trace, Duration quarantine);

    Task<std::int64_t> open(domain::NewTicket ticket) override;
    Task<domain::TicketView> view(std::int64_t ticket_id, ports::TicketDetail detail) override;
    Task<std::int64_t> add_followup(ports::TimelineEntry entry) override;
    Task<std::int64_t> add_solution(ports::TimelineEntry entry) override;
    Task<void> change(ports::TicketChange change) override;
    Task<void> link(std::int64_t ticket_id, std::int64_t other_ticket_id) override;
    Task<std::vector<std::int64_t>> find_tickets(std::string reference, WallTime since) override;
    Task<std::int64_t> find_followup(std::int64_t ticket_id, std::string reference) override;
    Task<std::int64_t> find_solution(std::int64_t ticket_id, std::string reference) override;
    std::string ticket_url(std::int64_t ticket_id) const override;

    std::optional<std::vector<domain::AssetHit>> remembered(const domain::AssetQuery& query
    ) const override;
    Task<std::vector<domain::AssetHit>> find(domain::AssetQuery query) override;
    std::optional<domain::AssetDetails>
    remembered_details(const domain::AssetHit&, const std::vector<std::string>&) const override {
        return domain::AssetDetails{};
    }
    Task<domain::AssetDetails> details(domain::AssetHit, std::vector<std::string>) override {
        co_return domain::AssetDetails{};
    }
    Task<std::shared_ptr<const domain::EntityTree>> entities() override;
    const domain::EntityTree* known_entities() const noexcept override;
    bool entities_are_fresh() const noexcept override;
    void doubt_entities() noexcept override {}
    Task<ports::ResolvedNames> resolve(ports::Names names) override;

    // A ticket as the watcher looks at it: what it saw decides no write.
    Task<domain::TicketView> look(std::int64_t ticket_id, ports::TicketDetail detail);
    using Read = std::function<Result<std::int64_t>()>;
    // Another question, with the failures of all.
    Task<std::int64_t> ask(std::string what, Read read) {
        return exchange(std::move(what), std::string(), false, std::move(read));
    }
    [[nodiscard]] WallTime now() const { return time_.now(); }

    // The process is gone and what it remembered with it.
    void forget();
    // One of the people does something to one of the tickets.
    void act_as_person();
    // The client's judgement: false from a failed connection until a probe got through.
    [[nodiscard]] bool is_well() const noexcept { return well_; }
    // GLPI was away until then: now, while it is; the epoch if it never was since the last start.
    [[nodiscard]] WallTime away_until() const { return well_ ? last_away_ : time_.now(); }
    std::function<void()> on_back;

    std::map<std::int64_t, SimTicket> tickets;
    bool untouched_only = true;     // solutions leave alone what people took
    bool breaker = true;            // failed connections stop all requests
    bool posts_twice = false;       // a client that repeats blindly: for the self test
    bool people_reopen = false;     // and draw their priorities
    bool overrules_people = false;  // views hide what people did: for the self test

  private:
    enum class Fate { carried_out, not_sent, lost, answer_lost, late, refused, add_error };
    struct Course {
        Fate fate = Fate::carried_out;
        std::optional<Duration> arrives;  // empty: never carried out
        Duration answered{};
        std::optional<Error> error;
    };
    struct Sent {
        bool unclear = false;
        bool looked_for = false;
    };
    using Write = Read;

    [[nodiscard]] Course draw(bool is_write);
    [[nodiscard]] Course draw_away(bool is_write);
    // One request. `what` names it in the trace.
    [[nodiscard]] Task<std::int64_t> exchange(
        std::string what, std::string reference, bool is_write, Write write
    );
    void connection_failed();
    void probe();
    void note_sending(const std::string& reference);
    [[nodiscard]] SimTicket* ticket_to_write(std::int64_t id);
    [[nodiscard]] Result<std::int64_t> store_ticket(const domain::NewTicket& ticket);
    [[nodiscard]] Result<std::int64_t> store_entry(
        const ports::TimelineEntry& entry, bool is_solution, WallTime viewed
    );
    [[nodiscard]] Result<std::int64_t> store_change(
        const ports::TicketChange& change, WallTime viewed
    );
    void solve(SimTicket& ticket, WallTime viewed);
    [[nodiscard]] Result<std::int64_t> entry_id(
        std::int64_t ticket_id, const std::string& reference, bool is_solution
    );
    [[nodiscard]] WallTime viewed(std::int64_t ticket_id) const;
    [[nodiscard]] Task<domain::TicketView> read_ticket(
        std::int64_t ticket_id, ports::TicketDetail detail, bool decides_writes
    );
    // Its log and its last change; returns the row.
    std::int64_t note_change(SimTicket& ticket, bool by_person);
    void change_as_person(SimTicket& ticket);
    void set_status_as_person(SimTicket& ticket, int status);
    // False: it is not solved.
    bool reopen_as_person(SimTicket& ticket);

    VirtualTime& time_;
    Trouble& trouble_;
    Trace& trace_;
    Duration quarantine_;
    domain::EntityTree tree_;
    std::set<std::string> remembered_hosts_;
    bool tree_known_ = false;
    bool well_ = true;
    WallTime last_away_{};
    std::int64_t last_id_ = 100;
    std::map<std::string, Sent> sent_;
};

}  // namespace alert_bridge::simulation
