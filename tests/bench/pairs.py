#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Problem and recovery pairs against the simulated GLPI: tickets, duplicates, requests, latency.

Prints one line of figures and ends with status 1 if a ticket is missing, doubled or not solved. It
judges counts only; the times are printed for people.
"""

import argparse
import concurrent.futures
import datetime
import json
import os
import re
import shutil
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from harness import Bridge, Sim, wait_for, work_directory  # noqa: E402

CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@}
log: {level: info, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: UTC}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
defaults: {open_after: 0s, under_wait: 0s, flapping: none, resolve_after: 0s}
storm: none
"""
SOLVED = 5


def payload(number, hosts, over):
    event = str(10_000 + number)
    return json.dumps({
        "event_source": "0", "event_object": "0", "event_value": "0" if over else "1",
        "event_update_status": "0", "event_id": event, "event_name": f"Problem {number}",
        "event_nseverity": "4", "event_date": "2026.11.23", "event_time": "21:16:48",
        "event_recovery_id": str(50_000 + number) if over else "{EVENT.RECOVERY.ID}",
        "event_opdata": "", "event_tags": "[]", "trigger_id": str(number),
        "host_host": hosts[number % len(hosts)], "host_groups": "", "alert_subject": "",
    })


def send_all(bridge, count, hosts, over, senders):
    """Time of each 202 by alert id."""
    def send(number):
        status, answer = bridge.send("zabbix", payload(number, hosts, over))
        assert status == 202, (status, answer)
        return answer["alerts"][0]["id"], time.time()
    with concurrent.futures.ThreadPoolExecutor(senders) as pool:
        return dict(pool.map(send, range(count)))


def seconds_until_ticket(bridge, accepted):
    waits = []
    for event in bridge.events():
        alert = event.get("fields", {}).get("alert")
        if event["event"] == "ticket_opened" and alert in accepted:
            moment = datetime.datetime.fromisoformat(event["time"].replace("Z", "+00:00"))
            waits.append(moment.timestamp() - accepted[alert])
    return sorted(waits)


def solved_in(sim):
    return sum(1 for ticket in sim.tickets() if ticket["status"] == SOLVED)


def run(arguments, directory):
    # The names as the sim makes them.
    seed = {"generate_computers": {"prefix": "load-", "count": arguments.hosts, "entities_id": 1}}
    sim = Sim(arguments.sim, directory, arguments.version, seed,
              options=("--latency-ms", str(arguments.latency_ms)))
    bridge = Bridge(arguments.bridge, directory, CONFIG, sim.url)
    try:
        _, computers = sim.api("GET", "/Computer?range=0-999&searchText[name]=^load-")
        hosts = [row["name"] for row in computers]
        assert len(hosts) == arguments.hosts, len(hosts)
        bridge.start()
        accepted = send_all(bridge, arguments.pairs, hosts, False, arguments.senders)
        wait_for("every ticket", lambda: len(sim.tickets()) >= arguments.pairs, 300)
        wait_for("every ticket to be known",
                 lambda: len(seconds_until_ticket(bridge, accepted)) >= arguments.pairs, 60)
        opening = sim.get("/requests")["by"]
        send_all(bridge, arguments.pairs, hosts, True, arguments.senders)
        wait_for("every ticket to be solved", lambda: solved_in(sim) >= arguments.pairs, 300)
        total = sim.get("/requests")["total"]
        waits = seconds_until_ticket(bridge, accepted)
        return report(arguments, sim.tickets(), opening, total, waits)
    finally:
        for part in (bridge, sim):
            if part.process:
                part.process.kill()


def report(arguments, tickets, opening, total, waits):
    references = [re.search(r"GAB-[0-9A-Z]{26}", ticket["content"]).group(0) for ticket in tickets]
    duplicates = len(references) - len(set(references))
    titles = [ticket["name"] for ticket in tickets]
    duplicates += len(titles) - len(set(titles))
    solved = sum(1 for ticket in tickets if ticket["status"] == SOLVED)
    linked = sum(1 for ticket in tickets if ticket["items"])
    p50, p99 = (waits[int(len(waits) * part)] * 1000 for part in (0.50, 0.99))
    print(f"GLPI {arguments.version}: {arguments.pairs} pairs, {arguments.hosts} hosts: "
          f"{len(tickets)} tickets, {linked} with asset, {solved} solved, {duplicates} duplicates; "
          f"requests: {opening.get('POST /Ticket', 0)} POST /Ticket of {sum(opening.values())} "
          f"while opening, {total / arguments.pairs:.2f} per pair in all; "
          f"202 to ticket: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    wanted = arguments.pairs
    return 0 if (len(tickets), solved, linked, duplicates) == (wanted, wanted, wanted, 0) else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", required=True)
    parser.add_argument("--sim", required=True)
    parser.add_argument("--version", default="11", choices=("10", "11"))
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--hosts", type=int, default=200)
    parser.add_argument("--senders", type=int, default=8)
    parser.add_argument("--latency-ms", type=int, default=0, help="of the simulated GLPI")
    arguments = parser.parse_args()
    directory = work_directory()
    try:
        sys.exit(run(arguments, directory))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
