#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`explain` against the simulated GLPI: it writes nothing, and foretells what the daemon does.

BRIDGE and SIM name the programs, as in system_test.py.
"""

import hashlib
import http.server
import json
import os
import re
import socketserver
import threading
import unittest

from harness import http as ask
from harness import recorded, wait_for
from system_test import CONFIG, SystemTest, recovery, zabbix

# Of the API: what changes nothing but the session.
HARMLESS = re.compile(r"^(initSession|killSession|changeActiveEntities|search/)")


class Recorder:
    """Passes requests on to the simulated GLPI and keeps those that write."""

    def __init__(self, url):
        outer = self
        self.writes = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length) if length else None
                action = self.path.split("/apirest.php/", 1)[-1]
                if self.command != "GET" and not HARMLESS.match(action):
                    outer.writes.append((self.command, self.path, json.loads(body)))
                head = {key: value for key, value in self.headers.items()
                        if key.lower() not in ("host", "connection", "content-length")}
                status, headers, text = ask(self.command, url + self.path, body, head)
                data = text.encode()
                self.send_response(status)
                for key, value in headers.items():
                    if key.lower() in ("content-type", "content-range"):
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = do_PUT = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def plain(requests):
    """Requests without what is different each time: references, ids of alerts, new tickets."""
    text = json.dumps(requests, sort_keys=True)
    text = re.sub(r"GAB-[0-9A-Z]{26}", "GAB", text)
    text = re.sub(r"/t/[0-9A-Z]{26}", "/t/ID", text)
    return sorted(json.loads(text), key=json.dumps)  # tickets open in no certain order


def timeless(requests):
    """Without times and durations: the recovery comes some seconds after it was explained."""
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "TIME", json.dumps(requests))
    return json.loads(re.sub(r"(</strong>) \d+[dhms]( \d+[dhms])*<", r"\1 LONG<", text))


class ExplainTest(SystemTest):
    config = CONFIG.replace(
        "glpi:\n", "  am: {type: alertmanager, auth: {bearer: {file: sender.token}}}\n"
                   "  icinga: {type: icinga2, auth: {bearer: {file: sender.token}}}\nglpi:\n")

    def setUp(self):
        super().setUp()
        self.recorder = Recorder(self.sim.url)
        self.addCleanup(self.recorder.close)
        self.aim(self.recorder.url)

    def aim(self, url):
        """The bridge's GLPI is at this address."""
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read()
        self.bridge.write("bridge.yaml", text.replace(self.sim.url, url), 0o644)

    def payload(self, body):
        return self.bridge.write("payload", body, 0o644)

    def explain(self, source, body, *more, status=0):
        """The JSON object."""
        found, out, err = self.bridge.command(
            "explain", "--source", source, self.payload(body), "--json", *more)
        self.assertEqual(found, status, err)
        for secret in ("sender-secret", "hmac-secret", "sim-bridge-token", "sim-app-token"):
            self.assertNotIn(secret, out + err)
        return json.loads(out)

    def nothing_was_written(self):
        self.assertEqual(self.recorder.writes, [])
        self.assertEqual(self.sim.tickets(), [])
        for call in self.sim.get("/requests")["by"]:
            method, path = call.split(" ", 1)
            action = path.lstrip("/")
            self.assertTrue(method == "GET" or HARMLESS.match(action), call)

    def foretold(self, page, when=lambda write: True):
        return plain([[request["method"], request["path"], request["body"]]
                      for alert in page["alerts"] for write in alert["writes"] if when(write)
                      for request in write["requests"]])

    def sent(self, count):
        """The writes that the bridge has sent since this was last called."""
        wait_for(f"{count} writes", lambda: len(self.recorder.writes) >= count)
        writes = [list(write) for write in self.recorder.writes]
        self.recorder.writes.clear()
        return plain(writes)


class Against(ExplainTest):
    def test_what_it_foretells_of_recorded_payloads_is_what_the_daemon_sends(self):
        cases = [("zabbix", zabbix(), None)]
        for source, sender, name in (("zabbix", "zabbix", "problem_high"),
                                     ("nagios", "nagios", "svc_problem_critical_form"),
                                     ("icinga", "icinga2", "svc_problem"),
                                     ("am", "alertmanager", "firing_single"),
                                     ("am", "alertmanager", "grouped_firing")):
            cases.append((source, *recorded(sender, name)))
        foretold = [self.explain(source, body) for source, body, _ in cases]
        self.nothing_was_written()
        self.assertFalse(os.path.exists(os.path.join(self.directory, "bridge.db")))

        self.bridge.start()
        writes = 0
        for (source, body, content_type), page in zip(cases, foretold):
            expected = self.foretold(page)
            status, answer = self.bridge.send(source, body, content_type or "application/json")
            self.assertEqual(status, 202, answer)
            self.assertEqual(self.sent(len(expected)) if expected else [], expected, source)
            for alert, receipt in zip(page["alerts"], answer["alerts"]):
                self.assertEqual(self.bridge.decided(receipt["id"]), alert["reason"])
            writes += len(expected)
        self.assertGreaterEqual(writes, 5)

    def test_it_knows_the_current_incident_from_the_daemon_and_what_a_recovery_would_do(self):
        self.bridge.start()
        alert = self.accepted("zabbix", zabbix())
        ticket = self.one_ticket()
        self.bridge.opened(1)
        self.sent(1)
        page = self.explain("zabbix", recovery())
        self.assertIn("running daemon", page["state"])
        told = page["alerts"][0]
        self.assertEqual(told["current_incident"]["ticket"], str(ticket["id"]))
        self.assertEqual(told["reason"], "recovered")
        self.assertEqual([write["kind"] for write in told["writes"]], ["solve"])
        self.assertEqual(self.recorder.writes, [])
        expected = self.foretold(page)
        self.accepted("zabbix", recovery())
        self.assertEqual(timeless(self.sent(len(expected))), timeless(expected))

        status, out, err = self.bridge.command("explain", alert["id"], "--json")
        self.assertEqual(status, 0, err)
        again = json.loads(out)["alerts"][0]
        self.assertEqual(again["source"], "zabbix")
        self.assertEqual(again["alert"]["problem_name"], "Disk full")
        self.assertRegex(" ".join(again["remarks"]),
                         r"decided then: opens a ticket, incident [0-9A-Z]{26}\b")
        self.assertEqual(self.recorder.writes, [])

    def test_without_a_daemon_a_copy_of_the_store_tells_and_the_store_stays_as_it_is(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        ticket = self.one_ticket()
        self.bridge.opened(1)
        self.bridge.process.kill()
        self.recorder.writes.clear()

        def state():
            found = {}
            for name in sorted(os.listdir(self.directory)):
                if name.startswith("bridge.db"):
                    path = os.path.join(self.directory, name)
                    with open(path, "rb") as file:
                        found[name] = (os.stat(path).st_mtime_ns,
                                       hashlib.sha256(file.read()).hexdigest())
            return found

        before = state()
        page = self.explain("zabbix", recovery())
        self.assertIn("from a copy", page["state"])
        self.assertEqual(page["alerts"][0]["current_incident"]["ticket"], str(ticket["id"]))
        self.assertEqual(state(), before)
        self.assertEqual(self.recorder.writes, [])

    def test_a_problem_that_must_last_is_told_with_the_time_before_which_nothing_happens(self):
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read()
        self.bridge.write("bridge.yaml", text.replace("open_after: 0s", "open_after: 10m"), 0o644)
        write = self.explain("zabbix", zabbix())["alerts"][0]["writes"][0]
        self.assertEqual((write["kind"], write["if"]), ("open", "if the problem lasts that long"))
        self.assertRegex(write["not_before"], r"^20\d\d-\d\d-\d\dT")
        self.nothing_was_written()


class HostDown(ExplainTest):
    def on_host(self, name):
        form, _ = recorded("nagios", name)
        return re.sub(r"\bhostname=[^&]*", "hostname=db01.customer-a.example", form)

    def test_without_glpi_the_daemon_still_tells_that_the_host_is_down(self):
        self.bridge.start()
        form = "application/x-www-form-urlencoded"
        self.assertEqual(self.bridge.send("nagios", self.on_host("host_down_form"), form)[0], 202)
        self.one_ticket()
        service = self.on_host("svc_problem_critical_form")
        asked = self.explain("nagios", service)["alerts"][0]
        unasked = self.explain("nagios", service, "--offline")["alerts"][0]
        self.assertIn("host", asked["reason"])
        self.assertNotEqual(asked["reason"], "opens a ticket")
        self.assertEqual(unasked["reason"], asked["reason"])


class NoSocket(ExplainTest):
    config = ExplainTest.config + "admin: {socket: none}\n"

    def test_a_store_in_use_is_not_copied_where_the_daemon_cannot_be_asked(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        page = self.explain("zabbix", recovery())
        self.assertIn("a daemon has", page["state"])
        self.assertIn("(the configuration says admin.socket: none)", page["state"])
        self.assertIsNone(page["alerts"][0]["current_incident"])


class Impostor:
    """Answers at a socket: each request with the next of these (status, object), then the last."""

    def __init__(self, path, *answers):
        left = list(answers)

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, body = left.pop(0) if len(left) > 1 else left[0]
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = socketserver.UnixStreamServer(path, Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Refused(ExplainTest):
    def answers(self, *answers):
        impostor = Impostor(os.path.join(self.directory, "admin.sock"), *answers)
        self.addCleanup(impostor.close)

    def test_a_daemon_that_stops_telling_is_told_with_status_1(self):
        self.answers((200, {"known": "{}"}), (503, {"error": "the store: is closed"}))
        page = self.explain("zabbix", zabbix(), "--offline", status=1)
        self.assertIn("running daemon", page["state"])
        told = page["alerts"][0]
        self.assertEqual(told["reason"], "opens a ticket")
        self.assertIn("the daemon stopped telling what it knows (the store: is closed)",
                      " ".join(told["remarks"]))

    def test_an_alert_that_the_daemon_does_not_give_is_told_in_its_words(self):
        self.answers((200, {"known": "{}"}), (404, {"error": "there is no alert"}))
        status, out, err = self.bridge.command("explain", "01KB3R5Z0000000000000000AA")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("01KB3R5Z0000000000000000AA: there is no alert", err)

    def test_status_tells_the_error_that_it_is_answered(self):
        self.answers((503, {"error": "the store:\nis closed | x=1"}))
        status, out, err = self.bridge.command("status")
        self.assertEqual((status, out), (1, ""))
        self.assertEqual(err, "glpi-alert-bridge: the daemon does not say how it is: "
                              "the store: is closed | x=1\n")
        status, out, _ = self.bridge.command("status", "--nagios")
        self.assertEqual((status, out), (2, "GLPI-ALERT-BRIDGE CRITICAL - the daemon does not say "
                                            "how it is: the store: is closed / x=1\n"))


class Alone(ExplainTest):
    def test_what_the_body_lacks_and_what_is_too_much_is_told(self):
        body, _ = recorded("alertmanager", "grouped_firing")
        cut = json.loads(body)
        cut["truncatedAlerts"] = 3
        page = self.explain("am", json.dumps(cut), "--offline")
        self.assertIn("3 more alerts are not in the body", " ".join(page["alerts"][0]["remarks"]))
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read()
        self.bridge.write("bridge.yaml", text + "limits: {alerts_per_request: 1}\n", 0o644)
        status, out, err = self.bridge.command(
            "explain", "--source", "am", self.payload(body), "--offline")
        self.assertEqual((status, out), (1, ""))
        self.assertIn("1 are allowed (limits.alerts_per_request)", err)

    def test_it_goes_on_without_glpi_and_says_so(self):
        self.recorder.close()
        for more in ((), ("--offline",)):
            page = self.explain("zabbix", zabbix(), *more)
            self.assertIn("does not exist", page["state"])
            self.assertIn("--offline" if more else "cannot be asked", page["glpi"])
            told = page["alerts"][0]
            self.assertEqual(told["reason"], "opens a ticket")
            self.assertEqual(told["writes"][0]["requests"][0]["path"], "/apirest.php/Ticket")
            self.assertIn("not", told["place"]["problem"])
        self.assertEqual(self.sim.get("/requests")["total"], 0)

    def test_wrong_bodies_and_names_are_told_with_status_1(self):
        for source, body, words in (
                ("zabbix", '{"event_id": ', "cannot be read"),
                ("zabix", zabbix(), "no source is called 'zabix'"),
                ("zabbix", "{}", "")):
            status, out, err = self.bridge.command(
                "explain", "--source", source, self.payload(body), "--offline")
            self.assertEqual(status, 1, out)
            self.assertIn(words, err)
        status, _, err = self.bridge.command("explain", "--source", "zabbix", "nothing.json")
        self.assertEqual(status, 1)
        self.assertIn("nothing.json", err)

    def test_the_text_is_for_people_and_holds_no_control_characters(self):
        hostile = zabbix(event_name="x \x1b[31mred\x07 \u202eevil", event_opdata="a\nb\x9b1m")
        status, out, err = self.bridge.command(
            "explain", "--source", "zabbix", self.payload(hostile))
        self.assertEqual(status, 0, err)
        for heading in ("Source", "Alert", "Keys", "Rules", "Plan", "Asset and entity", "Verdict",
                        "Requests to GLPI"):
            self.assertRegex(out, rf"(?m)^{heading}")
        self.assertIn("POST /apirest.php/Ticket", out)
        self.assertIn("db01.customer-a.example", out)
        self.assertEqual(re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", out), [])
        self.nothing_was_written()


if __name__ == "__main__":
    unittest.main()
