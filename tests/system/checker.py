# SPDX-License-Identifier: MIT
"""What a history and the tickets that GLPI ended up with say about the promise.

Pure functions: no clock, no network. `check(history, tickets)` takes the entries of history.py and
the tickets as the simulated GLPI shows them (`/_sim/tickets`), after the dust has settled, and
returns a Report. Each name in VIOLATIONS is a list that has to be empty.

Assumes that only the bridge writes tickets, that no ticket is closed or deleted, and that a problem
which returns does so within `reopen_within`: then a problem key has one ticket, whatever its episodes.
Tests: checker_test.py, on doctored histories.
"""

import collections
import re

KEY = re.compile(r"\bK\d+x\d+\b")
NOTE = re.compile(r"\bN\d+x\d+x\d+\b")
REFERENCE = re.compile(r"GAB-[0-9A-Z]{26}")
SOLVED = (5, 6)
# How the shipped English texts begin that tell of a problem that came back.
CAME_BACK = re.compile(r"<strong>(Reopened|Back again|Further problem):")

VIOLATIONS = ("lost_problems", "lost_notes", "lost_recoveries", "doubled_references",
              "doubled_keys", "doubled_notes", "doubled_entries", "doubled_ends", "doubled_returns",
              "misplaced_notes", "wrong_state", "unsolved")


class Report:
    def __init__(self):
        for name in VIOLATIONS:
            setattr(self, name, [])
        self.never_acknowledged = []  # allowed: the answer was lost, the alert was not
        self.strangers = []           # tickets, and entries of them, that nobody's alert explains
        self.alerts = self.acknowledged = self.tickets = 0

    @property
    def lost(self):
        return (self.lost_problems + self.lost_notes + self.lost_recoveries + self.wrong_state
                + self.misplaced_notes + self.unsolved)

    @property
    def doubled(self):
        return (self.doubled_references + self.doubled_keys + self.doubled_notes
                + self.doubled_entries + self.doubled_ends + self.doubled_returns)

    def clean(self):
        return not self.lost and not self.doubled and not self.strangers

    def summary(self):
        return (f"{self.alerts} alerts, {self.acknowledged} acknowledged, {self.tickets} tickets: "
                f"{len(self.lost)} lost, {len(self.doubled)} doubled, "
                f"{len(self.never_acknowledged)} without an answer")

    def details(self, at_most=20):
        lines = []
        for name in (*VIOLATIONS, "strangers"):
            found = getattr(self, name)
            if found:
                more = f" and {len(found) - at_most} more" if len(found) > at_most else ""
                lines.append(f"{name}: {found[:at_most]}{more}")
        return "\n".join(lines)


def own_reference(html):
    """The reference of a text is its last one: an earlier one was quoted."""
    found = REFERENCE.findall(html)
    return found[-1] if found else None


def key_of(ticket):
    found = KEY.search(ticket["name"])
    return found.group(0) if found else None


class Alert:
    """All attempts of one request number."""

    def __init__(self, entry):
        self.request, self.key, self.what = entry["request"], entry["key"], entry["what"]
        self.note = entry.get("note")
        self.acknowledged = False


def alerts_of(history):
    """In the order in which they were first sent."""
    alerts = {}
    for entry in history:
        alert = alerts.setdefault(entry["request"], Alert(entry))
        alert.acknowledged = alert.acknowledged or entry["status"] == 202
    return sorted(alerts.values(), key=lambda alert: alert.request)


def more_than_once(values):
    return sorted(value for value, count in collections.Counter(values).items() if count > 1)


def check(history, tickets):
    report = Report()
    alerts = alerts_of(history)
    report.alerts = len(alerts)
    report.acknowledged = sum(alert.acknowledged for alert in alerts)
    report.tickets = len(tickets)
    by_key = collections.defaultdict(list)
    for ticket in tickets:
        by_key[key_of(ticket)].append(ticket)
    _check_writes(report, tickets)
    _check_keys(report, alerts, by_key)
    _check_notes(report, alerts, by_key)
    for key, life in _lives(alerts).items():
        _check_end(report, key, life, by_key.get(key, []))
    return report


def _check_writes(report, tickets):
    references = [own_reference(ticket["content"]) for ticket in tickets]
    report.strangers = [ticket["id"] for ticket, reference in zip(tickets, references)
                        if reference is None]
    report.doubled_references = more_than_once(one for one in references if one)
    for kind in ("followups", "solutions"):
        entries = [(ticket["id"], own_reference(entry["content"]))
                   for ticket in tickets for entry in ticket[kind]]
        report.doubled_entries += more_than_once(one for _, one in entries if one)
        report.strangers += [f"{kind} of {at}" for at, reference in entries if reference is None]


def _check_keys(report, alerts, by_key):
    known = {alert.key for alert in alerts}
    answered = {alert.key for alert in alerts if alert.acknowledged}
    for key, tickets in by_key.items():
        if key not in known:
            report.strangers += [ticket["id"] for ticket in tickets]
        elif key not in answered:
            report.never_acknowledged.append(key)
        if len(tickets) > 1:
            report.doubled_keys.append(key)


def _check_notes(report, alerts, by_key):
    written = collections.defaultdict(list)  # note -> the keys of the tickets it stands in
    for key, tickets in by_key.items():
        for ticket in tickets:
            for entry in ticket["followups"]:
                for note in set(NOTE.findall(entry["content"])):
                    written[note].append(key)
    for alert in alerts:
        if alert.what != "note":
            continue
        keys = written[alert.note]
        if any(key != alert.key for key in keys):
            report.misplaced_notes.append(alert.note)
        elif len(keys) > 1:
            report.doubled_notes.append(alert.note)
        elif not keys and alert.acknowledged:
            report.lost_notes.append(alert.note)


def _lives(alerts):
    lives = collections.defaultdict(list)
    for alert in alerts:
        if alert.what != "note":
            lives[alert.key].append(alert)
    return lives


def _check_told(report, key, life, tickets):
    """A ticket is solved, and told of a return, at most as often as monitoring said so."""
    ends = sum(len(ticket["solutions"]) for ticket in tickets)
    if ends > sum(alert.what == "recovery" for alert in life):
        report.doubled_ends.append(key)
    returns = sum(bool(CAME_BACK.search(entry["content"]))
                  for ticket in tickets for entry in ticket["followups"])
    if returns > max(sum(alert.what == "problem" for alert in life) - 1, 0):
        report.doubled_returns.append(key)
    if any(ticket["status"] in SOLVED and not ticket["solutions"] for ticket in tickets):
        report.unsolved.append(key)


def _check_end(report, key, life, tickets):
    """The last acknowledged alert of a key tells its state, unless unanswered ones came after it."""
    _check_told(report, key, life, tickets)
    answered = [alert for alert in life if alert.acknowledged]
    if not answered:
        return
    if not tickets:
        if any(alert.what == "problem" for alert in answered):
            report.lost_problems.append(key)
        return
    if answered[-1] is not life[-1]:
        return
    is_solved = all(ticket["status"] in SOLVED for ticket in tickets)
    if answered[-1].what == "recovery" and not is_solved:
        report.lost_recoveries.append(key)
    elif answered[-1].what == "problem" and is_solved:
        report.wrong_state.append(key)
