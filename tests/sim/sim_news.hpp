// SPDX-License-Identifier: MIT
//
// SimNews: what GLPI's search tells of the tickets, for the watcher; with the failures of every
// other read. Onlooker: the desk as the watcher uses it: it looks, and what it saw is not what a
// write was decided by.
// Not simulated: merged tickets, tickets that may not be read. Thread rule: one thread.
#pragma once

#include "alert_bridge/ports/ticket_news.hpp"
#include "sim_glpi.hpp"

namespace alert_bridge::simulation {

class SimNews final : public ports::TicketNews {
  public:
    explicit SimNews(SimGlpi& glpi) : glpi_(glpi) {}
    Task<std::vector<ports::TicketState>> states(std::vector<std::int64_t> ids) override;
    Task<std::vector<std::int64_t>> changed_within(Duration window) override;
    Task<std::int64_t> merged_into(std::int64_t, std::int64_t, bool) override;

  private:
    SimGlpi& glpi_;
};

class Onlooker final : public ports::ServiceDesk {
  public:
    explicit Onlooker(SimGlpi& glpi) : glpi_(glpi) {}
    Task<domain::TicketView> view(std::int64_t ticket_id, ports::TicketDetail detail) override {
        return glpi_.look(ticket_id, detail);
    }
    Task<std::int64_t> open(domain::NewTicket) override { return never<std::int64_t>(); }
    Task<std::int64_t> add_followup(ports::TimelineEntry) override { return never<std::int64_t>(); }
    Task<std::int64_t> add_solution(ports::TimelineEntry) override { return never<std::int64_t>(); }
    Task<void> change(ports::TicketChange) override { return never<void>(); }
    Task<void> link(std::int64_t, std::int64_t) override { return never<void>(); }
    Task<std::vector<std::int64_t>> find_tickets(std::string, WallTime) override {
        return never<std::vector<std::int64_t>>();
    }
    Task<std::int64_t> find_followup(std::int64_t, std::string) override {
        return never<std::int64_t>();
    }
    Task<std::int64_t> find_solution(std::int64_t, std::string) override {
        return never<std::int64_t>();
    }
    std::string ticket_url(std::int64_t ticket_id) const override {
        return glpi_.ticket_url(ticket_id);
    }

  private:
    template <class T>
    static Task<T> never() {
        co_return Error{ErrorClass::refused, "onlooker", "the watcher writes nothing"};
    }
    SimGlpi& glpi_;
};

}  // namespace alert_bridge::simulation
