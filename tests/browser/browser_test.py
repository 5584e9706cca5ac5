#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The status page in a real Chromium: starts the daemon and the simulated GLPI, then check.mjs.

usage: browser_test.py --bridge PROGRAM --sim PROGRAM --modules FOLDER [--minutes N] [--pictures FOLDER]

FOLDER of --modules holds node_modules with playwright-core (package.json beside this file says which;
./dev soak browser puts it there). --pictures keeps the screenshots; --minutes N sends alerts for so
long before, so that the plots show something. Ends with 1 when anything is not as it must be.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "system"))

from harness import Bridge, Sim, free_port, http, work_directory  # noqa: E402
from page_client import Page, Stream  # noqa: E402

TOKEN = "the-page-token-of-the-browser-test"

CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@, public_url: "http://bridge.test"}
log: {level: info, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
admin: {socket: "@DIR@/admin.sock", page: {port: @PAGE@, token: {file: page.token}}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris}
  nagios: {type: nagios, auth: {bearer: {file: sender.token}}}
glpi:
  url: @GLPI@
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
  quarantine: 1s
  watch: {every: 0s}
  retry: {first: 2s, longest: 30s, second_look: 100ms}
  timeouts: {connect: 2s, request: 2s}
defaults: {open_after: 0s, under_wait: 0s, resolve_after: 0s, reopen_within: 30s}
storm: none
"""

HOSTS = ["db01.customer-a.example", "web03.customer-b.example", "mail01.customer-a.example",
         "sw-core-2.dc1.example", "nas7.customer-c.example"]
PROBLEMS = ["Disk space is low on /var (used 97 %)", "Zabbix agent is not available (for 3m)",
            "High CPU utilisation (over 90 % for 5m)", "Interface Gi0/12: link down",
            "Certificate expires in 6 days"]


def alert(number, over=False):
    """A Zabbix payload: problems and their recoveries by number."""
    payload = {
        "event_source": "0", "event_object": "0", "event_value": "0" if over else "1",
        "event_update_status": "0", "event_id": str(900000 + 2 * number),
        "event_name": PROBLEMS[number % 5], "event_nseverity": str(2 + number % 4),
        "event_date": "2026.11.23", "event_time": "21:16:48", "event_tags": "[]",
        "trigger_id": str(700000 + number), "host_id": str(number % 5),
        "host_host": HOSTS[number % 5], "host_name": HOSTS[number % 5].split(".")[0],
        "host_ip": f"10.1.1.{11 + number % 5}", "host_groups": "Linux servers",
        "alert_subject": PROBLEMS[number % 5],
    }
    if over:
        payload["event_recovery_id"] = str(900001 + 2 * number)
    return json.dumps(payload)


def live_through(bridge, port, minutes):
    """Alerts at a rate that goes up and down, most of them over soon, until the plots show so much."""
    dice = random.Random(7)
    page = Page(port)
    page.log_in(TOKEN)
    stream = Stream(page)
    seconds = stream.next_of("hello")["step"]
    number, still_open = 0, []
    for _ in range(round(60 * minutes / seconds)):
        for _ in range(sum(dice.choice((0, 1, 1, 2, 3, 6)) for _ in range(dice.randint(2, seconds)))):
            number += 1
            bridge.send("zabbix", alert(number))
            still_open.append(number)
        while len(still_open) > 9:
            bridge.send("zabbix", alert(still_open.pop(dice.randrange(len(still_open))), over=True))
        stream.next_of("points")
    stream.close()
    page.ask("POST", "/v1/logout")


def chromium():
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found:
            return found
    sys.exit("browser_test: no Chromium; on Debian: apt-get install chromium")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("bridge", "sim", "modules"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--minutes", type=float, default=0)
    parser.add_argument("--pictures", default="")
    options = parser.parse_args()
    directory = work_directory()
    sim = bridge = None
    try:
        sim = Sim(os.path.abspath(options.sim), directory)
        page = free_port()
        bridge = Bridge(os.path.abspath(options.bridge), directory,
                        CONFIG.replace("@PAGE@", str(page)), sim.url)
        bridge.write("page.token", TOKEN + "\n", 0o600)
        bridge.start()
        live_through(bridge, page, options.minutes)
        # ES modules are looked for beside the script.
        script = os.path.join(options.modules, "check.mjs")
        shutil.copyfile(os.path.join(HERE, "check.mjs"), script)
        done = subprocess.run(["node", script], check=False, env={
            **os.environ, "PAGE": f"http://127.0.0.1:{page}", "BRIDGE": bridge.url, "SIM": sim.url,
            "TOKEN": TOKEN, "SENDER": "sender-secret", "CHROMIUM": chromium(),
            "PICTURES": os.path.abspath(options.pictures) if options.pictures else ""})
        if done.returncode != 0:
            print(bridge.process.text()[-3000:], file=sys.stderr)
        http("DELETE", sim.url + "/_sim/faults")
        status = bridge.process.stop()
        return 1 if done.returncode or status else 0
    finally:
        for part in (bridge, sim):
            if part and part.process:
                part.process.kill()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
