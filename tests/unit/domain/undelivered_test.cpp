// SPDX-License-Identifier: MIT
#include "alert_bridge/domain/undelivered.hpp"

#include <algorithm>

#include "catch.hpp"

using namespace alert_bridge;
using namespace alert_bridge::domain;
using std::chrono::hours;
using std::chrono::minutes;

namespace {

const WallTime kNow = from_unix_ms(1'795'000'000'000);

WaitingOpening opening(std::string host = "web01") {
    return {"01INCIDENT", "p1", std::move(host), "HTTP is down", kNow - minutes(12), ""};
}

Trouble late(std::size_t count = 1) {
    Trouble trouble;
    trouble.late.assign(count, opening());
    return trouble;
}

Trouble dead(std::int64_t count = 1) {
    Trouble trouble;
    trouble.dead = count;
    return trouble;
}

Alarm alarm_of(AlarmKind kind, const Trouble& trouble) {
    return make_alarm(kind, trouble, {"mon1", "away: timeout"}, kNow - hours(3), kNow);
}

constexpr Duration kGone = minutes(15);

// Who is told what a look finds.
struct People {
    AlarmMemory memory;
    WallTime now = kNow;
    Duration repeat = hours(4);

    std::optional<AlarmKind> look(const Trouble& trouble) {
        memory = after_look(memory, trouble, kGone, now);
        const auto due = alarm_due(memory, trouble, repeat, now);
        if (due) {
            memory = remembered(memory, *due, trouble, now);
        }
        return due;
    }
};

bool has(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a priority that is not named waits as long as the others") {
    const WaitLimits limits{{{"p1", minutes(10)}, {"p9", hours(9)}}, hours(1)};
    CHECK(limits.of("p1") == minutes(10));
    CHECK(limits.of("p9") == hours(9));
    CHECK(limits.of("p2") == hours(1));
    CHECK(limits.shortest() == minutes(10));
    CHECK(WaitLimits{{{"p9", hours(9)}}, hours(1)}.shortest() == hours(1));
}

TEST_CASE("trouble is gone after twice the shortest limit, and no later than 15 minutes") {
    CHECK(WaitLimits{{{"p1", minutes(1)}}, hours(1)}.gone_after() == minutes(2));
    CHECK(WaitLimits{{{"p1", minutes(10)}}, hours(1)}.gone_after() == minutes(15));
}

TEST_CASE("trouble is told once, then now and then, and once when it is over") {
    People people;
    CHECK(people.look({}) == std::nullopt);
    CHECK(people.look(late()) == AlarmKind::raised);
    CHECK(people.memory.since == kNow);
    people.now += hours(3);
    CHECK(people.look(late(50)) == std::nullopt);
    people.now += hours(1);
    people.repeat = Duration::zero();
    CHECK(people.look(late()) == std::nullopt);
    people.repeat = hours(4);
    CHECK(people.look(late()) == AlarmKind::reminder);
    CHECK(people.memory.since == kNow);
    people.now += hours(3);
    CHECK(people.look(late()) == std::nullopt);
    people.now += kGone;
    CHECK(people.look({}) == AlarmKind::over);
    CHECK(people.memory == AlarmMemory());
}

TEST_CASE("what comes and goes is told once, and is over when it stays away") {
    People people;
    CHECK(people.look(late()) == AlarmKind::raised);
    for (int times = 0; times < 5; ++times) {
        people.now += kGone - minutes(1);
        CHECK(people.look({}) == std::nullopt);
        people.now += minutes(2);
        CHECK(people.look(late()) == std::nullopt);
    }
    people.now += kGone;
    CHECK(people.look({}) == AlarmKind::over);
}

TEST_CASE("trouble of another kind is told at once, and each kind is forgotten by itself") {
    People people;
    Trouble both = late();
    both.dead = 1;
    Trouble fuse = dead();
    fuse.fuse_blown = true;
    CHECK(people.look(dead()) == AlarmKind::raised);
    CHECK(people.look(both) == AlarmKind::raised);
    CHECK(people.look(fuse) == AlarmKind::raised);
    people.now += kGone;
    CHECK(people.look(dead()) == std::nullopt);     // not over: the dead letter is left
    CHECK(people.look(both) == AlarmKind::raised);  // the next outage
    people.now += kGone;
    CHECK(people.look({}) == AlarmKind::over);
}

TEST_CASE("a clock that was set back while nobody looked silences nothing") {
    People people;
    CHECK(people.look(late()) == AlarmKind::raised);
    people.now -= hours(24);
    CHECK(people.look(late()) == AlarmKind::reminder);
    CHECK(people.look(late()) == std::nullopt);
    people.now += kGone;
    CHECK(people.look({}) == AlarmKind::over);
}

TEST_CASE("a message says what is wrong, where to look, and how GLPI is") {
    const Alarm one = alarm_of(AlarmKind::raised, late());
    CHECK(one.subject == "glpi-alert-bridge on mon1: 1 ticket could not be opened in time");
    CHECK(has(one.text, "p1  web01: HTTP is down  (12 minutes, 01INCIDENT)\n"));
    CHECK(has(one.text, "glpi-alert-bridge outbox"));
    CHECK(has(one.text, "GLPI: away: timeout\n"));
    CHECK_FALSE(has(one.text, "because of"));
    Trouble more = late(13);
    more.late.front().last_error = "connect_refused";
    more.dead = 2;
    more.fuse_blown = true;
    const Alarm all = alarm_of(AlarmKind::reminder, more);
    CHECK(
        all.subject ==
        "glpi-alert-bridge on mon1: still: 13 tickets could not be opened in time, "
        "2 writes refused for good, the fuse has blown"
    );
    CHECK(has(all.text, "and 3 more\n"));
    CHECK(has(all.text, "because of: connect_refused\n"));
    CHECK(has(all.text, "glpi-alert-bridge dead\n"));
    CHECK(has(all.text, "storm.fuse"));
    const Alarm most = alarm_of(AlarmKind::raised, late(Trouble::kLateMax));
    CHECK(has(most.subject, "at least 100 tickets"));
    CHECK(has(most.text, "and at least 90 more\n"));
    const Alarm over = alarm_of(AlarmKind::over, {});
    CHECK(over.subject == "glpi-alert-bridge on mon1: tickets get through again");
    CHECK(has(over.text, format_utc(kNow - hours(3))));
}

TEST_CASE("no text from monitoring adds a line to a message, or a header to a mail") {
    Trouble trouble = dead();
    trouble.late.push_back(opening("evil\r\nBcc: all@example.org\n\x1b[2J"));
    trouble.late.push_back(opening(std::string(10'000, 'x')));
    const Alarm alarm =
        make_alarm(AlarmKind::raised, trouble, {"m\r\n\xc3\xa4", "up\nand away"}, kNow, kNow);
    const auto is_printable = [](char c) { return c >= ' ' && c <= '~'; };
    CHECK(std::all_of(alarm.subject.begin(), alarm.subject.end(), is_printable));
    CHECK_FALSE(has(alarm.text, "\nBcc"));
    CHECK_FALSE(has(alarm.text, "\r"));
    CHECK_FALSE(has(alarm.text, "\x1b"));
    CHECK(alarm.text.size() < 1'500);
}
