# SPDX-License-Identifier: MIT
"""The rows of the bench: each measures the daemon and a ceiling in turn, round by round.

A row is a function Run -> list of Result. What is judged is the median of the ratios of the rounds,
not the ratio of two medians: both of a round saw the same machine. A row raises Failure when what it
measured is not right: an alert refused, lost, or not in the journal.
"""

import dataclasses
import json
import socket
import statistics
import subprocess
import sys
import time

from full_store import fill
from harness import Failure, Process, free_port, wait_for
from programs import Daemon, alertmanager_alert, listens, request, resident, write

SENDERS = 64
FULL_ROWS = 10_000_000
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


def burst(run, senders=SENDERS, close=False, says=(), open_after="0s", **settings):
    """One burst of distinct alerts at a fresh daemon; every 202 is in its journal."""
    env = preloaded(run, **settings) if settings else None
    with Daemon(run, env=env, open_after=open_after) as daemon:
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


def bare_load(run, port, close=False, senders=SENDERS):
    figures = run.load(port, request("POST", "/v1/alerts/zabbix", run.alert, close), senders)
    if figures["refused"]:
        raise Failure(f"the ceiling refused requests: {figures}")
    return figures


def yardstick_load(run, *mode, senders=SENDERS):
    with run.yardstick(*mode) as port:
        return bare_load(run, port, senders=senders)


def least_durable(figures):
    """The smallest program that keeps the promise: what this machine would give at most."""
    tail = statistics.median(one["p99_us"] / one["p50_us"] for one in figures)
    return f"the least that is durable: {statistics.median(rates(figures)):,.0f}, p99/p50 {tail:.1f}"


def keep_alive(run):
    with run.bare() as port:
        product, ceiling, least = in_turn(run, lambda: burst(run), lambda: bare_load(run, port),
                                          lambda: yardstick_load(run))
    tail = Result("6", "64 senders, durable: p99 against p50", "ms",
                  [one["p99_us"] / 1000 for one in product],
                  [one["p50_us"] / 1000 for one in product], 6, at_least=False)
    return [Result("1", "64 senders, durable 202 against bare Beast 202", "alerts/s",
                   rates(product), rates(ceiling), 0.20, note=least_durable(least)), tail]


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
    # Only the journal's commits count: no ticket is due, so that none is claimed in between.
    product, disk, least, alone = in_turn(
        run, lambda: burst(run, senders=1, open_after="1h"), run.disk,
        lambda: yardstick_load(run, senders=1), lambda: yardstick_load(run, "alone", senders=1))
    note = f"{least_durable(least)}; storing where it answers: {statistics.median(rates(alone)):,.0f}"
    return [Result("5", "one sender against append and fdatasync", "/s", rates(product),
                   [one["syncs_per_s"] for one in disk], 0.6, note=note)]


def slow_disk(run):
    product, disk = in_turn(run, lambda: burst(run, says=["slow disk"], **DISK_5MS),
                            lambda: run.disk(preloaded(run, **DISK_5MS)))
    return [Result("7", "5 ms disk, 64 senders: p50 against one sync", "ms",
                   [one["p50_us"] / 1000 for one in product],
                   [one["p50_us"] / 1000 for one in disk], 2.5, at_least=False)]


def repeats(run):
    """A fresh daemon hears one alert again and again: taken in whole, but nothing to store."""
    with Daemon(run) as daemon:
        known = daemon.meet_hosts()
        alert = run.alert.replace("@NUMBER__@", "2000000000").replace("@H@", "101")
        figures = run.load(daemon.port, request("POST", "/v1/alerts/zabbix", alert, close=True),
                           SENDERS)
        kept = daemon.kept() - known
    if figures["refused"] or kept != 1:
        raise Failure(f"one alert was sent again and again, {kept} are in the journal: {figures}")
    return figures


def peer_load(run, port, path, body, close):
    figures = run.load(port, request("POST", path, body, close), SENDERS)
    if figures["refused"]:
        raise Failure(f"the peer refused requests: {figures}")
    return figures


def against_nginx(run):
    with run.nginx() as port:
        product, ceiling = in_turn(
            run, lambda: repeats(run), lambda: peer_load(run, port, "/", run.alert, close=True))
    return [Result("8", "a connection per alert, nothing to store, against nginx 202", "alerts/s",
                   rates(product), rates(ceiling), 0.75)]


def against_alertmanager(run):
    body = alertmanager_alert(len(run.alert.encode()))

    def fresh_peer():  # it keeps what it is sent in memory
        with run.alertmanager() as port:
            return peer_load(run, port, "/api/v2/alerts", body, close=False)
    product, peer = in_turn(run, lambda: burst(run), fresh_peer)
    return [Result("9", "64 senders, durable, against Alertmanager's not durable POST", "alerts/s",
                   rates(product), rates(peer), 1.0)]


def rules(run):
    path = write(run.directory, "alert.json",
                 run.alert.replace("@NUMBER__@", "2000000000").replace("@H@", "101"))
    hosts = 10_000  # an expression is slow when it is first used
    done = subprocess.run([run.program("rule_cost"), path, str(run.options.rounds), str(hosts)],
                          capture_output=True, text=True, check=True)
    rounds = [json.loads(line) for line in done.stdout.splitlines()]
    results = []
    for name, what, bar in (("exact", "exact names", 0.2), ("glob", "globs", 0.2),
                            ("anchored", "anchored expressions", 0.2),
                            ("wildcards", "three wildcards, no anchor", 5),
                            ("alike", "alike up to the end", 5)):
        if not all(one[name + "_matched"] > 0 for one in rounds):
            raise Failure(f"no rule of the set '{name}' matched")
        results.append(Result("11", f"1,000 rules against one JSON parse: {what}",
                              "ns", [one[name + "_ns"] for one in rounds],
                              [one["parse_ns"] for one in rounds], bar, at_least=False))
    return results


def sustained(run):
    """A burst, and the time until every alert of it is decided as well: what it can keep up with."""
    notes = []

    def burst_and_rest():
        with Daemon(run) as daemon:
            known = daemon.meet_hosts()
            start = time.monotonic()
            figures = daemon.load(SENDERS, seconds=2 * run.options.seconds, may_refuse=True)
            backlog = figures["accepted"] + known - daemon.decided()
            wait_for("every alert to be decided",
                     lambda: daemon.decided() >= figures["accepted"] + known, 600)
            figures["rate"] = figures["accepted"] / (time.monotonic() - start)
        notes.append(f"backlog after {figures['seconds']:.0f} s: {backlog:,}, "
                     f"503: {figures['refused']:,}")
        return figures
    with run.bare() as port:
        product, ceiling = in_turn(run, burst_and_rest, lambda: bare_load(run, port))
    return [Result("s", "64 senders until all is decided, against bare Beast 202", "alerts/s",
                   rates(product), rates(ceiling), 0.08, note="; ".join(notes))]


def memory_of(pid, port, text, count):
    """Bytes that a process takes for each of that many connections, idle after one request."""
    before = resident(pid)
    connections = []
    try:
        for number in range(count):
            # Many source addresses: a range of ports is good for one only.
            source = (f"127.0.{1 + number // 2000}.1", 0)
            connections.append(socket.create_connection(("127.0.0.1", port), 20, source))
            connections[-1].sendall(text)
            answer = connections[-1].recv(4096)
            if not answer.startswith(b"HTTP/1.1 202"):
                raise Failure(f"a connection was answered {answer[:80]}")
        return (resident(pid) - before) / count
    finally:
        for connection in connections:
            connection.close()


def memory(run):
    """One alert is sent again and again, so that the store does not grow between two looks."""
    count = 1000 if run.options.quick else 10_000
    alert = run.alert.replace("@NUMBER__@", "2000000000").replace("@H@", "101")
    text = request("POST", "/v1/alerts/zabbix", alert).encode()

    def daemon():
        with Daemon(run) as one:
            idle = one.resident()
            one.meet_hosts()
            run.load(one.port, text.decode(), SENDERS, 1)  # the caches are warm
            each = memory_of(one.bridge.process.child.pid, one.port, text, count)
        return idle / 1e6, each / 1000

    def bare():
        port = free_port()
        process = Process("bare_server", [run.program("bare_server"), str(port)],
                          run.folder("bare"))
        try:
            wait_for("bare_server to listen", lambda: listens(process, port))
            idle = resident(process.child.pid)
            run.load(port, text.decode(), SENDERS, 1)
            return idle / 1e6, memory_of(process.child.pid, port, text, count) / 1000
        finally:
            process.kill()
    product, ceiling = in_turn(run, daemon, bare)
    return [Result("12", "memory, idle, beside bare Beast", "MB", [one[0] for one in product],
                   [one[0] for one in ceiling], 15, at_least=False, of_product=True),
            Result("12", f"memory of each of {count:,} idle connections after an alert", "kB",
                   [one[1] for one in product], [one[1] for one in ceiling], 8,
                   at_least=False, of_product=True)]


def pool(run):
    """How fast a backlog of tickets is written, with 8 connections and with one."""
    def drain(connections):
        sim = run.new_sim(latency_ms=20, workers=16)
        try:
            with Daemon(run, sim=sim, pool=connections) as daemon:
                wanted = daemon.meet_hosts() + daemon.load(SENDERS, seconds=3)["accepted"]
                wait_for("every alert to be decided", lambda: daemon.decided() >= wanted)
                start, first = time.monotonic(), sim.get("/healthz")["tickets"]
                time.sleep(run.options.seconds)  # the length of the measurement
                last = sim.get("/healthz")["tickets"]
                if last >= wanted:
                    raise Failure(f"{wanted} tickets were too few to measure")
                return {"rate": (last - first) / (time.monotonic() - start)}
        finally:
            sim.process.kill()
    eight, one = in_turn(run, lambda: drain(8), lambda: drain(1))
    return [Result("10", "tickets with 8 connections to GLPI (20 ms a call) against 1", "/s",
                   rates(eight), rates(one), 0.9 * 8)]


def full_journal(run):
    """Not one of the usual rows: filling the store takes minutes and gigabytes."""
    rows = 100_000 if run.options.quick else FULL_ROWS
    alert = run.alert[:300]  # decided ones are read by nobody; their length is what counts

    def loaded(daemon):
        daemon.meet_hosts()
        return daemon.load(SENDERS)["rate"]
    full = Daemon(run, open_after="1h")
    with full:
        full.bridge.process.stop()
        print(f"bench: filling a store with {rows:,} alerts", file=sys.stderr, flush=True)
        if fill(full.directory, rows, alert) < rows:
            raise Failure("the store was not filled")
        full_rates, empty_rates = [], []
        for _ in range(run.options.rounds):
            full.__enter__()
            full_rates.append(full.load(SENDERS)["rate"])
            full.bridge.process.stop()
            with Daemon(run, open_after="1h") as empty:
                empty_rates.append(loaded(empty))
    return [Result("", f"durable 202s with {rows:,} alerts in the journal / none", "req/s",
                   full_rates, empty_rates, 0.9)]


ROWS = {
    "keep-alive": keep_alive,
    "connection": connection_each,
    "group-commit": group_commit,
    "synchronous": synchronous,
    "one-sender": one_sender,
    "slow-disk": slow_disk,
    "nginx": against_nginx,
    "alertmanager": against_alertmanager,
    "pool": pool,
    "rules": rules,
    "memory": memory,
    "sustained": sustained,
}
EXTRA_ROWS = {"full-journal": full_journal}
