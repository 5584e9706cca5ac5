# SPDX-License-Identifier: MIT
"""The bench of faults: a simulated GLPI, a gate before it, the daemon behind, senders, a verdict.

Used by fault_test.py (short forms, in CI) and soak_faults.py (long forms). finish() waits until the
daemon owes nothing, stops it and asks the checker. All in one folder that close() removes.
"""

import contextlib
import os
import shutil
import sqlite3
import ssl

import checker
from certificates import issue
from driver import Access, Load
from gate import Gate
from harness import Bridge, Failure, Sim, http, wait_for, work_directory
from history import History

CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@}
log: {level: info, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: Europe/Paris}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
  quarantine: 2s
  retry: {first: 100ms, longest: 1s, second_look: 200ms}
  timeouts: {connect: 2s, request: 2s}
defaults: {open_after: 0s, under: none, flapping: none, resolve_after: 0s,
           reopen_within: 1h, fold: each}
storm: none
"""


def with_tls(config):
    return config.replace(
        "@PORT@}", '@PORT@, tls: {certificate: "@DIR@/bridge.pem", key: "@DIR@/bridge.key"}}', 1)


class Bench:
    """With `tls` the senders speak https, and what certificates.py makes is in the folder: an
    `authority`, which they trust, and the `bridge` that it has issued."""

    def __init__(self, bridge, sim, version="11", config=CONFIG, sim_options=(), seed=1, tls=False):
        self.directory = work_directory()
        self.seed = seed
        self.gate = self.bridge = self.load = None
        self.sim = Sim(sim, self.directory, version, options=sim_options)
        self.gate = Gate(self.sim.port, seed)
        if tls:
            issue(self.directory, "authority")
            issue(self.directory, "bridge", "authority")
            config = with_tls(config)
        self.bridge = Bridge(bridge, self.directory, config, self.gate.url)
        if tls:
            authority = os.path.join(self.directory, "authority.pem")
            self.bridge.use_tls(ssl.create_default_context(cafile=authority))
        self.access = Access(self.bridge.port, self.bridge.context)
        self.history = History(os.path.join(self.directory, "history.jsonl"))

    def close(self, keep=False):
        """Ends everything; the daemon's log."""
        if self.load:
            self.load.abandon()
        for part in (self.bridge, self.sim):
            if part and part.process:
                part.process.kill()
        if self.gate:
            self.gate.close()
        log = self.bridge.process.text() if self.bridge and self.bridge.process else ""
        self.history.close()
        if not keep:
            shutil.rmtree(self.directory, ignore_errors=True)
        return log

    def start_load(self, rate, **settings):
        self.load = Load(self.access, self.history, rate, self.seed, **settings).start()
        return self.load

    def stop_load(self):
        load, self.load = self.load, None
        load.stop()
        if load.unexpected:
            raise Failure(f"senders were answered {sorted(set(load.unexpected))}")

    def faults(self, *rules):
        """Orders faults of the simulated GLPI; each rule is (method, path, action, settings)."""
        self.sim.post("/faults", {"rules": [
            {"match": {"method": method, "path": path}, "action": action, **settings}
            for method, path, action, settings in rules]})

    def fired(self):
        """How often each action of the simulated GLPI fired since clear_faults()."""
        out = {}
        for rule in self.sim.get("/faults")["rules"]:
            out[rule["action"]] = out.get(rule["action"], 0) + rule["fired"]
        return out

    def clear_faults(self):
        http("DELETE", self.sim.url + "/_sim/faults")

    def metric(self, name, **labels):
        return self.bridge.metric(name, **labels)

    def logins(self):
        return self.sim.get("/requests")["by"].get("GET /initSession", 0)

    def owes_nothing(self):
        """As the metrics say: they may be some seconds old."""
        unfinished = sum(self.metric("operations", state=state)
                         for state in ("due", "sending", "uncertain"))
        return self.metric("journal_pending") + unfinished == 0

    def owed_in_store(self):
        """What the stopped daemon's store holds unfinished: (alerts, writes, dead letters)."""
        with contextlib.closing(sqlite3.connect(os.path.join(self.directory, "bridge.db"))) as store:
            def count(query):
                return store.execute(query).fetchone()[0]
            return (count("SELECT count(*) FROM journal WHERE state = 'pending'"),
                    count("SELECT count(*) FROM operations"
                          " WHERE state IN ('due', 'sending', 'uncertain')"),
                    count("SELECT count(*) FROM operations WHERE state = 'dead'"))

    def finish(self, deadline_s=None):
        """Waits until nothing is owed, stops the daemon and asks its store whether that is true (if
        not, starts again); then the checker's report. The daemon is stopped afterwards."""
        def finished():
            if not self.owes_nothing():
                return False
            if self.bridge.process.stop(60) != 0:
                raise Failure("the bridge did not end well")
            if self.owed_in_store()[:2] == (0, 0):
                return True
            self.bridge.start()
            return False
        try:
            wait_for("the bridge to owe nothing", finished, deadline_s)
        except Failure as failure:
            raise Failure(f"{failure}\n{self.bridge.process.text()[-3000:]}") from None
        return self.verdict()

    def verdict(self):
        return checker.check(self.history.entries(), self.sim.tickets())
