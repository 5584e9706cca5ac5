#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`replay` of what a daemon has stored: the difference that a new configuration makes in tickets.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import json
import subprocess
import unittest

from system_test import SOLVED, SystemTest, recovery, zabbix


class Replay(SystemTest):
    def setUp(self):
        super().setUp()
        self.bridge.start()
        self.accepted("zabbix", zabbix("1001", event_name="One"))
        self.accepted("zabbix", recovery("1001"))
        last = self.accepted("zabbix", zabbix("1003", trigger_id="501", event_name="Two",
                                              event_nseverity="5"))
        self.bridge.decided(last["id"])
        self.tickets(2, lambda tickets: any(ticket["status"] == SOLVED for ticket in tickets))
        self.sim.post("/requests/reset", {})
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read().replace("sender.token", "no-such-file")
        text = text.replace(" time_zone: Europe/Paris}",
                            " time_zone: Europe/Paris, default_entity: Elsewhere}")
        self.new = self.bridge.write(
            "new.yaml", text + "rules:\n  - {name: mild, when: {severity: high}, then: {drop: true}}\n",
            0o644)

    def replay(self, *more):
        done = subprocess.run(
            [self.bridge.program, "replay", "--since", "1h", "--config", self.new,
             "--present", self.bridge.config, *more],
            capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def check(self):
        rows = [json.loads(line) for line in self.replay("--json").splitlines()]
        self.assertEqual([row.get("what") for row in rows], ["not_opened", "changed", None])
        self.assertEqual(rows[0]["why"], "dropped by a rule")
        self.assertEqual(rows[0]["problem"], "One")
        self.assertEqual(rows[1]["fields"], {"default_entity": ["Root entity", "Elsewhere"]})
        self.assertEqual(rows[2], {
            "alerts": 3, "problems": 2, "tickets_before": 2, "tickets_after": 1, "opened": 0,
            "not_opened": 1, "changed": 1, "not_due": 0, "cut_short": 0})

    def test_the_running_daemon_gives_its_alerts_and_nothing_is_sent(self):
        self.check()
        text = self.replay()
        self.assertIn("(new: dropped by a rule)", text)
        self.assertIn("default_entity: 'Root entity' -> 'Elsewhere'", text)
        self.assertEqual(self.sim.get("/requests")["total"], 0)

    def test_a_store_without_a_daemon_is_read_from_a_copy(self):
        self.bridge.process.kill()
        self.check()


if __name__ == "__main__":
    unittest.main()
