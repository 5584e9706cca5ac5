// SPDX-License-Identifier: MIT
// A person wins: eight things that people do to a ticket, and the four kinds of news that may
// follow.
#include <functional>

#include "catch.hpp"
#include "people_world.hpp"

namespace {

using namespace test_support;
using Writes = std::vector<std::string>;

struct Case {
    const char* name;
    std::function<void(PeopleWorld&)> person, monitoring;
    Writes writes;  // after what the person did
    int status;     // of the first ticket, in the end
};

const std::vector<Case>& matrix() {
    static const std::vector<Case> kCases{
        {"taken, then a repeat: one digest", takes, repeats, {"followup:repeat"}, 2},
        {"taken, then worse: told, and more urgent",
         takes,
         gets_worse,
         {"followup:severity", "update:priority"},
         2},
        {"taken, then recovered: told, not solved", takes, recovers, {"followup:recovered"}, 2},
        {"taken, then a new episode: told, told when over",
         takes,
         comes_anew,
         {"followup:returned", "followup:recovered"},
         2},

        {"solved, then a repeat: the one follow-up, counted",
         solves,
         repeats,
         {"followup:repeat"},
         5},
        {"solved, then worse: reopened, and more urgent",
         solves,
         gets_worse,
         {"followup:repeat", "reopen:severity", "update:priority"},
         1},
        {"solved, then recovered: left as it is", solves, recovers, {"followup:repeat"}, 5},
        {"solved, then a new episode: reopened, not solved for the person",
         solves,
         comes_anew,
         {"followup:repeat", "reopen:returned", "followup:recovered"},
         1},

        {"closed, then a repeat: nothing is written", closes, repeats, {}, 6},
        {"closed, then worse: a new ticket, linked",
         closes,
         gets_worse,
         {"open:opened", "link_ticket:linked"},
         6},
        {"closed, then recovered: left as it is", closes, recovers, {}, 6},
        {"closed, then a new episode: a new ticket, linked and solved",
         closes,
         comes_anew,
         {"open:opened", "link_ticket:linked", "solve:recovered"},
         6},

        {"reopened, then a repeat of what is over: nothing",
         reopens,
         repeats,
         {"solve:recovered"},
         2},
        {"reopened, then worse than when it was over: nothing",
         reopens,
         gets_worse,
         {"solve:recovered"},
         2},
        {"reopened, then recovered again: not solved again",
         reopens,
         recovers,
         {"solve:recovered"},
         2},
        {"reopened, then a new episode: told, and its recovery solves again",
         reopens,
         comes_anew,
         {"solve:recovered", "followup:reopened", "solve:recovered"},
         5},

        {"deleted, then a repeat: nothing", deletes, repeats, {}, 1},
        {"deleted, then worse: nothing", deletes, gets_worse, {}, 1},
        {"deleted, then recovered: nothing", deletes, recovers, {}, 1},
        {"deleted, then a new episode: a new ticket, not linked",
         deletes,
         comes_anew,
         {"open:opened", "solve:recovered"},
         1},

        {"moved, then a repeat: one digest", moves, repeats, {"followup:repeat"}, 1},
        {"moved, then worse: told, and more urgent",
         moves,
         gets_worse,
         {"followup:severity", "update:priority"},
         1},
        {"moved, then recovered: solved where it is", moves, recovers, {"solve:recovered"}, 5},
        {"moved, then a new episode: told, solved where it is",
         moves,
         comes_anew,
         {"followup:returned", "solve:recovered"},
         5},

        {"merged, then a repeat: told on the target",
         merges,
         repeats,
         {"followup:joined", "followup:repeat"},
         1},
        {"merged, then worse: told on the target",
         merges,
         gets_worse,
         {"followup:joined", "followup:severity"},
         1},
        {"merged, then recovered: told on the target, which is people's",
         merges,
         recovers,
         {"followup:joined", "followup:recovered"},
         1},
        {"merged, then a new episode: told on the target",
         merges,
         comes_anew,
         {"followup:joined", "followup:returned", "followup:recovered"},
         1},

        {"re-prioritised, then a repeat: one digest",
         reprioritises,
         repeats,
         {"followup:repeat"},
         1},
        {"re-prioritised, then worse: raised above it",
         reprioritises,
         gets_worse,
         {"followup:severity", "update:priority"},
         1},
        {"re-prioritised, then recovered: solved", reprioritises, recovers, {"solve:recovered"}, 5},
        {"re-prioritised, then a new episode: told, solved, priority kept",
         reprioritises,
         comes_anew,
         {"followup:returned", "solve:recovered"},
         5},
    };
    return kCases;
}

}  // namespace

TEST_CASE("what a person did to the ticket is not undone, whatever monitoring says then") {
    CHECK(matrix().size() == 32);
    for (const Case& each : matrix()) {
        DYNAMIC_SECTION(each.name) {
            PeopleWorld world = with_ticket();
            each.person(world);
            world.deliver();
            each.monitoring(world);
            world.deliver();
            CHECK(world.writes == each.writes);
            CHECK(world.ticket().status == each.status);
        }
    }
}
