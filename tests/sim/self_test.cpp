// SPDX-License-Identifier: MIT
// The simulation judges the product; here the simulation is judged. Every violation it can tell is
// provoked once: by a bug built into a run, or by an end that was doctored.
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "alert_bridge/storage/schema.hpp"
#include "catch.hpp"
#include "self_test_tools.hpp"
#include "sim_store.hpp"

using namespace alert_bridge;
using namespace alert_bridge::simulation;
using domain::OperationState;

namespace {

// The first of some seeds whose run tells it.
bool some_run_tells(RunOptions options, const std::string& what) {
    for (options.seed = 1; options.seed <= 150; ++options.seed) {
        if (tells(run(options).violations, what)) {
            return true;
        }
    }
    return false;
}

boost::asio::awaitable<void> open_once(SimGlpi& glpi) {
    domain::NewTicket ticket;
    ticket.reference = "GAB-00000000000000000000000000";
    (void)co_await glpi.open(std::move(ticket));
}

boost::asio::awaitable<void> decide_badly(SimStore& store) {
    ports::Subject subject;
    subject.problem_key = "p";
    ports::DecideFunction function = [](const domain::Snapshot&) -> domain::Decision {
        throw std::runtime_error("cannot decide");
    };
    (void)co_await store.decide(std::move(subject), std::move(function));
}

void let_all_happen(boost::asio::io_context& io, VirtualTime& time) {
    do {
        io.restart();
        io.poll();
    } while (time.step(time.now() + std::chrono::hours(1)));
}

}  // namespace

TEST_CASE("the same seed is the same run, another seed is another") {
    RunOptions options;
    options.length = Duration(1'200'000);
    std::vector<std::uint64_t> hashes;
    for (const std::uint64_t seed : {11, 12, 13}) {
        options.seed = seed;
        hashes.push_back(run(options).hash);
        CHECK(run(options).hash == hashes.back());
    }
    CHECK(hashes[0] != hashes[1]);
    CHECK(hashes[1] != hashes[2]);
}

TEST_CASE("a client that repeats its POST blindly is found") {
    RunOptions options;
    options.posts_twice = true;
    CHECK(some_run_tells(options, "a second ticket with the reference"));
}

TEST_CASE("a bridge that does not see what people did is found") {
    RunOptions options;
    options.overrules_people = true;
    CHECK(some_run_tells(options, "solved out of a person's hands"));
    CHECK(some_run_tells(options, "a person's priority was changed"));
    CHECK(some_run_tells(options, "a person's status was changed"));
}

TEST_CASE("an operation that nobody works on is found, at once and at the end") {
    RunOptions options;
    options.claims_for_nobody = true;
    CHECK(some_run_tells(options, "an operation is sent by nobody"));
    CHECK(some_run_tells(options, "sent by nobody: "));
}

TEST_CASE("a write that is repeated without a look-up is found") {
    boost::asio::io_context io{1};
    VirtualTime time;
    Trace trace;
    Trouble trouble(1, Duration(0), time, trace);
    trouble.end();
    trouble.rates.lost = 1;
    SimGlpi glpi(time, trouble, trace, Duration(1'000));
    for (int i = 0; i < 2; ++i) {
        CHECK(trace.violations().empty());
        boost::asio::co_spawn(io, open_once(glpi), boost::asio::detached);
        let_all_happen(io, time);
    }
    CHECK(tells(trace.violations(), "without a look-up"));
}

TEST_CASE("a call to the store that fails for another reason than the seed's is found") {
    boost::asio::io_context io{1};
    VirtualTime time;
    Trace trace;
    Trouble trouble(1, Duration(0), time, trace);
    trouble.end();
    auto db = storage::open_memory_database();
    REQUIRE(db.has_value());
    SimStore store(io.get_executor(), *db, time, trouble, trace);
    boost::asio::co_spawn(io, decide_badly(store), boost::asio::detached);
    let_all_happen(io, time);
    CHECK(tells(trace.violations(), "a call to the store failed"));
}

TEST_CASE("a clean end is clean, and each doctored one is not") {
    REQUIRE(clean_run().violations.empty());
    FinalState end = clean_run().end;
    REQUIRE(check(end).empty());

    SECTION("an accepted alert is not in the journal") {
        end.journal.erase(end.postings.front().receipt);
        CHECK(tells(check(end), "accepted and lost"));
    }
    SECTION("an accepted alert is not decided") {
        end.journal[end.postings.front().receipt].is_pending = true;
        CHECK(tells(check(end), "accepted and never decided"));
    }
    SECTION("an alert is never accepted") {
        end.postings.front().accepted = false;
        CHECK(tells(check(end), "never accepted"));
    }
    SECTION("a write is still under way") {
        pick(end, is_solved).operations.front().state = OperationState::uncertain;
        CHECK(tells(check(end), "still unclear"));
    }
    SECTION("a write is still owed") {
        pick(end, is_solved).operations.back().state = OperationState::due;
        CHECK(tells(check(end), "still owed"));
    }
    SECTION("a dead write has no reason") {
        domain::Operation& operation = pick(end, is_solved).operations.back();
        operation.state = OperationState::dead;
        operation.last_error.clear();
        CHECK(tells(check(end), "dead without a reason"));
    }
    SECTION("a problem is over and its incident is not") {
        pick(end, is_solved).incident.state = domain::IncidentState::quiet;
        CHECK(tells(check(end), "recovered, but quiet"));
    }
    SECTION("a problem is over and its ticket is not") {
        end.tickets[pick(end, is_solved).incident.ticket_id].status = 1;
        CHECK(tells(check(end), "recovered, but not solved"));
    }
    SECTION("a ticket that nobody knows") {
        end.tickets[999'999].reference = "GAB-other";
        CHECK(tells(check(end), "no incident knows ticket 999999"));
    }
    SECTION("a reference on two tickets") {
        const std::int64_t known = pick(end, goes_on).incident.ticket_id;
        end.tickets[999'999].reference = end.tickets[known].reference;
        CHECK(tells(check(end), "written 2 times"));
    }
    SECTION("a folded pair that no report tells of") {
        end.folded_untold = 1;
        CHECK(tells(check(end), "1 folded pairs were never told"));
    }
    SECTION("an incident that folded although its opening was sent") {
        pick(end, is_solved).incident.end_reason = "began and ended while GLPI was away";
        CHECK(tells(check(end), "folded, but its opening was tried"));
    }
    SECTION("a report of an outage that never was") {
        pick(end, is_solved).incident.end_reason = "reported an outage";
        CHECK(tells(check(end), "1 reports of outages for 0"));
    }
    SECTION("a solution written twice") {
        SimTicket& ticket = end.tickets[pick(end, is_solved).incident.ticket_id];
        ticket.entries.push_back(ticket.entries.back());
        CHECK(tells(check(end), "written 2 times"));
    }
}

TEST_CASE("some runs fold, and report it with a ticket") {
    bool reported = false;
    for (std::uint64_t seed = 1; seed <= 40 && !reported; ++seed) {
        RunOptions options;
        options.seed = seed;
        const RunResult result = run(options);
        reported = std::any_of(
            result.end.incidents.begin(), result.end.incidents.end(),
            [](const ports::IncidentRow& row) {
                return row.incident.end_reason == "reported an outage" &&
                       row.incident.ticket_id != 0;
            }
        );
    }
    CHECK(reported);
}

TEST_CASE("an end that forgot a problem that goes on is not clean") {
    FinalState end = clean_run().end;
    ports::IncidentRow& row = pick(end, goes_on);

    SECTION("its incident is missing") {
        row.episodes.clear();
        CHECK(tells(check(end), "goes on, but has no incident"));
    }
    SECTION("its episode is over") {
        row.episodes.front().state = domain::EpisodeState::recovered;
        CHECK(tells(check(end), "goes on, but is taken for over"));
    }
    SECTION("its incident ended") {
        row.incident.state = domain::IncidentState::ended;
        CHECK(tells(check(end), "goes on, but its incident is ended"));
    }
    SECTION("its ticket is solved") {
        end.tickets[row.incident.ticket_id].status = 5;
        CHECK(tells(check(end), "goes on, but has no open ticket"));
    }
    SECTION("it has two open tickets") {
        ports::IncidentRow second = row;
        second.incident.ticket_id = 999'999;
        second.episodes.clear();
        end.tickets[999'999].reference = "GAB-other";
        end.incidents.push_back(second);
        CHECK(tells(check(end), "2 open tickets"));
    }
}

TEST_CASE("an end without the incident of a problem that is over is not clean") {
    FinalState end = clean_run().end;
    end.policy.open_after.clear();
    end.incidents.clear();
    end.tickets.clear();
    CHECK(tells(check(end), "never had an incident"));
}
