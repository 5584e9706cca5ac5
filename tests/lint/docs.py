#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks that README.md, CHANGELOG.md and the table of metrics speak of things that exist.

usage: docs.py ROOT

  * a relative link leads to a file or folder;
  * `layer/unit` in backticks is a header or a source of that layer;
  * `./dev TASK` is a task that ./dev help lists;
  * a metric named in the alarms is in src/observe/metric_table.cpp;
  * a metric of that table, which dashboards and alarms build on, is counted somewhere.
Prints file:line: message for each finding; ends with 1 if there was one.
Tests: tests/lint/docs_test.py
"""
import pathlib
import re
import sys

import layers

LINK = re.compile(r"\]\(([^)#:]+)\)")
UNIT = re.compile(r"`(\w+)/(\w+)`")
TASK = re.compile(r"\./dev ([a-z-]+)")
METRIC = re.compile(r"`(?:glpi_alert_bridge_)?([a-z]+(?:_[a-z]+)+|ready|operations|quarantined)(?:\{[^`]*\})?`")
KNOWN_METRIC = re.compile(r'MetricSpec\{\s*"(\w+)"')
ALARMS = "Metrics worth an alarm"
METRIC_TABLE = "src/observe/metric_table.cpp"


def tasks_of(root):
    """The tasks that ./dev help lists."""
    return set(re.findall(r"^  ([a-z-]+)\b", (root / "dev").read_text(), re.M))


def check_line(root, line):
    for target in LINK.findall(line):
        if not (root / target).exists():
            yield f"the link {target} leads nowhere"
    for layer, unit in UNIT.findall(line):
        places = (f"include/alert_bridge/{layer}/{unit}.hpp", f"src/{layer}/{unit}.cpp")
        if layer in layers.LAYERS and not any((root / place).exists() for place in places):
            yield f"there is no {layer}/{unit}"
    for task in TASK.findall(line):
        if task not in tasks_of(root):
            yield f"./dev knows no task {task}"


def check_alarms(root, text):
    known = set(KNOWN_METRIC.findall((root / METRIC_TABLE).read_text()))
    at = text.find(ALARMS)
    paragraph = text[at:text.find("\n\n", at)] if at >= 0 else ""
    named = METRIC.findall(paragraph)
    if not named:
        yield 1, f"no metric is named under '{ALARMS}'"
    for name in named:
        if name not in known:
            yield text.count("\n", 0, at) + 1, f"there is no metric {name}"


def check_metrics(root):
    table = root / METRIC_TABLE
    known = KNOWN_METRIC.findall(table.read_text())
    sources = "".join(path.read_text() for folder in ("src", "include")
                      for path in (root / folder).rglob("*.[ch]pp") if path != table)
    for number, line in enumerate(table.read_text().splitlines(), 1):
        for name in re.findall(r'^\s*(?:MetricSpec\{\s*)?"(\w+)",', line):
            if name in known and f'"{name}"' not in sources:
                yield number, f"nothing counts the metric {name}"


def check(root):
    for name in ("README.md", "CHANGELOG.md"):
        text = (root / name).read_text()
        for number, line in enumerate(text.splitlines(), 1):
            for message in check_line(root, line):
                yield name, number, message
        if name == "README.md":
            for number, message in check_alarms(root, text):
                yield name, number, message
    for number, message in check_metrics(root):
        yield METRIC_TABLE, number, message


def main(root):
    found = list(check(pathlib.Path(root)))
    for name, line, message in found:
        print(f"{name}:{line}: {message}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
