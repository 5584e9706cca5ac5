#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`glpi-alert-bridge send` as Nagios calls it, against the real daemon and the simulated GLPI.

Between the two stands a proxy that notes each request with its answer, and loses answers on order.
BRIDGE and SIM name the programs.
"""

import glob
import http.server
import json
import os
import random
import subprocess
import threading
import time
import unittest

from harness import http as call
from harness import wait_for
from system_test import BRIDGE, CONFIG, SOLVED, SystemTest

SOURCES = """\
sources:
  dc1: {type: nagios, auth: {bearer: {file: sender.token}}}
  sealed: {type: nagios, auth: {hmac: {file: sender.hmac}}}
"""
SETTINGS = """\
url: @PROXY@
source: dc1
token_file: sender.token
spool: spool
timeout: 20s
"""
MARK = "X-Bridge"
PASSED_ON = ("Authorization", "Content-Type", "X-Bridge-Timestamp", "X-Bridge-Signature")


def notice(service="HTTP", number=1, kind="PROBLEM", **more):
    """The macros of one notification."""
    macros = {
        "NOTIFICATIONTYPE": kind, "HOSTNAME": "web01", "HOSTSTATE": "UP", "SERVICEDESC": service,
        "SERVICESTATE": "OK" if kind == "RECOVERY" else "CRITICAL", "SERVICEEVENTID": str(number),
        "SERVICEPROBLEMID": "7", "LASTSERVICESTATECHANGE": "1795000000",
        "TIMET": str(1795000000 + number), "SERVICEOUTPUT": f"output {number}",
        "NOTIFICATIONCOMMENT": f"comment {number}" if kind == "CUSTOM" else "",
    }
    return {"NAGIOS_" + name: value for name, value in {**macros, **more}.items()}


class Proxy(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name: self.headers[name] for name in PASSED_ON if self.headers[name]}
        try:
            status, said, text = call("POST", server.bridge_url + self.path, body, headers)
        except OSError:
            status, said, text = 502, {}, ""
        with server.lock:
            server.seen.append((json.loads(body), status, text))
            loses = server.answers_to_lose > 0
            server.answers_to_lose -= loses
        if not loses:
            try:
                self.send_response(status)
                if MARK in said and not server.is_another:
                    self.send_header(MARK, said[MARK])
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())
            except OSError:
                pass  # the sender was killed
        self.close_connection = True

    def log_message(self, *_):
        pass


class SendTest(SystemTest):
    config = CONFIG[:CONFIG.index("sources:")] + SOURCES + CONFIG[CONFIG.index("glpi:"):].replace(
        "defaults: {", "defaults: {open: warning, ")

    def setUp(self):
        super().setUp()
        self.proxy = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Proxy)
        self.proxy.bridge_url = self.bridge.url
        self.proxy.seen, self.proxy.lock, self.proxy.answers_to_lose = [], threading.Lock(), 0
        self.proxy.is_another = False  # takes the mark out, as if it were no way to the bridge
        thread = threading.Thread(target=self.proxy.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.proxy.server_close)
        self.addCleanup(self.proxy.shutdown)
        self.settings(SETTINGS)
        os.mkdir(os.path.join(self.directory, "spool"), 0o700)  # root makes none

    def settings(self, text):
        url = f"http://127.0.0.1:{self.proxy.server_port}"
        self.file = self.bridge.write("send.yaml", text.replace("@PROXY@", url), 0o644)

    def start(self, macros, *options, point=None):
        environment = {"PATH": os.environ["PATH"], **macros}
        if point:
            environment["BRIDGE_KILL_AT"] = point + ":1"
        return subprocess.Popen([BRIDGE, "send", "-c", self.file, *options], env=environment,
                                stderr=subprocess.PIPE, text=True)

    def send(self, macros, *options, point=None):
        """(exit status, what it said)"""
        child = self.start(macros, *options, point=point)
        said = child.communicate()[1]
        self.assertNotIn("AddressSanitizer", said)
        self.assertNotIn("runtime error", said)
        self.assertNotIn("sender-secret", said)
        return child.returncode, said

    def flush(self):
        return self.send({}, "--flush")

    def waiting(self, folder=""):
        return sorted(glob.glob(os.path.join(self.directory, "spool", "dc1", folder, "*.alert")))

    def statuses(self):
        """What the daemon said to each alert that came, in order."""
        return [json.loads(text)["alerts"][0]["status"] if status == 202 else status
                for _, status, text in self.proxy.seen]


class Send(SendTest):
    def test_an_alert_is_sent_and_nothing_stays(self):
        self.bridge.start()
        status, said = self.send(notice())
        self.assertEqual((status, said), (0, "glpi-alert-bridge: sent\n"))
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.statuses(), ["accepted"])
        self.one_ticket()
        self.assertEqual(self.send(notice(number=2, kind="RECOVERY"))[0], 0)
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)

    def test_while_the_bridge_is_away_alerts_wait_and_go_out_in_order(self):
        status, said = self.send(notice())
        self.assertEqual(status, 0)
        self.assertIn("kept in", said)
        self.assertIn("the answer is 502", said)
        self.assertEqual(self.send(notice(number=2, kind="RECOVERY"))[0], 0)
        self.assertEqual(len(self.waiting()), 2)
        self.assertIn("sent 0 alerts; 2 alerts wait in", self.flush()[1])
        self.bridge.start()
        self.proxy.seen.clear()
        status, said = self.send(notice("SMTP"))
        self.assertEqual((status, said), (0, "glpi-alert-bridge: sent, and 2 alerts that waited\n"))
        self.assertEqual([body["serviceoutput"] for body, _, _ in self.proxy.seen],
                         ["output 1", "output 2", "output 1"])
        self.assertEqual(self.waiting(), [])

    def test_nobody_at_the_address_and_nobody_in_time_are_absences(self):
        self.settings(SETTINGS.replace("@PROXY@", self.bridge.url))  # not started
        status, said = self.send(notice())
        self.assertEqual(status, 0)
        self.assertIn("no answer: connect", said)
        with self.proxy.lock:  # takes the request and says nothing
            self.settings(SETTINGS.replace("20s", "300ms"))
            status, said = self.send(notice(number=2))
        self.assertEqual(status, 0)
        self.assertIn("no answer: timeout", said)
        self.assertEqual(len(self.waiting()), 2)

    def test_a_lost_answer_makes_no_second_alert(self):
        self.bridge.start()
        self.proxy.answers_to_lose = 2  # the transport itself may try once more
        status, said = self.send(notice())
        self.assertEqual(status, 0)
        self.assertEqual(len(self.waiting()), 1, said)
        self.proxy.answers_to_lose = 0
        self.assertEqual(self.flush()[0], 0)
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.statuses()[0], "accepted")
        self.assertEqual(set(self.statuses()[1:]), {"duplicate"})
        self.one_ticket()

    def test_an_alert_is_signed_when_it_goes_out(self):
        self.settings(SETTINGS.replace("dc1", "sealed").replace("token_file: sender.token",
                                                                "hmac_key_file: sender.hmac"))
        self.assertEqual(self.send(notice())[0], 0)
        self.bridge.start()
        self.assertEqual(self.flush()[0], 0)
        self.assertEqual(self.statuses(), [502, "accepted"])

    def test_a_wrong_token_keeps_everything_until_it_is_repaired(self):
        self.bridge.start()
        self.bridge.write("wrong.token", "wrong\n", 0o600)
        wrong = os.path.join(self.directory, "wrong.token")
        status, said = self.send(notice(), "--token-file", wrong)
        self.assertEqual(status, 3)
        self.assertIn("the answer is 401", said)
        status, said = self.send(notice(number=2), "--token-file", "/nowhere")
        self.assertEqual(status, 3)
        self.assertIn("/nowhere", said)
        self.assertEqual(len(self.waiting()), 2)
        self.assertEqual(self.flush()[0], 0)
        self.assertEqual(self.statuses(), [401, "accepted", "accepted"])

    def test_what_the_bridge_cannot_read_is_set_aside_and_blocks_nothing(self):
        self.bridge.start()
        status, said = self.send({}, "--set", "hostname=web01")
        self.assertEqual(status, 1)
        self.assertIn("NOTIFICATIONTYPE is missing", said)
        self.assertEqual(len(self.waiting("refused")), 1)
        with open(self.waiting("refused")[0] + ".reason", encoding="utf-8") as file:
            self.assertIn("NOTIFICATIONTYPE is missing", file.read())
        self.assertEqual(self.send(notice())[0], 0)
        status, said = self.flush()
        self.assertEqual(status, 0)
        self.assertIn("1 in its folder `refused`", said)

    def test_what_others_left_and_the_bridge_cannot_read_is_told_by_its_number(self):
        for number in (1, 2):  # the bridge is away
            self.assertEqual(self.send({}, "--set", f"hostname=web{number}")[0], 0)
        self.bridge.start()
        status, said = self.send(notice())
        self.assertEqual(status, 0)
        self.assertIn("sent; not taken, and set aside in", said)
        self.assertIn("/refused: 2 alerts", said)
        self.bridge.process.stop()
        self.assertEqual(self.send({}, "--set", "hostname=web3")[0], 0)
        self.bridge.start()
        status, said = self.flush()
        self.assertEqual(status, 1)
        self.assertIn("/refused: 1 alert; 3 in its folder `refused`", said)
        way_back = self.waiting("refused")[0]  # as config/nagios/README.md tells
        os.rename(way_back, os.path.join(self.directory, "spool", "dc1", os.path.basename(way_back)))
        self.assertEqual(self.flush()[0], 1)
        self.assertEqual(len(self.waiting("refused")), 3)

    def test_another_server_at_the_address_neither_takes_nor_refuses_an_alert(self):
        self.bridge.start()
        self.proxy.is_another = True
        for macros in (notice(), {"NAGIOS_HOSTNAME": "web01"}):  # 202 and 400
            status, said = self.send(macros)
            self.assertEqual(status, 3, said)
            self.assertIn("it is not the bridge that answers", said)
        self.assertEqual(len(self.waiting()), 2)
        self.assertEqual({status for _, status, _ in self.proxy.seen}, {202, 400})

    def test_without_a_folder_an_alert_is_sent_past_it_or_said_to_be_lost(self):
        self.settings(SETTINGS.replace("spool: spool", "spool: /proc/nowhere"))
        status, said = self.send(notice())
        self.assertEqual(status, 1)
        self.assertIn("LOST: the answer is 502", said)
        self.assertIn("install -d -m 0700 -o USER /proc/nowhere", said)
        self.bridge.start()
        status, said = self.send(notice())
        self.assertEqual(status, 0)
        self.assertIn("sent; but it could not have been kept", said)
        self.assertEqual(self.statuses(), [502, "accepted"])

    @unittest.skipUnless(os.geteuid() == 0, "needs root")
    def test_root_sends_as_the_owner_of_what_waits(self):
        user, spool = 12345, os.path.join(self.directory, "spool")
        os.chmod(self.directory, 0o711)
        os.chown(spool, user, user)
        self.assertEqual(self.send(notice())[0], 0)  # kept
        kept = os.stat(self.waiting()[0])
        self.assertEqual((kept.st_uid, kept.st_gid), (user, user))
        self.bridge.start()
        self.assertEqual(self.flush()[0], 0)
        self.assertEqual(self.waiting(), [])
        precious = self.bridge.write("precious", "precious\n", 0o600)
        lock = os.path.join(spool, "dc1", ".sending")
        os.remove(lock)
        os.symlink(precious, lock)
        status, said = self.send(notice(number=2))
        self.assertEqual(status, 3)
        self.assertIn(".sending", said)
        self.assertEqual(os.stat(precious).st_uid, 0)
        self.assertEqual(len(self.waiting()), 1)

    def test_a_full_spool_says_so_and_is_used_again_when_the_bridge_is_back(self):
        self.settings(SETTINGS + "spool_alerts: 2\n")
        for number in (1, 2):
            self.assertEqual(self.send(notice(number=number))[0], 0)
        status, said = self.send(notice(number=3))
        self.assertEqual(status, 1)
        self.assertIn("LOST", said)
        self.assertIn("is full", said)
        self.assertEqual(len(self.waiting()), 2)
        self.bridge.start()
        self.proxy.seen.clear()
        self.assertEqual(self.send(notice(number=4))[0], 0)
        self.assertEqual([body["serviceeventid"] for body, _, _ in self.proxy.seen],
                         ["1", "2", "4"])

    def test_a_body_comes_from_a_file_or_the_input(self):
        self.bridge.start()
        body = {name: value for name, value in notice().items() if value}
        path = self.bridge.write("body.json", json.dumps(body), 0o600)
        self.assertEqual(self.send({}, "--body", path)[0], 0)
        with open(path, encoding="utf-8") as file:
            done = subprocess.run([BRIDGE, "send", "-c", self.file, "--body", "-"], stdin=file,
                                  stderr=subprocess.PIPE, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(self.statuses(), ["accepted", "duplicate"])
        self.assertEqual(self.proxy.seen[0][0], body)

    def test_mistakes_tell_what_to_do(self):
        self.assertIn("nothing waits", self.flush()[1])
        for macros, text, options, status, told in (
                (notice(), SETTINGS + "tiemout: 1s\n", (), 3, "did you mean 'timeout'?"),
                (notice(), "source: dc1\nspool: spool\n", (), 3, "where is the bridge?"),
                (notice(), SETTINGS, ("--timeout", "soon"), 3, "--timeout is a time"),
                (notice(), "url: http://127.0.0.1:1\n", (), 1, "LOST: which source"),
                ({}, SETTINGS, (), 1, "enable_environment_macros=1"),
                ({}, SETTINGS + "tiemout: 1s\n", ("--flush",), 3, "have mistakes")):
            with self.subTest(told):
                self.settings(text)
                ended, said = self.send(macros, *options)
                self.assertEqual(ended, status, said)
                self.assertIn(told, said)
                self.assertEqual("LOST" in said, "LOST" in told)
        self.assertEqual(len(self.waiting()), 3)
        self.settings(SETTINGS)
        self.bridge.start()
        self.assertEqual(self.flush()[0], 0)
        self.assertEqual(self.waiting(), [])


class SendThroughAnOutage(SendTest):
    """Several processes at once, the bridge away for a while, and senders killed at any moment."""
    senders, alerts = 4, 8

    def sender(self, which, dice, outcome):
        life_s = 1.0  # how long one takes, so that the kills are spread over all of it
        for number in range(1, self.alerts + 1):
            kind = {1: "PROBLEM", self.alerts: "RECOVERY"}.get(number, "CUSTOM")
            began = time.monotonic()
            child = self.start(notice(f"S{which}", number, kind))
            if kind == "CUSTOM" and dice.random() < 0.5:
                try:
                    child.wait(dice.random() * life_s)
                except subprocess.TimeoutExpired:
                    child.kill()
            said = child.communicate()[1]
            if child.returncode == 0:
                life_s = time.monotonic() - began
            outcome[(f"S{which}", number)] = (child.returncode, said)
            if which == 0 and number == self.alerts // 2:
                self.bridge.start()

    def test_nothing_is_lost_doubled_or_overtaken(self):
        outcome, dice = {}, random.Random(1)
        threads = [threading.Thread(target=self.sender,
                                    args=(which, random.Random(dice.random()), outcome))
                   for which in range(self.senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        wait_for("an empty spool", lambda: self.flush()[0] == 0 and not self.waiting())

        kept = {key for key, (status, _) in outcome.items() if status == 0}
        killed = {key for key, (status, _) in outcome.items() if status == -9}
        self.assertEqual(kept | killed, set(outcome), outcome)
        self.assertTrue(killed)
        self.assertGreaterEqual(len(kept), 2 * self.senders)
        answers = [((body["servicedesc"], int(body["serviceeventid"])),
                    json.loads(text)["alerts"][0])
                   for body, status, text in self.proxy.seen if status == 202]
        came = [key for key, _ in answers]
        # In the order of the daemon, whose time an id begins with: what a sender was killed over may
        # be noted by the proxy after the next one's.
        answers.sort(key=lambda answer: answer[1]["id"][:10])
        accepted = [key for key, said in answers if said["status"] == "accepted"]
        self.assertEqual(kept - set(came), set(), "lost")
        self.assertEqual(len(accepted), len(set(accepted)), "taken twice")
        for which in range(self.senders):
            own = [number for service, number in accepted if service == f"S{which}"]
            self.assertEqual(own, sorted(own), "overtaken")
        tickets = self.tickets(self.senders, lambda found: all(
            ticket["status"] == SOLVED for ticket in found))
        self.assertEqual(len(tickets), self.senders)
        print(f"{len(outcome)} alerts of {self.senders} senders, {len(killed)} killed; "
              f"{len(accepted)} accepted, {len(came) - len(accepted)} repeats, 0 lost", flush=True)


class SendKilledAtPoints(SendTest):
    """Needs a build with BRIDGE_TEST_POINTS."""

    def test_before_it_has_a_name_nobody_was_promised_anything(self):
        self.bridge.start()
        self.assertEqual(self.send(notice(), point="send_before_name")[0], -9)
        self.assertEqual(self.waiting(), [])
        self.assertEqual(self.send(notice())[0], 0)
        self.assertEqual(self.statuses(), ["accepted"])

    def test_with_a_name_it_is_sent_by_the_next(self):
        self.bridge.start()
        self.assertEqual(self.send(notice(), point="send_after_name")[0], -9)
        self.assertEqual(len(self.waiting()), 1)
        self.assertEqual(self.flush()[0], 0)
        self.assertEqual(self.statuses(), ["accepted"])

    def test_between_the_answer_and_the_removal_it_is_a_repeat(self):
        self.bridge.start()
        self.assertEqual(self.send(notice(), point="send_before_remove")[0], -9)
        self.assertEqual(len(self.waiting()), 1)
        self.assertEqual(self.send(notice(number=2, kind="RECOVERY"))[0], 0)
        self.assertEqual(self.statuses(), ["accepted", "duplicate", "accepted"])
        self.one_ticket(lambda ticket: ticket["status"] == SOLVED)


if __name__ == "__main__":
    unittest.main()
