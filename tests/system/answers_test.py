#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Every answer that a real GLPI was seen to give in trouble, as a fault, on both versions.

Each row: the alert is kept, the trouble is named rightly where an operator looks, GLPI is not
hammered, and when the trouble is over the ticket is there, once. BRIDGE and SIM name the programs.
"""

import os
import re
import time
import unittest

from driver import Sender
from fault_bench import CONFIG, Bench
from harness import wait_for

BRIDGE = os.environ["BRIDGE"]
SIM = os.environ["SIM"]

API = "^/apirest.php"
TICKET = "^/apirest.php/Ticket$"
FOLLOWUP = "^/apirest.php/ITILFollowup$"
SOLUTION = "^/apirest.php/ITILSolution$"
LOOK_UP = "^/apirest.php/search/Ticket$"

# What is wrong, GLPI 10's answer, GLPI 11's, what /readyz says of it. Every call is answered so.
OUTAGES = (
    ("the database is down", "html_200", "html_500", r"away: .*(Mysql Error|answered 500)"),
    ("maintenance", "maintenance", "maintenance", "away: .*MAINTENANCE MODE"),
    ("an update is pending", "update_needed", "update_needed", "away: .*Update needed"),
    ("GLPI is not configured", "not_configured", "not_configured", "away: .*not be configured"),
    ("PHP dies", "empty_200", "html_500", r"away: .*(and nothing else|answered 500)"),
    ("PHP-FPM is down", "http_502", "http_502", "away: .*502"),
    ("sessions cannot be stored", "empty_session_token", "session_lost",
     "away: .*(cannot store sessions|forgets sessions)"),
)
# GLPI 11 hands out sessions that it cannot keep: the login works, whatever follows does not.
SPARED = {"session_lost": "^/apirest.php/[^i]"}
# The answer to POST Ticket once, then GLPI is well. Whether it is stored, the sim knows.
UNCLEAR = ("html_200", "html_500", "empty_200", "maintenance", "update_needed", "not_configured",
           "http_502", "sql_500", "sql_400", "sql_400_stored", "commit_then_500",
           "commit_then_reset", "commit_then_hang", "half_answer", "reset_before")


# The same to a follow-up, then to a solution; a choice, since they are read by the same code.
UNCLEAR_NEWS = ("sql_400", "sql_400_stored", "sql_500", "commit_then_500", "half_answer")


class BothVersions:
    """Run against both GLPIs by the subclasses below."""
    version = "11"

    def setUp(self):
        self.bench = Bench(BRIDGE, SIM, self.version, CONFIG)
        self.addCleanup(self.clean_up)
        self.sender = Sender(self.bench.access, self.bench.history)
        self.number = self.asked = 0

    def clean_up(self):
        self.sender.close()
        log = self.bench.close()
        self.assertNotIn("ERROR: AddressSanitizer", log)
        self.assertNotIn("runtime error:", log)

    def problem(self):
        """A new problem, accepted; its key."""
        self.number += 1
        key = f"K0x{self.number}"
        status = self.sender.post(self.number, key, "problem", 2 * self.number)
        self.assertEqual(status, 202)
        return key

    def tickets_of(self, key):
        return [one for one in self.bench.sim.tickets() if one["name"].endswith(key)]

    def opened(self, count):
        def seen():
            events = [one for one in self.bench.bridge.events() if one["event"] == "ticket_opened"]
            return len(events) >= count
        wait_for(f"{count} tickets to be known", seen)

    def everything_arrived_once(self):
        report = self.bench.finish()
        self.assertTrue(report.clean(), report.details())
        self.assertEqual(self.bench.owed_in_store(), (0, 0, 0))
        self.assertEqual(report.tickets, self.number)

    def told_by_readyz(self, wanted):
        def seen():
            status, text = self.bench.bridge.ready()
            self.assertEqual(status, 200)  # GLPI's trouble does not stop the intake
            return text if re.search(wanted, text) else None
        wait_for(f"/readyz to say '{wanted}'", seen)

    def test_every_outage_is_named_and_over_when_it_is_over(self):
        at = 1 if self.version == "10" else 2
        self.bench.bridge.start()
        self.problem()
        self.opened(1)
        for row in OUTAGES:
            with self.subTest(row[0]):
                self.outage(row[at], row[3])
        self.everything_arrived_once()

    def outage(self, action, told):
        since = time.monotonic()
        self.bench.faults(("", SPARED.get(action, API), action, {"count": -1}))
        self.bench.sim.post("/sessions/drop", {})
        key = self.problem()
        self.told_by_readyz(told)
        wait_for("several attempts", lambda: self.bench.fired()[action] >= 4)
        self.assertEqual(self.bench.metric("glpi_up"), 0)
        self.assertEqual(self.tickets_of(key), [])
        asked = self.bench.fired()[action]
        # No storm: the breaker asks once a second at first, and a question may be three requests.
        self.assertLessEqual(asked, 20 + 6 * (time.monotonic() - since))
        self.bench.clear_faults()
        self.opened(self.number)
        wait_for("GLPI to be up", lambda: self.bench.metric("glpi_up") == 1)

    def test_every_unclear_answer_to_a_ticket_ends_in_one_ticket(self):
        self.bench.bridge.start()
        self.problem()
        self.opened(1)
        for action in UNCLEAR:
            with self.subTest(action):
                self.bench.faults(("POST", TICKET, action, {"count": 1}))
                before = self.bench.metric("operations_total", kind="open", result="uncertain")
                self.problem()
                self.opened(self.number)
                self.assertEqual(self.bench.fired(), {action: 1})
                after = self.bench.metric("operations_total", kind="open", result="uncertain")
                self.assertGreaterEqual(after, before + 1)
                self.bench.clear_faults()
        self.everything_arrived_once()

    def news(self, key, what, note=""):
        """A note on the newest problem, or its recovery."""
        self.asked += 1
        status = self.sender.post(10_000 + self.asked, key, what, 2 * self.number, note)
        self.assertEqual(status, 202)

    def test_every_unclear_answer_to_news_ends_in_one_entry(self):
        self.bench.bridge.start()
        for action in UNCLEAR_NEWS:
            with self.subTest(action):
                key = self.problem()
                self.opened(self.number)
                self.bench.faults(("POST", FOLLOWUP, action, {"count": 1}),
                                  ("POST", SOLUTION, action, {"count": 1}))
                note = key.replace("K", "N") + "x1"  # as the checker knows them
                self.news(key, "note", note)
                wait_for("the note", lambda: note in str(self.tickets_of(key)))
                self.news(key, "recovery")
                wait_for("the solution", lambda: self.tickets_of(key)[0]["status"] == 5)
                self.assertEqual(self.bench.fired(), {action: 2})
                self.bench.clear_faults()
        self.everything_arrived_once()

    def test_a_lock_that_lasts_is_waited_out(self):
        self.bench.bridge.start()
        self.problem()
        self.opened(1)
        self.bench.faults(("POST", TICKET, "sql_400", {"count": 4}))
        key = self.problem()
        self.opened(2)
        self.assertEqual(self.bench.fired(), {"sql_400": 4})
        self.assertEqual([one["entity"] for one in self.tickets_of(key)],
                         ["Root entity > Customer A"])
        self.everything_arrived_once()

    def test_a_search_that_fails_is_not_taken_for_nothing_found(self):
        """While the search answers nonsense, an unclear ticket is not written again."""
        self.bench.bridge.start()
        self.problem()
        self.opened(1)
        for action in ("sql_500", "html_200", "empty_200", "half_answer"):
            with self.subTest(action):
                self.bench.faults(("POST", TICKET, "commit_then_reset", {"count": 1}),
                                  ("POST", LOOK_UP, action, {"count": 3}))
                self.problem()
                self.opened(self.number)
                self.assertEqual(self.bench.fired(), {"commit_then_reset": 1, action: 3})
                self.bench.clear_faults()
        self.everything_arrived_once()


class Answers10(BothVersions, unittest.TestCase):
    version = "10"

    def test_a_ticket_that_a_lock_left_without_its_asset_is_a_ticket(self):
        self.bench.faults(("POST", TICKET, "link_missing", {"count": 1}))
        self.bench.bridge.start()
        key = self.problem()
        self.opened(1)
        self.assertEqual(self.bench.fired(), {"link_missing": 1})
        self.assertEqual([one["items"] for one in self.tickets_of(key)], [[]])
        self.everything_arrived_once()


class Answers11(BothVersions, unittest.TestCase):
    pass


if __name__ == "__main__":
    unittest.main()
