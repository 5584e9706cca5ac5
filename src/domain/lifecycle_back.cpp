// SPDX-License-Identifier: MIT
// What a decision owes the monitoring systems.
#include <utility>

#include "alert_bridge/domain/lifecycle_draft.hpp"

namespace alert_bridge::domain {

void Draft::tell_monitoring(TicketNews news) {
    for (const Episode& episode : episodes_) {
        if (episode.state == EpisodeState::open) {
            tell_monitoring(news, episode);
        }
    }
}

void Draft::tell_monitoring(TicketNews news, const Episode& episode) {
    if (context_.backs == nullptr || incident_->ticket_id == 0) {
        return;
    }
    const auto policy = context_.backs->find(parts_of_key(episode.problem_key).source);
    if (policy == context_.backs->end()) {
        return;
    }
    std::string link = context_.public_url;
    if (!link.empty()) {
        link += "/t/" + incident_->opener.id;
    }
    Notice notice;
    notice.incident_id = incident_->id;
    notice.problem_key = episode.problem_key;
    notice.episode = episode.episode;
    notice.action = action_for(policy->second, news);
    notice.text = notice_text(news, incident_->ticket_id, link);
    notice.created_at = now_;
    notice.due_at = now_;
    decision_.notices.push_back(std::move(notice));
}

}  // namespace alert_bridge::domain
