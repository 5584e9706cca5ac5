#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shipped example config/examples/personnel.yaml, run: one new hire, two requests in GLPI.

BRIDGE and SIM name the programs. Only addresses, files and waiting times of the example are changed.
"""

import json
import os
import pathlib
import re
import unittest

from system_test import SystemTest

EXAMPLE = pathlib.Path(__file__).resolve().parents[2] / "config" / "examples" / "personnel.yaml"
SOLVED = 5
BOSS = 77
SEED = {"groups": [{"name": "Asset management"}, {"name": "Identity management"}],
        "categories": [{"name": "Asset assignment"}, {"name": "Access"}],
        "users": [{"id": BOSS, "name": "boss"}]}


def example():
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in (
            ("address: 0.0.0.0", "address: 127.0.0.1\n  port: @PORT@"),
            ("{file: personnel.token}", "{file: sender.token}"),
            ("url: https://glpi.example.com\n",
             'url: "@GLPI@"\n  app_token: {file: glpi-app.token}\n'
             "  retry: {first: 100ms, longest: 1s}\n")):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text + ('log: {format: json}\nstore: {sqlite: {path: "@DIR@/bridge.db"}}\n'
                   "defaults: {resolve_after: 0s}\n")


def hire(event="hire.confirmed", minute=0, **employee):
    return json.dumps({
        "event": event, "sent_at": f"2026-11-26T09:{minute:02}:00Z", "starts_on": "2026-12-07",
        "employee": {"id": 4711, "name": "Ada <Lovelace>", "site": "Lyon", "role": "Engineer",
                     "manager": "boss", **employee},
        "remarks": "left-handed mouse", "url": "https://hr.example.com/hires/4711"})


class Personnel(SystemTest):
    config = example()

    def setUp(self):
        super().setUp()
        self.sim.post("/seed", SEED)
        self.bridge.start()

    def post(self, body):
        status, answer = self.bridge.send("personnel", body)
        self.assertEqual(status, 202, answer)
        self.assertEqual(len(answer["alerts"]), 2)
        return answer["alerts"]

    def by_part(self, what=lambda ticket: True):
        tickets = self.tickets(2, lambda found: all(what(one) for one in found))
        return {re.search(r": (\w+)$", ticket["name"])[1]: ticket for ticket in tickets}

    def test_one_new_hire_opens_a_request_for_equipment_and_one_for_access(self):
        self.post(hire())
        tickets = self.by_part()
        self.assertEqual(sorted(tickets), ["access", "equipment"])
        wanted = {"equipment": ("Asset assignment", "Asset management"),
                  "access": ("Access", "Identity management")}
        for part, (category, group) in wanted.items():
            ticket = tickets[part]
            with self.subTest(part):
                self.assertEqual(ticket["type"], 2)
                self.assertEqual(ticket["category"], category)
                self.assertEqual([one["name"] for one in ticket["assigned"]["groups"]], [group])
                self.assertEqual(ticket["requesters"]["users"], [BOSS])
                self.assertEqual(ticket["items"], [])
                self.assertEqual(ticket["entity"], "Root entity")
                content = ticket["content"].replace("&#60;", "<").replace("&#62;", ">")
                self.assertIn("left-handed mouse", content)
                self.assertNotIn("<Lovelace>", content)
                for noise in ("asset", "default entity"):  # nobody asked about a machine
                    self.assertNotIn(noise, content.lower())
        self.assertEqual(self.bridge.command("unmatched", "--json")[1], "")

    def test_the_same_post_again_makes_no_ticket_and_a_change_writes_on_both(self):
        first = self.post(hire())
        self.by_part()
        again = self.post(hire())
        self.assertEqual([one["status"] for one in again], ["duplicate", "duplicate"])
        self.assertEqual([one["id"] for one in again], [one["id"] for one in first])
        self.post(hire("hire.changed", 5, site="Paris"))
        for ticket in self.by_part(lambda one: len(one["followups"]) == 1).values():
            self.assertIn("Paris", ticket["followups"][0]["content"])
            self.assertNotEqual(ticket["status"], SOLVED)

    def test_other_events_change_nothing_and_a_withdrawal_solves_what_nobody_touched(self):
        self.post(hire())
        self.by_part()
        status, answer = self.bridge.send("personnel", hire("hire.photographed", 2))
        self.assertEqual((status, answer["alerts"]), (202, []))
        self.post(hire("hire.withdrawn", 9))
        tickets = self.by_part(lambda one: one["status"] == SOLVED)
        for ticket in tickets.values():
            self.assertEqual(len(ticket["solutions"]), 1)

    def test_a_post_without_an_employee_is_refused_with_the_pointer(self):
        status, answer = self.bridge.send("personnel", '{"event": "hire.confirmed"}')
        self.assertEqual(status, 400)
        self.assertIn("/employee/id", answer["error"])
        self.assertIn("/employee/id", self.bridge.command("quarantine")[1])


if __name__ == "__main__":
    unittest.main()
