// SPDX-License-Identifier: MIT
//
// ServiceDesk: tickets as the core needs them. Implementation: glpi/legacy_gateway.
//
// Guarantees: every call ends within its deadline; every failure is classified where it happened
// (base/error.hpp). `uncertain` means the request was handed over completely and no trustworthy
// answer came; anything that provably was not executed is `later`, `relogin`, `misconfigured` or
// `refused`. A re-login is done inside, once per call.
// Text goes out as given: escaping was done by domain/render; the reference line is added here.
// Thread rule: the I/O thread. Tests: tests/contract/service_desk_test.cpp against glpi_sim
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/ticket.hpp"

namespace alert_bridge::ports {

enum class TicketDetail { plain, people };

struct TimelineEntry {
    std::int64_t ticket_id = 0;
    std::string html;
    std::string reference;
    bool is_private = true;
    bool notify = false;
    bool reopen = false;  // follow-ups: add_reopen
    std::int64_t solution_type_id = 0;
};

struct TicketChange {
    std::int64_t ticket_id = 0;
    int status = 0;  // 0: leave
    int urgency = 0, impact = 0, priority = 0;
    bool notify = false;
};

class ServiceDesk {
  public:
    virtual ~ServiceDesk() = default;

    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    [[nodiscard]] virtual Task<std::int64_t> open(domain::NewTicket ticket) = 0;
    // exists = false for 404; not an error.
    [[nodiscard]] virtual Task<domain::TicketView> view(
        std::int64_t ticket_id, TicketDetail detail
    ) = 0;
    [[nodiscard]] virtual Task<std::int64_t> add_followup(TimelineEntry entry) = 0;
    // An already solved ticket is success with id 0.
    [[nodiscard]] virtual Task<std::int64_t> add_solution(TimelineEntry entry) = 0;
    [[nodiscard]] virtual Task<void> change(TicketChange change) = 0;
    // Link type 1 ("linked to"); an existing link is success.
    [[nodiscard]] virtual Task<void> link(std::int64_t ticket_id, std::int64_t other_ticket_id) = 0;

    // Tickets whose content (or externalid) carries the reference, the trash too, oldest first.
    // `since` restricts by date of change; a margin for clock differences is added here.
    [[nodiscard]] virtual Task<std::vector<std::int64_t>> find_tickets(
        std::string reference, WallTime since
    ) = 0;
    // Id of the follow-up or solution of the ticket that carries the reference, 0 when none does.
    [[nodiscard]] virtual Task<std::int64_t> find_followup(
        std::int64_t ticket_id, std::string reference
    ) = 0;
    [[nodiscard]] virtual Task<std::int64_t> find_solution(
        std::int64_t ticket_id, std::string reference
    ) = 0;

    // GLPI's address of the ticket for people.
    [[nodiscard]] virtual std::string ticket_url(std::int64_t ticket_id) const = 0;
};

}  // namespace alert_bridge::ports
