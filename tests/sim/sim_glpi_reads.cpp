// SPDX-License-Identifier: MIT
// SimGlpi: what is read, and the asset directory.
#include <algorithm>
#include <utility>

#include "sim_glpi.hpp"

namespace alert_bridge::simulation {

namespace {

constexpr std::int64_t kOwnEntity = 1;
constexpr std::int64_t kComputer = 17;

std::vector<domain::AssetHit> hits_of(const std::string& host) {
    domain::AssetHit hit;
    hit.item_type = "Computer";
    hit.id = kComputer;
    hit.name = host;
    hit.entity_id = kOwnEntity;
    return {hit};
}

void add_rows(const SimTicket& ticket, domain::TicketView& view) {
    view.newest_row = ticket.newest_row;
    view.assigned_row = ticket.assigned_row;
    view.status_row = ticket.status_row;
    view.written_row = ticket.written_row;
    view.priority_row = ticket.priority_row;
}

}  // namespace

SimGlpi::Task<domain::TicketView> SimGlpi::view(
    std::int64_t ticket_id, ports::TicketDetail detail
) {
    return read_ticket(ticket_id, detail, true);
}

SimGlpi::Task<domain::TicketView> SimGlpi::look(
    std::int64_t ticket_id, ports::TicketDetail detail
) {
    return read_ticket(ticket_id, detail, false);
}

SimGlpi::Task<domain::TicketView> SimGlpi::read_ticket(
    std::int64_t ticket_id, ports::TicketDetail detail, bool decides_writes
) {
    auto seen = std::make_shared<domain::TicketView>();
    Write read = [this, ticket_id, detail, decides_writes, seen]() -> Result<std::int64_t> {
        seen->id = ticket_id;
        SimTicket* ticket = ticket_to_write(ticket_id);
        seen->exists = ticket != nullptr;
        if (ticket == nullptr) {
            return 0;
        }
        seen->deleted = ticket->deleted;
        seen->status = ticket->status;
        seen->entity_id = kOwnEntity;
        if (decides_writes) {
            ticket->viewed = time_.now();
        } else if (ticket->status >= 5 && !ticket->end_seen) {
            ticket->end_seen = time_.now();
        }
        seen->priority = ticket->priority;
        if (overrules_people) {
            seen->status = 1;
        } else if (detail == ports::TicketDetail::people) {
            seen->taken_by_person = ticket->taken.has_value();
            seen->written_on_by_person = ticket->written_on.has_value();
            seen->priority_set_by_person = ticket->priority_set.has_value();
            seen->status_set_by_person = ticket->status_set.has_value();
            add_rows(*ticket, *seen);
        }
        return 1;
    };
    std::string nothing;
    const Result<std::int64_t> done =
        co_await exchange("view", std::move(nothing), false, std::move(read));
    if (!done) {
        co_return done.error();
    }
    co_return *seen;
}

SimGlpi::Task<std::vector<std::int64_t>> SimGlpi::find_tickets(std::string reference, WallTime) {
    auto found = std::make_shared<std::vector<std::int64_t>>();
    Write read = [this, reference, found]() -> Result<std::int64_t> {
        for (const auto& [id, ticket] : tickets) {
            const bool is_visible = ticket.created + trouble_.search_lag <= time_.now();
            if (!ticket.purged && is_visible && ticket.reference == reference) {
                found->push_back(id);
            }
        }
        return 1;
    };
    std::string shown = reference;
    const Result<std::int64_t> done =
        co_await exchange("look for ticket", std::move(shown), false, std::move(read));
    if (!done) {
        co_return done.error();
    }
    sent_[reference].looked_for = true;
    co_return *found;
}

Result<std::int64_t> SimGlpi::entry_id(
    std::int64_t ticket_id, const std::string& reference, bool is_solution
) {
    const SimTicket* ticket = ticket_to_write(ticket_id);
    if (ticket == nullptr) {
        return 0;
    }
    for (const SimEntry& entry : ticket->entries) {
        if (entry.is_solution == is_solution && entry.reference == reference) {
            return entry.id;
        }
    }
    return 0;
}

SimGlpi::Task<std::int64_t> SimGlpi::find_followup(std::int64_t ticket_id, std::string reference) {
    Write read = [this, ticket_id, reference] { return entry_id(ticket_id, reference, false); };
    std::string shown = reference;
    const Result<std::int64_t> found =
        co_await exchange("look for follow-up", std::move(shown), false, std::move(read));
    if (found) {
        sent_[reference].looked_for = true;
    }
    co_return found;
}

SimGlpi::Task<std::int64_t> SimGlpi::find_solution(std::int64_t ticket_id, std::string reference) {
    Write read = [this, ticket_id, reference] { return entry_id(ticket_id, reference, true); };
    std::string shown = reference;
    const Result<std::int64_t> found =
        co_await exchange("look for solution", std::move(shown), false, std::move(read));
    if (found) {
        sent_[reference].looked_for = true;
    }
    co_return found;
}

std::string SimGlpi::ticket_url(std::int64_t ticket_id) const {
    return "http://glpi.test/" + std::to_string(ticket_id);
}

// ---- Assets -------------------------------------------------------------------------------------

std::optional<std::vector<domain::AssetHit>> SimGlpi::remembered(const domain::AssetQuery& query
) const {
    if (!remembered_hosts_.contains(query.name)) {
        return std::nullopt;
    }
    return hits_of(query.name);
}

SimGlpi::Task<std::vector<domain::AssetHit>> SimGlpi::find(domain::AssetQuery query) {
    Write read = []() -> Result<std::int64_t> { return 1; };
    std::string nothing;
    const Result<std::int64_t> done =
        co_await exchange("find " + query.name, std::move(nothing), false, std::move(read));
    if (!done) {
        co_return done.error();
    }
    remembered_hosts_.insert(query.name);
    co_return hits_of(query.name);
}

SimGlpi::Task<std::shared_ptr<const domain::EntityTree>> SimGlpi::entities() {
    if (!tree_known_) {
        Write read = []() -> Result<std::int64_t> { return 1; };
        std::string nothing;
        const Result<std::int64_t> done =
            co_await exchange("entities", std::move(nothing), false, std::move(read));
        if (!done) {
            co_return done.error();
        }
        tree_known_ = true;
    }
    co_return std::make_shared<const domain::EntityTree>(tree_);
}

const domain::EntityTree* SimGlpi::known_entities() const noexcept {
    return tree_known_ ? &tree_ : nullptr;
}

bool SimGlpi::entities_are_fresh() const noexcept {
    return tree_known_;
}

SimGlpi::Task<ports::ResolvedNames> SimGlpi::resolve(ports::Names) {
    Write read = []() -> Result<std::int64_t> { return 1; };
    std::string nothing;
    const Result<std::int64_t> done =
        co_await exchange("names", std::move(nothing), false, std::move(read));
    if (!done) {
        co_return done.error();
    }
    co_return ports::ResolvedNames{};
}

}  // namespace alert_bridge::simulation
