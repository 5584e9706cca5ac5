# SPDX-License-Identifier: MIT
"""Senders as monitoring has them: they post problems, notes and recoveries, and write a history.

A Sender is one keep-alive connection, made as Access says. A Load is several of them, each with
problems of its own, at a common rate; what it does next is drawn from a seed. An attempt without an answer (the bridge was
killed, say) is repeated by a stubborn sender until it is answered; the other kind gives the problem
up, so that nobody knows whether that alert was taken. 503 is always repeated.

Tests: through fault_test.py.
"""

import collections
import http.client
import json
import random
import threading
import time

HOSTS = ("web01", "db01.customer-a.example", "app-sitea1", "sw-core-01", "jump-host", "stranger")
RETRY_S = 0.05
EPISODE = 1_000_000_000  # between the event numbers of one problem's episodes, by two


def payload(what, key, event, note="", host="db01.customer-a.example"):
    """The lean payload of the shipped media type."""
    fields = {
        "event_source": "0", "event_object": "0", "event_value": "1", "event_update_status": "0",
        "event_id": str(event), "event_name": f"Fault {key}", "event_nseverity": "4",
        "event_date": "2026.11.23", "event_time": "21:16:48", "event_opdata": "",
        "event_tags": "[]", "trigger_id": str(event // 2 % EPISODE), "host_id": "7",
        "host_host": host, "host_name": host, "host_ip": "", "host_groups": "",
        "alert_subject": "",
    }
    if what == "note":
        fields.update(event_update_status="1", event_update_action="commented",
                      event_update_message=note, event_update_user="operator")
    elif what == "recovery":
        fields.update(event_value="0", event_recovery_id=str(event + 1))
    return json.dumps(fields)


class Access:
    """Where all senders find the bridge, how, and with which token."""

    def __init__(self, port, context=None, token="sender-secret"):
        self.port, self.context, self.token = port, context, token
        self._used = collections.Counter()  # by attempts under way
        self._changed = threading.Condition()

    def connect(self, timeout_s):
        if self.context is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout_s)
        return http.client.HTTPSConnection("127.0.0.1", self.port, timeout=timeout_s,
                                           context=self.context)

    def take_token(self):
        with self._changed:
            self._used[self.token] += 1
            return self.token

    def give_back(self, token):
        with self._changed:
            self._used[token] -= 1
            self._changed.notify_all()

    def renew(self, token, deadline_s=60):
        """All attempts from now on have the new token; True when none is under way with the old."""
        with self._changed:
            old, self.token = self.token, token
            return self._changed.wait_for(lambda: self._used[old] == 0, deadline_s)


class Sender:
    def __init__(self, access, history, timeout_s=20):
        self.access, self.history, self.timeout_s = access, history, timeout_s
        self.connection = None

    def post(self, request, key, what, event, note="", host="db01.customer-a.example"):
        """One attempt; the status, or None if there was no answer."""
        token = self.access.take_token()
        sent = time.time()
        status = None
        try:
            if self.connection is None:
                self.connection = self.access.connect(self.timeout_s)
            self.connection.request(
                "POST", "/v1/alerts/zabbix", payload(what, key, event, note, host),
                {"Content-Type": "application/json", "Authorization": "Bearer " + token})
            answer = self.connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            self.close()
        finally:
            self.access.give_back(token)
        self.history.add(request=request, key=key, what=what, note=note, sent_at=sent,
                         took=time.time() - sent, status=status)
        return status

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None


class Numbers:
    """Rising numbers for all threads."""

    def __init__(self):
        self._lock = threading.Lock()
        self._last = 0

    def next(self):
        with self._lock:
            self._last += 1
            return self._last

    def last(self):
        return self._last


class Problem:
    def __init__(self, key, event, host):
        self.key, self.event, self.host = key, event, host
        self.is_open = True
        self.notes = 0


class Load:
    """`rate` alerts a second by `senders` threads until stop(); half of it are problems that open,
    the rest tells about them: notes, recoveries, and new episodes of what recovered. `reconnects` is
    the share of alerts after which a sender makes a new connection."""

    def __init__(self, access, history, rate, seed, senders=4, stubborn=0.7, only_problems=False,
                 reconnects=0.0):
        self.access, self.history = access, history
        self.pause = senders / rate
        self.stubborn, self.reconnects = stubborn, reconnects
        self.only_problems = only_problems
        self.numbers = Numbers()
        self.unexpected = []  # answers that are neither 202 nor 503
        self._ending = threading.Event()
        self._abandoned = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(number, random.Random(f"{seed}/{number}")))
            for number in range(senders)]

    def start(self):
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        """Ends when every stubborn alert is answered."""
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def abandon(self):
        """Ends now, whatever is unanswered."""
        self._abandoned.set()
        self.stop()

    def _run(self, number, dice):
        sender = Sender(self.access, self.history)
        problems = []
        made = 0
        next_at = time.monotonic() + dice.random() * self.pause
        while not self._ending.wait(max(0.0, next_at - time.monotonic())):
            next_at = max(next_at + self.pause, time.monotonic() - 5 * self.pause)
            problem, what = self._choose(problems, dice)
            if problem is None:
                made += 1
                event = 2 * (made * 100 + number)  # a recovery takes the next one
                problem = Problem(f"K{number}x{made}", event, dice.choice(HOSTS))
                problems.append(problem)
            if not self._tell(sender, problem, what, dice):
                problems.remove(problem)  # nobody knows its state any more
            if len(problems) > 40:
                del problems[0]
            if self.reconnects and dice.random() < self.reconnects:
                sender.close()
        sender.close()

    def _choose(self, problems, dice):
        if self.only_problems or not problems or dice.random() < 0.5:
            return None, "problem"
        problem = dice.choice(problems)
        if not problem.is_open:
            return problem, "problem"
        return problem, dice.choice(("note", "recovery"))

    def _tell(self, sender, problem, what, dice):
        """True when the alert was acknowledged in the end."""
        note = ""
        if what == "note":
            problem.notes += 1
            note = problem.key.replace("K", "N") + f"x{problem.notes}"
        elif what == "problem" and not problem.is_open:
            problem.event += 2 * EPISODE
        problem.is_open = what != "recovery"
        is_stubborn = dice.random() < self.stubborn
        request = self.numbers.next()
        while True:
            status = sender.post(request, problem.key, what, problem.event, note, problem.host)
            if status == 202:
                return True
            if status not in (None, 503):
                self.unexpected.append(status)
                return False
            if (status is None and not is_stubborn) or self._abandoned.is_set():
                return False
            time.sleep(RETRY_S)  # as a sender does before it tries again
