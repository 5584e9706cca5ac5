#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Long forms of the fault tests, with figures: one result line for people, one of JSON.

usage: soak_faults.py NAME --bridge PROGRAM --sim PROGRAM [options]

Ends with 1 if the experiment misses its bar. The times of an experiment mean something on a quiet
machine only; the counts always do. --keep leaves the folder with history, logs and store.
"""

import argparse
import concurrent.futures
import json
import os
import random
import resource
import subprocess
import sys
import time
from http.client import HTTPConnection

import fault_experiments as experiments
import reload_rounds
from fault_bench import CONFIG, Bench
from harness import http, wait_for
from slow_clients import IdleClients, SlowClients

# As shipped, but for the quarantine; the short forms are in more of a hurry.
USUAL = "".join(line for line in CONFIG.splitlines(True) if "retry:" not in line
                and "timeouts:" not in line) + "limits: {connections: 12000, idle_timeout: 1h}\n"
# Four workers of 20 ms: a GLPI whose capacity is known and that the bridge's pool can fill.
SMALL_GLPI = ("--latency-ms", "20", "--workers", "4")
SETTINGS = {"away": (USUAL, SMALL_GLPI), "slow": (USUAL, ()), "idle": (USUAL, ())}

IDLE_KIB = {False: 8, True: 24}  # bars for each idle connection, plain and with TLS


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
    cut_off = sum(one["status"] is None for one in bench.history.entries())
    p99 = quantile(ready, 0.99)
    figures.update(rounds=options.rounds, cut_off=cut_off,
                   ready_p50_s=round(quantile(ready, 0.5), 3), ready_p99_s=round(p99, 3))
    return figures, clean and p99 < 1.0 and cut_off > 0 and figures["acknowledged"] > 0


def sync(bench, options):
    """The N-th fdatasync of the running daemon fails, once for each of --rounds, under load."""
    dice = random.Random(options.seed)
    bench.bridge.start()
    bench.start_load(options.rate)
    ended, ready = [], []
    for _ in range(options.rounds):
        child = bench.bridge.process.child
        injection = f"fdatasync,fsync:error=EIO:when={dice.randint(1, 40)}"
        tracer = subprocess.Popen(
            ["strace", "-f", "-qq", "-o", os.devnull, "-e", "trace=fdatasync,fsync",
             "-e", "inject=" + injection, "-p", str(child.pid)])
        ended.append(child.wait(60))
        tracer.wait(60)
        ready.append(experiments.start_and_time(bench))
    bench.stop_load()
    figures, clean = verdict(bench, 600)
    refused = sum(one["status"] != 202 for one in bench.history.entries())
    figures.update(rounds=options.rounds, ended_with_1=ended.count(1), not_acknowledged=refused,
                   ready_p99_s=round(quantile(ready, 0.99), 3))
    return figures, clean and ended == [1] * options.rounds and figures["acknowledged"] > 0


def unknown(bench, options):
    experiments.unknown_outcomes(bench, 2 * options.tickets, options.rate, slow_ms=45_000,
                                 deadline_s=3600)
    figures, clean = verdict(bench, 3600)
    fired = bench.fired()
    fired["late"] = bench.gate.counts().get("delay", 0)
    figures["faults"] = fired
    return figures, clean and all(fired.values()) and figures["tickets"] >= options.tickets * 0.9


def resident_mib(process):
    with open(f"/proc/{process.child.pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def ceiling(bench, connections=4, seconds=3.0):
    """Answers a second that as many connections get from the simulated GLPI without a bridge."""
    head = {"App-Token": "sim-app-token", "Authorization": "user_token sim-person-token"}
    _, _, text = http("GET", bench.sim.url + "/apirest.php/initSession", None, head)
    head = {"App-Token": "sim-app-token", "Session-Token": json.loads(text)["session_token"]}
    end = time.monotonic() + seconds

    def ask(_):
        connection = HTTPConnection("127.0.0.1", bench.sim.port)
        count = 0
        while time.monotonic() < end:
            connection.request("GET", "/apirest.php/getActiveEntities", headers=head)
            connection.getresponse().read()
            count += 1
        connection.close()
        return count
    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        return sum(pool.map(ask, range(connections))) / seconds


def answer_times(bench):
    return [one["took"] for one in bench.history.entries() if one["status"] == 202]


def away(bench, options):
    """The gate refuses for --minutes under load; then how soon and how fast the backlog goes."""
    best = ceiling(bench)
    bench.bridge.start()
    bench.start_load(options.rate, only_problems=True)
    wait_for("GLPI to be up and used", lambda: bench.sim.get("/healthz")["tickets"] > 100)
    before = resident_mib(bench.bridge.process)
    asked = bench.metric("glpi_requests_total")
    bench.gate.refuse()
    time.sleep(options.minutes * 60)  # the experiment's length
    asked = bench.metric("glpi_requests_total") - asked
    bench.stop_load()
    grown = resident_mib(bench.bridge.process) - before
    sent = len({one["request"] for one in bench.history.entries() if one["status"] == 202})
    owed = sent - bench.sim.get("/healthz")["tickets"]
    first = bench.sim.get("/healthz")["tickets"]
    back = time.monotonic()
    bench.gate.heal()
    wait_for("the first ticket", lambda: bench.sim.get("/healthz")["tickets"] > first + 4, 120)
    drain_from, drain_at = time.monotonic(), bench.sim.get("/healthz")["tickets"]
    peak = 0

    def drained():
        nonlocal peak
        peak = max(peak, bench.gate.open_connections())
        return bench.sim.get("/healthz")["tickets"] >= first + owed
    wait_for("the backlog to be written", drained, 3600)
    rate = (first + owed - drain_at) / (time.monotonic() - drain_from)
    probe = min(at for at in bench.gate.accepted if at >= back) - back
    figures, clean = verdict(bench, 600)
    figures.update(owed=owed, rss_grown_mib=round(grown, 1), first_probe_s=round(probe, 1),
                   asked_while_away=int(asked), drain_per_s=round(rate), ceiling_per_s=round(best),
                   connections_peak=peak)
    return figures, (clean and grown < 50 and probe <= 30 and rate >= 0.9 * best and peak <= 4)


def slow(bench, options):
    """--clients drip a byte a second, half of them in the header, half in the body."""
    deadlines = {"head": 5.0, "body": 15.0}
    bench.bridge.start()
    half = options.clients // 2
    clients = SlowClients(bench.bridge.port, head=half, body=half).start()
    bench.start_load(options.rate)
    wait_for("the slow ones to be cut", clients.all_ended, 120)
    bench.stop_load()
    clients.stop()
    answered = sum(1 for _, status, _ in clients.ended if status == 408)
    late = [abs(took - deadlines[kind]) for kind, _, took in clients.ended]
    p99 = quantile(answer_times(bench), 0.99)
    figures, clean = verdict(bench, 120)
    figures.update(clients=len(clients.ended), answered_408=answered,
                   off_deadline_max_s=round(max(late), 2), honest_p99_ms=round(p99 * 1000, 1))
    return figures, (clean and answered == len(clients.ended) == 2 * half and max(late) <= 1.0
                     and p99 < 0.05)


def idle(bench, options):
    """--clients idle connections beside the load, which uses TLS if they do."""
    bench.bridge.start()
    context = bench.bridge.context
    IdleClients(bench.bridge.port, 100, context).close()  # caches and pools are warm
    before = resident_mib(bench.bridge.process)
    began = time.monotonic()
    clients = IdleClients(bench.bridge.port, options.clients, context)
    connected = time.monotonic() - began
    each = (resident_mib(bench.bridge.process) - before) / options.clients
    bench.start_load(options.rate)
    time.sleep(options.minutes * 60)  # the experiment's length
    bench.stop_load()
    resident = resident_mib(bench.bridge.process)
    still = clients.answered()
    p99 = quantile(answer_times(bench), 0.99)
    clients.close()
    figures, clean = verdict(bench, 120)
    figures.update(idle=still, each_kib=round(each * 1024, 1), rss_mib=round(resident, 1),
                   connected_s=round(connected, 1), honest_p99_ms=round(p99 * 1000, 1))
    small = each * 1024 < IDLE_KIB[options.tls] and (options.tls or resident < 150)
    return figures, clean and still == options.clients and small and p99 < 0.05


def reload(bench, options):
    """--rounds reloads, good and bad ones, and stops."""
    bench.sim.post("/config", {"latency_ms": 100})  # writes are under way when the end comes
    rounds = reload_rounds.reloads_and_stops(bench, options.rounds, options.rate, longest_s=1.0)
    bench.sim.post("/config", {"latency_ms": 0})
    figures, clean = verdict(bench, 600)
    unanswered = rounds.unanswered()
    missed = sum(one["status"] != 202 for one in bench.history.entries()) - len(unanswered)
    stops = rounds.done["stop"]
    refused = sum(rounds.done[kind] for kind in reload_rounds.REFUSED)
    figures.update(rounds=options.rounds, stops=stops, refused=refused,
                   applied=sum(rounds.done.values()) - stops - refused, unanswered=len(unanswered),
                   missed_in_stops=missed, stop_max_s=round(max(rounds.stop_s, default=0.0), 2),
                   answer_max_s=round(rounds.slowest_s(), 2))
    return figures, (clean and not unanswered and missed > 0 and stops > 0
                     and max(rounds.stop_s) <= 10)


def restart(bench, options):
    """Kills and starts while --tickets openings wait for a GLPI that is away."""
    bench.bridge.start()
    wait_for("GLPI to be up", lambda: bench.metric("glpi_up") == 1)
    bench.gate.refuse()
    bench.start_load(1000, senders=8, only_problems=True)
    wait_for("the queue", lambda: bench.load.numbers.last() >= options.tickets, 600)
    bench.stop_load()
    ready = []
    for _ in range(10):
        bench.bridge.process.kill()
        ready.append(experiments.start_and_time(bench))
    bench.gate.heal()
    figures, clean = verdict(bench, 1200)
    figures.update(queued=options.tickets, ready_max_s=round(max(ready), 3))
    return figures, clean and max(ready) < 1.0


EXPERIMENTS = {
    "away": (away, "GLPI refuses connections for --minutes, then is back"),
    "idle": (idle, "--clients idle connections beside the load, for --minutes"),
    "reload": (reload, "good and bad reloads and stops under load, --rounds times"),
    "restart": (restart, "time to ready after a kill with --tickets openings queued"),
    "sync": (sync, "a failing fdatasync under load, --rounds times (needs strace)"),
    "slow": (slow, "--clients that drip a byte a second"),
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
    parser.add_argument("--clients", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--tls", action="store_true", help="senders speak https; reload always does")
    parser.add_argument("--keep", action="store_true", help="leave the folder")
    options = parser.parse_args()
    experiment, _ = EXPERIMENTS[options.name]
    # Thousands of clients, here and in the daemon, which inherits it.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    config, sim_options = SETTINGS.get(options.name, (CONFIG, ()))
    options.tls = options.tls or options.name == "reload"
    bench = Bench(options.bridge, options.sim, options.version, config, sim_options, options.seed,
                  options.tls)
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
