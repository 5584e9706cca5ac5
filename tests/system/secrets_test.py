#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Nothing secret in logs, metrics, answers, /proc or a core dump, on every path that holds a secret.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import os
import resource
import signal
import socket
import subprocess
import unittest

from harness import Bridge, http, wait_for
from system_test import BRIDGE, CONFIG, SystemTest, zabbix

SEND = "{url: @URL@, source: dc1, token_file: sender.token, spool: spool, timeout: 30s}"
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

    def writes_no_core(self, child):
        with open(f"/proc/{child.pid}/limits", encoding="ascii") as file:
            limit = next(line for line in file if line.startswith("Max core file size"))
        # Where the system forbids it already, nobody may raise the limit from 0 to 1 but root.
        is_forbidden = resource.getrlimit(resource.RLIMIT_CORE)[1] == 0
        self.assertIn(limit.split()[4:6], [["1", "1"]] + [["0", "0"]] * is_forbidden)
        child.send_signal(signal.SIGABRT)
        _, status = os.waitpid(child.pid, 0)
        child.returncode = -1
        self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
        self.assertFalse(os.WCOREDUMP(status))

    def test_the_daemon_writes_no_core(self):
        self.bridge.start()
        self.writes_no_core(self.bridge.process.child)

    def test_other_commands_that_hold_tokens_write_no_core(self):
        macros = {"NAGIOS_NOTIFICATIONTYPE": "PROBLEM", "NAGIOS_HOSTNAME": "web01",
                  "NAGIOS_HOSTSTATE": "DOWN", "NAGIOS_HOSTPROBLEMID": "7"}
        for command in ("doctor", "send"):
            with self.subTest(command), socket.create_server(("127.0.0.1", 0)) as silent:
                silent.settimeout(30)
                url = f"http://127.0.0.1:{silent.getsockname()[1]}"
                file = (Bridge(BRIDGE, self.directory, self.config, url).config
                        if command == "doctor" else
                        self.bridge.write("send.yaml", SEND.replace("@URL@", url), 0o644))
                child = subprocess.Popen([BRIDGE, command, "-c", file],
                                         env={**os.environ, **macros},
                                         stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                self.addCleanup(child.kill)
                with silent.accept()[0]:  # it waits for an answer, tokens in hand
                    self.writes_no_core(child)


if __name__ == "__main__":
    unittest.main()
