// SPDX-License-Identifier: MIT
//
// Notice: what the bridge owes the monitoring system about one of its problems: the number of the
// ticket, that somebody works on it, that people solved it.
//
//   due ──told──────────────────────────────► (gone)
//    ▲ └─ later, misconfigured ─► due (at a later time), dead after kNoticeLife
//    └─── refused ─────────────────────────► dead (kept for the operator, pruned by age)
//
// Owed in the transaction of the decision that it tells of. Delivered at least once: after a lost
// answer or a crash monitoring may hear the same twice, which is a comment too many and no harm.
// The notices of one occurrence go out in order. Nothing is owed to a source that cannot be told
// (BackPolicies), nor about a problem that is over.
// Our own word comes back as an alert when monitoring notifies of comments too: is_own_word() knows
// it by the author (Nagios, Icinga) or by the mark at its end (Zabbix, whose API signs with the
// user of the token).
// Thread rule: values and pure functions. Tests: tests/unit/domain/notice_test.cpp
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "alert_bridge/base/error.hpp"
#include "alert_bridge/domain/alert.hpp"

namespace alert_bridge::domain {

// What happened to the ticket.
enum class TicketNews { opened, taken, over };
// What monitoring is asked to do about it; every one of them carries the text.
enum class NoticeAction { comment, acknowledge, close };
enum class NoticeState { due, dead };

[[nodiscard]] std::string_view to_string(NoticeAction action) noexcept;
[[nodiscard]] std::string_view to_string(NoticeState state) noexcept;
[[nodiscard]] std::optional<NoticeAction> parse_notice_action(std::string_view text) noexcept;
[[nodiscard]] std::optional<NoticeState> parse_notice_state(std::string_view text) noexcept;

inline constexpr std::string_view kOwnAuthor = "glpi-alert-bridge";
inline constexpr std::string_view kOwnMark = "[glpi-alert-bridge]";
inline constexpr Duration kNoticeLife{24LL * 3600 * 1000};

struct Notice {
    std::int64_t id = 0;  // 0: not stored yet
    std::string incident_id;
    std::string problem_key, episode;
    NoticeAction action = NoticeAction::comment;
    NoticeState state = NoticeState::due;
    std::string text;  // one line, without our mark
    int attempts = 0;
    WallTime created_at{};
    WallTime due_at{};
    std::string last_error;
    bool operator==(const Notice&) const = default;
};

// Which news a source is told of, and how. One that is not in the map is told nothing.
struct BackPolicy {
    enum class Acknowledge { never, when_taken, when_opened };
    Acknowledge acknowledge = Acknowledge::when_taken;
    bool close = false;  // a problem that people solved in GLPI is closed in monitoring
    bool operator==(const BackPolicy&) const = default;
};
using BackPolicies = std::map<std::string, BackPolicy, std::less<>>;

[[nodiscard]] NoticeAction action_for(const BackPolicy& policy, TicketNews news) noexcept;

// "GLPI ticket 4711: https://…" The link is left out when it is empty.
[[nodiscard]] std::string notice_text(
    TicketNews news, std::int64_t ticket_id, std::string_view link
);

// The notice after one attempt; nothing: it was told and is done with. `random` feeds the jitter.
[[nodiscard]] std::optional<Notice> after_attempt(
    Notice notice, const Result<void>& result, WallTime now, std::uint64_t random
);

[[nodiscard]] bool is_own_word(const Alert& alert) noexcept;

// What a problem key says, as the decoders write it: SOURCE/KIND/PART/PART…
struct KeyParts {
    std::string_view source;
    std::string_view kind;      // "trigger", "event", "host", "service" …
    std::string first, second;  // names as the sender wrote them
};
[[nodiscard]] KeyParts parts_of_key(std::string_view problem_key);
// Zabbix event ids stand before the time: "123@20261123T203353".
[[nodiscard]] std::string_view occurrence_id(std::string_view episode) noexcept;

}  // namespace alert_bridge::domain
