// SPDX-License-Identifier: MIT
#include "sim_news.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace alert_bridge::simulation {

namespace {

// GLPI tells times of change by the second.
std::int64_t second_of(WallTime time) {
    return to_unix_ms(time) / 1000;
}

ports::TicketState state_of(const SimTicket& ticket) {
    ports::TicketState state;
    state.id = ticket.id;
    state.status = ticket.status;
    state.changed = std::to_string(second_of(ticket.changed));
    state.changed_by_us = !ticket.changed_by_person;
    state.mark = std::to_string(ticket.status) + "/" + std::to_string(ticket.priority) + "/" +
                 std::to_string(ticket.assigned_row);
    return state;
}

}  // namespace

SimNews::Task<std::vector<ports::TicketState>> SimNews::states(std::vector<std::int64_t> ids) {
    auto found = std::make_shared<std::vector<ports::TicketState>>();
    SimGlpi::Read read = [glpi = &glpi_, found, ids = std::move(ids)]() -> Result<std::int64_t> {
        for (const std::int64_t id : ids) {
            const auto ticket = glpi->tickets.find(id);
            if (ticket != glpi->tickets.end() && !ticket->second.purged &&
                !ticket->second.deleted) {
                found->push_back(state_of(ticket->second));
            }
        }
        return 1;
    };
    const Result<std::int64_t> done = co_await glpi_.ask("states", std::move(read));
    if (!done) {
        co_return done.error();
    }
    co_return *found;
}

SimNews::Task<std::vector<std::int64_t>> SimNews::changed_within(Duration window) {
    const Duration asked = std::chrono::ceil<std::chrono::minutes>(window);
    auto found = std::make_shared<std::vector<std::int64_t>>();
    SimGlpi::Read read = [glpi = &glpi_, found, asked]() -> Result<std::int64_t> {
        const std::int64_t since = second_of(glpi->now() - asked);
        for (const auto& [id, ticket] : glpi->tickets) {
            if (!ticket.purged && second_of(ticket.changed) > since) {
                found->push_back(id);
            }
        }
        return 1;
    };
    const Result<std::int64_t> done = co_await glpi_.ask("changes", std::move(read));
    if (!done) {
        co_return done.error();
    }
    co_return *found;
}

SimNews::Task<std::int64_t> SimNews::merged_into(std::int64_t, std::int64_t, bool) {
    SimGlpi::Read read = []() -> Result<std::int64_t> { return 0; };
    return glpi_.ask("merged", std::move(read));
}

}  // namespace alert_bridge::simulation
