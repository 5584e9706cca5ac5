#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the container image with buildah and shows that the daemon in it does its job.

The container has the host's loopback (buildah's chroot isolation), so it can reach glpi-sim. Checked:
the daemon runs as its numeric user, /readyz says ready, one recorded alert becomes one ticket, the
image's own health check passes, and the container's process ends cleanly when asked to. Needs root.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys

from harness import Bridge, Process, Sim, wait_for, work_directory

USER = 8480
BUILDAH = ["buildah", "--storage-driver=vfs"]

CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@}
log: {level: info, format: json}
store: {sqlite: {path: /var/lib/glpi-alert-bridge/bridge.db}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
defaults: {open_after: 0s, under_wait: 0s}
"""


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


class ContainedBridge(Bridge):
    """The daemon in a container made from the image; its configuration is a mounted folder."""

    def __init__(self, image, directory, glpi_url):
        self.mounted = os.path.join(directory, "etc")
        os.mkdir(self.mounted)
        super().__init__(None, self.mounted, CONFIG, glpi_url)
        for name in os.listdir(self.mounted):
            os.chown(os.path.join(self.mounted, name), USER, USER)
        os.chmod(directory, 0o755)
        self.container = output(*BUILDAH, "from", image)
        self.logs = directory

    def command(self, *arguments):
        return [*BUILDAH, "run", "--isolation=chroot",
                "--volume", self.mounted + ":/etc/glpi-alert-bridge", self.container, "--",
                "/usr/bin/glpi-alert-bridge", *arguments,
                "-c", "/etc/glpi-alert-bridge/bridge.yaml"]

    def start(self, wait=True):
        self.process = Process("bridge", self.command("run"), self.logs)
        if wait:
            wait_for("the bridge in the container to be healthy", self._healthy)
        return self

    def daemon_pid(self):
        """The daemon itself, below buildah's own processes."""
        found = None
        waiting = [self.process.child.pid]
        while waiting:
            pid = waiting.pop()
            if "glpi-alert-bridge\0run" in read_bytes(f"/proc/{pid}/cmdline"):
                if os.path.basename(os.readlink(f"/proc/{pid}/exe")) == "glpi-alert-bridge":
                    found = pid
            waiting += children_of(pid)
        return found


def children_of(pid):
    """Of every thread: buildah starts its children from any of them."""
    found = []
    for task in os.listdir(f"/proc/{pid}/task"):
        found += [int(child) for child in
                  read_bytes(f"/proc/{pid}/task/{task}/children").split()]
    return found


def read_bytes(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def check(image, sim_program, version, directory):
    sim = Sim(sim_program, directory, version)
    bridge = ContainedBridge(image, directory, sim.url)
    try:
        bridge.start()
        pid = wait_for("the daemon's process", bridge.daemon_pid)
        user = os.stat(f"/proc/{pid}").st_uid
        wait_for("GLPI to be reached",
                 lambda: json.loads(bridge.ready()[1])["checks"][1]["ok"])
        status, text = bridge.ready()
        print(f"/readyz: {status} {text.strip()}")
        receipt = bridge.send_recorded("zabbix", "zabbix", "problem_disaster")
        ticket = wait_for("the ticket", sim.tickets)[0]
        print(f"alert {receipt['id']} is ticket {ticket['id']} \"{ticket['name']}\"")
        healthy = subprocess.run(bridge.command("health"), check=False).returncode
        os.kill(pid, signal.SIGTERM)
        ended = bridge.process.child.wait(30)
        print(f"image {image}: user {user}, readyz {status}, {len(sim.tickets())} ticket, "
              f"health check status {healthy}, ended with status {ended}")
        return (user, status, len(sim.tickets()), healthy, ended) == (USER, 200, 1, 0, 0)
    except Exception:
        print(bridge.process.text()[-4000:] if bridge.process else "", file=sys.stderr)
        raise
    finally:
        for part in (bridge, sim):
            if part.process:
                part.process.kill()
        subprocess.run([*BUILDAH, "rm", bridge.container], check=False, capture_output=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sim", required=True)
    parser.add_argument("--image", default="glpi-alert-bridge:latest")
    parser.add_argument("--version", default="11", choices=("10", "11"))
    arguments = parser.parse_args()
    directory = work_directory()
    try:
        sys.exit(0 if check(arguments.image, arguments.sim, arguments.version, directory) else 1)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
