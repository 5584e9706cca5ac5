#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nothing secret in logs, metrics, answers, /proc or a core dump, on every path that holds a secret.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import os
import resource
import signal
import unittest

from harness import http, wait_for
from system_test import CONFIG, SystemTest, zabbix

SECRETS = ("sender-secret", "hmac-secret", "sim-bridge-token", "sim-app-token")


class SecretsTest(SystemTest):
    config = CONFIG.replace("level: info", "level: debug")

    def setUp(self):
        super().setUp()
        # What follows is about a process that the system would let write a core.
        limits = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (limits[1], limits[1]))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, limits)

    def holds_no_secret(self, what, data):
        for secret in SECRETS:
            self.assertNotIn(secret.encode(), data, f"{what} shows {secret}")

    def test_no_error_path_shows_a_secret(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        answers = []
        for headers in ({"Authorization": "Bearer sender-secret-but-wrong"},
                        {"Authorization": "Basic bmFnaW9zOnNlbmRlci1zZWNyZXQ="},
                        {"Authorization": "sender-secret"},
                        {"X-Bridge-Signature": "hmac-secret", "X-Bridge-Timestamp": "1"}):
            for source in ("zabbix", "basic", "signed", "nosuch"):
                answers.append(str(self.bridge.send(source, zabbix("1"), headers=headers)))
        for action in ("session_lost", "html_500", "reset_before", "bad_app_token"):
            self.sim.post("/faults", {"rules": [
                {"match": {"path": "apirest.php"}, "action": action, "count": 2}]})
            self.accepted("zabbix", zabbix(str(2000 + len(answers)), trigger_id=action))
            wait_for(f"{action} to have struck",
                     lambda: self.sim.get("/faults")["rules"][-1]["fired"] == 2)
            answers.append(action)
        self.assertEqual(self.bridge.process.stop(), 0)
        self.sim.post("/config", {"user_token_enabled": False})
        self.bridge.start()
        wait_for("the refused token to be told", lambda: "ERROR_GLPI_LOGIN" in self.bridge.ready()[1])
        answers += [self.bridge.metrics(), str(self.bridge.ready()),
                    http("GET", self.bridge.url + "/nothing")[2], str(self.bridge.check()),
                    str(self.bridge.command("dead")), str(self.bridge.command("incidents"))]
        self.holds_no_secret("an answer", "\n".join(answers).encode())
        self.holds_no_secret("the log", self.bridge.process.text().encode())
        process = f"/proc/{self.bridge.process.child.pid}/"
        for name in ("cmdline", "environ", "status", "maps"):
            with open(process + name, "rb") as file:
                self.holds_no_secret(name, file.read())

    def test_no_core_is_written(self):
        self.bridge.start()
        child = self.bridge.process.child
        with open(f"/proc/{child.pid}/limits", encoding="ascii") as file:
            limit = next(line for line in file if line.startswith("Max core file size"))
        self.assertEqual(limit.split()[4:6], ["0", "0"])
        child.send_signal(signal.SIGABRT)
        _, status = os.waitpid(child.pid, 0)
        child.returncode = -1
        self.assertFalse(os.WCOREDUMP(status))


if __name__ == "__main__":
    unittest.main()
