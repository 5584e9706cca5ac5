#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The daemon with real senders on loopback: Alertmanager and Nagios, and the simulated GLPI.

usage: senders.py --bridge FILE --sim FILE --peers FOLDER [--minutes N] [STEP...]

  alertmanager  a recovery that Alertmanager never tells (send_resolved: false) is made good within
                one reconcile period and the 30 s between two looks; silenced is not over
  outage        Nagios drives `glpi-alert-bridge send` while the bridge is away for --minutes: every
                notification of that time arrives, once, and every ticket is solved at the end
  nagios        the ticket's number is seen as acknowledgement in Nagios' status file, once, and does
                not come back; a recovery that Nagios never tells is made good; so is a service that
                is taken out of its configuration

FOLDER holds Debian's packages prometheus-alertmanager and nagios4-core, unpacked (./dev soak senders
does that); programs in the PATH do as well. Prints one line of figures per step. Only loopback,
everything below a folder of its own, every process ended by its pid.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time

from harness import Bridge, Failure, Process, Sim, free_port, http, wait_for
from nagios_peer import SEND, Nagios, program, write

RECONCILE_S = 5
SETTLE_S = 30  # StateCheck::kSettle: news of so lately are left to their own notices
SEED = {"entities": [{"name": "Customer A"}]}
CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@, public_url: "https://bridge.example.com"}
log: {level: debug, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
defaults: {open: warning, open_after: 0s, under: none, resolve_after: 0s}
sources:
"""
ALERTMANAGER_SOURCE = """\
  am:
    type: alertmanager
    auth: {bearer: {file: sender.token}}
    back: {url: "@AM@", reconcile: @EVERY@s, settled_after: 1s}
"""
NAGIOS_SOURCE = """\
  nagios:
    type: nagios
    auth: {bearer: {file: sender.token}}
    back:
      pipe: "@NAGIOS@/nagios.cmd"
      status_file: "@NAGIOS@/status.dat"
      acknowledge: opened
      reconcile: @EVERY@s
"""
ALERTMANAGER = """\
route: {receiver: bridge, group_by: [alertname], group_wait: 0s, group_interval: 1s}
receivers:
  - name: bridge
    webhook_configs:
      - url: "@BRIDGE@/v1/alerts/am"
        send_resolved: false
        http_config: {authorization: {credentials: sender-secret}}
"""
def open_tickets(sim):
    return [ticket for ticket in sim.tickets() if ticket["status"] < 5]


class World:
    """The simulated GLPI and the daemon, with the sources that a step wants."""

    def __init__(self, options, sources, policy=""):
        self.directory = tempfile.mkdtemp(prefix="glpi-alert-bridge-senders-")
        self.processes = []
        self.sim = Sim(options.sim, self.directory, "11", SEED)
        self.processes.append(self.sim.process)
        config = CONFIG + sources.replace("@EVERY@", str(RECONCILE_S))
        if policy:
            config = config.replace("defaults: {", "defaults: {" + policy + ", ")
        self.bridge = Bridge(options.bridge, self.directory, config, self.sim.url)
        self.bridge.start()
        self.processes.append(self.bridge.process)

    def start(self, name, command, env=None):
        process = Process(name, command, self.directory, env)
        self.processes.append(process)
        return process

    def close(self):
        for process in reversed(self.processes):
            process.kill()
        shutil.rmtree(self.directory, ignore_errors=True)

    def one_ticket(self, deadline_s=None):
        wait_for("one ticket", lambda: len(self.sim.tickets()) == 1, deadline_s)
        return self.sim.tickets()[0]

    def wait_until_settled(self):
        """A recovery found earlier than that is left to its own notice."""
        began = time.monotonic()
        wait_for("the problem to be old enough",
                 lambda: time.monotonic() - began > SETTLE_S + 1, SETTLE_S + 30)

    def made_good(self, what, longer_s=0):
        """Seconds until every ticket is solved; more than one period, and so much, is a failure."""
        began = time.monotonic()
        wait_for(what, lambda: not open_tickets(self.sim), RECONCILE_S * 3 + longer_s)
        seconds = time.monotonic() - began
        # Half a second for the look itself, the decision and the solution.
        if seconds > RECONCILE_S + longer_s + 2:
            raise Failure(f"{what}: {seconds:.1f} s, the period is {RECONCILE_S} s")
        return seconds


def alert(name, ends=""):
    body = [{"labels": {"alertname": name, "instance": "web01:9100", "severity": "critical"},
             "annotations": {"summary": f"{name} on web01"}}]
    if ends:
        body[0]["endsAt"] = ends
    return json.dumps(body)


def post(url, body):
    status, _, text = http("POST", url, body, {"Content-Type": "application/json"})
    if status >= 300:
        raise Failure(f"{url} answered {status}: {text}")
    return text


def alertmanager(options):
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    world = World(options, ALERTMANAGER_SOURCE.replace("@AM@", url))
    try:
        path = write(world.directory, "alertmanager.yml",
                     ALERTMANAGER.replace("@BRIDGE@", world.bridge.url))
        # Its own page needs files below /usr/share that an unpacked package has elsewhere.
        command = [program(options.peers, "prometheus-alertmanager"), "--config.file=" + path,
                   "--storage.path=" + world.directory, f"--web.listen-address=127.0.0.1:{port}",
                   "--cluster.listen-address=", "--log.level=warn"]
        if command[0].startswith(os.path.abspath(options.peers)):
            sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "bench"))
            from programs import SEES_ITS_FILES
            command = [*SEES_ITS_FILES, os.path.abspath(options.peers), *command]
        peer = world.start("alertmanager", command)

        def answers():
            if not peer.alive():
                raise Failure("Alertmanager ended:\n" + peer.text())
            try:
                return http("GET", url + "/-/ready")[0] == 200
            except OSError:
                return False
        wait_for("Alertmanager to be ready", answers)
        post(url + "/api/v2/alerts", alert("Down"))
        world.one_ticket()
        world.wait_until_settled()
        post(url + "/api/v2/alerts", alert("Down"))  # Prometheus goes on sending it

        # Silenced: it goes on, and nobody is told so.
        now = time.time()
        stamp = [time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at)) for at in (now, now + 600)]
        silence = json.loads(post(url + "/api/v2/silences", json.dumps({
            "matchers": [{"name": "alertname", "value": "Down", "isRegex": False}],
            "startsAt": stamp[0], "endsAt": stamp[1], "createdBy": "test", "comment": "quiet"})))
        looks = world.bridge.metric("state_checks_total", source="am", result="done")
        wait_for("two more looks", lambda: world.bridge.metric(
            "state_checks_total", source="am", result="done") >= looks + 2)
        if not open_tickets(world.sim):
            raise Failure("a silenced alert was taken for a recovery")
        http("DELETE", f"{url}/api/v2/silence/{silence['silenceID']}")

        post(url + "/api/v2/alerts", alert("Down", "2026-01-01T00:00:00Z"))
        # What is over is only missing in its list: that counts at two looks, SETTLE_S apart.
        seconds = world.made_good("the missed recovery to be made good", SETTLE_S + RECONCILE_S)
        if world.bridge.metric("missed_recoveries_total", source="am") != 1:
            raise Failure("the recovery came some other way")
        print(f"alertmanager: a recovery that was never told was made good after {seconds:.1f} s,"
              f" period {RECONCILE_S} s; tickets 1", flush=True)
    finally:
        world.close()


def nagios(options):
    folder = tempfile.mkdtemp(prefix="glpi-alert-bridge-nagios-")
    world = World(options, NAGIOS_SOURCE.replace("@NAGIOS@", folder))
    try:
        peer = Nagios(options, folder, world.bridge.url)
        peer.start(world, ["Disk /var", "HTTP"])
        peer.result("Disk /var", 2, "DISK CRITICAL - full")
        ticket = world.one_ticket()
        began = time.monotonic()
        wait_for("the acknowledgement in status.dat", lambda: peer.service("Disk /var").get(
            "problem_has_been_acknowledged") == "1")
        seconds = time.monotonic() - began
        comments = peer.blocks("servicecomment")
        told = [row for row in comments if row["author"] == "glpi-alert-bridge"]
        if len(told) != 1 or f"GLPI ticket {ticket['id']}: https://bridge.example.com/t/" not in \
                told[0]["comment_data"]:
            raise Failure(f"the comments in Nagios: {comments}")
        if world.sim.tickets()[0].get("followups"):
            raise Failure("our own acknowledgement came back as a follow-up")

        world.wait_until_settled()
        peer.result("Disk /var", 0, "DISK OK")  # of which nobody is told
        recovered = world.made_good("the missed recovery to be made good")
        if world.bridge.metric("missed_recoveries_total", source="nagios") != 1:
            raise Failure("the recovery came some other way")

        # A service that fails and is taken out of Nagios: nobody will ever say that it is over.
        peer.result("HTTP", 2, "HTTP CRITICAL")
        wait_for("a second ticket", lambda: len(world.sim.tickets()) == 2)
        world.wait_until_settled()
        peer.process.stop()
        peer.start(world, ["Disk /var"], retain=1)
        wait_for("the cancellation on the ticket", lambda: world.bridge.metric(
            "missed_recoveries_total", source="nagios") == 2)
        wait_for("no open incident", lambda: world.bridge.metric("open_incidents") <= 1)
        print(f"nagios: acknowledged in status.dat {seconds:.1f} s after the ticket, once; a"
              f" recovery that was never told was made good after {recovered:.1f} s, period"
              f" {RECONCILE_S} s; a service that is gone was given up; tickets 2", flush=True)
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)


def outage(options):
    """Two services change their state every few seconds, before, in and after the outage."""
    folder = tempfile.mkdtemp(prefix="glpi-alert-bridge-nagios-")
    world = World(options, "  nagios: {type: nagios, auth: {bearer: {file: sender.token}}}\n",
                  policy="flapping: none")
    services, told = ["Disk /var", "HTTP"], 0
    bridge = os.path.abspath(options.bridge)
    try:
        peer = Nagios(options, folder, world.bridge.url)
        token = os.path.join(world.directory, "sender.token")
        os.mkdir(os.path.join(folder, "spool"))  # root makes none
        settings = write(folder, "send.yaml", SEND.replace("@BRIDGE@", world.bridge.url).replace(
            "@TOKEN@", token).replace("@DIR@", folder))
        command = [bridge, "send", "-c", settings]
        peer.notify = " ".join(command)
        peer.recovers = True
        peer.start(world, services)

        def change(number):
            for name in services:
                state = 2 if number % 2 == 0 else 0
                peer.result(name, state, f"change {number} of {name}")
            wait_for("Nagios to see the change", lambda: all(
                peer.service(name).get("plugin_output") == f"change {number} of {name}"
                for name in services))
            return len(services)

        def waiting():
            queue = os.path.join(folder, "spool", "nagios")
            return sum(name.endswith(".alert") for name in os.listdir(queue))

        def accepted():
            return world.bridge.metric("alerts_total", source="nagios", status="accepted")

        told += change(0)
        wait_for("the first alerts", lambda: accepted() == told)
        world.bridge.process.stop()
        began, number = time.monotonic(), 0
        while time.monotonic() - began < options.minutes * 60 or number % 2 == 0:
            number += 1
            told += change(number)
            wait_for("what is told to be kept", lambda: waiting() == told - len(services))
        seconds = time.monotonic() - began
        kept = waiting()
        world.bridge.start()
        world.processes.append(world.bridge.process)
        began = time.monotonic()
        told += change(number + 1) + change(number + 2)  # which takes the others along
        wait_for("what they leave to go with the timer", lambda: subprocess.run(
            [*command, "--flush"], check=True, capture_output=True) and waiting() == 0, 300)
        taken = accepted()  # it counts from its start
        if taken != told - len(services):
            raise Failure(f"{told - len(services)} were told, {taken:.0f} accepted")
        caught_up = time.monotonic() - began
        wait_for("every ticket to be solved", lambda: not open_tickets(world.sim))
        doubles = world.bridge.metric("alerts_total", source="nagios", status="duplicate")
        tickets = world.sim.tickets()
        for name in services:
            own = [ticket for ticket in tickets if name in ticket["name"]]
            if not own:
                raise Failure(f"no ticket for {name}: {[t['name'] for t in tickets]}")
        print(f"outage: {seconds:.0f} s away, {told} notifications of {len(services)} services, {kept}"
              f" kept, all accepted {caught_up:.1f} s after the start, {doubles:.0f} repeats; lost 0;"
              f" tickets {len(tickets)}, open 0", flush=True)
    finally:
        world.close()
        shutil.rmtree(folder, ignore_errors=True)


STEPS = {"alertmanager": alertmanager, "nagios": nagios, "outage": outage}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bridge", required=True)
    parser.add_argument("--sim", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--minutes", type=float, default=10, help="how long the outage lasts")
    parser.add_argument("steps", nargs="*", choices=[[], *STEPS], default=[], metavar="STEP",
                        help=f"of {', '.join(STEPS)}; all of them if none is named")
    options = parser.parse_args()
    failed = 0
    for name in options.steps or STEPS:
        try:
            STEPS[name](options)
        except Failure as failure:
            failed += 1
            print(f"{name}: FAILED: {failure}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
