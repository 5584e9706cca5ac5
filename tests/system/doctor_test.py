#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`glpi-alert-bridge doctor` as a process, against the simulated GLPI and a scripted Zabbix.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import glob
import http.server
import json
import os
import pty
import signal
import subprocess
import threading
import time
import unittest

from harness import Bridge, Sim, wait_for
from system_test import BRIDGE, SIM, SystemTest, zabbix

CLEAN = """\
listen: {address: 127.0.0.1, port: @PORT@}
log: {format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris,
           within: "Root entity > Customer A"@BACK@}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity > Customer A"
  watch: {every: 0s}
defaults: {open_after: 0s, under_wait: 0s}
rules:
  - name: network gear
    when: {host: "sw-*"}
    then: {category: Network, assign_group: NOC, request_source: Monitoring}
"""

SPOILT = """\
listen: {address: 127.0.0.1, port: @PORT@}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity > Customer A"
  item_types: [Computer, NetworkEquipmnt]
defaults: {notify: {followup: true}}
rules:
  - name: network gear
    when: {host: "sw-*"}
    then: {category: Netwrok, assign_group: Customer B team, entity: "Root entity > Customer A"}
  - name: the other customer
    when: {host: "b-*"}
    then: {entity: "Root entity > Customer B"}
"""

# A profile like the bridge's without `update`, and a user who has it on one customer only.
SPOILT_GLPI = {
    "profiles": [{"id": 20, "name": "Half a bridge", "like": 9, "ticket": 429063 - 2}],
    "users": [{"name": "half-bridge", "profiles_id": 20, "entities_id": 1,
               "preferences": {"set_followup_tech": 1}}],
    "ticket_templates": [{"id": 2, "name": "Strict", "mandatory": [7, 21, 83]}],
    "entities": [{"id": 1, "name": "Customer A", "entities_id": 0, "autoclose_delay": 0,
                  "inquest_config": 1, "inquest_rate": 100,
                  "tickettemplates_strategy": 0, "tickettemplates_id": 2}],
}

# level, check, a part of what is told, a part of what to do
PLANTED = [
    ("error", "secrets", "glpi-user.token' can be read by others", "chmod 600"),
    ("error", "rights", "'Half a bridge' lacks the right 'Tickets: Update'", "Profiles"),
    ("error", "assets", "no item type 'NetworkEquipmnt'", "'NetworkEquipment'"),
    ("error", "entities", "rule 'the other customer': entity: GLPI has no entity "
                          "'Root entity > Customer B', or does not show it to 'half-bridge'",
     "Authorizations"),
    ("error", "names", "rule 'network gear': category: GLPI has no category 'Netwrok'",
     "did you mean 'Network'?"),
    ("warning", "clock", "s ahead of this machine's", "NTP"),
    ("warning", "limits", "source 'zabbix' has no `within` and can reach 2 entities", "within:"),
    ("warning", "mandatory", "'Strict' of entity 'Root entity > Customer A' makes mandatory what "
                             "may stay empty: category (only some rules set it), location (no "
                             "rule sets it)", "rule that matches everything"),
    ("warning", "surveys", "'Root entity > Customer A'", "rate 0"),
    ("warning", "closing", "sooner than `reopen_within` (1d)", "reopen_within"),
    ("warning", "mail", "each follow-up", "notify"),
    ("warning", "preferences", "set_followup_tech is on", "half-bridge"),
    ("warning", "listener", "no bridge answers at http://127.0.0.1:", "systemctl start"),
]


# Root may write everywhere: a directory of its own says nothing of the service's user.
NOT_LOOKED_AT = (["store"] if os.geteuid() == 0 else []) + ["media_type"]


class ScriptedZabbix:
    """Its JSON-RPC API, as far as doctor asks it."""

    def __init__(self, media_types):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802: the library's name
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                told = "6.0.14" if asked["method"] == "apiinfo.version" else media_types
                body = json.dumps({"jsonrpc": "2.0", "result": told, "id": 1}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class DoctorTest(SystemTest):
    config = CLEAN.replace("@BACK@", "")

    def findings(self, status):
        """What `doctor --json` tells; it must end with the status and give away no secret."""
        done, out, err = self.bridge.command("doctor", "--json")
        self.assertNotIn("Sanitizer", err)
        for secret in ("sender-secret", "sim-app-token", "sim-bridge-token", "sim-half-bridge"):
            self.assertNotIn(secret, out + err)
        self.assertEqual(done, status, out + err)
        return [json.loads(line) for line in out.splitlines()]

    def one(self, findings, check):
        found = [each for each in findings if each["check"] == check]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def restart_with(self, config, seed, version="11"):
        """Another GLPI, and a bridge that is not started."""
        self.sim.process.kill()
        for old in glob.glob(os.path.join(self.directory, "bridge.db*")):
            os.remove(old)  # its ticket numbers belong to the GLPI that is gone
        self.sim = Sim(SIM, self.directory, version, seed=seed)
        self.bridge = Bridge(BRIDGE, self.directory, config, self.sim.url)

    def test_a_clean_configuration_has_no_finding(self):
        for version in ("10", "11"):
            with self.subTest(version):
                self.restart_with(self.config, {}, version)
                self.bridge.start()
                findings = self.findings(0)
                odd = [each for each in findings if each["level"] != "ok"]
                self.assertEqual([each["check"] for each in odd], NOT_LOOKED_AT, odd)
                self.assertEqual({each["level"] for each in odd}, {"skipped"})
                self.bridge.process.stop()

    def test_it_only_reads(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        ticket = self.one_ticket(lambda each: each["content"])
        self.bridge.opened(1)
        self.sim.post("/requests/reset", {})
        reference = self.one(self.findings(0), "reference")
        self.assertIn("a ticket is found by its reference, GAB-", reference["what"])
        asked = self.sim.get("/requests")["by"]
        writes = [kind for kind in asked if not kind.startswith("GET ")]
        self.assertEqual(sorted(writes), ["POST /changeActiveEntities", "POST /search/Ticket"])
        self.assertEqual(self.sim.tickets(), [ticket])
        own = [each for each in self.sim.get("/sessions") if each["user"] == "alert-bridge"]
        self.assertEqual(len(own), 1, "doctor left its session open beside the daemon's")

    def test_tickets_that_lost_their_reference_are_found(self):
        self.bridge.start()
        reference = self.one(self.findings(0), "reference")
        self.assertIn("the last 7 days have none", reference["what"])
        # As if a rule had written the description anew.
        status, _ = self.sim.api(
            "POST", "/Ticket",
            {"input": {"name": "x", "content": "written anew", "entities_id": 1}},
            token="sim-bridge-token")
        self.assertEqual(status, 201)
        reference = self.one(self.findings(1), "reference")
        self.assertIn("none of 1 tickets that the bridge's user wrote", reference["what"])

    def test_without_the_right_to_read_entities_nothing_is_well(self):
        self.restart_with(CLEAN.replace("@BACK@", ""), {
            "profiles": [{"id": 20, "name": "No entities", "like": 9, "rights": {"entity": 0}}],
            "users": [{"name": "half-bridge", "profiles_id": 20, "entities_id": 0,
                       "is_recursive": True}]})
        self.bridge.write("glpi-user.token", "sim-half-bridge-token\n", 0o600)
        self.bridge.start()
        entities = self.one(self.findings(1), "entities")
        self.assertEqual(entities["level"], "error")
        self.assertIn("Profiles > No entities: tick 'Administration > Entities: Read'",
                      entities["to_do"])

    def own_sessions(self):
        return [each for each in self.sim.get("/sessions") if each["user"] == "alert-bridge"]

    def test_an_outage_in_the_middle_is_an_error_and_leaves_no_session(self):
        self.sim.post("/faults", {"rules": [
            {"match": {"path": "apirest.php/(ITILCategory|Group|RequestType|search)"},
             "action": "http_502", "count": -1}]})
        findings = self.findings(1)
        answers = self.one(findings, "answers")
        self.assertEqual(answers["level"], "error")
        self.assertIn("stopped answering after the login", answers["what"])
        self.assertEqual(self.one(findings, "reference")["level"], "skipped")
        self.assertEqual(self.own_sessions(), [])

    def test_a_signal_ends_it_and_its_session(self):
        self.sim.post("/faults", {"rules": [
            {"match": {"path": "apirest.php/TicketTemplate$"}, "action": "slow",
             "delay_ms": 9000, "count": -1}]})
        for times, number in enumerate((signal.SIGINT, signal.SIGTERM)):
            with self.subTest(number):
                child = subprocess.Popen(
                    [BRIDGE, "doctor", "-c", self.bridge.config], stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE, stderr=subprocess.PIPE)
                wait_for("a question that GLPI is slow to answer",
                         lambda: self.sim.get("/faults")["rules"][0]["fired"] > times)
                self.assertEqual(len(self.own_sessions()), 1)
                child.send_signal(number)
                out, err = child.communicate(timeout=60)
                self.assertEqual((child.returncode, out, err), (-number, b"", b""))
                self.assertEqual(self.own_sessions(), [])

    def test_every_planted_mistake_is_found_with_its_fix(self):
        self.restart_with(SPOILT, SPOILT_GLPI)
        self.bridge.write("glpi-user.token", "sim-half-bridge-token\n", 0o644)
        self.sim.post("/config", {"clock_offset_s": 400, "notifications": True})
        findings = self.findings(1)
        for level, check, what, to_do in PLANTED:
            with self.subTest(check=check):
                found = [each for each in findings
                         if (each["level"], each["check"]) == (level, check)]
                self.assertTrue(any(what in each["what"] and to_do in each["to_do"] and each["why"]
                                    for each in found), found)
        names = [each["what"] for each in findings if each["check"] == "names"]
        self.assertEqual(names[1], "rule 'network gear': assign_group: GLPI has no group "
                                   "'Customer B team'")
        # Nothing else is wrong.
        bad = [each for each in findings if each["level"] in ("error", "warning")]
        self.assertEqual(len(bad), len(PLANTED) + 1, bad)

        status, text, _ = self.bridge.command("doctor")
        self.assertEqual(status, 1)
        self.assertNotIn("\033", text)
        self.assertIn("         do:  did you mean 'Network'?\n", text)
        self.assertRegex(text.splitlines()[-1], r"^6 errors, 8 warnings, \d+ fine, \d+ not checked$")

    def test_warnings_alone_end_with_three(self):
        self.restart_with(self.config.replace(
            '           within: "Root entity > Customer A"', ""), {})
        self.bridge.start()
        self.assertEqual(self.one(self.findings(3), "limits")["level"], "warning")

    def test_without_glpi_the_local_checks_still_run_and_the_others_say_why(self):
        self.bridge.start()
        self.sim.process.kill()
        started = time.monotonic()
        findings = self.findings(1)
        self.assertLess(time.monotonic() - started, 60)
        by_check = {each["check"]: each for each in findings}
        for check in ("configuration", "secrets", "store", "listener"):
            level = "skipped" if check in NOT_LOOKED_AT else "ok"
            self.assertEqual(by_check[check]["level"], level, by_check[check])
        self.assertIn("step that failed: connect", by_check["reachable"]["what"])
        for check in ("login", "rights", "names", "clock"):
            self.assertEqual((by_check[check]["level"], by_check[check]["what"]),
                             ("skipped", "GLPI could not be asked"))

    def test_what_refuses_the_login_is_named(self):
        self.bridge.start()
        for change, back, what in (
                ({"client_ip_allowed": False}, {"client_ip_allowed": True}, "127.0.0.1"),
                ({"app_token": "another"}, {"app_token": "sim-app-token"},
                 "does not know the application token"),
                ({"user_token_enabled": False}, {"user_token_enabled": True},
                 "refuses the user token"),
                ({"api_enabled": False}, {"api_enabled": True}, "API is switched off")):
            with self.subTest(what):
                self.sim.post("/config", change)
                self.assertIn(what, self.one(self.findings(1), "login")["what"])
                self.sim.post("/config", back)
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "GET", "path": "initSession"}, "action": "maintenance",
             "count": -1}]})
        login = self.one(self.findings(1), "login")
        self.assertIn("page instead of JSON", login["what"])

    def test_mistakes_in_the_configuration_are_told_and_the_port_is_looked_at(self):
        self.bridge.write("bridge.yaml", f"listen: {{port: {self.bridge.port}}}\nsorces: 1\n", 0o644)
        findings = self.findings(1)
        told = [each["what"] for each in findings if each["check"] == "configuration"]
        self.assertTrue(any("bridge.yaml:2:1:" in each for each in told), told)
        self.assertEqual(self.one(findings, "listener")["level"], "warning")
        self.assertEqual(self.one(findings, "names")["what"], "the configuration has mistakes")

    def test_what_the_daemon_cannot_be_made_of_is_told(self):
        back = ', back: {url: "http://127.0.0.1:99999", token: {file: sender.token}}'
        self.restart_with(CLEAN.replace("@BACK@", back), {})
        status, _, err = self.bridge.command("check")
        self.assertEqual(status, 1)
        configuration = self.one(self.findings(1), "configuration")
        self.assertEqual(configuration["level"], "error")
        self.assertIn(configuration["what"], err)

    def test_the_media_type_in_zabbix_is_looked_at(self):
        stranger = {"mediatypeid": "1", "name": "Mail", "status": "0"}
        ours = {"mediatypeid": "5", "name": "GLPI alert bridge", "status": "1",
                "process_tags": "1", "script": "'User-Agent: glpi-alert-bridge-zabbix/1'"}
        zabbix_api = ScriptedZabbix([stranger, ours])
        self.addCleanup(zabbix_api.close)
        back = f', back: {{url: "{zabbix_api.url}", token: {{file: sender.token}}}}'
        self.restart_with(CLEAN.replace("@BACK@", back), {})
        self.bridge.start()
        found = self.one(self.findings(3), "media_type")
        self.assertEqual(found["what"],
                         "source 'zabbix': the media type 'GLPI alert bridge' is disabled")

    def test_on_a_terminal_there_are_colours_and_progress(self):
        self.bridge.start()
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        child = subprocess.Popen([BRIDGE, "doctor", "-c", self.bridge.config],
                                 stdout=slave, stderr=slave, stdin=subprocess.DEVNULL)
        os.close(slave)
        seen = bytearray()

        def read():
            try:
                while True:
                    part = os.read(master, 4096)
                    if not part:
                        return
                    seen.extend(part)
            except OSError:  # the other side is closed
                return

        reader = threading.Thread(target=read)
        reader.start()
        self.assertEqual(child.wait(60), 0, seen)
        wait_for("the terminal to be read", lambda: not reader.is_alive())
        text = seen.decode()
        self.assertIn("asking: logging in", text)
        self.assertIn("\033[32mok       \033[0mversion: GLPI 11.0.6", text)


if __name__ == "__main__":
    unittest.main()
