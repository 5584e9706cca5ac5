// SPDX-License-Identifier: MIT
//
// LegacyGateway: ports::ServiceDesk over GLPI's legacy REST API (9.5, 10.0, 11).
//
// Guarantees: open() costs one request when a session is there. A solution that must send no mail
// is written in two steps (solution, then status), and repeating it goes on where it stopped. A
// link or a solution that is there already is success.
//
// Not guaranteed: what GLPI's business rules make of a write.
// Thread rule: the I/O thread. Must outlive its calls.
// Tests: tests/unit/glpi/client_test.cpp, tests/contract/service_desk_test.cpp
#pragma once

#include <string>

#include "alert_bridge/glpi/session_pool.hpp"
#include "alert_bridge/ports/service_desk.hpp"

namespace alert_bridge::glpi {

class LegacyGateway final : public ports::ServiceDesk {
  public:
    LegacyGateway(SessionPool& pool, const Options& options, std::string base_url, Seams seams)
        : pool_(pool), options_(options), base_url_(std::move(base_url)), seams_(seams) {}

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

  private:
    Task<std::int64_t> create(std::string label, std::string path, std::string body);
    Task<std::int64_t> solve_quietly(ports::TimelineEntry entry);
    Task<std::int64_t> unless_over(std::int64_t ticket_id, Error error);
    Task<void> read_log(domain::TicketView& view);
    Task<std::vector<std::int64_t>> search(std::string body, int column, std::string reference);
    Task<std::int64_t> find_in_timeline(
        std::string kind, std::int64_t ticket_id, std::string reference
    );
    Task<std::int64_t> links_between(std::int64_t ticket_id, std::int64_t other_ticket_id);

    SessionPool& pool_;
    const Options& options_;
    std::string base_url_;
    Seams seams_;
};

}  // namespace alert_bridge::glpi
