#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The checker against doctored histories: it finds each violation, and a clean run passes."""

import copy
import os
import tempfile
import unittest

import checker
from history import History, read


def entry(request, key, what, status=202, note=""):
    return {"request": request, "key": key, "what": what, "note": note, "sent_at": 1.0,
            "took": 0.1, "status": status}


def reference(number):
    return "GAB-" + str(number).zfill(26)


def ticket(number, key, status=1, notes=(), solved=False):
    return {
        "id": number, "name": f"web01: Fault {key}", "status": status,
        "content": f"<p>Fault {key}</p><p>{reference(number)}</p>",
        "followups": [{"id": 100 * number + at, "content":
                       f"<p>{note}</p><p>{reference(1000 * number + at)}</p>"}
                      for at, note in enumerate(notes)],
        "solutions": [{"id": number, "content": f"<p>{reference(5000 + number)}</p>"}]
        if solved else [],
    }


HISTORY = [
    entry(1, "K0x1", "problem"),
    entry(2, "K0x1", "note", note="N0x1x1"),
    entry(3, "K0x1", "recovery", status=None),
    entry(3, "K0x1", "recovery"),             # the same, repeated
    entry(4, "K0x11", "problem"),             # a key that begins like another
    entry(5, "K1x1", "problem", status=None),  # nobody knows
    entry(6, "K1x2", "problem", status=503),   # refused
    entry(7, "K1x3", "problem"),
    entry(8, "K1x3", "recovery"),
    entry(9, "K1x3", "problem"),               # a second episode reopens the ticket
]
TICKETS = [
    ticket(1, "K0x1", 5, ["N0x1x1"], solved=True),
    ticket(2, "K0x11"),
    ticket(3, "K1x1"),
    ticket(4, "K1x3", 1, ["<strong>Reopened:</strong>"], solved=True),
]


class CheckerTest(unittest.TestCase):
    def setUp(self):
        self.history = copy.deepcopy(HISTORY)
        self.tickets = copy.deepcopy(TICKETS)

    def finds(self, name, wanted, also=()):
        report = checker.check(self.history, self.tickets)
        self.assertEqual(getattr(report, name), wanted)
        self.assertFalse(report.clean())
        self.assertIn(name, report.details())
        others = [other for other in checker.VIOLATIONS if other != name and getattr(report, other)]
        self.assertEqual(others, list(also))

    def test_a_clean_run_passes_and_unanswered_alerts_are_listed(self):
        report = checker.check(self.history, self.tickets)
        self.assertTrue(report.clean(), report.details())
        self.assertEqual(report.never_acknowledged, ["K1x1"])
        self.assertEqual((report.alerts, report.acknowledged, report.tickets), (9, 7, 4))
        self.assertEqual(report.details(), "")
        self.assertIn("0 lost, 0 doubled, 1 without", report.summary())

    def test_an_unanswered_alert_may_as_well_have_no_ticket(self):
        del self.tickets[2]
        self.assertTrue(checker.check(self.history, self.tickets).clean())

    def test_a_problem_without_a_ticket(self):
        del self.tickets[1]
        self.finds("lost_problems", ["K0x11"])

    def test_a_note_that_was_not_written(self):
        self.tickets[0]["followups"] = []
        self.finds("lost_notes", ["N0x1x1"])

    def test_a_recovery_that_solved_nothing(self):
        self.tickets[0]["status"] = 2
        self.finds("lost_recoveries", ["K0x1"])

    def test_a_problem_that_returned_and_is_solved_all_the_same(self):
        self.tickets[3]["status"] = 5
        self.finds("wrong_state", ["K1x3"])

    def test_an_unanswered_recovery_leaves_the_state_open(self):
        self.history[3:4] = []
        self.tickets[0]["status"] = 1
        self.assertTrue(checker.check(self.history, self.tickets).clean())

    def test_two_tickets_with_one_reference(self):
        self.tickets[1]["content"] = self.tickets[0]["content"]
        self.finds("doubled_references", [reference(1)])

    def test_two_tickets_for_one_problem(self):
        self.tickets.append(ticket(5, "K0x11"))
        self.finds("doubled_keys", ["K0x11"])

    def test_a_second_ticket_for_an_unanswered_alert_counts_too(self):
        self.tickets.append(ticket(5, "K1x1"))
        self.finds("doubled_keys", ["K1x1"])

    def test_a_note_written_twice_under_two_references(self):
        followup = copy.deepcopy(self.tickets[0]["followups"][0])
        followup["content"] = followup["content"].replace(reference(1000), reference(7777))
        self.tickets[0]["followups"].append(followup)
        self.finds("doubled_notes", ["N0x1x1"])

    def test_a_follow_up_sent_twice(self):
        self.tickets[3]["followups"] *= 2
        self.finds("doubled_entries", [reference(4000)], also=["doubled_returns"])

    def test_a_solution_sent_twice(self):
        self.tickets[0]["solutions"] *= 2
        self.finds("doubled_entries", [reference(5001)], also=["doubled_ends"])

    def test_a_note_on_the_ticket_of_another_problem(self):
        self.tickets[1]["followups"] = self.tickets[0]["followups"]
        self.tickets[0]["followups"] = []
        self.finds("misplaced_notes", ["N0x1x1"])

    def test_two_solutions_with_two_references_for_one_recovery(self):
        second = copy.deepcopy(self.tickets[0]["solutions"][0])
        second["content"] = second["content"].replace(reference(5001), reference(7777))
        self.tickets[0]["solutions"].append(second)
        self.finds("doubled_ends", ["K0x1"])

    def test_a_return_told_twice_under_two_references(self):
        second = copy.deepcopy(self.tickets[3]["followups"][0])
        second["content"] = second["content"].replace(reference(4000), reference(7777))
        self.tickets[3]["followups"].append(second)
        self.finds("doubled_returns", ["K1x3"])

    def test_a_solved_ticket_without_a_solution(self):
        self.tickets[0]["solutions"] = []
        self.finds("unsolved", ["K0x1"])

    def test_entries_without_a_reference(self):
        self.tickets[0]["followups"][0]["content"] = "<p>N0x1x1</p>"
        self.tickets[3]["solutions"][0]["content"] = "done"
        report = checker.check(self.history, self.tickets)
        self.assertEqual(sorted(report.strangers), ["followups of 1", "solutions of 4"])
        self.assertFalse(report.clean())

    def test_a_ticket_that_no_alert_explains_and_one_without_a_reference(self):
        self.tickets.append(ticket(9, "K9x9"))
        self.tickets[1]["content"] = "rewritten"
        report = checker.check(self.history, self.tickets)
        self.assertEqual(sorted(report.strangers), [2, 9])
        self.assertFalse(report.clean())

    def test_a_history_is_read_back_as_it_was_written(self):
        with tempfile.TemporaryDirectory() as directory:
            history = History(os.path.join(directory, "history.jsonl"))
            for one in HISTORY:
                history.add(**one)
            self.assertEqual(history.entries(), HISTORY)
            history.close()
            self.assertEqual(read(history.path), HISTORY)


if __name__ == "__main__":
    unittest.main()
