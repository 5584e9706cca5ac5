// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/notice.hpp"

#include <vector>

#include "alert_bridge/base/backoff.hpp"
#include "alert_bridge/base/text.hpp"
#include "alert_bridge/domain/enum_names.hpp"

namespace alert_bridge::domain {
namespace {

constexpr EnumNames<NoticeAction, 3> kActions{{
    {NoticeAction::comment, "comment"},
    {NoticeAction::acknowledge, "acknowledge"},
    {NoticeAction::close, "close"},
}};
constexpr EnumNames<NoticeState, 2> kStates{{
    {NoticeState::due, "due"},
    {NoticeState::dead, "dead"},
}};

constexpr Backoff kRetry{Duration(5'000), Duration(5 * 60'000)};

int hex_value(char digit) noexcept {
    if (digit >= '0' && digit <= '9') {
        return digit - '0';
    }
    return digit >= 'A' && digit <= 'F' ? digit - 'A' + 10 : -1;
}

// A part of a key holds %XX for what would break it.
std::string plain(std::string_view part) {
    std::string text;
    for (std::size_t at = 0; at < part.size(); ++at) {
        const bool coded = part[at] == '%' && at + 2 < part.size() &&
                           hex_value(part[at + 1]) >= 0 && hex_value(part[at + 2]) >= 0;
        if (coded) {
            text += static_cast<char>(hex_value(part[at + 1]) * 16 + hex_value(part[at + 2]));
            at += 2;
        } else {
            text += part[at];
        }
    }
    return text;
}

std::string_view take_part(std::string_view& rest) noexcept {
    const std::size_t end = rest.find('/');
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    return part;
}

}  // namespace

std::string_view to_string(NoticeAction action) noexcept {
    return name_of(kActions, action);
}
std::string_view to_string(NoticeState state) noexcept {
    return name_of(kStates, state);
}
std::optional<NoticeAction> parse_notice_action(std::string_view text) noexcept {
    return value_of(kActions, text);
}
std::optional<NoticeState> parse_notice_state(std::string_view text) noexcept {
    return value_of(kStates, text);
}

NoticeAction action_for(const BackPolicy& policy, TicketNews news) noexcept {
    using Acknowledge = BackPolicy::Acknowledge;
    const bool acknowledges =
        (news == TicketNews::opened && policy.acknowledge == Acknowledge::when_opened) ||
        (news == TicketNews::taken && policy.acknowledge == Acknowledge::when_taken);
    if (acknowledges) {
        return NoticeAction::acknowledge;
    }
    return news == TicketNews::over && policy.close ? NoticeAction::close : NoticeAction::comment;
}

std::string notice_text(TicketNews news, std::int64_t ticket_id, std::string_view link) {
    std::string text = "GLPI ticket " + std::to_string(ticket_id);
    if (news == TicketNews::taken) {
        text += " is being worked on";
    } else if (news == TicketNews::over) {
        text += " was solved by a person";
    }
    return link.empty() ? text : text + ": " + std::string(link);
}

std::optional<Notice> after_attempt(
    Notice notice, const Result<void>& result, WallTime now, std::uint64_t random
) {
    if (result.has_value()) {
        return std::nullopt;
    }
    ++notice.attempts;
    notice.last_error = describe(result.error());
    const bool is_refused = result.error().kind == ErrorClass::refused;
    if (is_refused || now - notice.created_at > kNoticeLife) {
        notice.state = NoticeState::dead;
        return notice;
    }
    notice.due_at = now + kRetry.next(notice.attempts, random);
    return notice;
}

bool is_own_word(const Alert& alert) noexcept {
    const bool a_comment = alert.kind == AlertKind::update ||
                           alert.kind == AlertKind::acknowledgement ||
                           alert.kind == AlertKind::note;
    return a_comment && (alert.author == kOwnAuthor || trim(alert.comment).ends_with(kOwnMark));
}

KeyParts parts_of_key(std::string_view problem_key) {
    KeyParts parts;
    parts.source = take_part(problem_key);
    parts.kind = take_part(problem_key);
    parts.first = plain(take_part(problem_key));
    parts.second = plain(take_part(problem_key));
    return parts;
}

std::string_view occurrence_id(std::string_view episode) noexcept {
    return episode.substr(0, episode.find('@'));
}

}  // namespace alert_bridge::domain
