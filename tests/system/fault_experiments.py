# SPDX-License-Identifier: MIT
"""The experiments that have a short form in fault_test.py and a long one in soak_faults.py.

Each takes a Bench, does its work and returns its figures; who calls judges them.
"""

import random
import time

from harness import wait_for

WRITES = "^/apirest.php/(Ticket|ITILFollowup|ITILSolution)$"
UNCLEAR = (("commit_then_reset", 0.10), ("commit_then_500", 0.05), ("reset_before", 0.05),
           ("commit_then_hang", 0.02), ("slow", 0.01))
# A request that reaches GLPI only after the bridge has given it up (2 s), and before the quarantine
# of 2 s more is over: what a look-up without that wait would miss.
LATE_S = 2.5


def start_and_time(bench):
    """Starts the daemon; seconds until it is ready."""
    began = time.monotonic()
    bench.bridge.start()
    wait_for("the bridge to be ready", lambda: bench.bridge.ready()[0] == 200)
    return time.monotonic() - began


def kill_rounds(bench, rounds, rate, longest_s=2.0, alerts=0):
    """SIGKILL at random moments under load, of more alerts than that. Figures: seconds to ready of
    each restart."""
    dice = random.Random(bench.seed)
    bench.bridge.start()
    bench.start_load(rate)
    ready = []
    for _ in range(rounds):
        time.sleep(dice.random() * longest_s)  # the random moment, not a wait for something
        bench.bridge.process.kill()
        ready.append(start_and_time(bench))
    wait_for("enough alerts", lambda: bench.load.numbers.last() > alerts)
    bench.stop_load()
    return ready


def unknown_outcomes(bench, alerts, rate, slow_ms, deadline_s=None):
    """Writes whose outcome is told wrongly or not at all; Bench.fired() tells how often. Some reach
    GLPI late: the gate's count of delays."""
    # One of each for certain, then by chance.
    bench.faults(*[("POST", WRITES, action, {"count": 1, "delay_ms": slow_ms * (action == "slow")})
                   for action, _ in UNCLEAR])
    bench.faults(*[("POST", WRITES, action, {
        "count": -1, "probability": share, "delay_ms": slow_ms * (action == "slow")})
        for action, share in UNCLEAR])
    for settings in ({"count": 2}, {"probability": 0.01}):
        bench.gate.order("delay", way="up", seconds=LATE_S, request="^POST " + WRITES[1:-1],
                         **settings)
    bench.bridge.start()
    bench.start_load(rate)
    wait_for("all alerts to be sent", lambda: bench.load.numbers.last() >= alerts, deadline_s)
    bench.stop_load()
