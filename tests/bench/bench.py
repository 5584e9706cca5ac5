#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The speed of the daemon as ratios to what the machine can do, in one table.

usage: bench.py [ROW...] [--quick] [--rounds N] [--seconds S]

Product and ceiling are measured in turn on the same machine; each row has a bar. Ends with 1 if a
bar is missed or if something measured was not right (an alert lost, refused, not in the journal).
Absolute figures mean little on a busy machine, ratios less than on a quiet one.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "system"))
from harness import Failure  # noqa: E402
from programs import Run  # noqa: E402
from rows import EXTRA_ROWS, ROWS  # noqa: E402

HEAD = ("no.", "what", "product", "ceiling", "unit", "ratio", "of the rounds", "bar", "")


def shown(value):
    """Three digits that mean something."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def line(result):
    sign = ">=" if result.at_least else "<="
    ratios = result.ratios()
    return (result.number, result.what, shown(statistics.median(result.product)),
            shown(statistics.median(result.ceiling)), result.unit, shown(result.ratio()),
            f"{shown(min(ratios))} to {shown(max(ratios))}",
            f"{sign} {result.bar:g}" + (f" {result.unit}" if result.of_product else ""),
            ("ok" if result.passed() else "MISSED") + (f" ({result.note})" if result.note else ""))


def table(results):
    lines = [HEAD, *map(line, results)]
    widths = [max(len(one[column]) for one in lines) for column in range(len(HEAD))]
    right = {2, 3, 5}
    return "\n".join("  ".join(
        cell.rjust(width) if column in right else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(one, widths))).rstrip() for one in lines)


def measure(run, names):
    """The results of these rows, and what went wrong."""
    results, failures = [], []
    for name in names:
        print(f"bench: {name}", file=sys.stderr, flush=True)
        try:
            results += (ROWS | EXTRA_ROWS)[name](run)
        except (Failure, OSError, subprocess.SubprocessError) as problem:
            failures.append(f"{name}: {problem}")
    return results, failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"all of {', '.join(ROWS)}; or some of "
                        f"these and {', '.join(EXTRA_ROWS)}")
    parser.add_argument("--build", default="build/release", help="folder of the built programs")
    parser.add_argument("--peers", default="build/bench/peers", help="folder of unpacked packages")
    parser.add_argument("--directory", default="build/bench", help="folder on the disk to measure")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2, help="of each measurement")
    parser.add_argument("--quick", action="store_true", help="one round of one second")
    options = parser.parse_args()
    unknown = [name for name in options.rows if name not in ROWS | EXTRA_ROWS]
    if unknown:
        parser.error(f"no row is called {unknown[0]}; there are {', '.join(ROWS | EXTRA_ROWS)}")
    if options.quick:
        options.rounds = options.seconds = 1
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    load_before = os.getloadavg()[0]
    run = Run(options)
    try:
        results, failures = measure(run, options.rows or list(ROWS))
    finally:
        run.close()
    print(table(results))
    print(f"{options.rounds} rounds of {options.seconds} s; {os.cpu_count()} cores, load average "
          f"{load_before:.1f} before, {os.getloadavg()[0]:.1f} after")
    for failure in failures:
        print("FAILED", failure)
    sys.exit(0 if not failures and all(result.passed() for result in results) else 1)


if __name__ == "__main__":
    main()
