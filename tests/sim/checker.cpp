// SPDX-License-Identifier: MIT
#include "checker.hpp"

#include <algorithm>
#include <set>

#include "checker_parts.hpp"

namespace alert_bridge::simulation {

using domain::EpisodeState;
using domain::IncidentState;
using domain::Operation;
using domain::OperationState;

namespace {

class Check {
  public:
    explicit Check(const FinalState& state) : state_(state) {}

    std::vector<std::string> run() {
        accepted_is_durable();
        for (const ports::IncidentRow& row : state_.incidents) {
            nothing_is_owed(row);
            recovered_is_solved(row);
            folded_was_never_tried(row);
        }
        outages_are_told();
        tickets_are_known();
        for (const Occurrence& occurrence : state_.occurrences) {
            if (was_dropped(state_, occurrence)) {
                continue;
            }
            if (must_be_open(occurrence)) {
                has_open_ticket(occurrence);
            }
            had_ticket(occurrence);
        }
        one_ticket_per_group();
        check_maintenance(state_, found_);
        check_people(state_, found_);
        check_notices(state_, found_);
        return std::move(found_);
    }

  private:
    void violation(std::string text) { found_.push_back(std::move(text)); }

    void accepted_is_durable() {
        for (const Posting& posting : state_.postings) {
            const auto row = state_.journal.find(posting.receipt);
            if (!posting.accepted) {
                violation("never accepted: an alert of " + posting.alert.problem_key);
            } else if (row == state_.journal.end()) {
                violation("accepted and lost: alert " + posting.receipt);
            } else if (row->second.is_pending) {
                violation("accepted and never decided: alert " + posting.receipt);
            }
        }
    }

    static bool has_dead(const ports::IncidentRow& row, bool only_open = false) {
        return std::any_of(
            row.operations.begin(), row.operations.end(),
            [only_open](const Operation& operation) {
                return operation.state == OperationState::dead &&
                       (!only_open || operation.kind == domain::OperationKind::open);
            }
        );
    }

    void nothing_is_owed(const ports::IncidentRow& row) {
        // A dead opening holds the rest until somebody helps.
        const bool is_held = has_dead(row, true);
        for (const Operation& operation : row.operations) {
            const std::string name = std::string(to_string(operation.kind)) + " " +
                                     operation.reference + " of " + row.incident.group_key;
            switch (operation.state) {
                case OperationState::sending:
                    violation("sent by nobody: " + name);
                    break;
                case OperationState::uncertain:
                    violation("still unclear: " + name + ", last: " + operation.last_error);
                    break;
                case OperationState::due:
                    if (!is_held) {
                        violation("still owed: " + name + ", last: " + operation.last_error);
                    }
                    break;
                case OperationState::dead:
                    if (operation.last_error.empty()) {
                        violation("dead without a reason: " + name);
                    }
                    break;
                case OperationState::done:
                case OperationState::skipped:
                    break;
            }
        }
    }

    [[nodiscard]] const SimTicket* ticket_of(const domain::Incident& incident) const {
        const auto found = state_.tickets.find(incident.ticket_id);
        return found == state_.tickets.end() ? nullptr : &found->second;
    }

    [[nodiscard]] bool solves() const {
        return state_.policy.on_recovery == domain::OnRecovery::solve ||
               state_.policy.on_recovery == domain::OnRecovery::solve_untouched;
    }

    // An episode of its own, or what shelters under it.
    [[nodiscard]] bool has_any_open(const ports::IncidentRow& row) const {
        const auto is_open = [](const domain::Episode& one) {
            return one.state == EpisodeState::open;
        };
        const auto shelters = [&row](const ports::IncidentRow& other) {
            return other.incident.state == IncidentState::sheltered &&
                   other.incident.parent_id == row.incident.id;
        };
        return std::any_of(row.episodes.begin(), row.episodes.end(), is_open) ||
               (row.incident.umbrella &&
                std::any_of(state_.incidents.begin(), state_.incidents.end(), shelters));
    }

    // The last of a storm may leave its umbrella, as the small budgets let it, just before the end.
    [[nodiscard]] bool is_about_to_end(const domain::Incident& incident) const {
        return incident.umbrella && state_.now - incident.updated_at < Duration(10 * 60'000);
    }

    void recovered_is_solved(const ports::IncidentRow& row) {
        const domain::Incident& incident = row.incident;
        if (has_any_open(row) || is_about_to_end(incident)) {
            return;
        }
        const bool at_rest =
            incident.state == IncidentState::solved || incident.state == IncidentState::ended;
        if (!at_rest && !has_dead(row)) {
            violation(
                "recovered, but " + std::string(to_string(incident.state)) + ": " +
                incident.group_key
            );
        }
        const SimTicket* ticket = ticket_of(incident);
        if (solves() && ticket != nullptr && ticket->is_open() && !ticket->is_touched() &&
            !has_dead(row)) {
            violation(
                "recovered, but not solved: ticket " + std::to_string(ticket->id) + " of " +
                incident.group_key
            );
        }
    }

    static bool is_folded(const ports::IncidentRow& row) {
        return row.incident.end_reason == "began and ended while GLPI was away";
    }

    void folded_was_never_tried(const ports::IncidentRow& row) {
        if (!is_folded(row)) {
            return;
        }
        if (state_.policy.fold == domain::Fold::each) {
            violation("folded, but a ticket for each was wanted: " + row.incident.group_key);
        }
        for (const Operation& operation : row.operations) {
            if (operation.attempts > 0) {
                violation("folded, but its opening was tried: " + row.incident.group_key);
            }
        }
        for (const domain::Episode& episode : row.episodes) {
            if (episode.state == EpisodeState::open) {
                violation("folded, but goes on: " + row.incident.group_key);
            }
        }
    }

    void outages_are_told() {
        if (state_.folded_untold != 0) {
            violation(std::to_string(state_.folded_untold) + " folded pairs were never told");
        }
        const auto count = [this](auto fits) {
            return std::count_if(state_.incidents.begin(), state_.incidents.end(), fits);
        };
        const auto folded = count(&Check::is_folded);
        const auto reports = count([](const ports::IncidentRow& row) {
            return row.incident.end_reason == "reported an outage";
        });
        const bool wanted = state_.policy.fold == domain::Fold::report;
        if (reports > folded || (wanted && folded > 0 && reports == 0) ||
            (!wanted && reports > 0)) {
            violation(
                std::to_string(reports) + " reports of outages for " + std::to_string(folded) +
                " folded incidents"
            );
        }
    }

    void tickets_are_known() {
        std::map<std::string, int> uses;
        std::set<std::int64_t> known;
        for (const ports::IncidentRow& row : state_.incidents) {
            known.insert(row.incident.ticket_id);
        }
        for (const auto& [id, ticket] : state_.tickets) {
            if (ticket.purged) {
                continue;  // nobody can find it any more
            }
            if (!known.contains(id)) {
                violation("no incident knows ticket " + std::to_string(id));
            }
            ++uses[ticket.reference];
            for (const SimEntry& entry : ticket.entries) {
                ++uses[std::to_string(id) + " " + entry.reference];
            }
        }
        for (const auto& [reference, count] : uses) {
            if (count > 1) {
                violation("written " + std::to_string(count) + " times: " + reference);
            }
        }
    }

    // Of a problem with one state for all occurrences only the newest counts.
    [[nodiscard]] bool must_be_open(const Occurrence& occurrence) const {
        if (occurrence.over || occurrence.severity < state_.policy.open) {
            return false;
        }
        return !occurrence.is_whole_problem ||
               std::none_of(
                   state_.occurrences.begin(), state_.occurrences.end(),
                   [&](const Occurrence& other) {
                       return other.problem_key == occurrence.problem_key &&
                              other.begun > occurrence.begun;
                   }
               );
    }

    struct Place {
        const ports::IncidentRow* row = nullptr;
        const domain::Episode* episode = nullptr;
    };
    [[nodiscard]] Place find(const Occurrence& occurrence) const {
        for (const ports::IncidentRow& row : state_.incidents) {
            for (const domain::Episode& episode : row.episodes) {
                if (episode.problem_key == occurrence.problem_key &&
                    episode.episode == occurrence.episode) {
                    return {&row, &episode};
                }
            }
        }
        return {};
    }
    // Once people touched a ticket of the group, or a write died, what follows is theirs.
    [[nodiscard]] bool is_excused(const std::string& group_key) const {
        return std::any_of(
            state_.incidents.begin(), state_.incidents.end(),
            [&](const ports::IncidentRow& row) {
                const SimTicket* ticket = ticket_of(row.incident);
                return row.incident.group_key == group_key &&
                       (has_dead(row) || (ticket != nullptr && ticket->is_touched()));
            }
        );
    }

    void is_told_on_parent(const domain::Incident& member, const std::string& name) {
        for (const ports::IncidentRow& row : state_.incidents) {
            if (row.incident.id != member.parent_id) {
                continue;
            }
            const SimTicket* ticket = ticket_of(row.incident);
            const bool is_told = ticket != nullptr && ticket->is_open();
            if (!is_told && !is_excused(row.incident.group_key)) {
                violation("goes on, but its parent has no open ticket: " + name);
            }
            return;
        }
        violation("goes on under a parent that is not there: " + name);
    }

    void has_open_ticket(const Occurrence& occurrence) {
        const std::string name = occurrence.problem_key + " " + occurrence.episode;
        const Place place = find(occurrence);
        if (place.row == nullptr) {
            violation("goes on, but has no incident: " + name);
            return;
        }
        const domain::Incident& incident = place.row->incident;
        if (is_excused(incident.group_key)) {
            return;
        }
        const SimTicket* ticket = ticket_of(incident);
        if (place.episode->state != EpisodeState::open) {
            violation("goes on, but is taken for over: " + name);
        } else if (incident.state == IncidentState::sheltered) {
            is_told_on_parent(incident, name);
        } else if (incident.state != IncidentState::open) {
            violation(
                "goes on, but its incident is " + std::string(to_string(incident.state)) + ": " +
                name
            );
        } else if (ticket == nullptr || !ticket->is_open()) {
            violation("goes on, but has no open ticket: " + name);
        }
    }

    // A problem that opens at once has had an incident when it was heard of before its end.
    void had_ticket(const Occurrence& occurrence) {
        if (!occurrence.over || occurrence.is_whole_problem || !state_.policy.open_after.empty() ||
            occurrence.severity < state_.policy.open) {
            return;
        }
        const auto begun = state_.journal.find(state_.postings[occurrence.problem_alert].receipt);
        const auto over = state_.journal.find(state_.postings[occurrence.recovery_alert].receipt);
        if (begun == state_.journal.end() || over == state_.journal.end()) {
            return;  // told above
        }
        if (begun->second.seq < over->second.seq && find(occurrence).row == nullptr) {
            violation(
                "never had an incident: " + occurrence.problem_key + " " + occurrence.episode
            );
        }
    }

    // Whoever wants no solutions, has tickets that stay open.
    void one_ticket_per_group() {
        if (!solves()) {
            return;
        }
        std::map<std::string, int> open;
        for (const ports::IncidentRow& row : state_.incidents) {
            const SimTicket* ticket = ticket_of(row.incident);
            if (ticket != nullptr && ticket->is_open() && !is_excused(row.incident.group_key)) {
                ++open[row.incident.group_key];
            }
        }
        for (const auto& [group_key, count] : open) {
            if (count > 1) {
                violation(std::to_string(count) + " open tickets: " + group_key);
            }
        }
    }

    const FinalState& state_;
    std::vector<std::string> found_;
};

}  // namespace

std::vector<std::string> check(const FinalState& state) {
    return Check(state).run();
}

}  // namespace alert_bridge::simulation
