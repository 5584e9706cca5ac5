#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Recorded stories of Alertmanager and Icinga 2, posted to the real daemon as they came.

BRIDGE and SIM name the programs.
"""

import socket
import unittest

from harness import DEADLINE_S, recorded, wait_for
from system_test import CONFIG, SOLVED, SystemTest, zabbix

SOURCES = """\
sources:
  am: {type: alertmanager, auth: {bearer: {file: sender.token}}}
  icinga: {type: icinga2, auth: {bearer: {file: sender.token}}}
"""


class Senders(SystemTest):
    config = CONFIG.replace("sources:\n", SOURCES).replace(
        "defaults: {", "defaults: {open: warning, ")

    def setUp(self):
        super().setUp()
        self.bridge.start()

    def post(self, source, sender, name):
        body, content_type = recorded(sender, name)
        status, answer = self.bridge.send(source, body, content_type)
        self.assertEqual(status, 202, answer)
        return [one["status"] for one in answer["alerts"]]

    def solved(self, wanted):
        """Waits until these hosts' tickets are solved and no other."""
        def seen(tickets):
            return {one["name"].split(":")[0] for one in tickets
                    if one["status"] == SOLVED} == wanted
        return seen

    def test_a_group_of_alertmanager_opens_and_solves_a_ticket_for_each_alert(self):
        self.assertEqual(self.post("am", "alertmanager", "grouped_firing"), ["accepted"] * 3)
        self.tickets(3, self.solved(set()))
        self.assertEqual(self.post("am", "alertmanager", "grouped_partly_resolved"),
                         ["duplicate", "accepted", "duplicate"])
        self.tickets(3, self.solved({"db2"}))
        self.assertEqual(self.post("am", "alertmanager", "grouped_joined"),
                         ["duplicate", "duplicate", "accepted"])
        self.tickets(4, self.solved({"db2"}))
        self.assertEqual(self.post("am", "alertmanager", "grouped_all_resolved"), ["accepted"] * 3)
        tickets = self.tickets(4, self.solved({"db1", "db2", "db3", "db4"}))
        self.assertEqual([len(one["solutions"]) for one in tickets], [1] * 4)
        self.assertEqual(self.post("am", "alertmanager", "grouped_joined"),
                         ["duplicate"] * 3)

    def test_alertmanager_fires_again_on_the_same_ticket(self):
        for name in ("firing_single", "firing_repeat"):
            self.post("am", "alertmanager", name)
        self.one_ticket()
        self.post("am", "alertmanager", "resolved_single")
        self.one_ticket(lambda one: one["status"] == SOLVED)
        self.post("am", "alertmanager", "refire_same_fingerprint")
        self.one_ticket(lambda one: one["status"] != SOLVED)

    def test_lists_that_alertmanager_has_cut_are_counted(self):
        body, _ = recorded("alertmanager", "firing_single")
        cut = body.replace('"truncatedAlerts":0', '"truncatedAlerts":3')
        self.assertNotEqual(cut, body)
        self.bridge.send("am", cut)
        self.assertEqual(self.bridge.metric("alerts_left_out_total", source="am"), 3)

    def test_a_service_of_icinga_is_one_ticket_from_problem_to_recovery_and_again(self):
        for name in ("svc_problem", "svc_ack", "svc_change_warning", "svc_custom"):
            self.assertEqual(self.post("icinga", "icinga2", name), ["accepted"])
        self.assertEqual(self.post("icinga", "icinga2", "svc_ack"), ["duplicate"])
        self.one_ticket(lambda one: len(one["followups"]) == 3)
        self.post("icinga", "icinga2", "svc_recovery")
        self.one_ticket(lambda one: one["status"] == SOLVED)
        body, _ = recorded("icinga2", "svc_problem")
        for moment in ("1795467650", "21:00:50"):
            self.assertIn(moment, body)
        self.accepted("icinga", body.replace("1795467650", "1795468000"))
        self.one_ticket(lambda one: one["status"] != SOLVED)

    def test_a_host_of_icinga_that_was_never_checked_before_is_solved(self):
        self.post("icinga", "icinga2", "host_down")
        self.one_ticket()
        self.post("icinga", "icinga2", "host_recovery")
        self.one_ticket(lambda one: one["status"] == SOLVED)


class HangingMonitoring(SystemTest):
    """A monitoring system that takes connections and never answers."""

    def setUp(self):
        self.hanging = socket.create_server(("127.0.0.1", 0))
        self.hanging.settimeout(DEADLINE_S)
        self.addCleanup(self.hanging.close)
        port = self.hanging.getsockname()[1]
        back = (f'back: {{url: "http://127.0.0.1:{port}", user: bridge, '
                "password: {file: sender.token}}")
        self.config = CONFIG.replace("sources:\n", SOURCES.replace(
            "type: icinga2,", f"type: icinga2, {back},"))
        super().setUp()
        self.bridge.start()

    def test_a_stop_in_the_midst_of_a_question_to_it_is_a_clean_one(self):
        asked, _ = self.hanging.accept()
        with asked:
            self.assertIn(b"/v1/objects/", asked.recv(4096))
            self.accepted("zabbix", zabbix())
            self.one_ticket()
            self.assertEqual(self.bridge.process.stop(), 0)
        log = self.bridge.process.text()
        self.assertIn('"stopped"', log)
        self.assertNotIn("stopped_hard", log)
        wait_for("the session to be over", lambda: self.sim.get("/sessions") == [])


if __name__ == "__main__":
    unittest.main()
