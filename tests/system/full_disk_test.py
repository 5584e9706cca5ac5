#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The daemon on a disk that fills up and is emptied again, without a restart.

The store lies on a small tmpfs in a mount namespace of the daemon's own; the test reaches it through
/proc/PID/root. Where no such namespace may be made (no root, no user namespaces) the store lies on the
machine's disk, with a reserve so large that one file brings it below, but is never full.
"""

import errno
import json
import os
import shutil
import subprocess
import unittest

from harness import Sim, http, wait_for
from system_test import BRIDGE, CONFIG, SIM, Bridge, SystemTest, zabbix

MIB = 1024 * 1024
WRAPPER = """\
#!/bin/sh
exec unshare {options} sh -c 'mount -t tmpfs -o size={size}m none "{directory}/store" && exec "$@"' sh {bridge} "$@"
"""


def namespace_options():
    for options in ("-m", "-rm"):
        command = ["unshare", *options.split(), "mount", "-t", "tmpfs", "none", "/mnt"]
        if subprocess.run(command, capture_output=True, check=False).returncode == 0:
            return options
    return None


NAMESPACE = namespace_options()


class FullDisk(SystemTest):
    config = CONFIG.replace("@DIR@/bridge.db\"}", "@DIR@/store/bridge.db\"}, reserve: @RESERVE@")
    disk_mib = 64
    reserve = 8 * MIB

    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.directory, "store"))
        program = BRIDGE
        if NAMESPACE:
            program = self.bridge.write("bridge.sh", WRAPPER.format(
                options=NAMESPACE, size=self.disk_mib, directory=self.directory, bridge=BRIDGE), 0o755)
        else:
            # The machine's own disk: little of it is used up, others may use some meanwhile.
            self.reserve = shutil.disk_usage(self.directory).free - 512 * MIB
        self.bridge = Bridge(program, self.directory,
                             self.config.replace("@RESERVE@", str(self.reserve)), self.sim.url)
        self.bridge.start()
        self.store = os.path.join(self.directory, "store")
        if NAMESPACE:
            self.store = f"/proc/{self.bridge.process.child.pid}/root{self.store}"

    def free(self):
        about = os.statvfs(self.store)
        return about.f_bavail * about.f_frsize

    def fill(self, leave):
        with open(os.path.join(self.store, "others"), "ab") as file:
            while self.free() > leave:
                size = os.fstat(file.fileno()).st_size
                try:
                    os.posix_fallocate(file.fileno(), size, self.free() - leave)
                except OSError as failure:
                    if failure.errno != errno.ENOSPC:  # else the bridge was faster: look again
                        raise

    def below_the_reserve(self):
        return self.reserve - min(self.reserve // 2, 64 * MIB)

    def make_room(self):
        os.unlink(os.path.join(self.store, "others"))

    def readiness(self):
        status, text = self.bridge.ready()
        return status, json.loads(text)

    def wait_until_refused(self):
        wait_for("readyz to say that the disk is low", lambda: self.readiness()[0] == 503)
        status, head, _ = http("POST", self.bridge.url + "/v1/alerts/zabbix", zabbix("2001"),
                               {"Authorization": "Bearer sender-secret"})
        self.assertEqual(status, 503)
        self.assertIn("Retry-After", head)

    def events_named(self, name):
        return [event for event in self.bridge.events() if event["event"] == name]

    def test_alerts_are_refused_below_the_reserve_and_taken_again_without_a_restart(self):
        self.accepted("zabbix", zabbix("1001"))
        self.tickets(1)
        self.fill(leave=self.below_the_reserve())
        self.wait_until_refused()
        self.assertIn("glpi_alert_bridge_disk_low 1", self.bridge.metrics())
        self.assertIn('intake_refused_total{reason="disk"}', self.bridge.metrics())
        wait_for("the event", lambda: self.events_named("disk_low"))
        self.make_room()
        wait_for("readyz to be well again", lambda: self.readiness()[0] == 200)
        self.accepted("zabbix", zabbix("3001", trigger_id="501"))
        self.tickets(2)
        wait_for("the event", lambda: self.events_named("disk_roomy"))

    def test_what_was_accepted_becomes_tickets_on_a_disk_without_any_room(self):
        ballast = os.path.join(self.store, "bridge.db-ballast")
        ballast_bytes = os.stat(ballast).st_size
        self.assertEqual(ballast_bytes, min(self.reserve, 64 * MIB))
        self.sim.process.kill()
        count = 120
        for number in range(count):
            self.accepted("zabbix", zabbix(str(4000 + number), trigger_id=str(number),
                                           host_host=f"host-{number}", host_id=str(number),
                                           alert_message="x" * 8000))
        self.fill(leave=0 if NAMESPACE else self.below_the_reserve())
        self.wait_until_refused()
        self.sim = Sim(SIM, self.directory, self.version, port=self.sim.port)
        self.tickets(count, deadline_s=240)
        if NAMESPACE:
            self.assertFalse(os.path.exists(ballast), "nothing needed it: give the bridge more to do")
        self.assertEqual(self.readiness()[0], 503)
        self.make_room()
        wait_for("readyz to be well again", lambda: self.readiness()[0] == 200)
        self.assertEqual(os.stat(ballast).st_size, ballast_bytes)
        self.accepted("zabbix", zabbix("9001", trigger_id="9001"))
        self.tickets(count + 1)


del SystemTest  # its tests, if it had any, are not this file's

if __name__ == "__main__":
    unittest.main()
