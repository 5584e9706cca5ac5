# SPDX-License-Identifier: MIT
"""The rows of the bench: each measures the daemon and a ceiling in turn, round by round.

A row is a function Run -> list of Result. What is judged is the median of the ratios of the rounds,
not the ratio of two medians: both of a round saw the same machine. A row raises Failure when what it
measured is not right: an alert refused, lost, or not in the journal.
"""

import dataclasses
import statistics

from harness import Failure
from programs import Daemon, alertmanager_alert, request

SENDERS = 64
DISK_5MS = {"BENCH_SYNC_MS": "5"}


@dataclasses.dataclass
class Result:
    number: str
    what: str
    unit: str
    product: list  # one figure a round
    ceiling: list
    bar: float
    at_least: bool = True
    of_product: bool = False  # the bar is on the product's figure itself, not on the ratio
    note: str = ""

    def ratios(self):
        return [one / other for one, other in zip(self.product, self.ceiling)]

    def ratio(self):
        return statistics.median(self.ratios())

    def passed(self):
        judged = statistics.median(self.product) if self.of_product else self.ratio()
        return judged >= self.bar if self.at_least else judged <= self.bar


def preloaded(run, **words):
    return {"LD_PRELOAD": run.program("bench_preload.so"), **words}


def burst(run, senders=SENDERS, close=False, says=(), **settings):
    """One burst of distinct alerts at a fresh daemon; every 202 is in its journal."""
    with Daemon(run, env=preloaded(run, **settings) if settings else None) as daemon:
        known = daemon.meet_hosts()
        figures = daemon.load(senders, close)
        for words in says:
            if not daemon.said(words):
                raise Failure(f"the preloaded library did not say: {words}")
        kept = daemon.kept() - known
    # What was on its way when wrk stopped was accepted too, or not.
    if not figures["accepted"] <= kept <= figures["accepted"] + senders:
        raise Failure(f"{figures['accepted']} alerts accepted, {kept} in the journal")
    return figures


def in_turn(run, *measures):
    """Each measure once a round; the figures of each as a list."""
    taken = [[] for _ in measures]
    for _ in range(run.options.rounds):
        for measure, figures in zip(measures, taken):
            figures.append(measure())
    return taken


def rates(figures):
    return [one["rate"] for one in figures]


def bare_load(run, port, close=False):
    figures = run.load(port, request("POST", "/v1/alerts/zabbix", run.alert, close), SENDERS)
    if figures["refused"]:
        raise Failure(f"the ceiling refused requests: {figures}")
    return figures


def keep_alive(run):
    with run.bare() as port:
        product, ceiling = in_turn(run, lambda: burst(run), lambda: bare_load(run, port))
    tail = Result("6", "64 senders, durable: p99 against p50", "ms",
                  [one["p99_us"] / 1000 for one in product],
                  [one["p50_us"] / 1000 for one in product], 6, at_least=False)
    return [Result("1", "64 senders, durable 202 against bare Beast 202", "alerts/s",
                   rates(product), rates(ceiling), 0.20), tail]


def connection_each(run):
    with run.bare() as port:
        product, ceiling = in_turn(run, lambda: burst(run, close=True),
                                   lambda: bare_load(run, port, close=True))
    return [Result("2", "a connection per alert, durable 202 against bare Beast 202", "alerts/s",
                   rates(product), rates(ceiling), 0.35)]


def group_commit(run):
    each = {"BENCH_COMMIT_EACH": "1"}
    said = ["commit each"]
    usual, alone = in_turn(run, lambda: burst(run), lambda: burst(run, says=said, **each))
    slow, slow_alone = in_turn(
        run, lambda: burst(run, says=["slow disk"], **DISK_5MS),
        lambda: burst(run, says=[*said, "slow disk"], **each, **DISK_5MS))
    what = "group commit against one alert per commit"
    return [Result("3", what, "alerts/s", rates(usual), rates(alone), 3),
            Result("3", what + ", 5 ms disk", "alerts/s", rates(slow), rates(slow_alone), 20)]


def synchronous(run):
    full, normal = in_turn(run, lambda: burst(run),
                           lambda: burst(run, says=["NORMAL"], BENCH_SYNCHRONOUS="NORMAL"))
    return [Result("4", "synchronous FULL against NORMAL", "alerts/s", rates(full), rates(normal),
                   0.85)]


def one_sender(run):
    product, disk = in_turn(run, lambda: burst(run, senders=1), run.disk)
    return [Result("5", "one sender against append and fdatasync", "/s", rates(product),
                   [one["syncs_per_s"] for one in disk], 0.6)]


def slow_disk(run):
    product, disk = in_turn(run, lambda: burst(run, says=["slow disk"], **DISK_5MS),
                            lambda: run.disk(preloaded(run, **DISK_5MS)))
    return [Result("7", "5 ms disk, 64 senders: p50 against one sync", "ms",
                   [one["p50_us"] / 1000 for one in product],
                   [one["p50_us"] / 1000 for one in disk], 2.5, at_least=False)]


ROWS = {
    "keep-alive": keep_alive,
    "connection": connection_each,
    "group-commit": group_commit,
    "synchronous": synchronous,
    "one-sender": one_sender,
    "slow-disk": slow_disk,
}
