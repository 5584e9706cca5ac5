#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The demo: recorded Zabbix and Nagios alerts become tickets on a simulated GLPI.

Starts glpi-sim and the daemon on free loopback ports, posts a story of recorded alerts and prints
one table. It stays up to be looked at; with --once it ends, with status 0 only if every ticket is
as it must be.
"""

import argparse
import re
import shutil
import signal
import sys

from harness import Bridge, Failure, Sim, http, wait_for, work_directory

CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@, public_url: "http://127.0.0.1:@PORT@"}
log: {level: info, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix:   {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris}
  nagios:   {type: nagios, auth: {bearer: {file: sender.token}}}
  nagios-b: {type: nagios, auth: {bearer: {file: sender.token}}}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
defaults: {open_after: 0s, under_wait: 0s, resolve_after: 1s, reopen_within: 1h}
rules:
  - name: every customer by its host group
    when: {host_group: {regex: "^Customers/(?P<customer>[^/]+)"}}
    then: {entity: "Root entity > {{match.customer}}", within: "Root entity > {{match.customer}}"}
  - name: production of customer A
    when: {source: nagios, host_group: acme-prod}
    then: {entity: "Root entity > Customer A"}
  - name: databases
    when: {host: "db*"}
    then: {category: "Monitoring", assign_group: "NOC"}  # the simulated GLPI has this group
"""

SEED = {
    "entities": [{"name": "ACME", "entities_id": 0}],
    "categories": [{"name": "Monitoring", "entities_id": 0}],
    "computers": [
        {"name": "srv-web-01", "entities_id": "ACME", "serial": "SN-ABC-001", "ip": ["192.0.2.10"]},
        {"name": "db01", "entities_id": "ACME"},
    ],
}

# (what it is, source, sender, recording, the story line it belongs to)
STORY = [
    ("disaster on srv-web-01", "zabbix", "zabbix", "problem_disaster", "disaster"),
    ("the same delivered again", "zabbix", "zabbix", "problem_disaster", "disaster"),
    ("average on srv-web-01", "zabbix", "zabbix", "problem_average", "average"),
    ("acknowledged, commented", "zabbix", "zabbix", "update_ack_message", "average"),
    ("severity now disaster", "zabbix", "zabbix", "update_severity_change", "average"),
    ("recovered", "zabbix", "zabbix", "recovery_average", "average"),
    ("high on srv-web-01", "zabbix", "zabbix", "escalation_repeat_1", "high"),
    ("repeat (escalation)", "zabbix", "zabbix", "escalation_repeat_2", "high"),
    ("hostile text", "zabbix", "zabbix", "problem_ugly_text", "hostile"),
    ("unknown host", "zabbix", "zabbix", "problem_bare_host", "unknown"),
    ("only information", "zabbix", "zabbix", "problem_information_no_url", None),
    ("host db01 down", "nagios", "nagios", "host_down_form", "db01"),
    ("acknowledged", "nagios", "nagios", "host_ack_form", "db01"),
    ("web01 HTTP critical", "nagios", "nagios", "svc_problem_critical_form", "web01"),
    ("web01 HTTP recovered", "nagios", "nagios", "svc_recovery_form", "web01"),
    ("web01, in two customers", "nagios-b", "nagios", "svc_problem_critical_form", "twins"),
]

ACME, CUSTOMER_A, ROOT = "Root entity > ACME", "Root entity > Customer A", "Root entity"
NEW, ASSIGNED, SOLVED = 1, 2, 5
# story line -> entity, asset, priority, status, follow-ups
EXPECTED = {
    "disaster": (ACME, "srv-web-01", 5, NEW, 0),
    "average": (ACME, "srv-web-01", 5, SOLVED, 2),
    "high": (ACME, "srv-web-01", 4, NEW, 0),
    "hostile": (ACME, "srv-web-01", 4, NEW, 0),
    "unknown": (ROOT, "", 3, NEW, 0),
    "db01": (ACME, "db01", 4, ASSIGNED, 1),
    "web01": (CUSTOMER_A, "web01", 4, SOLVED, 0),
    "twins": (ROOT, "", 4, NEW, 0),
}
STATUS = {1: "new", 2: "assigned", 4: "pending", 5: "solved", 6: "closed"}


def seed_for(version):
    """The sim takes entity ids; ACME gets the number after the recorded ones."""
    acme = 4
    seed = {key: [dict(row) for row in rows] for key, rows in SEED.items()}
    seed["entities"][0]["id"] = acme
    for computer in seed["computers"]:
        computer["entities_id"] = acme
    assert version in ("10", "11")
    return seed


def ticket_of(bridge, alert_id):
    """Number of the ticket that the bridge's own link leads to, 0 while there is none."""
    status, headers, _ = http("GET", f"{bridge.url}/t/{alert_id}")
    if status != 302:
        return 0
    return int(re.search(r"id=(\d+)", headers["Location"]).group(1))


def tell_story(bridge):
    """Posts every alert; story line -> its alerts as (what, id)."""
    told = []
    for what, source, sender, name, line in STORY:
        alert = bridge.send_recorded(source, sender, name)
        told.append((what, source, line, alert["id"], alert["status"]))
        if line:
            # The next alert of the line is news only once the ticket is there.
            wait_for(f"a ticket for '{what}'", lambda: ticket_of(bridge, alert["id"]))
    return told


def seen_as(ticket):
    asset = ticket["items"][0]["name"] if ticket["items"] else ""
    return (ticket["entity"], asset, ticket["priority"], ticket["status"],
            len(ticket["followups"]))


def differences(numbers, tickets):
    """What is not as it must be, as sentences."""
    by_id = {ticket["id"]: ticket for ticket in tickets}
    wrong = []
    for line, expected in EXPECTED.items():
        ticket = by_id.get(numbers.get(line, 0))
        if ticket is None:
            wrong.append(f"{line}: no ticket")
        elif seen_as(ticket) != expected:
            wrong.append(f"{line}: ticket {ticket['id']} is {seen_as(ticket)}, "
                         f"must be {expected}")
        elif re.search(r"<\s*(script|img|svg|iframe)|onerror\s*=\s*[\"']?alert", ticket["content"],
                       re.IGNORECASE):
            wrong.append(f"{line}: unescaped text in ticket {ticket['id']}")
    if len(tickets) != len(EXPECTED):
        wrong.append(f"{len(tickets)} tickets in GLPI, must be {len(EXPECTED)}")
    return wrong


def print_table(told, numbers, tickets):
    by_id = {ticket["id"]: ticket for ticket in tickets}
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    row = "{:<9}{:<26}{:>7}  {:<12}{:<12}{:>4}  {:<9}{:>6}"
    print(bold + row.format("SOURCE", "ALERT", "TICKET", "ENTITY", "ASSET", "PRIO", "STATUS",
                            "NOTES") + plain)
    shown = set()
    for what, source, line, _, status in told:
        number = numbers.get(line, 0)
        ticket = by_id.get(number)
        if ticket is None:
            print(row.format(source, what, "none", "", "", "", "", ""))
            continue
        label = what if status == "accepted" else f"{what} ({status})"
        if number in shown:
            print(row.format(source, label[:26], f"#{number}", "", "", "", "", ""))
            continue
        shown.add(number)
        entity, asset, priority, state, notes = seen_as(ticket)
        print(row.format(source, label[:26], f"#{number}", entity.split(" > ")[-1],
                         asset or "-", priority, STATUS.get(state, state), notes))


def run(arguments):
    directory = work_directory()
    sim = Sim(arguments.sim, directory, arguments.version, seed_for(arguments.version))
    bridge = None
    try:
        bridge = Bridge(arguments.bridge, directory, CONFIG, sim.url).start()
        told = tell_story(bridge)
        numbers = {line: ticket_of(bridge, alert) for _, _, line, alert, _ in told if line}
        wrong = []

        def settled():
            wrong[:] = differences(numbers, sim.tickets())
            return not wrong
        try:
            wait_for("every ticket to be as it must be", settled)
        except Failure:
            pass
        tickets = sim.tickets()
        print_table(told, numbers, tickets)
        print()
        if wrong:
            print("\n".join("wrong: " + sentence for sentence in wrong))
            print("the daemon's log: " + bridge.process.log_path)
            arguments.keep = True
            return 1
        if not arguments.once:
            stay(sim, bridge)
        status = bridge.process.stop()
        if status != 0:
            print(f"wrong: the daemon ended with status {status}")
            return 1
        print(f"demo: {len(told)} alerts, {len(tickets)} tickets, all as expected")
        return 0
    finally:
        if bridge and bridge.process and bridge.process.alive():
            bridge.process.kill()
        sim.process.kill()
        if not getattr(arguments, "keep", False):
            shutil.rmtree(directory, ignore_errors=True)


def stay(sim, bridge):
    print(f"simulated GLPI   {sim.url}/")
    print(f"daemon           {bridge.url}/readyz   {bridge.url}/metrics")
    print(f"its log          {bridge.process.log_path}")
    print("post an alert    curl -H 'Authorization: Bearer sender-secret' --data @alert.json "
          f"{bridge.url}/v1/alerts/zabbix")
    print("Ctrl-C ends the demo.")
    sys.stdout.flush()
    signal.signal(signal.SIGINT, lambda *_: None)
    signal.signal(signal.SIGTERM, lambda *_: None)
    signal.pause()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", required=True, help="the daemon's program")
    parser.add_argument("--sim", required=True, help="the simulated GLPI's program")
    parser.add_argument("--version", default="11", choices=("10", "11"), help="of GLPI")
    parser.add_argument("--once", action="store_true", help="check, then end")
    arguments = parser.parse_args()
    try:
        sys.exit(run(arguments))
    except Failure as failure:
        print(f"demo failed: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    main()
