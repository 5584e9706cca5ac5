// SPDX-License-Identifier: MIT
// The checks of maintenance, of what people do and of what monitoring is told, each provoked once.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "self_test_tools.hpp"

using namespace alert_bridge;
using namespace alert_bridge::simulation;

namespace {

constexpr Duration kMinute{60'000};

boost::asio::awaitable<void> tell(SimBack& back, std::int64_t id) {
    domain::Notice notice;
    notice.id = id;
    notice.problem_key = "zabbix/1";
    notice.episode = "1";
    (void)co_await back.tell(std::move(notice));
}

struct BackWorld {
    BackWorld() : trouble(1, Duration(0), time, trace), back(1, time, trouble, trace) {
        trouble.end();
        back.end();
    }
    void tell_now(std::int64_t id) {
        boost::asio::co_spawn(io, tell(back, id), boost::asio::detached);
        do {
            io.restart();
            io.poll();
        } while (time.step(time.now() + kMinute));
    }

    boost::asio::io_context io{1};
    VirtualTime time;
    Trace trace;
    Trouble trouble;
    SimBack back;
};

// Some run among the first seeds that shows it.
bool some_run(bool (*shows)(const RunResult&)) {
    RunOptions options;
    for (options.seed = 1; options.seed <= 100; ++options.seed) {
        if (shows(run(options))) {
            return true;
        }
    }
    return false;
}

}  // namespace

TEST_CASE("a ticket that is opened, or opened again, during maintenance is found") {
    FinalState end = clean_run().end;
    ports::IncidentRow& row = pick(end, goes_on);
    domain::Operation& first = row.operations.front();
    const WallTime came = row.incident.opener.received_at;

    SECTION("opened") {
        end.maintenance = {{came - kMinute, first.created_at + kMinute, false}};
        CHECK(tells(check(end), "opened during maintenance"));
    }
    SECTION("opened at its end") {
        end.maintenance = {{came - kMinute, first.created_at, false}};
        CHECK(check(end).empty());
    }
    SECTION("opened again") {
        domain::Operation again = first;
        again.kind = domain::OperationKind::reopen;
        again.reference = "GAB-again";
        again.content.begun_by = row.incident.latest;
        again.content.begun_by->received_at = end.now;
        again.created_at = end.now + kMinute;
        row.operations.push_back(again);
        end.maintenance = {{end.now, end.now + 2 * kMinute, false}};
        CHECK(check(end).empty());
        end.tickets[row.incident.ticket_id].reopened_by["GAB-again"] = WallTime::min();
        CHECK(tells(check(end), "opened again during maintenance"));
    }
}

TEST_CASE("what came while a window dropped is excused, and nothing else") {
    FinalState end = clean_run().end;
    ports::IncidentRow& row = pick(end, goes_on);
    row.episodes.clear();
    end.maintenance = {{WallTime::min(), end.now, false}};
    CHECK(tells(check(end), "goes on, but has no incident"));
    end.maintenance.front().drop = true;
    CHECK_FALSE(tells(check(end), "goes on, but has no incident"));
}

TEST_CASE("a notice sent again after the recovery does not undo that a window dropped it") {
    FinalState end = clean_run().end;
    end.policy.open_after.clear();
    const auto& all = end.occurrences;
    const auto counts = [&end](const Occurrence& one) {
        return one.over && !one.is_whole_problem && one.severity >= end.policy.open &&
               one.problem_alert < one.recovery_alert;
    };
    const auto occurrence = std::find_if(all.begin(), all.end(), counts);
    REQUIRE(occurrence != all.end());
    for (ports::IncidentRow& row : end.incidents) {
        std::erase_if(row.episodes, [&](const domain::Episode& one) {
            return one.problem_key == occurrence->problem_key && one.episode == occurrence->episode;
        });
    }
    REQUIRE(tells(check(end), "never had an incident"));

    const std::string over = end.postings[occurrence->recovery_alert].receipt;
    const WallTime recovered = end.journal.at(over).received_at;
    end.maintenance = {{WallTime::min(), recovered + kMinute, true}};
    CHECK_FALSE(tells(check(end), "never had an incident"));

    Posting again = end.postings[occurrence->problem_alert];
    again.receipt = "again";
    end.journal["again"] = end.journal.at(over);
    end.journal["again"].received_at = recovered + 2 * kMinute;
    end.postings.push_back(again);
    SECTION("after the recovery") {
        ++end.journal["again"].seq;
        CHECK_FALSE(tells(check(end), "never had an incident"));
    }
    SECTION("before it") {
        --end.journal["again"].seq;
        CHECK(tells(check(end), "never had an incident"));
    }
}

TEST_CASE("some runs hold an opening until maintenance is over") {
    CHECK(some_run([](const RunResult& result) {
        for (const ports::IncidentRow& row : result.end.incidents) {
            for (const MaintenanceTime& time : result.end.maintenance) {
                const bool came = !time.drop && time.holds(row.incident.opener.received_at);
                if (came && row.incident.ticket_id != 0) {
                    return true;
                }
            }
        }
        return false;
    }));
}

TEST_CASE("what people did and nobody heard is found") {
    FinalState end = clean_run().end;
    end.is_watched = true;
    ports::IncidentRow& row = pick(end, goes_on);
    SimTicket& ticket = end.tickets[row.incident.ticket_id];
    row.incident.ticket = {};
    REQUIRE(ticket.is_open());

    SECTION("taken") {
        ticket.taken = end.now;
        CHECK(tells(check(end), "was taken"));
    }
    SECTION("removed") {
        ticket.deleted = true;
        CHECK(tells(check(end), "is gone"));
    }
    SECTION("solved") {
        ticket.status = 5;
        CHECK(tells(check(end), "was ended while its problem goes on"));
    }
    SECTION("opened again") {
        row.incident.ticket.ended = 5;
        CHECK(tells(check(end), "was opened again by people"));
    }
    SECTION("solved long ago") {
        ticket.status = row.incident.ticket.ended = 5;
        ticket.status_set = end.now - 60 * kMinute;
        end.policy.recheck_after = 10 * kMinute;
        CHECK(tells(check(end), "nobody looked again"));
    }
    SECTION("reopened after it was solved") {
        ports::IncidentRow& solved = pick(end, is_solved);
        SimTicket& reopened = end.tickets[solved.incident.ticket_id];
        solved.incident.ticket = {};
        reopened.status = 2;
        reopened.reopened = end.now;
        CHECK(tells(check(end), "was reopened after it was solved"));
    }
}

TEST_CASE("in some runs people reopen what the bridge solved, and it hears of that") {
    CHECK(some_run([](const RunResult& result) {
        return std::any_of(
            result.end.incidents.begin(), result.end.incidents.end(),
            [](const ports::IncidentRow& row) { return row.incident.ticket.reopened_row != 0; }
        );
    }));
}

TEST_CASE("what monitoring is owed, and was not told, is found") {
    FinalState end = clean_run().end;
    const ports::IncidentRow& row = pick(end, goes_on);
    domain::Notice notice;
    notice.problem_key = row.incident.opener.problem_key;
    notice.episode = row.incident.opener.episode;

    SECTION("it is still owed") {
        end.notices = {notice};
        CHECK(tells(check(end), "still owed to monitoring"));
    }
    SECTION("it is dead without a reason") {
        notice.state = domain::NoticeState::dead;
        end.notices = {notice};
        CHECK(tells(check(end), "dead without a reason"));
    }
    SECTION("it was never owed") {
        end.told.clear();
        end.notices.clear();
        end.told_sources = {"nagios", "zabbix"};
        CHECK(tells(check(end), "monitoring does not know GLPI ticket"));
    }
    SECTION("it was owed twice") {
        Told once;
        once.problem_key = notice.problem_key;
        once.text = "GLPI ticket 999999";
        Told twice = once;
        twice.notice = 1;
        end.told.push_back(once);
        end.told.push_back(twice);
        CHECK(tells(check(end), "owed 2 times: GLPI ticket 999999"));
    }
}

TEST_CASE("a messenger that repeats, disorders or forgets is found") {
    BackWorld world;
    world.tell_now(2);
    REQUIRE(world.trace.violations().empty());

    SECTION("told again, although all was well") {
        world.tell_now(2);
        CHECK(tells(world.trace.violations(), "told again without a need"));
    }
    SECTION("told again after a crash") {
        world.back.forget();
        world.tell_now(2);
        CHECK(world.trace.violations().empty());
    }
    SECTION("told out of order") {
        world.tell_now(1);
        CHECK(tells(world.trace.violations(), "told out of order"));
    }
    SECTION("settled and never told") {
        world.back.settled(2, true);
        world.back.settled(3, false);
        CHECK(world.trace.violations().empty());
        world.back.settled(3, true);
        CHECK(tells(world.trace.violations(), "never told"));
    }
}
