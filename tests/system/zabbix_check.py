#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The shipped media type in a real Zabbix 6.0, with the daemon and the simulated GLPI.

usage: zabbix_check.py --bridge FILE --sim FILE --api URL --trapper PORT [--password TEXT]

URL is the frontend's api_jsonrpc.php and PORT the server's, both of a Zabbix that runs on this
machine for nothing else: its user Admin is used, and what an earlier run made is removed first.
Imports the media type twice (the second time over the first), makes the macros, user, action and host that
config/zabbix/README.md asks for, and then a problem, an update, a change of severity, a recovery, a
manual close and a cancelled escalation. Every problem must be one ticket with its tag and its menu
link at the event. The bridge's own acknowledgement, with the ticket's number, must be seen at the
event, once, and not come back; a recovery that Zabbix does not tell must be made good within one
reconcile period. At last the template that watches the bridge, imported likewise, and every item of
it must get a value. One line each.
"""

import argparse
import json
import os
import shutil
import socket
import struct
import sys
import tempfile
import time

from harness import Bridge, Failure, Sim, http, wait_for

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
MEDIA_TYPE = os.path.join(ROOT, "config", "zabbix", "zbx_glpi_alert_bridge.yaml")
TEMPLATE_FILE = os.path.join(ROOT, "config", "zabbix", "template_glpi_alert_bridge.yaml")
TEMPLATE = "GLPI alert bridge"
DEPENDENT, CHECK_NOW = "18", 6  # type of an item, of a task
HOST = "db01.customer-a.example"
SOLVED = 5
RECONCILE_S = 10
SETTLE_S = 30  # StateCheck::kSettle: news of so lately are left to their own notices
TOKEN_NAME = "glpi-alert-bridge"
CLOSE, ACKNOWLEDGE, MESSAGE, SEVERITY = 1, 2, 4, 8
CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@, public_url: "http://bridge.test"}
log: {level: debug, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix-1:
    type: zabbix
    time_zone: UTC
    auth: {bearer: {file: sender.token}, hmac: {file: sender.hmac}}
    back: {url: "@FRONTEND@", token: {file: zabbix-api.token}, acknowledge: opened, reconcile: @EVERY@s}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
defaults: {open_after: 0s, under_wait: 0s, resolve_after: 0s}
storm: none
"""


class Zabbix:
    def __init__(self, options):
        self.api, self.trapper, self.token = options.api, options.trapper, None
        self.began = int(time.time())
        self.token = self.call("user.login", {"username": "Admin", "password": options.password})

    def call(self, method, parameters):
        body = {"jsonrpc": "2.0", "method": method, "params": parameters, "id": 1}
        if self.token:
            body["auth"] = self.token
        status, _, text = http("POST", self.api, json.dumps(body),
                               {"Content-Type": "application/json-rpc"}, timeout=60)
        answer = json.loads(text) if status == 200 else {"error": text}
        if "error" in answer:
            raise Failure(f"{method} answered {status}: {answer['error']}")
        return answer["result"]

    def value(self, key, value):
        """As zabbix_sender does; whether the server took it."""
        data = json.dumps({"request": "sender data", "data": [
            {"host": HOST, "key": key, "value": str(value)}]}).encode()
        with socket.create_connection(("127.0.0.1", self.trapper), timeout=20) as connection:
            connection.sendall(b"ZBXD\1" + struct.pack("<Q", len(data)) + data)
            answer = b""
            while chunk := connection.recv(4096):
                answer += chunk
        return b"processed: 1" in answer

    def event(self, trigger):
        """The newest problem event of the trigger."""
        found = self.call("event.get", {
            "objectids": [trigger], "value": 1, "selectTags": "extend", "output": "extend",
            "sortfield": ["eventid"], "sortorder": "DESC", "limit": 1})
        return found[0] if found else None

    def act(self, event, action, **more):
        self.call("event.acknowledge", {"eventids": event["eventid"], "action": action, **more})

    def alerts(self):
        return self.call("alert.get", {
            "output": "extend", "sortfield": "alertid", "time_from": self.began})


MACROS = (("{$GLPI_BRIDGE.TOKEN}", "sender-secret", 1), ("{$GLPI_BRIDGE.HMACKEY}", "hmac-secret", 1))


def clear(zabbix):
    """Removes what an earlier run has made."""
    for kind, field, name, key in (
            ("action", "name", "GLPI", "actionid"), ("host", "host", HOST, "hostid"),
            ("user", "username", "glpi-alert-bridge", "userid"),
            ("usergroup", "name", "Bridge readers", "usrgrpid"),
            ("hostgroup", "name", "Bridge test", "groupid"),
            ("template", "host", TEMPLATE, "templateid"), ("token", "name", TOKEN_NAME, "tokenid"),
            ("mediatype", "name", "GLPI alert bridge", "mediatypeid")):
        found = zabbix.call(kind + ".get", {"filter": {field: name}})
        if found:
            zabbix.call(kind + ".delete", [row[key] for row in found])
    macros = [row["globalmacroid"] for row in zabbix.call("usermacro.get", {"globalmacro": True})
              if row["macro"].startswith("{$GLPI_BRIDGE.")]
    if macros:
        zabbix.call("usermacro.deleteglobal", macros)


def import_twice(zabbix, path, *kinds):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    rules = {kind: {"createMissing": True, "updateExisting": True} for kind in kinds}
    for _ in range(2):
        zabbix.call("configuration.import", {"format": "yaml", "rules": rules, "source": source})


def api_token(zabbix):
    """Of the user Admin: what the bridge itself may ask and do is config/zabbix/README.md's matter."""
    admin = zabbix.call("user.get", {"filter": {"username": "Admin"}})[0]["userid"]
    token = zabbix.call("token.create", {"name": TOKEN_NAME, "userid": admin})["tokenids"]
    return zabbix.call("token.generate", token)[0]["token"]


def set_up(zabbix, bridge_url):
    import_twice(zabbix, MEDIA_TYPE, "mediaTypes")
    media = zabbix.call("mediatype.get", {"filter": {"name": "GLPI alert bridge"}})
    if len(media) != 1 or media[0]["status"] != "0":
        raise Failure(f"media types after two imports: {media}")
    media_id = media[0]["mediatypeid"]
    count = len(media[0]["parameters"])
    print(f"import: media type {media_id}, {count} parameters, once", flush=True)
    url = ("{$GLPI_BRIDGE.URL}", bridge_url + "/v1/alerts/zabbix-1", 0)
    for macro, value, kind in (url, *MACROS):
        zabbix.call("usermacro.createglobal", {"macro": macro, "value": value, "type": kind})
    group = zabbix.call("hostgroup.create", {"name": "Bridge test"})["groupids"][0]
    readers = zabbix.call("usergroup.create", {
        "name": "Bridge readers", "rights": [{"id": group, "permission": 2}]})["usrgrpids"][0]
    user = zabbix.call("user.create", {
        "username": "glpi-alert-bridge", "passwd": "Quite-long-7-passphrase", "roleid": "1",
        "usrgrps": [{"usrgrpid": readers}],
        "medias": [{"mediatypeid": media_id, "sendto": "bridge"}]})["userids"][0]
    tell = [{"operationtype": 0, "opmessage": {"default_msg": 1, "mediatypeid": media_id},
             "opmessage_usr": [{"userid": user}]}]
    # Repeated every minute: that a trigger is gone is noticed at the next step of its escalation.
    again = [{**tell[0], "esc_step_from": 1, "esc_step_to": 0}]
    zabbix.call("action.create", {
        "name": "GLPI", "eventsource": 0, "esc_period": "1m", "operations": again,
        "recovery_operations": tell, "update_operations": tell})
    host = zabbix.call("host.create", {"host": HOST, "groups": [{"groupid": group}],
                                       "interfaces": []})["hostids"][0]
    triggers = []
    for key in ("one", "two", "three", "four"):
        zabbix.call("item.create", {"name": key, "key_": key, "hostid": host, "type": 2,
                                    "value_type": 3})
        triggers.append(zabbix.call("trigger.create", {
            "description": f"Problem {key} on {{HOST.NAME}}", "priority": 4, "manual_close": 1,
            "expression": f"last(/{HOST}/{key})>0"})["triggerids"][0])
    return triggers


class Story:
    def __init__(self, zabbix, sim, bridge):
        self.zabbix, self.sim, self.bridge = zabbix, sim, bridge

    def wait(self, what, condition):
        try:
            return wait_for(what, condition, 180)
        except Failure as failure:
            alerts = [{name: alert[name] for name in ("alertid", "eventid", "status", "error")}
                      for alert in self.zabbix.alerts()]
            raise Failure(f"{failure}\nalerts: {alerts}\ntickets: "
                          f"{json.dumps(self.sim.tickets())[:3000]}") from None

    def ticket(self, name):
        found = [ticket for ticket in self.sim.tickets() if f"Problem {name} on" in ticket["name"]]
        if len(found) > 1:
            raise Failure(f"{len(found)} tickets for {name}")
        return found[0] if found else None

    def problem(self, name, trigger):
        # The server knows a new item sooner than its trigger: the same value again is no new event.
        ticket = self.wait("the ticket",
                           lambda: self.zabbix.value(name, 1) and self.ticket(name))

        def told():
            event = self.zabbix.event(trigger)
            tags = {tag["tag"]: tag["value"] for tag in (event or {}).get("tags", [])}
            return (event, tags) if "__zbx_glpi_link" in tags else None
        event, tags = self.wait("the link at the event", told)
        links = [each for each in event["urls"] if each["url"] == tags["__zbx_glpi_link"]]
        if len(links) != 1 or links[0]["name"] != "GLPI ticket":
            raise Failure(f"the event's menu: {event['urls']}")
        if not tags["__zbx_glpi_link"].startswith("http://bridge.test/t/"):
            raise Failure(f"the link: {tags}")
        if tags.get("__zbx_glpi_ticket_id") != str(ticket["id"]):
            raise Failure(f"the ticket's number is not at the event: {tags}")
        print(f"problem {name}: ticket {ticket['id']}, tags and menu link at the event", flush=True)
        return event

    def followed(self, name, count, what):
        self.wait(what, lambda: len((self.ticket(name) or {}).get("followups", [])) >= count)
        print(f"{what}: follow-up {count} on the ticket of {name}", flush=True)

    def solved(self, name, what):
        self.wait(what, lambda: self.ticket(name)["status"] == SOLVED)
        print(f"{what}: the ticket of {name} is solved", flush=True)


def tell_all(story, triggers):
    zabbix = story.zabbix
    event = story.problem("one", triggers[0])
    zabbix.act(event, ACKNOWLEDGE | MESSAGE, message="looking at it")
    story.followed("one", 1, "acknowledged with a message")
    zabbix.act(event, SEVERITY, severity=5)
    story.followed("one", 2, "severity raised by hand")
    zabbix.value("one", 0)
    story.solved("one", "recovery")

    event = story.problem("two", triggers[1])
    zabbix.act(event, CLOSE)
    story.solved("two", "manual close")

    story.problem("three", triggers[2])
    zabbix.call("trigger.update", {"triggerid": triggers[2], "status": 1})

    def cancelled():
        return [alert for alert in zabbix.alerts() if "scalation cancel" in alert["message"]]
    story.wait("the notice of the cancelled escalation", cancelled)
    story.wait("the ticket to hear of it", lambda: (
        story.ticket("three")["status"] == SOLVED or story.ticket("three").get("followups")))
    state = "solved" if story.ticket("three")["status"] == SOLVED else "told by a follow-up"
    print(f"cancelled: the ticket of three is {state}", flush=True)

    story.wait("every alert to be sent", lambda: all(
        alert["status"] == "1" for alert in zabbix.alerts()))
    bridge = story.bridge
    sent = len(zabbix.alerts())
    taken = bridge.metric("alerts_total", source="zabbix-1", status="accepted")
    unread = bridge.metric("quarantined")
    if unread:
        raise Failure(f"{unread:.0f} bodies are in quarantine")
    print(f"in all: {sent} alerts sent by Zabbix, {taken:.0f} accepted, 0 unreadable; "
          f"tickets {len(story.sim.tickets())}", flush=True)


def way_back(story, trigger):
    zabbix, name = story.zabbix, "four"
    began = time.monotonic()
    event = story.problem(name, trigger)

    def own():
        rows = zabbix.call("event.get", {"eventids": event["eventid"],
                                         "select_acknowledges": "extend"})[0]["acknowledges"]
        return [row["message"] for row in rows if int(row["action"]) & ACKNOWLEDGE]
    story.wait("the bridge's acknowledgement", own)
    # Whatever of it comes back is known to come back by then: a recovery is looked for later.
    wait_for("the problem to be old enough",
             lambda: time.monotonic() - began > SETTLE_S + RECONCILE_S, SETTLE_S * 3)
    ticket = story.ticket(name)
    if len(own()) != 1 or f"GLPI ticket {ticket['id']}: http://bridge.test/t/" not in own()[0]:
        raise Failure(f"acknowledgements of ticket {ticket['id']}: {own()}")
    if ticket.get("followups"):
        raise Failure(f"our own acknowledgement came back: {ticket['followups']}")
    print(f"acknowledged: once, '{own()[0]}'; it did not come back", flush=True)

    action = zabbix.call("action.get", {"filter": {"name": "GLPI"}})[0]["actionid"]
    zabbix.call("action.update", {"actionid": action, "recovery_operations": []})
    zabbix.value(name, 0)
    began = time.monotonic()
    story.wait("the missed recovery to be made good", lambda: story.ticket(name)["status"] == SOLVED)
    seconds = time.monotonic() - began
    # Besides, what the server, the look, the decision and the solution take.
    if seconds > RECONCILE_S + 1.5:
        raise Failure(f"the missed recovery: {seconds:.1f} s, the period is {RECONCILE_S} s")
    if story.bridge.metric("missed_recoveries_total", source="zabbix-1") != 1:
        raise Failure("the recovery came some other way")
    print(f"reconciled: a recovery that was never told was made good after {seconds:.1f} s, period "
          f"{RECONCILE_S} s", flush=True)


def watch(zabbix, bridge_url):
    """The template, on the host of the other problems."""
    import_twice(zabbix, TEMPLATE_FILE, "groups", "templates", "items", "triggers")
    found = zabbix.call("template.get", {"filter": {"host": TEMPLATE}})
    if len(found) != 1:
        raise Failure(f"templates after two imports: {found}")
    host = zabbix.call("host.get", {"filter": {"host": HOST}})[0]["hostid"]
    zabbix.call("host.update", {
        "hostid": host, "templates": [{"templateid": found[0]["templateid"]}],
        "macros": [{"macro": "{$GLPI_BRIDGE.METRICS}", "value": bridge_url + "/metrics"}]})
    items = zabbix.call("item.get", {"hostids": host, "inherited": True, "output": ["type"]})
    master = [item["itemid"] for item in items if item["type"] != DEPENDENT]
    if len(master) != 1 or len(items) < 10:
        raise Failure(f"items of the template: {items}")

    def without_value():
        return [item for item in zabbix.call("item.get", {
            "hostids": host, "inherited": True, "filter": {"type": DEPENDENT},
            "output": ["key_", "lastclock", "error"]}) if item["lastclock"] == "0"]
    try:
        # Sooner than at its next minute, once the server knows the item.
        zabbix.call("task.create", {"type": CHECK_NOW, "request": {"itemid": master[0]}})
        wait_for("a value for every item", lambda: not without_value(), 240)
    except Failure as failure:
        raise Failure(f"{failure}: {without_value()}") from None
    print(f"template: {len(items) - 1} values read from {bridge_url}/metrics", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--bridge", "--sim", "--api"):
        parser.add_argument(name, required=True)
    parser.add_argument("--trapper", type=int, required=True)
    parser.add_argument("--password", default="zabbix")
    options = parser.parse_args()
    directory = tempfile.mkdtemp(prefix="glpi-alert-bridge-zabbix-")
    sim = bridge = None
    try:
        sim = Sim(options.sim, directory)
        zabbix = Zabbix(options)
        clear(zabbix)
        config = CONFIG.replace("@FRONTEND@", options.api.removesuffix("/api_jsonrpc.php"))
        bridge = Bridge(options.bridge, directory, config.replace("@EVERY@", str(RECONCILE_S)),
                        sim.url)
        bridge.write("zabbix-api.token", api_token(zabbix) + "\n", 0o600)
        bridge.start()
        triggers = set_up(zabbix, bridge.url)
        story = Story(zabbix, sim, bridge)
        tell_all(story, triggers)
        way_back(story, triggers[3])
        watch(zabbix, bridge.url)
        return 0
    except Failure as failure:
        print(f"FAILED: {failure}", flush=True)
        return 1
    finally:
        for part in (bridge, sim):
            if part and part.process:
                part.process.kill()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
