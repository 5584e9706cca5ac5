# SPDX-License-Identifier: MIT
"""The real Nagios on loopback, from Debian's package nagios4-core, for the steps of senders.py.

It checks nothing itself: a test tells it results. Everything is in one folder.
"""

import os
import shutil
import sys
import time

from harness import Failure, wait_for

NAGIOS = """\
log_file=@DIR@/nagios.log
cfg_file=@DIR@/objects.cfg
object_cache_file=@DIR@/objects.cache
status_file=@DIR@/status.dat
status_update_interval=1
check_external_commands=1
command_file=@DIR@/nagios.cmd
lock_file=@DIR@/nagios.pid
temp_file=@DIR@/nagios.tmp
temp_path=@DIR@
log_archive_path=@DIR@
log_rotation_method=n
check_result_path=@DIR@/results
query_socket=@DIR@/nagios.qh
state_retention_file=@DIR@/retention.dat
retain_state_information=@RETAIN@
enable_environment_macros=1
execute_service_checks=0
execute_host_checks=0
enable_flap_detection=0
nagios_user=@USER@
nagios_group=@GROUP@
"""
OBJECTS = """\
define timeperiod {
  timeperiod_name always
  alias always
  sunday 00:00-24:00
  monday 00:00-24:00
  tuesday 00:00-24:00
  wednesday 00:00-24:00
  thursday 00:00-24:00
  friday 00:00-24:00
  saturday 00:00-24:00
}
define command {
  command_name notify
  command_line @NOTIFY@
}
define command {
  command_name check
  command_line /bin/true
}
define contact {
  contact_name bridge
  service_notification_period always
  host_notification_period always
  service_notification_options @WANTED@
  host_notification_options d,u
  service_notification_commands notify
  host_notification_commands notify
}
define host {
  host_name web01
  address 127.0.0.1
  check_command check
  max_check_attempts 1
  contacts bridge
  check_period always
  notification_period always
}
"""
SERVICE = """\
define service {
  host_name web01
  service_description @NAME@
  check_command check
  max_check_attempts 1
  check_period always
  notification_period always
  notification_interval 0
  contacts bridge
}
"""
SEND = """\
url: "@BRIDGE@"
source: nagios
token_file: "@TOKEN@"
spool: "@DIR@/spool"
"""
# What the second way of config/nagios/commands-curl.cfg does: the environment as JSON.
NOTIFY = """\
import json, os, urllib.request
macros = {k[7:]: v for k, v in os.environ.items() if k.startswith("NAGIOS_")}
request = urllib.request.Request("@BRIDGE@/v1/alerts/nagios", json.dumps(macros).encode(),
    {"Authorization": "Bearer sender-secret", "Content-Type": "application/json"})
urllib.request.urlopen(request, timeout=20)
"""


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def program(peers, name):
    peers = os.path.abspath(peers)
    found = shutil.which(name, path=f"{peers}/usr/bin:{peers}/usr/sbin") or shutil.which(name)
    if not found:
        raise Failure(f"there is no program {name}")
    return found


class Nagios:
    def __init__(self, options, directory, bridge_url):
        self.directory = directory
        self.program = program(options.peers, "nagios4")
        self.process = None
        self.recovers = False  # whether it tells of recoveries
        self.notify = f"{sys.executable} {directory}/notify.py"
        os.makedirs(os.path.join(directory, "results"), exist_ok=True)
        write(directory, "notify.py", NOTIFY.replace("@BRIDGE@", bridge_url))

    def configure(self, services, retain=0):
        import grp
        import pwd
        text = NAGIOS.replace("@DIR@", self.directory).replace("@RETAIN@", str(retain))
        text = text.replace("@USER@", pwd.getpwuid(os.getuid()).pw_name)
        text = text.replace("@GROUP@", grp.getgrgid(os.getgid()).gr_name)
        objects = OBJECTS.replace("@NOTIFY@", self.notify)
        objects = objects.replace("@WANTED@", "w,u,c,r" if self.recovers else "w,u,c")
        objects += "".join(SERVICE.replace("@NAME@", name) for name in services)
        write(self.directory, "objects.cfg", objects)
        return write(self.directory, "nagios.cfg", text)

    def start(self, world, services, retain=0):
        self.process = world.start("nagios", [self.program, self.configure(services, retain)])

        def ready():
            if not self.process.alive():
                raise Failure("Nagios ended:\n" + self.process.text())
            return os.path.exists(self.file("nagios.cmd")) and "servicestatus" in self.status()
        wait_for("Nagios to be ready", ready)

    def file(self, name):
        return os.path.join(self.directory, name)

    def status(self):
        try:
            with open(self.file("status.dat"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def blocks(self, kind):
        """The blocks of that kind, as dictionaries."""
        found = []
        for part in self.status().split(kind + " {")[1:]:
            lines = part.split("\t}")[0].strip().splitlines()
            found.append(dict(line.strip().split("=", 1) for line in lines))
        return found

    def service(self, name):
        rows = [row for row in self.blocks("servicestatus") if row["service_description"] == name]
        return rows[0] if rows else {}

    def result(self, service, state, output):
        """A passive check."""
        line = f"[{int(time.time())}] PROCESS_SERVICE_CHECK_RESULT;web01;{service};{state};{output}\n"
        with open(self.file("nagios.cmd"), "w", encoding="utf-8") as pipe:
            pipe.write(line)
