#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Long forms of the fault tests, with figures: one result line for people, one of JSON.

usage: soak_faults.py NAME --bridge PROGRAM --sim PROGRAM [options]

Ends with 1 if the experiment misses its bar. The times of an experiment mean something on a quiet
machine only; the counts always do. --keep leaves the folder with history, logs and store.
"""

import argparse
import json
import os
import sys

import fault_experiments as experiments
from fault_bench import CONFIG, Bench

HERE = os.path.dirname(os.path.abspath(__file__))


def quantile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))] if values else 0.0


def counts(report):
    return {"alerts": report.alerts, "acknowledged": report.acknowledged,
            "tickets": report.tickets, "lost": len(report.lost), "doubled": len(report.doubled),
            "strangers": len(report.strangers)}


def verdict(bench, deadline_s):
    """The counts, and whether they are as promised."""
    report = bench.finish(deadline_s)
    if not report.clean():
        print(report.details(), file=sys.stderr)
    dead = bench.owed_in_store()[2]
    return {**counts(report), "dead": dead}, report.clean() and dead == 0


def kill(bench, options):
    ready = experiments.kill_rounds(bench, options.rounds, options.rate)
    figures, clean = verdict(bench, 600)
    figures.update(rounds=options.rounds, ready_p50_s=round(quantile(ready, 0.5), 3),
                   ready_p99_s=round(quantile(ready, 0.99), 3))
    return figures, clean


def unknown(bench, options):
    experiments.unknown_outcomes(bench, 2 * options.tickets, options.rate, slow_ms=45_000,
                                 deadline_s=3600)
    figures, clean = verdict(bench, 3600)
    fired = bench.fired()
    figures["faults"] = fired
    return figures, clean and all(fired.values()) and figures["tickets"] >= options.tickets * 0.9


EXPERIMENTS = {
    "kill": (kill, "SIGKILL at random moments under load, --rounds times"),
    "unknown": (unknown, "writes with unclear outcomes until there are about --tickets tickets"),
}


def main():
    parser = argparse.ArgumentParser(
        description="Long forms of the fault tests.", formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("name", choices=sorted(EXPERIMENTS), help="\n".join(
        f"{name}: {about}" for name, (_, about) in sorted(EXPERIMENTS.items())))
    parser.add_argument("--bridge", required=True)
    parser.add_argument("--sim", required=True)
    parser.add_argument("--version", default="11", choices=("10", "11"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=50, help="alerts a second")
    parser.add_argument("--rounds", type=int, default=500)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    experiment, _ = EXPERIMENTS[options.name]
    bench = Bench(options.bridge, options.sim, options.version, CONFIG, seed=options.seed)
    try:
        figures, passed = experiment(bench, options)
    finally:
        if options.keep:
            print("kept:", bench.directory, file=sys.stderr)
        bench.close(keep=options.keep)
    told = ", ".join(f"{name} {value}" for name, value in figures.items())
    print(f"{options.name}, GLPI {options.version}, seed {options.seed}: "
          f"{'passed' if passed else 'FAILED'}: {told}")
    print(json.dumps({"experiment": options.name, "version": options.version,
                      "seed": options.seed, "passed": passed, **figures}), flush=True)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
