#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""systemd's watchdog is fed while the daemon works, and no longer when one of its threads is stuck.

BRIDGE and SIM name the programs, as in system_test.py. Needs a build with BRIDGE_TEST_POINTS.
"""

import contextlib
import os
import socket
import threading
import time
import unittest

from harness import wait_for
from system_test import SystemTest, zabbix

PERIOD_S = 2  # the unit's WatchdogSec; it is fed twice in that time or more
STUCK_S = 6


class WatchdogTest(SystemTest):
    def setUp(self):
        super().setUp()
        path = os.path.join(self.directory, "notify")
        self.manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.manager.close)
        self.manager.bind(path)
        self.bridge.env = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": str(PERIOD_S * 1_000_000)}

    def heard(self, seconds):
        """What the daemon tells its manager in that time."""
        words, end = [], time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.manager.settimeout(left)
            with contextlib.suppress(TimeoutError):
                words += self.manager.recv(4096).decode().splitlines()
        return words

    def is_fed(self):
        return wait_for("the watchdog to be fed", lambda: "WATCHDOG=1" in self.heard(0.2))

    def post_until_stuck(self):
        """Alerts, one after the other, until one is not answered; that ends with the daemon."""
        def post():
            with contextlib.suppress(OSError):
                for number in range(1000, 1100):
                    self.bridge.send("zabbix", zabbix(str(number), trigger_id=str(number)))
        sender = threading.Thread(target=post, daemon=True)
        sender.start()
        return sender

    def goes_hungry(self, point, passage):
        self.bridge.env["BRIDGE_HANG_AT"] = f"{point}:{passage}"
        self.bridge.start(wait=False)
        self.is_fed()
        wait_for("GLPI to be up", lambda: "glpi_up 1" in self.bridge.metrics())
        sender = self.post_until_stuck()
        # A daemon that works never lets that much time pass.
        wait_for("it to be stuck", lambda: "WATCHDOG=1" not in self.heard(STUCK_S))
        self.assertTrue(self.bridge.process.alive())
        self.assertTrue(sender.is_alive(), "all alerts were answered")

    def test_it_is_fed_while_all_is_well(self):
        self.bridge.start()
        for _ in range(3):
            self.is_fed()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.is_fed()

    def test_a_stuck_store_is_noticed(self):
        self.goes_hungry("store_before_commit", 50)  # some are passed by the start

    def test_a_stuck_event_loop_is_noticed(self):
        self.goes_hungry("intake_before_commit", 3)


if __name__ == "__main__":
    unittest.main()
