// SPDX-License-Identifier: MIT
//
// LegacyNews: ports::TicketNews over GLPI's legacy REST API (9.5, 10.0, 11).
//
// Dates are asked for relative to GLPI's own clock ("-3MINUTE"), so that neither its time zone nor
// a clock that differs from ours matters.
// Not guaranteed: merged_into() of a ticket that GLPI's own tool merged without linking it.
// Thread rule: the I/O thread. Must outlive its calls.
// Tests: tests/unit/glpi/ticket_news_test.cpp (rows), tests/contract/ticket_news_test.cpp
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "alert_bridge/glpi/session_pool.hpp"
#include "alert_bridge/ports/ticket_news.hpp"

namespace alert_bridge::glpi {

class LegacyNews final : public ports::TicketNews {
  public:
    explicit LegacyNews(SessionPool& pool) : pool_(pool) {}

    Task<std::vector<ports::TicketState>> states(std::vector<std::int64_t> ids) override;
    Task<std::vector<std::int64_t>> changed_within(Duration window) override;
    Task<std::int64_t> merged_into(std::int64_t ticket_id, std::int64_t own_link, bool in_trash)
        override;

  private:
    Task<void> add_changed(Duration window, bool in_trash, std::vector<std::int64_t>& out);

    SessionPool& pool_;
};

// Of rows of a search that shows the columns of state_search_body().
[[nodiscard]] std::vector<ports::TicketState> ticket_states(
    const nlohmann::json& search, std::int64_t own_user_id
);
[[nodiscard]] std::string state_search_body(const std::vector<std::int64_t>& ids);

// Tickets written by this user (0: by anybody) that changed within `window`, the oldest first.
[[nodiscard]] std::string changed_search_body(
    Duration window, std::int64_t writer, int page, bool in_trash
);

// See ports::TicketNews; `links` are rows of Ticket_Ticket. The newest link counts.
[[nodiscard]] std::int64_t merge_target(
    const nlohmann::json& links, std::int64_t ticket_id, std::int64_t own_link, bool in_trash
);

}  // namespace alert_bridge::glpi
