#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The policies of a ticket with the real daemon, the payloads that senders really send, and the
simulated GLPI. Hours of the policy are seconds here.

BRIDGE and SIM name the programs.
"""

import json
import time
import unittest
import urllib.parse

from harness import recorded, wait_for
from system_test import CONFIG, SOLVED, SystemTest, recovery, zabbix

WRITES = ("POST", "PUT", "DELETE", "PATCH")


def nagios(name, **fields):
    """A recorded notice of Nagios with other values in these fields."""
    body, _ = recorded("nagios", name)
    values = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
    values.update({field: str(value) for field, value in fields.items()})
    return urllib.parse.urlencode(values)


def icinga(name, when):
    """A recorded notice of Icinga 2 about the service that flaps, at this time."""
    values = json.loads(recorded("icinga2", name)[0])
    values.update(service_name="flappy", service_display="flappy", timet=str(when),
                  service_last_state_change=str(when))
    return json.dumps(values)


def icinga_change(number):
    """The next PROBLEM or RECOVERY of the service that flaps."""
    return icinga("svc_recovery" if number % 2 else "svc_problem", 1795467000 + number)


class PolicyTest(SystemTest):
    defaults = ""

    @property
    def config(self):
        return CONFIG.replace("defaults: {", "defaults: {" + self.defaults)

    def form(self, source, body):
        status, answer = self.bridge.send(source, body, "application/x-www-form-urlencoded")
        self.assertEqual(status, 202, answer)
        return answer["alerts"][0]

    def rewrite(self, old, new):
        """Changes the bridge's configuration file."""
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read()
        self.assertIn(old, text)
        self.bridge.write("bridge.yaml", text.replace(old, new), 0o644)

    def append(self, text):
        """Adds a section to the bridge's configuration file."""
        with open(self.bridge.config, "a", encoding="utf-8") as file:
            file.write(text)

    def writes(self):
        """Requests that changed something in GLPI, sessions apart."""
        return {what: count for what, count in self.sim.get("/requests")["by"].items()
                if what.split()[0] in WRITES
                and "ession" not in what and "changeActive" not in what}


class Flapping(PolicyTest):
    """180 changes: a service that changes every 20 s for an hour. Also in a slow run the next comes
    within the quiet time, and no recovery is written before the service is known to flap."""
    defaults = "flapping: {changes: 5, within: 10m, quiet: 20s}, "
    changes = 180

    @property
    def config(self):
        return super().config.replace("resolve_after: 0s", "resolve_after: 1h")

    def check_one_ticket_solved_once(self):
        # Its writes go in order: after the solution there is none.
        ticket = self.one_ticket(lambda ticket: ticket["status"] == SOLVED)
        self.assertEqual(len(ticket["solutions"]), 1)
        self.assertLessEqual(len(ticket["followups"]), 5)
        writes = self.writes()
        self.assertEqual(writes["POST /Ticket"], 1)
        self.assertLessEqual(sum(writes.values()), 12, writes)
        print(f"{self.id()}: 1 ticket, {len(ticket['followups'])} follow-ups, "
              f"{sum(writes.values())} writes")

    def test_nagios_without_word_of_flapping(self):
        self.bridge.start()
        for number in range(self.changes):
            self.form("nagios", self.change_of_flappy(number))
        self.check_one_ticket_solved_once()

    def test_nagios_reports_flapping_and_never_the_recovery(self):
        self.bridge.start()
        # Before Nagios finds out there are some changes, then it is silent.
        for number in range(9):
            self.form("nagios", self.change_of_flappy(number))
        start = self.form("nagios", nagios("svc_flappingstart_form", serviceeventid=29))
        self.assertIn("flapping", self.bridge.decided(start["id"]))
        self.assertNotEqual(self.one_ticket()["status"], SOLVED)
        stop = self.form("nagios", nagios("svc_flappingstop_form"))
        self.assertEqual(self.bridge.decided(stop["id"]),
                         "no longer flapping, solved after the quiet time")
        self.check_one_ticket_solved_once()

    def test_icinga_says_that_it_flaps_while_its_states_go_on_coming(self):
        self.rewrite("  nagios: {", "  icinga: {type: icinga2, auth: {bearer: {file: sender.token}}}\n"
                                   "  nagios: {")
        self.bridge.start()
        for number in range(self.changes):
            self.accepted("icinga", icinga_change(number))
            if number == 9:
                start = self.accepted("icinga", icinga("svc_flappingstart", 1795467000 + number))
                self.assertIn("flapping", self.bridge.decided(start["id"]))
        self.accepted("icinga", icinga("svc_flappingend", 1795467000 + self.changes))
        self.check_one_ticket_solved_once()

    def test_zabbix_in_inverted_order(self):
        self.bridge.start()
        for number in range(0, self.changes // 2, 2):
            first, second = str(4000 + 2 * number), str(4002 + 2 * number)
            for body in (zabbix(first), zabbix(second), recovery(first), recovery(second)):
                self.accepted("zabbix", body)
        self.check_one_ticket_solved_once()

    def change_of_flappy(self, number):
        """The next PROBLEM or RECOVERY of the recorded service that flaps."""
        fails = number % 2 == 0
        when = 1795467000 + number
        return nagios(
            "svc_problem_critical_form" if fails else "svc_recovery_form",
            servicedesc="Flappy", servicedisplayname="Flappy", serviceeventid=number + 1,
            lastserviceeventid=number, serviceproblemid=1 + number // 2,
            servicenotificationnumber=1 if fails else 2, notificationnumber=1 if fails else 2,
            lastservicestatechange=when, timet=when)


class Observe(PolicyTest):
    """Nothing is written; what would have been is counted and can be looked at."""

    def test_an_observed_source_writes_nothing_until_it_acts(self):
        self.rewrite("nagios: {", "nagios: {mode: observe, ")
        self.bridge.start()
        for name in ("svc_problem_critical_form", "svc_recovery_form", "host_down_form"):
            alert = self.bridge.send_recorded("nagios", "nagios", name)
            self.bridge.decided(alert["id"])
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.assertEqual(self.writes(), {"POST /Ticket": 1})
        self.assertEqual(self.bridge.metric("tickets_observed_total", source="nagios"), 2)
        self.assertEqual(self.bridge.metric("tickets_observed_total", source="zabbix"), 0)
        status, out, err = self.bridge.command("incidents", "--json")
        self.assertEqual(status, 0, err)
        self.assertIn("web01", out)
        # It goes live: what still fails gets its ticket at its next notice.
        self.rewrite("nagios: {mode: observe, ", "nagios: {")
        self.bridge.reload()
        wait_for("the new configuration", lambda: any(
            event["event"] == "reloaded" for event in self.bridge.events()))
        self.form("nagios", nagios("host_down_form", hostnotificationnumber=2,
                                   notificationnumber=2, timet=1795467999))
        self.tickets(2)

    def test_a_sender_that_waits_for_the_ticket_is_not_kept_waiting(self):
        self.rewrite("defaults: {", "defaults: {mode: observe, ")
        self.bridge.start()
        begun = time.monotonic()
        alert = self.accepted("zabbix", zabbix(), {"Prefer": "wait=30"})
        self.assertLess(time.monotonic() - begun, 20)
        self.assertNotIn("ticket", alert)
        self.assertEqual(self.sim.tickets(), [])


class Maintenance(PolicyTest):
    def test_a_downtime_holds_the_opening_and_its_end_tells_what_is_left(self):
        """As Nagios sends it: a downtime, a problem in it, and the end of the downtime."""
        self.bridge.start()
        self.form("nagios", nagios("svc_downtime_start_form"))
        problem = self.form("nagios", self.in_downtime())
        self.assertEqual(self.bridge.decided(problem["id"]), "must last until its ticket opens")
        self.assertEqual(self.sim.tickets(), [])
        self.form("nagios", nagios("svc_downtime_end_form"))  # CRITICAL, the same problem
        self.one_ticket()

    def test_what_recovers_in_its_downtime_makes_no_ticket(self):
        self.bridge.start()
        self.form("nagios", nagios("svc_downtime_start_form"))
        self.form("nagios", self.in_downtime())
        end = self.form("nagios", nagios("svc_downtime_end_recovered_inside_form",
                                         servicedesc="HTTP", timet=1795467400, serviceeventid=15))
        self.assertEqual(self.bridge.decided(end["id"]), "recovered before a ticket was due")
        self.assertEqual(self.sim.tickets(), [])

    def test_a_window_holds_until_its_end_and_lets_recoveries_through(self):
        self.append(
            'maintenance:\n  - {name: all day, time: {hours: "00:00-24:00"}, when: {host: web01}}\n')
        self.bridge.start()
        problem = self.form("nagios", nagios("svc_problem_critical_form"))
        self.assertEqual(self.bridge.decided(problem["id"]), "must last until its ticket opens")
        recovered = self.form("nagios", nagios("svc_recovery_form"))
        self.assertEqual(self.bridge.decided(recovered["id"]), "recovered before a ticket was due")
        self.accepted("zabbix", zabbix())  # of another host
        self.one_ticket()
        self.accepted("zabbix", recovery())
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)

    @staticmethod
    def in_downtime():
        return nagios("svc_problem_critical_form", serviceeventid=14, serviceproblemid=8,
                      lastservicestatechange=1795467220, timet=1795467220)


class Expiry(PolicyTest):
    defaults = "expire_after: 2s, on_expire: solve, "

    def test_what_nobody_calls_recovered_is_solved_after_a_time_without_news(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        ticket = self.one_ticket(lambda ticket: ticket["status"] == SOLVED)
        self.assertIn("Nothing was heard", ticket["solutions"][0]["content"])
        self.accepted("zabbix", zabbix("1005"))
        self.one_ticket(lambda ticket: len(ticket["solutions"]) == 2)


if __name__ == "__main__":
    unittest.main(verbosity=2)
