#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Rules about the asset and GLPI's planned changes, with the real daemon and the simulated GLPI.

BRIDGE and SIM name the programs.
"""

import datetime
import unittest

from harness import wait_for
from system_test import CONFIG, SystemTest, recovery, zabbix

RULES = """\
rules:
  - name: the group in charge gets the ticket
    then: {assign_group: "{{asset.tech_group}}"}
  - name: critical
    when: {asset: {criticality: "Very high"}}
    then: {priority: p1}
  - name: retired
    when: {asset: {state: "Retired*"}}
    then: {drop: true}
  - name: by inventory number
    when: {asset: {field: {"Inventory number": "GOLD-*"}}}
    then: {category: Hardware}
"""
SEED = {"groups": [{"name": "Linux"}], "computers": [
    {"name": "erp", "entities_id": 1, "criticity": "Very high", "tech_group": "Linux",
     "state": "Production", "otherserial": "GOLD-1"},
    {"name": "old", "entities_id": 1, "state": "Retired > Sold"},
    {"name": "plain", "entities_id": 1}]}


def problem(host, event, **fields):
    return zabbix(event, trigger_id=event, host_host=host, host_name=host, host_ip="", **fields)


class Assets(SystemTest):
    config = CONFIG + RULES
    version = "10"

    def setUp(self):
        super().setUp()
        self.sim.post("/seed", SEED)
        self.bridge.start()

    def test_priority_group_and_category_come_from_the_asset(self):
        self.accepted("zabbix", problem("erp", "1001"))
        ticket = self.one_ticket()
        self.assertEqual((ticket["urgency"], ticket["impact"]), (5, 5))
        self.assertEqual([one["name"] for one in ticket["assigned"]["groups"]], ["Linux"])
        self.assertEqual(ticket["category"], "Hardware")
        self.sim.post("/requests/reset", {})
        self.accepted("zabbix", problem("erp", "1003"))
        self.tickets(2)
        self.assertEqual(self.sim.get("/requests")["by"], {"POST /Ticket": 1})

    def test_what_glpi_does_not_say_changes_nothing_and_a_retired_asset_opens_none(self):
        retired = self.accepted("zabbix", problem("old", "1001"))
        self.assertEqual(self.bridge.decided(retired["id"]), "dropped by a rule")
        self.accepted("zabbix", problem("plain", "1003"))
        ticket = self.one_ticket()
        self.assertEqual((ticket["urgency"], ticket["impact"]), (4, 4))
        self.assertEqual(ticket["assigned"]["groups"], [])

    def test_an_unknown_host_gets_its_ticket_all_the_same(self):
        self.accepted("zabbix", problem("nobody-knows-it", "1001"))
        self.assertEqual(self.one_ticket()["urgency"], 4)


class AssetsOn11(Assets):
    version = "11"


def glpi_time(seconds_from_now):
    moment = datetime.datetime.now(datetime.timezone.utc)
    return f"{moment + datetime.timedelta(seconds=seconds_from_now):%Y-%m-%d %H:%M:%S}"


class Changes(SystemTest):
    """The change covers db01 (Computer 2) from an hour ago on."""
    policy = "annotate"

    @property
    def config(self):
        return CONFIG.replace("defaults: {", f"defaults: {{changes: {self.policy}, ")

    def plan(self, end_s, status=7):
        self.sim.post("/seed", {"changes": [
            {"name": "New <disks>", "entities_id": 1, "status": status,
             "tasks": [{"begin": glpi_time(-3600), "end": glpi_time(end_s), "state": 1}],
             "items": [{"itemtype": "Computer", "items_id": 2}]}]})
        self.bridge.start()
        # The changes are read beside everything else; nobody waits for them.
        wait_for("the changes to be read",
                 lambda: "glpi_alert_bridge_planned_changes" in self.bridge.metrics())

    def test_a_change_that_covers_the_asset_is_told_in_the_ticket(self):
        self.plan(3600)
        self.accepted("zabbix", zabbix())
        content = self.one_ticket()["content"]
        self.assertIn("#1 New", content)
        self.assertNotIn("<disks>", content)

    def test_one_that_is_not_approved_is_not(self):
        self.plan(3600, status=1)
        self.accepted("zabbix", zabbix())
        self.assertNotIn("#1 New", self.one_ticket()["content"])


class ChangesHold(Changes):
    policy = "hold"
    test_a_change_that_covers_the_asset_is_told_in_the_ticket = None

    def test_the_ticket_opens_at_the_end_of_the_change(self):
        self.plan(55)  # what follows has to happen before its end
        held = self.accepted("zabbix", zabbix())
        self.assertEqual(self.bridge.decided(held["id"]), "must last until its ticket opens")
        self.assertEqual(self.sim.tickets(), [])
        self.assertIn("#1 New", self.one_ticket()["content"])

    def test_what_recovers_before_opens_none(self):
        self.plan(3600)
        self.accepted("zabbix", zabbix())
        over = self.accepted("zabbix", recovery())
        self.assertEqual(self.bridge.decided(over["id"]), "recovered before a ticket was due")
        # Nothing is left that could open one at the change's end.
        self.assertEqual(self.bridge.command("incidents", "--json")[1], "")
        self.assertEqual(self.sim.tickets(), [])


if __name__ == "__main__":
    unittest.main()
