// SPDX-License-Identifier: MIT
#include <algorithm>

#include "checker_parts.hpp"

namespace alert_bridge::simulation {

using domain::EpisodeState;
using domain::IncidentState;
using domain::OperationState;

namespace {

// What one incident that has not ended knows of its ticket, when all is quiet and was for long.
class Hearing {
  public:
    Hearing(
        const FinalState& state, const ports::IncidentRow& row, const SimTicket& ticket,
        std::vector<std::string>& found
    )
        : state_(state), incident_(row.incident), row_(row), ticket_(ticket), found_(found) {}

    void check() {
        if (ticket_.deleted || ticket_.purged) {
            violation("is gone");
            return;
        }
        if (ticket_.taken && !incident_.ticket.taken) {
            violation("was taken");
        }
        const bool over = ticket_.status >= 5;
        const bool goes_on = incident_.state == IncidentState::open && any_open();
        if (goes_on && over && incident_.ticket.ended != ticket_.status) {
            violation("was ended while its problem goes on");
        }
        if (incident_.ticket.ended != 0 && !over) {
            violation("was opened again by people");
        }
        // What the bridge reopens itself as well, or owed already, is not promised to be heard.
        // While a problem goes on, the reopened ticket is simply a person's: each write looks for
        // that.
        const bool reopened = incident_.state == IncidentState::solved && ticket_.reopened &&
                              !over && !reopened_too() && !failed_at(*ticket_.reopened);
        if (reopened && incident_.ticket.reopened_row == 0) {
            violation("was reopened after it was solved");
        }
        const Duration recheck = state_.policy.recheck_after;
        const bool rechecked = recheck > Duration::zero() && ticket_.status_set &&
                               state_.now - *ticket_.status_set > recheck + kSlack;
        if (goes_on && over && rechecked) {
            found_.push_back(
                "goes on, and nobody looked again at what people ended: ticket " +
                std::to_string(ticket_.id)
            );
        }
    }

  private:
    static constexpr Duration kSlack{600'000};

    [[nodiscard]] bool any_open() const {
        return std::any_of(row_.episodes.begin(), row_.episodes.end(), [](const auto& one) {
            return one.state == EpisodeState::open;
        });
    }
    [[nodiscard]] bool failed_at(WallTime time) const {
        return std::any_of(row_.episodes.begin(), row_.episodes.end(), [time](const auto& one) {
            return one.started_at <= time && (!one.ended_at || *one.ended_at > time);
        });
    }
    [[nodiscard]] bool reopened_too() const {
        return std::any_of(
            row_.operations.begin(), row_.operations.end(),
            [this](const domain::Operation& one) {
                return one.kind == domain::OperationKind::reopen && ticket_.reopened &&
                       one.sent_at.value_or(one.created_at) >= *ticket_.reopened &&
                       one.created_at < *ticket_.reopened + kSlack;
            }
        );
    }
    void violation(const std::string& what) {
        found_.push_back(
            "nobody heard that ticket " + std::to_string(ticket_.id) + " " + what + ": " +
            incident_.group_key
        );
    }

    const FinalState& state_;
    const domain::Incident& incident_;
    const ports::IncidentRow& row_;
    const SimTicket& ticket_;
    std::vector<std::string>& found_;
};

}  // namespace

void check_people(const FinalState& state, std::vector<std::string>& found) {
    if (!state.is_watched) {
        return;
    }
    for (const ports::IncidentRow& row : state.incidents) {
        const auto ticket = state.tickets.find(row.incident.ticket_id);
        const bool has_dead =
            std::any_of(row.operations.begin(), row.operations.end(), [](const auto& operation) {
                return operation.state == OperationState::dead;
            });
        const bool is_heard =
            row.incident.state != IncidentState::ended && !row.incident.umbrella && !has_dead;
        if (is_heard && ticket != state.tickets.end()) {
            Hearing(state, row, ticket->second, found).check();
        }
    }
}

}  // namespace alert_bridge::simulation
