#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What /metrics gives after some work, as Prometheus' own checker sees it.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import pathlib
import sys
import unittest

from harness import wait_for
from system_test import SystemTest, recovery, zabbix

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

from promtool import promtool  # noqa: E402


class Metrics(SystemTest):
    def setUp(self):
        super().setUp()
        self.bridge.start()

    def test_the_metrics_of_a_working_bridge_pass_prometheus_own_check(self):
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.bridge.send("nagios", "not JSON")
        self.accepted("zabbix", recovery())
        self.one_ticket(lambda ticket: ticket["status"] == 5)
        wait_for("the quarantine to be counted", lambda: self.bridge.metric("quarantined") == 1)
        text = self.bridge.metrics()
        status, said = promtool("check", "metrics", text=text)
        self.assertEqual((status, said), (0, ""))
        status, said = promtool("check", "metrics", text=text.replace("_total", "_count"))
        self.assertNotEqual(status, 0, said)

        metric = self.bridge.metric
        self.assertEqual(metric("alerts_total", source="zabbix", status="accepted"), 2)
        self.assertEqual(metric("alerts_total", source="nagios", status="unreadable"), 1)
        for kind in ("problem", "recovery"):
            self.assertEqual(metric("alerts_decided_total", source="zabbix", kind=kind,
                                    result="applied"), 1)
        self.assertEqual(metric("alert_to_ticket_seconds_count"), 1)
        self.assertEqual(metric("glpi_sessions"), 1)
        self.assertEqual(metric("storms"), 0)
        self.assertGreater(metric("glpi_requests_total", method="POST Ticket", outcome="ok"), 0)
        self.assertGreater(metric("store_commit_seconds_count"), 2)
        self.assertGreater(metric("start_time_seconds"), 1.7e9)


if __name__ == "__main__":
    unittest.main()
