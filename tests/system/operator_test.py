#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The operator's commands against the real daemon, over its admin socket.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import errno
import json
import os
import re
import socket
import stat
import unittest

from harness import http, wait_for
from system_test import SystemTest, recovery, zabbix

NOBODY = 65534
GROUP = 65533  # whose members may operate


class OperatorTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.bridge.start()

    def command(self, *arguments):
        """Standard output of a command that must succeed."""
        status, out, err = self.bridge.command(*arguments)
        self.assertEqual(status, 0, err)
        return out

    def rows(self, *arguments):
        return [json.loads(line) for line in self.command(*arguments, "--json").splitlines()]

    def refuse_openings(self):
        """GLPI refuses every ticket with the same words, until told otherwise."""
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "POST", "path": "^/apirest.php/Ticket$"},
             "action": "refused", "count": -1}]})

    def dead_opening(self):
        self.refuse_openings()
        self.accepted("zabbix", zabbix())
        dead = wait_for("the opening to be dead", lambda: self.rows("dead"))
        self.assertEqual(len(dead), 1)
        http("DELETE", self.sim.url + "/_sim/faults")
        return dead[0]

    def test_a_dead_opening_is_listed_shown_and_retried_into_one_ticket(self):
        dead = self.dead_opening()
        self.assertEqual((dead["kind"], dead["host"]), ("open", "db01.customer-a.example"))
        self.assertIn("ERROR_GLPI_ADD", dead["last_error"])
        table = self.command("dead")
        self.assertRegex(table, r"^ *ID +KIND +TICKET +HOST")
        self.assertIn("db01.customer-a.example", table)
        self.assertNotIn("\033", table)
        self.assertIn("reference", self.command("dead", "show", str(dead["id"])))
        self.assertEqual(self.sim.tickets(), [])

        said = self.command("dead", "retry", str(dead["id"]))
        self.assertEqual(said, f"dead {dead['id']}: looked for in GLPI, then tried again\n")
        ticket = self.one_ticket()
        self.bridge.opened(1)
        self.assertEqual(self.rows("dead"), [])
        incident = self.rows("incidents", "show", str(ticket["id"]))[0]
        self.assertEqual([row["state"] for row in incident["operations"]], ["done"])
        self.accepted("zabbix", recovery())
        self.one_ticket(lambda ticket: ticket["status"] == 5)
        log = self.bridge.process.text()
        self.assertIn("operator_command", log)
        self.assertIn(f"uid {os.getuid()}, says ", log)

    def test_a_discarded_opening_leaves_room_for_the_next_problem(self):
        dead = self.dead_opening()
        self.command("dead", "discard", "--all", "--reason", "a test host")
        self.assertEqual(self.rows("dead"), [])
        self.assertEqual(self.command("dead"), "nothing there\n")
        self.assertEqual(self.command("dead", "retry", "--all"), "nothing there\n")
        self.assertEqual(self.rows("dead", "retry", "--all"), [])
        self.bridge.logged("a test host")
        status, _, err = self.bridge.command("dead", "retry", str(dead["id"]))
        self.assertEqual(status, 1)
        self.assertIn("the operation is finished", err)
        self.accepted("zabbix", zabbix("1003"))
        self.one_ticket()

    def test_a_quarantined_body_is_shown_without_what_a_terminal_obeys_and_can_be_discarded(self):
        status, _ = self.bridge.send("nagios", '{"a": "\033[31m"')
        self.assertEqual(status, 400)
        entry = self.rows("quarantine")[0]
        self.assertEqual(entry["source"], "nagios")
        number = str(entry["id"])
        self.assertNotIn("\033", self.command("quarantine"))
        self.assertNotIn("\033", self.command("quarantine", "show", number))
        status, _, err = self.bridge.command("quarantine", "retry", number)
        self.assertEqual(status, 1)
        self.assertIn("it still cannot be read", err)
        self.command("quarantine", "discard", number)
        self.assertEqual(self.rows("quarantine"), [])

    def test_the_quarantine_is_filtered_by_the_cause_and_a_reason_is_only_for_the_log(self):
        for body in ('{"a": "', '{"a": 1}'):
            self.assertEqual(self.bridge.send("nagios", body)[0], 400)
        reasons = sorted(row["reason"] for row in self.rows("quarantine"))
        self.assertRegex(" ".join(reasons), r"^json: .* shape: ")
        self.command("quarantine", "discard", "--all", "--why", "json: *",
                     "--reason", "a sender of the test")
        self.assertEqual([row["reason"] for row in self.rows("quarantine")], reasons[1:])
        self.bridge.logged("a sender of the test")
        status, _, err = self.bridge.command("quarantine", "--reason", "x")
        self.assertNotEqual(status, 0, err)
        self.assertEqual(len(self.rows("quarantine")), 1)

    def test_the_outbox_incidents_and_unmatched_hosts_are_listed(self):
        self.accepted("zabbix", zabbix(host_host="stranger", host_ip=""))
        self.one_ticket()
        self.assertEqual(wait_for("the host to be listed", lambda: self.rows("unmatched"))[0]["host"],
                         "stranger")
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "POST", "path": "^/apirest.php/Ticket$"},
             "action": "session_lost", "count": -1}]})
        self.accepted("zabbix", zabbix("1005", trigger_id="501"))
        owed = wait_for("an opening to be owed", lambda: [
            row for row in self.rows("outbox") if row["attempts"] > 0])
        self.assertEqual(owed[0]["kind"], "open")
        self.accepted("zabbix", zabbix(
            "1005", trigger_id="501", event_update_status="1", event_update_action="commented",
            event_update_message="on it", event_update_user="operator"))
        waiting = wait_for("a follow-up behind it", lambda: [
            row for row in self.rows("outbox") if row["kind"] == "followup"])
        self.assertEqual(waiting[0]["waits_for"], owed[0]["id"])
        self.assertRegex(self.command("outbox"), r"NEXT +WAITS FOR +TRIES")
        self.assertEqual(len(self.rows("incidents")), 2)
        self.assertRegex(self.command("incidents"), r"STATE +TICKET +SEVERITY")

    def test_listings_are_filtered_and_so_is_what_is_settled(self):
        self.refuse_openings()
        for number, host in (("1", "web01"), ("2", "web02"), ("3", "db01")):
            self.accepted("zabbix", zabbix("200" + number, trigger_id="60" + number,
                                           host_host=host, host_ip=""))
        wait_for("three dead openings", lambda: len(self.rows("dead")) == 3)

        def hosts(*filters):
            return sorted(row["host"] for row in self.rows("dead", "list", *filters))

        self.assertEqual(hosts("--host", "web*"), ["web01", "web02"])
        self.assertEqual(hosts("--host", "web0?", "--source", "zabbix"), ["web01", "web02"])
        self.assertEqual(hosts("--host", "WEB01"), [])
        self.assertEqual(hosts("--source", "nagios"), [])
        self.assertEqual(self.command("dead", "--host", "mail*"), "nothing there that fits\n")
        self.command("dead", "discard", "--all", "--host", "web*")
        self.assertEqual(hosts(), ["db01"])
        status, _, err = self.bridge.command("dead", "discard", "1", "--host", "web*")
        self.assertNotEqual(status, 0)
        self.assertIn("--host", err)
        self.assertEqual(hosts(), ["db01"])

    def test_the_session_is_shown_with_what_ails_it_and_without_its_token(self):
        session = wait_for("a session", lambda: [
            row for row in self.rows("sessions") if row["state"] == "ready"])[0]
        self.assertEqual((session["server"], session["health"], session["breaker"]),
                         (self.sim.url, "up", "closed"))
        self.assertEqual(session["logins"], 1)
        self.assertRegex(session["version"], r"^1[01]\.")
        self.assertRegex(session["opened_at"], r"^\d{4}-\d\d-\d\dT.*Z$")
        self.assertRegex(self.command("sessions"), r"^SERVER +HEALTH +BREAKER +SESSION")
        self.assertNotIn("token", json.dumps(session))
        self.assertEqual(self.command("storms"), "nothing there\n")

    def test_the_status_is_shown_and_judged_as_nagios_wants_it(self):
        wait_for("GLPI to be up", lambda: self.rows("sessions")[0]["health"] == "up")
        self.assertRegex(self.command("status"), r"(?m)^glpi +well: up")
        self.assertTrue(self.rows("status")[0]["ready"])
        status, out, err = self.bridge.command("status", "--nagios")
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"^GLPI-ALERT-BRIDGE OK - \d+ incidents, 0 writes owed \| oldest=0s;300;900;0 due=0")
        dead = self.dead_opening()

        def judged():
            status, out, _ = self.bridge.command("status", "--nagios")
            return out if status == 1 else None
        self.assertIn("WARNING - 1 dead letters", wait_for("the dead letter to count", judged))
        self.command("dead", "discard", str(dead["id"]))
        self.assertEqual(self.bridge.process.stop(), 0)
        status, out, err = self.bridge.command("status", "--nagios")
        self.assertEqual(status, 2)
        self.assertIn("CRITICAL - the daemon does not answer", out)
        self.assertEqual(self.bridge.command("status")[0], 1)
        status, out, err = self.bridge.command("status", "--nagios", "--warning", "soon")
        self.assertEqual((status, err), (3, ""))
        self.assertIn("a duration like", out)
        status, out, err = self.bridge.command("status", "--warning", "soon")
        self.assertGreater(status, 100)
        self.assertIn("a duration like", err)
        self.assertEqual(self.bridge.command("status", "--nagios", "--help")[0], 0)

    def test_the_socket_is_for_its_owner_and_group_and_goes_with_the_daemon(self):
        path = os.path.join(self.directory, "admin.sock")
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o660)
        self.assertEqual(self.bridge.process.stop(), 0)
        self.assertFalse(os.path.exists(path))
        status, out, err = self.bridge.command("dead")
        self.assertEqual((status, out), (1, ""))
        self.assertIn(f"no answer at {path}", err)
        self.assertIn("Is the daemon running", err)

    @unittest.skipUnless(os.geteuid() == 0, "only root can become another user")
    def test_only_the_owner_and_the_group_of_the_socket_get_in(self):
        os.chmod(self.directory, 0o755)
        path = os.path.join(self.directory, "admin.sock")
        os.chown(path, 0, GROUP)

        def connect_as_nobody(group):
            child = os.fork()
            if child == 0:
                try:
                    os.setgroups([])
                    os.setgid(group)
                    os.setuid(NOBODY)
                    with socket.socket(socket.AF_UNIX) as client:
                        os._exit(client.connect_ex(path))
                finally:
                    os._exit(255)
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        self.assertEqual(connect_as_nobody(GROUP), 0)
        self.assertEqual(connect_as_nobody(NOBODY), errno.EACCES)

    def test_a_socket_left_behind_by_a_kill_is_taken_over_a_live_one_is_not(self):
        self.bridge.process.kill()
        self.bridge.start()
        self.assertEqual(self.rows("dead"), [])
        other = os.path.join(self.directory, "admin.sock")
        second = self.bridge.process
        self.bridge.process = None
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read().replace("bridge.db", "other.db").replace(
                f"port: {self.bridge.port}", "port: 0")
        config, self.bridge.config = self.bridge.config, self.bridge.write(
            "other.yaml", text, 0o644)
        self.bridge.start(wait=False)
        wait_for("the second daemon to say so", lambda: re.search(
            r"admin_socket_failed.*another process answers there", self.bridge.process.text()))
        self.bridge.process.kill()
        self.bridge.process, self.bridge.config = second, config
        self.assertTrue(os.path.exists(other))
        self.assertEqual(self.rows("dead"), [])

    def test_mistakes_on_the_command_line_are_told(self):
        for arguments, words in (
                (("dead", "retry"), "an ID, or --all"),
                (("dead", "discard", "--reason", "x"), "an ID, or --all"),
                (("dead", "show"), "ID is required"),
                (("dead", "retry", "--all", "7"), "excludes"),
                (("outbox", "retry", "7"), ""),
                (("dead", "show", "999"), "there is no write 999"),
                (("dead", "retry", "999"), "there is no such write"),
                (("dead", "retry", "x"), "'x' is no id")):
            with self.subTest(arguments):
                status, _, err = self.bridge.command(*arguments)
                self.assertNotEqual(status, 0)
                self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
