// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/undelivered.hpp"

#include <algorithm>

#include "alert_bridge/base/text.hpp"

namespace alert_bridge::domain {
namespace {

constexpr Duration kGoneAfter{900'000};
constexpr std::size_t kListed = 10;
constexpr std::size_t kTextMax = 120;  // code points of a text from outside

std::string plain(const std::string& text) {
    return cut_code_points(one_line(repair_utf8(text)), kTextMax);
}

// A subject goes into the header of a mail.
std::string ascii(const std::string& text) {
    std::string result = plain(text);
    std::replace_if(
        result.begin(), result.end(), [](char c) { return c < ' ' || c > '~'; }, '?'
    );
    return result;
}

// "12 minutes", "3 hours": the largest unit of which there are two.
std::string about(Duration duration) {
    const std::int64_t seconds = std::max<std::int64_t>(duration.count() / 1000, 0);
    const struct {
        std::int64_t length;
        const char* name;
    } units[] = {{86'400, " days"}, {3'600, " hours"}, {60, " minutes"}};
    for (const auto& [length, name] : units) {
        if (seconds >= 2 * length) {
            return std::to_string(seconds / length) + name;
        }
    }
    return std::to_string(seconds) + " seconds";
}

std::string some(std::int64_t count, std::string_view one, std::string_view more) {
    return std::to_string(count) + " " + std::string(count == 1 ? one : more);
}

std::string late_count(const Trouble& trouble) {
    const std::string more = trouble.late.size() < Trouble::kLateMax ? "" : "at least ";
    return more + some(static_cast<std::int64_t>(trouble.late.size()), "ticket", "tickets");
}

std::string summary(AlarmKind kind, const Trouble& trouble) {
    if (kind == AlarmKind::over) {
        return "tickets get through again";
    }
    std::vector<std::string> parts;
    if (!trouble.late.empty()) {
        parts.push_back(late_count(trouble) + " could not be opened in time");
    }
    if (trouble.dead > 0) {
        parts.push_back(some(trouble.dead, "write", "writes") + " refused for good");
    }
    if (trouble.fuse_blown) {
        parts.emplace_back("the fuse has blown");
    }
    return (kind == AlarmKind::reminder ? "still: " : "") + join(parts, ", ");
}

std::string late_text(const Trouble& trouble, WallTime now) {
    std::string text =
        "These tickets wait for GLPI longer than they may; nothing of them is lost:\n";
    const std::size_t listed = std::min(trouble.late.size(), kListed);
    for (std::size_t at = 0; at < listed; ++at) {
        const WaitingOpening& one = trouble.late[at];
        text += "  " + plain(one.priority) + "  " + plain(one.host) + ": " + plain(one.problem) +
                "  (" + about(now - one.since) + ", " + plain(one.id) + ")\n";
    }
    if (trouble.late.size() > listed) {
        const std::string more = trouble.late.size() < Trouble::kLateMax ? "" : "at least ";
        text += "  and " + more + std::to_string(trouble.late.size() - listed) + " more\n";
    }
    const std::string& error = trouble.late.front().last_error;
    if (!error.empty()) {
        text += "The oldest one was not taken because of: " + plain(error) + "\n";
    }
    return text + "Look: glpi-alert-bridge outbox\n\n";
}

std::string body(
    AlarmKind kind, const Trouble& trouble, const AlarmSurroundings& surroundings, WallTime since,
    WallTime now
) {
    if (kind == AlarmKind::over) {
        return "What was told since " + format_utc(since) +
               " is over: no ticket waits longer than it may, and no write is refused.\n";
    }
    std::string text;
    if (!trouble.late.empty()) {
        text += late_text(trouble, now);
    }
    if (trouble.dead > 0) {
        text += "GLPI refused " + some(trouble.dead, "write", "writes") +
                " for good; each waits until somebody retries or discards it.\n"
                "Look: glpi-alert-bridge dead\n\n";
    }
    if (trouble.fuse_blown) {
        text +=
            "As many tickets as storm.fuse allows were opened within an hour. What comes now goes "
            "into one ticket for all: look for a rule that matches too much.\n\n";
    }
    return text + "GLPI: " + plain(surroundings.glpi) + "\n";
}

}  // namespace

Duration WaitLimits::of(const std::string& priority) const {
    const auto found = by_priority.find(priority);
    return found == by_priority.end() ? other : found->second;
}

Duration WaitLimits::shortest() const {
    Duration result = other;
    for (const auto& [priority, limit] : by_priority) {
        result = std::min(result, limit);
    }
    return result;
}

Duration WaitLimits::gone_after() const {
    return std::min(kGoneAfter, 2 * shortest());
}

std::string_view to_string(AlarmKind kind) noexcept {
    switch (kind) {
        case AlarmKind::raised:
            return "raised";
        case AlarmKind::reminder:
            return "reminder";
        case AlarmKind::over:
            return "over";
    }
    return "";
}

AlarmMemory after_look(
    const AlarmMemory& memory, const Trouble& trouble, Duration gone_after, WallTime now
) {
    const auto left = [&](const std::optional<WallTime>& seen, bool is_there) {
        const bool is_gone = seen && !is_there && now - *seen >= gone_after;
        return !seen || is_gone ? std::nullopt
                                : std::optional(is_there ? now : std::min(*seen, now));
    };
    AlarmMemory next = memory;
    next.late = left(memory.late, !trouble.late.empty());
    next.dead = left(memory.dead, trouble.dead > 0);
    next.fuse = left(memory.fuse, trouble.fuse_blown);
    return next;
}

std::optional<AlarmKind> alarm_due(
    const AlarmMemory& memory, const Trouble& trouble, Duration repeat, WallTime now
) {
    const bool is_new = (!trouble.late.empty() && !memory.late) ||
                        (trouble.dead > 0 && !memory.dead) || (trouble.fuse_blown && !memory.fuse);
    if (is_new) {
        return AlarmKind::raised;
    }
    if (!memory.late && !memory.dead && !memory.fuse) {
        return memory.since ? std::optional(AlarmKind::over) : std::nullopt;
    }
    // What was told in the future was told before somebody set the clock back.
    const bool is_due = now - memory.told_at >= repeat || memory.told_at > now;
    if (repeat > Duration::zero() && is_due && !trouble.empty()) {
        return AlarmKind::reminder;
    }
    return std::nullopt;
}

AlarmMemory remembered(
    const AlarmMemory& memory, AlarmKind kind, const Trouble& trouble, WallTime now
) {
    if (kind == AlarmKind::over) {
        return {};
    }
    AlarmMemory next = memory;
    next.since = memory.since.value_or(now);
    next.told_at = now;
    if (!trouble.late.empty()) {
        next.late = now;
    }
    if (trouble.dead > 0) {
        next.dead = now;
    }
    if (trouble.fuse_blown) {
        next.fuse = now;
    }
    return next;
}

Alarm make_alarm(
    AlarmKind kind, const Trouble& trouble, const AlarmSurroundings& surroundings, WallTime since,
    WallTime now
) {
    Alarm alarm;
    alarm.kind = kind;
    alarm.at = now;
    alarm.since = since;
    alarm.late = static_cast<std::int64_t>(trouble.late.size());
    alarm.dead = trouble.dead;
    alarm.fuse_blown = trouble.fuse_blown;
    alarm.subject =
        "glpi-alert-bridge on " + ascii(surroundings.name) + ": " + summary(kind, trouble);
    alarm.text = body(kind, trouble, surroundings, since, now);
    return alarm;
}

}  // namespace alert_bridge::domain
