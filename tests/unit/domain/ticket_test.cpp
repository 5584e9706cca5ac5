// SPDX-License-Identifier: MIT
// Who wins: what each owed write does to a ticket in each state that people can bring it to.
#include "alert_bridge/domain/ticket.hpp"

#include "catch.hpp"

using namespace alert_bridge::domain;
using Verdict = Review::Verdict;

namespace {

TicketView ticket(int status) {
    TicketView view;
    view.id = 1;
    view.exists = true;
    view.status = status;
    return view;
}

Operation owed(OperationKind kind) {
    Operation operation;
    operation.kind = kind;
    return operation;
}

}  // namespace

TEST_CASE("each write meets each state of the ticket") {
    struct Row {
        OperationKind kind;
        int status;
        Verdict verdict;
    };
    const Row row = GENERATE(
        Row{OperationKind::followup, 1, Verdict::proceed},
        Row{OperationKind::followup, 4, Verdict::proceed},
        Row{OperationKind::followup, 5, Verdict::proceed},
        Row{OperationKind::followup, 6, Verdict::ticket_closed},
        Row{OperationKind::solve, 1, Verdict::proceed},
        Row{OperationKind::solve, 2, Verdict::proceed},
        Row{OperationKind::solve, 4, Verdict::as_followup},
        Row{OperationKind::solve, 10, Verdict::as_followup},
        Row{OperationKind::solve, 5, Verdict::already_so},
        Row{OperationKind::solve, 6, Verdict::already_so},
        Row{OperationKind::reopen, 2, Verdict::as_followup},
        Row{OperationKind::reopen, 5, Verdict::proceed},
        Row{OperationKind::reopen, 6, Verdict::ticket_closed},
        Row{OperationKind::update, 1, Verdict::proceed},
        Row{OperationKind::update, 5, Verdict::skip}, Row{OperationKind::update, 6, Verdict::skip},
        Row{OperationKind::link_ticket, 6, Verdict::proceed}
    );
    CAPTURE(to_string(row.kind), row.status);
    CHECK(review(owed(row.kind), ticket(row.status)).verdict == row.verdict);
}

TEST_CASE("a ticket in the trash bin or purged takes nothing more") {
    const auto kind = GENERATE(
        OperationKind::followup, OperationKind::solve, OperationKind::reopen, OperationKind::update
    );
    TicketView trashed = ticket(1);
    trashed.deleted = true;
    CHECK(review(owed(kind), trashed).verdict == Verdict::ticket_gone);
    CHECK(review(owed(kind), TicketView{}).verdict == Verdict::ticket_gone);
}

TEST_CASE("a person who took, wrote on or moved the ticket keeps it from being solved") {
    TicketView view = ticket(2);
    view.last_person = "tech (4)";
    SECTION("took") {
        view.taken_by_person = true;
    }
    SECTION("wrote") {
        view.written_on_by_person = true;
    }
    SECTION("status") {
        view.status_set_by_person = true;
    }
    const Review result = review(owed(OperationKind::solve), view);
    CHECK(result.verdict == Verdict::as_followup);
    CHECK_THAT(result.reason, ContainsSubstring("tech (4)"));
    Operation always = owed(OperationKind::solve);
    always.content.on_recovery = OnRecovery::solve;
    CHECK(review(always, view).verdict == Verdict::proceed);
}

TEST_CASE("a priority set by a person is not overwritten") {
    TicketView view = ticket(2);
    view.priority_set_by_person = true;
    CHECK(review(owed(OperationKind::update), view).verdict == Verdict::skip);
}

TEST_CASE("the log is read only where a person could matter") {
    CHECK(needs_people(owed(OperationKind::solve)));
    CHECK(needs_people(owed(OperationKind::update)));
    CHECK_FALSE(needs_people(owed(OperationKind::followup)));
    CHECK_FALSE(needs_people(owed(OperationKind::reopen)));
    Operation always = owed(OperationKind::solve);
    always.content.on_recovery = OnRecovery::solve;
    CHECK_FALSE(needs_people(always));
}
