# SPDX-License-Identifier: MIT
"""Reloads, good and bad ones, and stops at random moments under load.

Every round proves by what the daemon answers that its change came into force, or that a bad one did
not. Used by fault_test.py and soak_faults.py; needs a Bench with TLS.
"""

import collections
import os
import random
import time

from certificates import issue, own, shown
from harness import Failure, wait_for

TOKEN = "{file: sender.token}"
SOURCE = f"  zabbix: {{type: zabbix, auth: {{bearer: {TOKEN}}}, time_zone: Europe/Paris}}\n"
SECOND = f"  second: {{type: nagios, auth: {{bearer: {TOKEN}}}}}\n"
# More stops than any one change.
KINDS = ("sources", "token", "certificate", "glpi_token", "stop", "stop", "stop",
         "unknown_key", "no_yaml", "no_token", "open_key", "strange_key", "bad_certificate")
REFUSED = KINDS[KINDS.index("unknown_key"):]

TAKEN = 400  # what is no alert is told so after the token was looked at


def claim(truth, what):
    if not truth:
        raise Failure(f"not so: {what}")


class Rounds:
    """Public: what happened, for those who judge."""

    def __init__(self, bench):
        self.bench, self.bridge = bench, bench.bridge
        self.done = collections.Counter()  # by kind
        self.stops = []    # (from, until) on the history's clock: nobody need answer then
        self.stop_s = []   # what ending took
        self._dice = random.Random(bench.seed)
        self._number = 0
        self._has_second = False
        claim(SOURCE in self._config(), "the configuration has the source that is changed here")

    def run(self, rounds, longest_s):
        deck = []
        for _ in range(rounds):
            if not deck:
                deck = list(KINDS)  # so that each happens
                self._dice.shuffle(deck)
            kind = deck.pop()
            time.sleep(self._dice.random() * longest_s)  # the random moment
            self._number += 1
            if kind in REFUSED:
                self._refused(kind)
            else:
                getattr(self, "_" + kind)()
            self.done[kind] += 1

    def unanswered(self):
        """Attempts outside of every stop that got anything but 202."""
        return [one for one in self.bench.history.entries()
                if one["status"] != 202 and not self._stopping(one)]

    def slowest_s(self):
        return max((one["took"] for one in self.bench.history.entries()
                    if one["status"] == 202 and not self._stopping(one)), default=0.0)

    def _stopping(self, entry):
        return any(entry["sent_at"] <= until and start <= entry["sent_at"] + entry["took"]
                   for start, until in self.stops)

    # --- what each kind does ---

    def _sources(self):
        self._has_second = not self._has_second
        self._reload()

    def _token(self):
        """As config/bridge.yaml advises: both, then the senders, then the new one alone."""
        old, new = self.bench.access.token, f"token-{self._number}"
        self._write("old.token", old)
        self._write("sender.token", new)
        self._reload("[{file: old.token}, {file: sender.token}]")
        claim(self.bench.access.renew(new), "no sender uses the old token any more")
        self._reload()
        self._expect("zabbix", old, 401)

    def _certificate(self):
        issue(self.bench.directory, "bridge", "authority")
        self._reload()

    def _glpi_token(self):
        """A wrong one, then the right one again."""
        self._write("glpi-user.token", "wrong")
        self._reload()
        self._write("glpi-user.token", "sim-bridge-token")
        self._reload()

    def _stop(self):
        begin = time.time()
        if self._dice.random() < 0.5:
            self.bridge.reload()  # is under way, or about to begin, when the end comes
        status = self.bridge.process.stop(60)
        self.stop_s.append(time.time() - begin)
        claim(status == 0, f"the bridge ended with {status}")
        self.bridge.start()
        self.stops.append((begin, time.time()))
        self._check_in_force()

    def _refused(self, kind):
        """What is broken here stays so until the reload is refused, and is not reloaded when mended."""
        names = ("bridge.yaml", "sender.token", "bridge.pem", "bridge.key")
        before = {name: (self._read(name), os.stat(self._path(name)).st_mode & 0o777)
                  for name in names}
        certificate = own(self._path("bridge.pem"))
        getattr(self, "_break_" + kind)()
        self._signal("refused")
        for name, (text, mode) in before.items():
            self.bridge.write(name, text, mode)
        claim(shown(self.bridge.port) == certificate, "the old certificate is still shown")
        self._check_in_force()

    def _break_unknown_key(self):
        self.bridge.write("bridge.yaml", self._config() + "nonsense: 1\n", 0o644)

    def _break_no_yaml(self):
        self.bridge.write("bridge.yaml", self._config() + "rules: [\n", 0o644)

    def _break_no_token(self):
        os.remove(self._path("sender.token"))

    def _break_open_key(self):
        os.chmod(self._path("bridge.key"), 0o644)

    def _break_strange_key(self):
        issue(self.bench.directory, "stranger", file="other")
        self.bridge.write("bridge.key", self._read("other.key"), 0o600)

    def _break_bad_certificate(self):
        self.bridge.write("bridge.pem", "no certificate\n", 0o644)

    # --- reloads, and what is in force after them ---

    def _reload(self, token=TOKEN):
        text = self._config()
        begin, end = text.index("  zabbix: "), text.index("glpi:\n")
        sources = (SOURCE + SECOND * self._has_second).replace(TOKEN, token)
        self.bridge.write("bridge.yaml", text[:begin] + sources + text[end:], 0o644)
        self._signal("done")
        self._check_in_force()

    def _signal(self, result):
        def count():
            return self.bench.metric("config_reloads_total", result=result)
        wanted = count() + 1
        self.bridge.reload()
        wait_for(f"the reload to be {result}", lambda: count() == wanted)

    def _check_in_force(self):
        """What the files say, by new connections."""
        token = self.bench.access.token
        claim(shown(self.bridge.port) == own(self._path("bridge.pem")), "the certificate is shown")
        self._expect("zabbix", token, TAKEN)
        self._expect("zabbix", "wrong", 401)
        self._expect("second", token, TAKEN if self._has_second else 404)

    def _expect(self, source, token, wanted):
        status, _ = self.bridge.send(
            source, "no alert", headers={"Authorization": "Bearer " + token})
        claim(status == wanted, f"{source} answers {wanted}; it answered {status}")

    def _config(self):
        return self._read("bridge.yaml")

    def _path(self, name):
        return os.path.join(self.bench.directory, name)

    def _read(self, name):
        with open(self._path(name), encoding="utf-8") as file:
            return file.read()

    def _write(self, name, token):
        self.bridge.write(name, token + "\n", 0o600)


def reloads_and_stops(bench, rounds, rate, longest_s):
    """Starts the daemon and the load; when the rounds are over and the load has ended, the Rounds."""
    bench.bridge.start()
    bench.start_load(rate, reconnects=0.5)
    out = Rounds(bench)
    out.run(rounds, longest_s)
    bench.stop_load()
    return out
