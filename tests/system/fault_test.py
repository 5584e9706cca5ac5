#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Faults between and in the real daemon and the simulated GLPI: nothing lost, nothing twice.

BRIDGE and SIM name the programs. The short forms; soak_faults.py has the long ones. Every run proves
that its faults happened.
"""

import os
import unittest

import fault_experiments as experiments
from fault_bench import CONFIG, Bench
from harness import wait_for

BRIDGE = os.environ["BRIDGE"]
SIM = os.environ["SIM"]


class FaultTest(unittest.TestCase):
    version = "11"
    config = CONFIG
    sim_options = ()

    def setUp(self):
        self.bench = Bench(BRIDGE, SIM, self.version, self.config, self.sim_options)
        self.addCleanup(self.clean_up)

    def clean_up(self):
        log = self.bench.close()
        self.assertNotIn("ERROR: AddressSanitizer", log)
        self.assertNotIn("runtime error:", log)

    def nothing_lost_or_doubled(self, deadline_s=120):
        report = self.bench.finish(deadline_s)
        self.assertTrue(report.clean(), report.summary() + "\n" + report.details())
        self.assertEqual(self.bench.owed_in_store(), (0, 0, 0))
        self.assertGreater(report.acknowledged, 0)
        return report


class SelfCheck(FaultTest):
    """A bench that cannot fail proves nothing."""

    def test_a_search_that_lags_for_longer_than_the_quarantine_is_found_out(self):
        # The one case that the README excludes from its promise.
        self.bench.sim.post("/config", {"search_lag_ms": 600_000})
        self.bench.faults(("POST", experiments.WRITES, "commit_then_reset", {"count": 2}))
        self.bench.bridge.start()
        self.bench.start_load(20, only_problems=True)
        wait_for("the faults", lambda: self.bench.fired()["commit_then_reset"] == 2)
        self.bench.stop_load()
        report = self.bench.finish()
        self.assertEqual(len(report.doubled_references), 2, report.details())
        self.assertEqual(len(report.doubled_keys), 2)
        self.assertEqual(report.lost, [])


class Kill(FaultTest):
    def test_kill_9_at_random_moments_under_load(self):
        experiments.kill_rounds(self.bench, rounds=10, rate=30)
        report = self.nothing_lost_or_doubled()
        self.assertGreater(report.alerts, 50)
        entries = self.bench.history.entries()
        self.assertTrue([one for one in entries if one["status"] is None], "no kill was noticed")


class UnknownOutcomes(FaultTest):
    def outcomes(self):
        experiments.unknown_outcomes(self.bench, alerts=300, rate=60, slow_ms=3000)
        report = self.nothing_lost_or_doubled()
        fired = self.bench.fired()
        for action, _ in experiments.UNCLEAR:
            self.assertGreater(fired[action], 0, action)
        self.assertGreater(report.tickets, 100)


class UnknownOutcomes10(UnknownOutcomes):
    version = "10"

    def test_writes_with_an_unclear_outcome_are_neither_lost_nor_repeated(self):
        self.outcomes()


class UnknownOutcomes11(UnknownOutcomes):
    def test_writes_with_an_unclear_outcome_are_neither_lost_nor_repeated(self):
        self.outcomes()


if __name__ == "__main__":
    unittest.main()
