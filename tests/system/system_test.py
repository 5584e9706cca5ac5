#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The real daemon against the simulated GLPI, as two processes, through HTTP only.

BRIDGE and SIM name the programs. Every test runs in its own folder with its own ports.
"""

import hashlib
import hmac
import json
import os
import re
import shutil
import signal
import time
import unittest

from harness import DEADLINE_S, Bridge, Sim, http, recorded, wait_for, work_directory

BRIDGE = os.environ["BRIDGE"]
SIM = os.environ["SIM"]
VERSIONS = ("10", "11")

CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@, public_url: "http://bridge.test"}
log: {level: info, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris}
  nagios: {type: nagios, auth: {bearer: {file: sender.token}}}
  signed: {type: zabbix, auth: {hmac: {file: sender.hmac}}, time_zone: Europe/Paris}
  basic:  {type: nagios, auth: {basic: {user: nagios, password: {file: sender.token}}}}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
  quarantine: 1s
  watch: {every: 0s}
  retry: {first: 100ms, longest: 1s, second_look: 100ms}
  timeouts: {connect: 20s, request: 20s}
defaults: {open_after: 0s, under_wait: 0s, resolve_after: 0s, reopen_within: 1h}
storm: none
"""

NEW, ASSIGNED, PENDING, SOLVED, CLOSED = 1, 2, 4, 5, 6


def zabbix(event="1001", **fields):
    """The lean payload of a problem on web01's namesake db01.customer-a.example."""
    payload = {
        "event_source": "0", "event_object": "0", "event_value": "1", "event_update_status": "0",
        "event_id": event, "event_name": "Disk full", "event_nseverity": "4",
        "event_date": "2026.11.23", "event_time": "21:16:48", "event_opdata": "1 % free",
        "event_tags": "[]", "trigger_id": "500", "host_id": "7",
        "host_host": "db01.customer-a.example", "host_name": "db01", "host_ip": "10.1.1.11",
        "host_groups": "Linux servers", "alert_subject": "Problem: Disk full",
    }
    payload.update(fields)
    return json.dumps(payload)


def recovery(event="1001", **fields):
    return zabbix(event, event_value="0", event_recovery_id=str(int(event) + 1),
                  alert_subject="Resolved: Disk full", **fields)


class SystemTest(unittest.TestCase):
    config = CONFIG
    version = "11"
    sim_options = ()

    def setUp(self):
        self.directory = work_directory()
        self.sim = self.bridge = None
        self.addCleanup(self.clean_up)
        self.sim = Sim(SIM, self.directory, self.version, options=self.sim_options)
        self.bridge = Bridge(BRIDGE, self.directory, self.config, self.sim.url)

    def clean_up(self):
        for part in (self.bridge, self.sim):
            if part and part.process:
                part.process.kill()
        bridge_log = self.bridge.process.text() if self.bridge and self.bridge.process else ""
        shutil.rmtree(self.directory, ignore_errors=True)
        self.assertNotIn("ERROR: AddressSanitizer", bridge_log)
        self.assertNotIn("runtime error:", bridge_log)
        for secret in ("sender-secret", "hmac-secret", "sim-bridge-token", "sim-app-token"):
            self.assertNotIn(secret, bridge_log)

    def accepted(self, source, body, headers=None):
        status, answer = self.bridge.send(source, body, headers=headers)
        self.assertEqual(status, 202, answer)
        return answer["alerts"][0]

    def tickets(self, count, what=lambda tickets: True, deadline_s=None):
        """Waits until GLPI holds that many tickets and they are as `what` wants them."""
        def seen():
            tickets = self.sim.tickets()
            return tickets if len(tickets) == count and what(tickets) else None
        try:
            return wait_for(f"{count} tickets as wanted", seen, deadline_s)
        except Exception as failure:
            raise AssertionError(
                f"{failure}\n{json.dumps(self.sim.tickets(), indent=1)[:6000]}\n"
                f"{self.bridge.process.text()[-4000:]}") from None

    def one_ticket(self, what=lambda ticket: True):
        return self.tickets(1, lambda tickets: what(tickets[0]))[0]


class BothVersions:
    """Run against both GLPIs by the subclasses at the end of this class's tests."""

    def test_a_known_asset_gets_its_ticket_with_one_request(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.sim.post("/requests/reset", {})
        self.accepted("zabbix", zabbix("1003", trigger_id="501"))
        tickets = self.tickets(2)
        self.assertEqual(self.sim.get("/requests")["by"], {"POST /Ticket": 1})
        for ticket in tickets:
            self.assertEqual(ticket["entity"], "Root entity > Customer A")
            self.assertEqual([item["name"] for item in ticket["items"]],
                             ["db01.customer-a.example"])
            self.assertEqual((ticket["urgency"], ticket["impact"], ticket["priority"]), (4, 4, 4))
            self.assertEqual(ticket["requesters"], {"users": [], "groups": []})
            self.assertIsNone(ticket["takeintoaccountdate"])
            self.assertRegex(ticket["content"], r"GAB-[0-9A-Z]{26}(</p>|&#60;/p&#62;)\s*$")

    def test_recovery_solves_and_a_new_problem_reopens(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.accepted("zabbix", recovery())
        ticket = self.one_ticket(lambda ticket: ticket["status"] == SOLVED)
        self.assertEqual(len(ticket["solutions"]), 1)
        self.accepted("zabbix", zabbix("1005"))
        ticket = self.one_ticket(lambda ticket: ticket["status"] == NEW)
        self.assertEqual(len(ticket["followups"]), 1)
        self.accepted("zabbix", recovery("1005"))
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)

    def test_a_closed_ticket_is_followed_by_a_new_one_linked_to_it(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.accepted("zabbix", recovery())
        first = self.one_ticket(lambda ticket: ticket["status"] == SOLVED)
        self.sim.api("PUT", f"/Ticket/{first['id']}", {"input": {"status": CLOSED}})
        self.accepted("zabbix", zabbix("1005"))
        tickets = self.tickets(2, lambda found: any(one["links"] for one in found))
        second = max(tickets, key=lambda ticket: ticket["id"])
        self.assertEqual([link["tickets_id"] for link in second["links"]], [first["id"]])
        self.assertEqual([link["link"] for link in second["links"]], [1])

    def test_a_ticket_in_the_trash_bin_is_replaced(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        first = self.one_ticket()
        self.sim.api("DELETE", f"/Ticket/{first['id']}")
        self.accepted("zabbix", zabbix("1005"))
        tickets = self.tickets(2)
        self.assertEqual(sorted(ticket["is_deleted"] for ticket in tickets), [0, 1])

    def test_a_person_who_has_the_ticket_keeps_it_open(self):
        def take(ticket):
            self.sim.api("POST", "/Ticket_User", {"input": {
                "tickets_id": ticket["id"], "users_id": 2, "type": 2}})

        def write(ticket):
            self.sim.api("POST", "/ITILFollowup", {"input": {
                "itemtype": "Ticket", "items_id": ticket["id"], "content": "I look at it"}})

        def suspend(ticket):
            self.sim.api("PUT", f"/Ticket/{ticket['id']}", {"input": {"status": PENDING}})

        self.bridge.start()
        for number, act in enumerate((take, write, suspend)):
            with self.subTest(act.__name__):
                event, trigger = str(2000 + 2 * number), str(700 + number)
                self.accepted("zabbix", zabbix(event, trigger_id=trigger))
                ticket = max(self.tickets(number + 1), key=lambda one: one["id"])
                before = len(ticket["followups"])
                act(ticket)
                self.accepted("zabbix", recovery(event, trigger_id=trigger))
                wanted = before + (2 if act is write else 1)

                def told(tickets, number=ticket["id"], wanted=wanted):
                    one = next(each for each in tickets if each["id"] == number)
                    return len(one["followups"]) == wanted and one["status"] not in (SOLVED, CLOSED)
                self.tickets(number + 1, told)

    def test_a_ticket_that_a_person_solved_stays_as_it_is(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        ticket = self.one_ticket()
        self.sim.api("POST", "/ITILSolution", {"input": {
            "itemtype": "Ticket", "items_id": ticket["id"], "content": "fixed"}})
        alert = self.accepted("zabbix", recovery())
        self.bridge.decided(alert["id"])
        wait_for("the solution to be settled",
                 lambda: "operations_total{kind=\"solve\"" in self.bridge.metrics())
        self.assertEqual(len(self.one_ticket()["solutions"]), 1)

    def test_two_problems_of_one_trigger_share_a_ticket_until_both_are_over(self):
        self.bridge.start()
        for name in ("problem_multi_1", "problem_multi_2"):
            self.bridge.send_recorded("zabbix", "zabbix", name)
        self.one_ticket(lambda ticket: len(ticket["followups"]) == 1)
        self.bridge.send_recorded("zabbix", "zabbix", "problem_multi_recovery_all_1")
        self.one_ticket(
            lambda ticket: len(ticket["followups"]) == 2 and ticket["status"] != SOLVED)
        self.bridge.send_recorded("zabbix", "zabbix", "problem_multi_recovery_all_2")
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)

    def test_an_answer_lost_after_the_commit_makes_no_second_ticket(self):
        self.bridge.start()
        for number, action in enumerate(("commit_then_reset", "commit_then_500", "html_200")):
            with self.subTest(action):
                self.sim.post("/faults", {"rules": [
                    {"match": {"method": "POST", "path": "^/apirest.php/Ticket$"},
                     "action": action, "count": 1}]})
                event = str(3000 + 2 * number)
                self.accepted("zabbix", zabbix(event, trigger_id=event))

                def known(number=number):
                    opened = [one for one in self.bridge.events() if one["event"] == "ticket_opened"]
                    return len(opened) == number + 1
                wait_for("the ticket to be known", known)
                self.assertEqual(self.sim.get("/faults")["rules"][-1]["fired"], 1)
                self.assertEqual(len(self.sim.tickets()), number + 1)

    def test_a_solution_whose_status_was_lost_still_solves_the_ticket(self):
        self.bridge.start()
        for number, action in enumerate(("html_500", "reset_before", "commit_then_500")):
            with self.subTest(action):
                event = str(3100 + 2 * number)
                self.accepted("zabbix", zabbix(event, trigger_id=event))
                self.tickets(number + 1)
                self.sim.post("/faults", {"rules": [
                    {"match": {"method": "PUT", "path": "^/apirest.php/Ticket/"},
                     "action": action, "count": 1}]})
                self.accepted("zabbix", recovery(event, trigger_id=event))
                tickets = self.tickets(number + 1, lambda tickets: all(
                    ticket["status"] == SOLVED for ticket in tickets))
                self.assertEqual(self.sim.get("/faults")["rules"][-1]["fired"], 1)
                self.assertEqual([len(ticket["solutions"]) for ticket in tickets],
                                 [1] * (number + 1))

    def test_a_lost_session_is_renewed_without_losing_anything(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "POST", "path": "^/apirest.php/Ticket$"},
             "action": "session_lost", "count": 1}]})
        self.accepted("zabbix", zabbix("1003", trigger_id="501"))
        self.tickets(2)

    def test_hostile_text_arrives_escaped(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix(
            event_name="<script>alert(1)</script>\u202e{{tag.x}}\x07", event_opdata="<b onclick=x>",
            event_tags=json.dumps([{"tag": "<i>", "value": "{{{alert.id}}}<img src=x>"}])))
        ticket = self.one_ticket()
        raw = ticket["content"].replace("&#60;", "<").replace("&#62;", ">")
        self.assertNotRegex(raw, r"<(script|b |img|i>)")
        self.assertNotIn("\u202e", ticket["name"] + raw)
        self.assertNotIn("\x07", ticket["name"] + raw)
        self.assertIn("{{tag.x}}", raw)


class AgainstGlpi10(BothVersions, SystemTest):
    version = "10"


class AgainstGlpi11(BothVersions, SystemTest):
    version = "11"


class Intake(SystemTest):
    def test_bad_input_gets_a_clear_answer_and_is_kept(self):
        self.bridge.start()
        body, content_type = recorded("nagios", "svc_backslash_naive")
        status, answer = self.bridge.send("nagios", body, content_type)
        self.assertEqual(status, 400)
        self.assertIn("error", answer)
        wait_for("the body to be in quarantine",
                 lambda: re.search(r"quarantined 1", self.bridge.metrics()))
        self.assertEqual(self.bridge.send("nagios", "x" * (4 * 1024 * 1024 + 1))[0], 413)
        self.assertEqual(self.bridge.send("nosuch", "{}")[0], 404)
        wrong = {"Authorization": "Bearer wrong"}
        self.assertEqual(self.bridge.send("nagios", "{}", headers=wrong)[0], 401)
        self.assertEqual(http("GET", self.bridge.url + "/v1/alerts/nagios")[0], 405)
        self.assertEqual(http("GET", self.bridge.url + "/nothing")[0], 404)
        self.assertEqual(self.sim.tickets(), [])

    def test_a_repeated_delivery_is_a_duplicate_with_the_first_id(self):
        self.bridge.start()
        first = self.accepted("zabbix", zabbix())
        again = self.accepted("zabbix", zabbix())
        self.assertEqual(first["status"], "accepted")
        self.assertEqual(again["status"], "duplicate")
        self.assertEqual(first["id"], again["id"])
        self.one_ticket()

    def test_signature_and_basic_login(self):
        self.bridge.start()
        body = zabbix()
        now = str(int(time.time()))

        def signed(timestamp, key=b"hmac-secret"):
            digest = hmac.new(key, (timestamp + "." + body).encode(), hashlib.sha256).hexdigest()
            return {"X-Bridge-Timestamp": timestamp, "X-Bridge-Signature": "sha256=" + digest,
                    "Authorization": ""}
        self.assertEqual(self.bridge.send("signed", body, headers=signed(now, b"other"))[0], 401)
        self.assertEqual(self.bridge.send("signed", body, headers=signed("1700000000"))[0], 401)
        status, first = self.bridge.send("signed", body, headers=signed(now))
        self.assertEqual((status, first["alerts"][0]["status"]), (202, "accepted"))
        # Whoever repeats what was heard on the way, within the window, repeats an alert.
        status, again = self.bridge.send("signed", body, headers=signed(now))
        self.assertEqual((status, again["alerts"][0]),
                         (202, {**first["alerts"][0], "status": "duplicate"}))
        form, content_type = recorded("nagios", "host_down_form")
        login = {"Authorization": "Basic bmFnaW9zOnNlbmRlci1zZWNyZXQ="}
        self.assertEqual(self.bridge.send("basic", form, content_type, login)[0], 202)

    def test_waiting_for_the_ticket_gives_its_number_and_a_lasting_link(self):
        self.bridge.start()
        wait_for("GLPI to be up", lambda: "glpi_up 1" in self.bridge.metrics())
        alert = self.accepted("zabbix", zabbix(), {"Prefer": "wait=30"})
        ticket = self.one_ticket()
        self.assertEqual(int(alert["ticket"]["id"]), ticket["id"])
        status, headers, _ = http("GET", f"{self.bridge.url}/t/{alert['id']}")
        self.assertEqual(status, 302)
        self.assertTrue(headers["Location"].endswith(f"/front/ticket.form.php?id={ticket['id']}"))

    def test_a_recovery_before_open_after_opens_nothing(self):
        self.bridge.write("bridge.yaml", open(self.bridge.config, encoding="utf-8").read().replace(
            "open_after: 0s", "open_after: 1h"), 0o644)
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        alert = self.accepted("zabbix", recovery())
        self.assertEqual(self.bridge.decided(alert["id"]),
                         "recovered before a ticket was due")
        self.assertEqual(self.sim.tickets(), [])


class StartAndStop(SystemTest):
    def test_a_wrong_configuration_names_every_mistake_and_keeps_the_daemon_from_starting(self):
        text = open(self.bridge.config, encoding="utf-8").read()
        text = text.replace("level: info", "level: loud").replace("quarantine: 1s", "quarantin: 1s")
        self.bridge.write("bridge.yaml", text, 0o644)
        status, said = self.bridge.check()
        self.assertEqual(status, 1)
        self.assertRegex(said, r"bridge\.yaml:2:\d+: error: .*loud")
        self.assertRegex(said, r"bridge\.yaml:14:\d+: error: .*quarantin.*quarantine")
        self.bridge.start(wait=False)
        self.assertEqual(self.bridge.process.child.wait(DEADLINE_S), 1)

    def test_a_glpi_that_refuses_our_tokens_loses_no_alert(self):
        self.sim.post("/config", {"user_token_enabled": False})
        self.bridge.start()
        self.accepted("zabbix", zabbix())

        def said():
            status, text = self.bridge.ready()
            return status == 200 and "misconfigured" in text and "ERROR_GLPI_LOGIN" in text
        wait_for("readyz to tell", said)
        self.assertIn("glpi_up 0", self.bridge.metrics())
        self.bridge.logged('"event":"glpi_misconfigured"')
        logins = self.sim.get("/requests")["by"].get("POST /initSession", 0)
        self.assertLessEqual(logins + self.sim.get("/requests")["by"].get("GET /initSession", 0), 2)

    def test_kill_9_between_the_answer_and_the_ticket_loses_nothing(self):
        self.sim.process.kill()
        self.bridge.start()
        for number in range(5):
            self.accepted("zabbix", zabbix(str(4000 + number), trigger_id=str(number)))
        self.bridge.process.kill()
        self.sim = Sim(SIM, self.directory, self.version, port=self.sim.port)
        self.bridge.start()
        self.tickets(5)

    def test_kill_9_while_a_ticket_is_being_written_makes_no_second_one(self):
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "POST", "path": "^/apirest.php/Ticket$"},
             "action": "commit_then_hang", "count": 1}]})
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.bridge.process.kill()
        self.bridge.start()
        wait_for("the ticket to be found again", lambda: [
            one for one in self.bridge.events() if one["event"] == "ticket_opened"])
        self.accepted("zabbix", recovery())
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)

    def test_stopping_ends_the_session_and_starting_again_keeps_the_incident(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.assertEqual(self.bridge.process.stop(), 0)
        # It has said goodbye; a GLPI that is slow is not waited for.
        wait_for("the session to be over", lambda: self.sim.get("/sessions") == [])
        self.bridge.start()
        self.accepted("zabbix", recovery())
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)

    def test_a_glpi_that_hangs_does_not_hold_up_the_stop(self):
        text = open(self.bridge.config, encoding="utf-8").read()
        self.bridge.write("bridge.yaml", text.replace("request: 20s", "request: 60s"), 0o644)
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.sim.post("/faults", {"rules": [
            {"match": {"path": "/apirest.php"}, "action": "commit_then_hang", "count": -1}]})
        self.accepted("zabbix", zabbix("1003", trigger_id="501"))
        self.tickets(2)  # GLPI has it, and says nothing
        # The unit's TimeoutStopSec; a request may take three times as long here.
        self.assertEqual(self.bridge.process.stop(deadline_s=20), 0)
        http("DELETE", self.sim.url + "/_sim/faults")
        self.bridge.start()
        wait_for("the interrupted write to be found again", lambda: [
            one for one in self.bridge.events()
            if one["event"] == "ticket_opened" and one["fields"].get("why")])
        self.assertTrue([one for one in self.bridge.events()
                         if one["event"] == "found_interrupted"])
        self.assertEqual(len(self.sim.tickets()), 2)

    def test_a_goodbye_that_glpi_does_not_answer_is_not_waited_for(self):
        text = open(self.bridge.config, encoding="utf-8").read()
        self.bridge.write("bridge.yaml", text.replace("request: 20s", "request: 60s"), 0o644)
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.sim.post("/faults", {"rules": [
            {"match": {"path": "/killSession"}, "action": "commit_then_hang", "count": -1}]})
        self.assertEqual(self.bridge.process.stop(deadline_s=20), 0)

    def test_another_glpi_behind_the_same_store_is_refused(self):
        self.bridge.start()
        self.bridge.process.stop()
        text = open(self.bridge.config, encoding="utf-8").read()
        self.bridge.write("bridge.yaml", text.replace("http://127.0.0.1:" + str(self.sim.port),
                                                      "http://127.0.0.1:1"), 0o644)
        self.bridge.start(wait=False)
        self.assertEqual(self.bridge.process.child.wait(DEADLINE_S), 1)
        self.assertIn("--adopt-glpi", self.bridge.process.text())

    def test_a_missing_default_entity_shows_and_stops_only_what_needs_it(self):
        good = open(self.bridge.config, encoding="utf-8").read()
        self.bridge.write("bridge.yaml", good.replace('"Root entity"', '"Nowhere"'), 0o644)
        self.bridge.start()
        self.accepted("zabbix", zabbix("1003", trigger_id="501", host_host="stranger",
                                       host_name="stranger", host_ip=""))
        self.accepted("zabbix", zabbix())
        self.one_ticket(lambda ticket: ticket["entity"] == "Root entity > Customer A")
        wait_for("readyz to tell", lambda: "glpi.default_entity" in self.bridge.ready()[1])
        self.bridge.write("bridge.yaml", good, 0o644)
        self.bridge.process.child.send_signal(signal.SIGHUP)
        self.tickets(2, lambda tickets: tickets[1]["entity"] == "Root entity")
        wait_for("readyz to be content",
                 lambda: "glpi.default_entity" not in self.bridge.ready()[1])

    def test_a_reload_takes_a_good_configuration_and_keeps_the_old_one_from_a_bad_one(self):
        self.bridge.start()
        good = open(self.bridge.config, encoding="utf-8").read()
        self.bridge.write("bridge.yaml", good + "nonsense: 1\n", 0o644)
        self.bridge.process.child.send_signal(signal.SIGHUP)
        wait_for("the refusal", lambda: [
            one for one in self.bridge.events() if one["event"] == "reload_refused"])
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        rule = "rules: [{name: quiet, when: {host: 'db*'}, then: {drop: true}}]\n"
        self.bridge.write("bridge.yaml", good + rule, 0o644)
        self.bridge.process.child.send_signal(signal.SIGHUP)
        wait_for("the reload", lambda: [
            one for one in self.bridge.events() if one["event"] == "reloaded"])
        alert = self.accepted("zabbix", zabbix("1009", trigger_id="599"))
        self.assertEqual(self.bridge.decided(alert["id"]), "dropped by a rule")
        self.assertEqual(len(self.sim.tickets()), 1)
        doubts = [one["fields"]["warnings"] for one in self.bridge.events()
                  if one["event"] == "reload_warnings"]
        self.assertEqual(len(doubts), 1)  # of the good one; a refusal tells its own
        self.assertIn("'quarantine' is shorter", doubts[0])

    def test_a_reload_rotates_the_tokens_of_glpi_and_names_what_needs_a_restart(self):
        self.bridge.write("glpi-user.token", "no-such-token\n", 0o600)
        self.bridge.start()
        wait_for("GLPI's refusal", lambda: [
            one for one in self.bridge.events() if one["event"] == "glpi_misconfigured"])
        self.accepted("zabbix", zabbix())
        self.bridge.write("glpi-user.token", "sim-bridge-token\n", 0o600)
        good = open(self.bridge.config, encoding="utf-8").read()
        self.bridge.write("bridge.yaml", good + "limits: {connections: 99}\n", 0o644)
        self.bridge.process.child.send_signal(signal.SIGHUP)
        self.one_ticket()
        self.bridge.logged('"event":"reloaded"')
        named = [one["fields"]["settings"] for one in self.bridge.events()
                 if one["event"] == "restart_needed"]
        self.assertEqual(named, ["limits.connections"])

    def test_the_program_can_ask_itself_for_its_health(self):
        import subprocess
        command = [BRIDGE, "health", "-c", self.bridge.config]
        self.assertEqual(subprocess.run(command, capture_output=True, check=False).returncode, 1)
        self.bridge.start()
        self.assertEqual(subprocess.run(command, capture_output=True, check=False).returncode, 0)

    def test_it_starts_without_huge_pages(self):
        self.bridge.start()
        with open(f"/proc/{self.bridge.process.child.pid}/status", encoding="ascii") as file:
            self.assertIn("THP_enabled:\t0\n", file.readlines())


class Outage(SystemTest):
    def test_alerts_sent_while_glpi_is_away_become_tickets_when_it_is_back(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.bridge.opened(1)
        self.sim.process.kill()
        for number in range(10):
            self.accepted("zabbix", zabbix(str(5000 + number), trigger_id=str(number)))
        wait_for("the outage to be noticed", lambda: "glpi_up 0" in self.bridge.metrics())
        self.sim = Sim(SIM, self.directory, self.version, port=self.sim.port)
        # A new simulated GLPI has forgotten the first ticket.
        self.tickets(10)

    def test_what_comes_and_goes_while_glpi_is_away_is_told_by_one_ticket(self):
        self.bridge.start()
        # The host is known from now on, so that nothing has to wait for its place.
        self.accepted("zabbix", zabbix())
        self.bridge.opened(1)
        port = self.sim.port
        self.sim.process.kill()
        # One that was tried before the outage was noticed: it never folds.
        self.accepted("zabbix", zabbix("5000", trigger_id="700"))
        wait_for("the outage to be noticed", lambda: "glpi_up 0" in self.bridge.metrics())
        for number in range(5):
            event, trigger = str(6000 + 10 * number), str(600 + number)
            self.accepted("zabbix", zabbix(event, trigger_id=trigger))
            self.accepted("zabbix", recovery(event, trigger_id=trigger))
        wait_for("all pairs to fold", lambda: "problems_folded_total{source=\"zabbix\"} 5"
                 in self.bridge.metrics())
        self.sim = Sim(SIM, self.directory, self.version, port=port)
        tickets = self.tickets(2)
        reports = [each for each in tickets if each["name"] == "Problems while GLPI was away: 5"]
        self.assertEqual(len(reports), 1)
        wait_for("the report to be solved", lambda: any(
            each["name"].startswith("Problems while") and each["status"] == 5
            for each in self.sim.tickets()))

    def test_maintenance_is_an_outage_and_not_an_answer(self):
        self.sim.post("/faults", {"rules": [
            {"match": {"path": "^/apirest.php"}, "action": "maintenance", "count": 3}]})
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.assertEqual(self.sim.get("/faults")["rules"][0]["fired"], 3)


if __name__ == "__main__":
    unittest.main()
