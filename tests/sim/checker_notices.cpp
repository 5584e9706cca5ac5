// SPDX-License-Identifier: MIT
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "checker_parts.hpp"

namespace alert_bridge::simulation {

using domain::EpisodeState;
using domain::IncidentState;

namespace {

constexpr Duration kJustNow{60'000};

bool is_told_source(const FinalState& state, const std::string& problem_key) {
    return state.told_sources.contains(std::string(domain::parts_of_key(problem_key).source));
}

void ticket_is_told(
    const FinalState& state, const ports::IncidentRow& row, std::vector<std::string>& found
) {
    const std::string ticket = "GLPI ticket " + std::to_string(row.incident.ticket_id);
    for (const domain::Episode& episode : row.episodes) {
        const bool is_owed =
            episode.state == EpisodeState::open && is_told_source(state, episode.problem_key);
        const auto tells = [&](const Told& one) {
            return one.problem_key == episode.problem_key && one.episode == episode.episode &&
                   one.text == ticket;
        };
        const auto waits = [&](const domain::Notice& one) {
            return one.problem_key == episode.problem_key && one.episode == episode.episode &&
                   (one.state == domain::NoticeState::dead || state.now - one.created_at < kJustNow
                   );
        };
        if (is_owed && std::none_of(state.told.begin(), state.told.end(), tells) &&
            std::none_of(state.notices.begin(), state.notices.end(), waits)) {
            found.push_back(
                "monitoring does not know " + ticket + ": " + episode.problem_key + " " +
                episode.episode
            );
        }
    }
}

// That somebody solved it can happen twice; that it was opened, or taken, is told of once.
void told_under_one_notice(const FinalState& state, std::vector<std::string>& found) {
    std::map<std::tuple<std::string, std::string, std::string>, std::set<std::int64_t>> notices;
    for (const Told& one : state.told) {
        notices[{one.problem_key, one.episode, one.text}].insert(one.notice);
    }
    for (const auto& [news, ids] : notices) {
        const auto& [problem_key, episode, text] = news;
        if (ids.size() > 1 && !text.ends_with("was solved by a person")) {
            found.push_back(
                "owed " + std::to_string(ids.size()) + " times: " + text + " for " + problem_key +
                " " + episode
            );
        }
    }
}

}  // namespace

void check_notices(const FinalState& state, std::vector<std::string>& found) {
    for (const domain::Notice& notice : state.notices) {
        const std::string name = notice.problem_key + " " + notice.episode + ": " + notice.text +
                                 ", last: " + notice.last_error;
        if (notice.state == domain::NoticeState::due && state.now - notice.created_at >= kJustNow) {
            found.push_back("still owed to monitoring: " + name);
        }
        if (notice.state == domain::NoticeState::dead && notice.last_error.empty()) {
            found.push_back("dead without a reason: " + name);
        }
    }
    for (const ports::IncidentRow& row : state.incidents) {
        if (row.incident.state == IncidentState::open && row.incident.ticket_id != 0) {
            ticket_is_told(state, row, found);
        }
    }
    told_under_one_notice(state, found);
}

}  // namespace alert_bridge::simulation
