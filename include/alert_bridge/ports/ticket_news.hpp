// SPDX-License-Identifier: MIT
//
// TicketNews: how people left the tickets, asked for many at a time. Consumer: core/watcher, and
// core/delivery when a ticket is gone. Implementation: glpi/ticket_news.
//
// Guarantees: one request for up to kIdsMax known tickets; every call ends within its deadline and
// writes nothing; failures are classified (base/error.hpp). Not guaranteed: that a change is seen
// when it is undone before the next question, nor that a plugin leaves a trace.
// Thread rule: the I/O thread. Tests: tests/contract/ticket_news_test.cpp against glpi_sim
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/base/time.hpp"

namespace alert_bridge::ports {

struct TicketState {
    std::int64_t id = 0;
    int status = 0;
    std::string mark;     // the same as long as status, priority, entity and assignees are; opaque
    std::string changed;  // when it changed last, by GLPI's clock; opaque
    bool changed_by_us = false;
};

class TicketNews {
  public:
    static constexpr std::size_t kIdsMax = 500;

    virtual ~TicketNews() = default;

    template <class T>
    using Task = boost::asio::awaitable<Result<T>>;

    // One request. What is missing in the answer is in the trash, purged or out of our sight.
    // Requires: at most kIdsMax ids.
    [[nodiscard]] virtual Task<std::vector<TicketState>> states(std::vector<std::int64_t> ids) = 0;

    // Tickets that the bridge opened and that changed within this time up to now, by GLPI's clock;
    // those in the trash too. Not guaranteed: that these are all, if there are thousands.
    [[nodiscard]] virtual Task<std::vector<std::int64_t>> changed_within(Duration window) = 0;

    // The ticket that people merged this one into: it was linked as a duplicate of it or, in the
    // trash, with it in any way. `own_link` is a ticket that the bridge linked it to. 0: none.
    [[nodiscard]] virtual Task<std::int64_t> merged_into(
        std::int64_t ticket_id, std::int64_t own_link, bool in_trash
    ) = 0;
};

}  // namespace alert_bridge::ports
