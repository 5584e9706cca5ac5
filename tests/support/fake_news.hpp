// SPDX-License-Identifier: MIT
//
// FakeNews: ports::TicketNews over FakeDesk's tickets. A test says what changed last and by whom.
// Thread rule: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "alert_bridge/ports/ticket_news.hpp"
#include "fake_desk.hpp"

namespace alert_bridge::test {

class FakeNews final : public ports::TicketNews {
  public:
    explicit FakeNews(FakeDesk& desk) : desk_(desk) {}

    std::vector<std::vector<std::int64_t>> asked;  // for states
    std::vector<Duration> windows;
    std::vector<std::int64_t> changed;
    std::map<std::int64_t, std::string> changed_by_people;  // ticket -> when
    std::map<std::int64_t, std::int64_t> merged;
    std::optional<Error> error;
    std::map<std::int64_t, Error> merge_errors;

    Task<std::vector<ports::TicketState>> states(std::vector<std::int64_t> ids) override {
        asked.push_back(ids);
        if (error) {
            co_return *error;
        }
        std::vector<ports::TicketState> out;
        for (const std::int64_t id : ids) {
            const domain::TicketView& view = desk_.views[id];
            if (!view.exists || view.deleted) {
                continue;
            }
            ports::TicketState state;
            state.id = id;
            state.status = view.status;
            state.mark = std::to_string(view.status) + "/" + std::to_string(view.priority) + "/" +
                         std::to_string(view.entity_id) + "/" + std::to_string(view.assigned_row);
            const auto when = changed_by_people.find(id);
            state.changed_by_us = when == changed_by_people.end();
            state.changed = state.changed_by_us ? "then" : when->second;
            out.push_back(std::move(state));
        }
        co_return out;
    }
    Task<std::vector<std::int64_t>> changed_within(Duration window) override {
        windows.push_back(window);
        if (error) {
            co_return *error;
        }
        co_return changed;
    }
    Task<std::int64_t> merged_into(std::int64_t ticket_id, std::int64_t, bool) override {
        if (error) {
            co_return *error;
        }
        if (const auto bad = merge_errors.find(ticket_id); bad != merge_errors.end()) {
            co_return bad->second;
        }
        const auto found = merged.find(ticket_id);
        co_return found == merged.end() ? 0 : found->second;
    }

  private:
    FakeDesk& desk_;
};

}  // namespace alert_bridge::test
