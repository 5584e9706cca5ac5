#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What people do to tickets, against the real daemon: seen by its rounds, and told by webhooks.

A part of the table in tests/unit/domain/lifecycle_people_test.cpp. BRIDGE and SIM name the programs,
as in system_test.py.
"""

import hashlib
import hmac
import unittest

from harness import http, wait_for
from system_test import ASSIGNED, CLOSED, NEW, SOLVED, SystemTest, CONFIG, recovery, zabbix

SECRET = "webhook-secret"


def config(every, recheck="1h"):
    glpi = ("  quarantine: 1s\n"
            f"  watch: {{every: {every}}}\n"
            "  webhook: {secret: {file: webhook.secret}}\n")
    text = CONFIG.replace("  watch: {every: 0s}\n", "").replace("  quarantine: 1s\n", glpi)
    return text.replace("reopen_within: 1h}", f"reopen_within: 1h, recheck_after: {recheck}}}")


def worse(event="1001", **fields):
    return zabbix(event, event_nseverity="5", event_update_status="1", event_update_nseverity="5",
                  event_update_action="changed severity from High to Disaster", **fields)


class People(SystemTest):
    every = "1s"
    recheck = "1h"

    def setUp(self):
        self.config = config(self.every, self.recheck)
        super().setUp()
        self.bridge.write("webhook.secret", SECRET + "\n", 0o600)
        self.bridge.start()

    def opened(self):
        self.accepted("zabbix", zabbix())
        self.bridge.opened(1)  # of a ticket that it does not know it hears nothing
        return self.one_ticket()["id"]

    def put(self, ticket, **values):
        status, answer = self.sim.api("PUT", f"/Ticket/{ticket}", {"input": values})
        self.assertEqual(status, 200, answer)

    def settled(self, kind):
        """Waits until the bridge knows that it has written the only one of this kind."""
        wait_for(f"the bridge to know of its {kind}", lambda: self.bridge.metric(
            "operations_total", kind=kind, result="done") == 1)

    def heard(self, what, count=1):
        wait_for(f"the bridge to hear '{what}'",
                 lambda: self.bridge.metric("ticket_news_total", what=what) >= count)

    def ticket(self, number, what):
        def seen():
            one = next((each for each in self.sim.tickets() if each["id"] == number), None)
            return one if one and what(one) else None
        return wait_for(f"ticket {number} as wanted", seen)


class Rounds(People):
    def test_solved_while_it_fails_one_follow_up_says_so_and_worse_reopens(self):
        number = self.opened()
        self.put(number, status=SOLVED)
        self.heard("solved")
        self.ticket(number, lambda one: len(one["followups"]) == 1 and one["status"] == SOLVED)
        self.accepted("zabbix", worse())
        one = self.ticket(number, lambda one: one["status"] == NEW and one["priority"] == 5)
        self.assertEqual(len(one["followups"]), 2)
        self.assertEqual(len(self.sim.tickets()), 1)

    def test_closed_while_it_fails_a_new_episode_opens_a_linked_ticket(self):
        number = self.opened()
        self.put(number, status=CLOSED)
        self.heard("closed")
        self.accepted("zabbix", recovery())
        self.accepted("zabbix", zabbix("1005"))
        tickets = self.tickets(2, lambda found: any(one["links"] for one in found))
        second = max(tickets, key=lambda one: one["id"])
        self.assertEqual([link["tickets_id"] for link in second["links"]], [number])
        first = min(tickets, key=lambda one: one["id"])
        self.assertEqual((first["status"], first["followups"]), (CLOSED, []))

    def test_reopened_after_our_solution_only_a_new_episodes_recovery_solves_again(self):
        number = self.opened()
        self.accepted("zabbix", recovery())
        self.ticket(number, lambda one: one["status"] == SOLVED)
        self.settled("solve")
        rounds = self.bridge.metric("watch_rounds_total", result="done")
        wait_for("a round that began after it", lambda: self.bridge.metric(
            "watch_rounds_total", result="done") >= rounds + 2)
        self.put(number, status=ASSIGNED)
        self.heard("reopened")
        self.accepted("zabbix", zabbix(event_value="0", event_recovery_id="1003"))
        self.accepted("zabbix", zabbix("1005"))
        one = self.ticket(number, lambda one: len(one["followups"]) == 1)
        self.assertEqual(one["status"], ASSIGNED)
        self.accepted("zabbix", recovery("1005"))
        one = self.ticket(number, lambda one: one["status"] == SOLVED)
        self.assertEqual(len(one["solutions"]), 2)

    def test_moved_and_re_prioritised_it_stays_so_and_is_solved_where_it_is(self):
        number = self.opened()
        self.put(number, entities_id=3)
        self.heard("moved")
        self.put(number, urgency=1)
        self.heard("priority")
        self.accepted("zabbix", worse())
        one = self.ticket(number, lambda one: one["priority"] == 5)
        self.assertEqual(one["entities_id"], 3)
        self.accepted("zabbix", recovery())
        one = self.ticket(number, lambda one: one["status"] == SOLVED)
        self.assertEqual(one["entities_id"], 3)

    def test_merged_the_target_hears_of_it_and_is_not_solved(self):
        number = self.opened()
        status, target = self.sim.api("POST", "/Ticket", {"input": {
            "name": "mail is down", "content": "nothing works", "entities_id": 1}})
        self.assertEqual(status, 201)
        self.sim.api("POST", "/Ticket_Ticket", {"input": {
            "tickets_id_1": number, "tickets_id_2": target["id"], "link": 2}})
        self.sim.api("DELETE", f"/Ticket/{number}")
        self.heard("merged")
        self.accepted("zabbix", recovery())
        one = self.ticket(target["id"], lambda one: len(one["followups"]) == 2)
        self.assertEqual(one["status"], NEW)
        self.assertEqual(len(self.sim.tickets()), 2)

    def test_deleted_the_next_episode_gets_a_new_ticket(self):
        number = self.opened()
        self.sim.api("DELETE", f"/Ticket/{number}")
        self.heard("gone")
        self.accepted("zabbix", worse())
        self.accepted("zabbix", recovery())
        self.accepted("zabbix", zabbix("1005"))
        tickets = self.tickets(2)
        self.assertEqual([one["links"] for one in tickets], [[], []])

    def test_a_restart_hears_nothing_twice_and_an_outage_loses_nothing(self):
        number = self.opened()
        self.put(number, status=SOLVED)
        self.heard("solved")
        self.ticket(number, lambda one: len(one["followups"]) == 1)
        self.assertEqual(self.bridge.process.stop(), 0)
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "POST", "path": "search"}, "action": "html_500", "count": -1}]})
        self.bridge.start()
        wait_for("a failed round", lambda: self.bridge.metric(
            "watch_rounds_total", result="failed") >= 1)
        self.put(number, status=ASSIGNED)
        http("DELETE", self.sim.url + "/_sim/faults")
        self.heard("reopened")
        self.assertEqual(self.bridge.metric("ticket_news_total"), 1)
        self.assertEqual(len(self.one_ticket()["followups"]), 1)


class Recheck(People):
    recheck = "3s"

    def test_what_a_person_ended_goes_on_when_the_problem_does(self):
        number = self.opened()
        self.put(number, status=SOLVED)
        self.heard("solved")
        one = self.ticket(number, lambda one: one["status"] == NEW)
        self.assertEqual(len(one["followups"]), 2)
        self.settled("reopen")
        self.put(number, status=CLOSED)
        self.heard("closed")
        tickets = self.tickets(2, lambda found: any(one["links"] for one in found))
        self.assertEqual(min(tickets, key=lambda one: one["id"])["status"], CLOSED)


class Webhooks(People):
    every = "0s"

    def setUp(self):
        super().setUp()
        self.sim.post("/config", {"webhook_secret": SECRET})
        self.address = self.bridge.url + "/v1/glpi/events"

    def run_cron(self):
        """Sends what GLPI has queued, as its cron does; the statuses."""
        queued = self.sim.get("/webhooks")
        http("DELETE", self.sim.url + "/_sim/webhooks")
        return [http("POST", self.address, one["body"], {
            "X-GLPI-signature": one["signature"], "X-GLPI-timestamp": one["timestamp"],
            "User-Agent": "GuzzleHttp/7"})[0] for one in queued]

    def count(self, result):
        return self.bridge.metric("glpi_events_total", result=result)

    def test_a_webhook_makes_it_look_at_once_and_our_own_changes_do_not(self):
        number = self.opened()
        self.assertEqual(set(self.run_cron()), {200})
        self.assertEqual(self.count("heard"), 0)
        self.assertGreaterEqual(self.count("own"), 1)
        self.put(number, status=SOLVED)
        statuses = self.run_cron()
        self.assertEqual(set(statuses), {200})
        self.heard("solved")
        self.ticket(number, lambda one: len(one["followups"]) == 1)
        self.sim.api("DELETE", f"/Ticket/{number}")
        self.run_cron()
        self.heard("gone")

    def test_a_strangers_webhook_is_refused_and_the_challenge_answered(self):
        self.opened()
        queued = self.sim.get("/webhooks")[-1]
        head = {"X-GLPI-signature": "0" * 64, "X-GLPI-timestamp": queued["timestamp"]}
        self.assertEqual(http("POST", self.address, queued["body"], head)[0], 401)
        self.assertEqual(http("POST", self.address, queued["body"])[0], 401)
        self.assertEqual(self.count("refused"), 1)

        def sign(text):
            return hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()
        token = sign("validate_cra_challenge")
        status, _, body = http("GET", f"{self.address}?crc_token={token}")
        self.assertEqual((status, body), (200, sign(token)))
        self.assertEqual(http("GET", f"{self.address}?crc_token={sign('x')}")[0], 401)
        log = self.bridge.process.text()
        self.assertNotIn(SECRET, log)


if __name__ == "__main__":
    unittest.main()
