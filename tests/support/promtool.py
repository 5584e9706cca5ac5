# SPDX-License-Identifier: MIT
"""Prometheus' own checker, of the Debian package prometheus.

`./dev test` unpacks it below build/bench/peers; one in the PATH does as well. Without it the tests that
use it fail: they are not skipped.
"""

import pathlib
import shutil
import subprocess

PROJECT = pathlib.Path(__file__).resolve().parents[2]


def promtool(*arguments, text=None, directory=None):
    """(exit status, everything it said)."""
    program = shutil.which("promtool") or PROJECT / "build/bench/peers/usr/bin/promtool"
    done = subprocess.run([program, *arguments], input=text, cwd=directory, text=True, timeout=60,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout
