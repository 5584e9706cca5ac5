#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The status page of the real daemon: login, the live stream, retry, and what is refused.

BRIDGE and SIM name the programs, as in system_test.py. Browsers: tests/browser/.
"""

import http.client
import json
import os
import re
import unittest

import harness
import tls_test
from harness import free_port, wait_for
from system_test import CONFIG, SystemTest, zabbix

TOKEN = "the-page-token-of-this-test"
HOSTILE = "<img src=x onerror=alert(1)></script>\u202e\u0001"


class Stream:
    """One open stream of server-sent events; a deadline on every read."""

    def __init__(self, page, deadline_s=30):
        self.connection = http.client.HTTPConnection("127.0.0.1", page.port, timeout=deadline_s)
        self.connection.request("GET", "/v1/stream", headers={"Cookie": page.cookie})
        self.answer = self.connection.getresponse()

    def next(self):
        """(event, data), or None at the end; comments are passed over."""
        name = None
        while True:
            raw = self.answer.readline()
            if not raw:
                return None
            line = raw.decode().rstrip("\n")
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                return name, json.loads(line[6:])

    def until(self, what, condition):
        """The first overview that is as wanted."""
        for _ in range(200):
            event = self.next()
            if event is None:
                raise AssertionError(f"the stream ended before: {what}")
            if event[0] == "overview" and condition(event[1]):
                return event[1]
        raise AssertionError(f"waited in vain for: {what}")

    def close(self):
        self.connection.close()


class Page:
    """A browser's part: requests as the page itself sends them."""

    def __init__(self, port):
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.cookie = ""

    def ask(self, method, path, body=None, **headers):
        """(status, headers, text); a header that is None is left out."""
        head = {"Cookie": self.cookie or None}
        if method == "POST":
            head.update({"Origin": self.origin, "Sec-Fetch-Site": "same-origin"})
        head.update({name.replace("_", "-"): value for name, value in headers.items()})
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        data = json.dumps(body) if body is not None else ("" if method == "POST" else None)
        connection.request(method, path, data, {
            name: value for name, value in head.items() if value is not None})
        answer = connection.getresponse()
        result = answer.status, dict(answer.getheaders()), answer.read().decode()
        connection.close()
        return result

    def log_in(self, token=TOKEN):
        status, headers, text = self.ask("POST", "/v1/login", {"token": token})
        if status == 200:
            self.cookie = headers["Set-Cookie"].split(";")[0]
        return status, headers, text

    def get(self, path, body=None):
        """What the API answers to a POST."""
        status, _, text = self.ask("POST", path, body or {})
        if status != 200:
            raise AssertionError(f"{path} answered {status}: {text}")
        return json.loads(text)


class StatusPage(SystemTest):
    def setUp(self):
        self.page = Page(free_port())
        self.config = CONFIG + (
            'admin: {socket: "@DIR@/admin.sock", '
            f"page: {{port: {self.page.port}, token: {{file: page.token}}}}}}\n")
        super().setUp()
        self.bridge.write("page.token", TOKEN + "\n", 0o600)
        self.bridge.start()

    def clean_up(self):
        log = self.bridge.process.text() if self.bridge and self.bridge.process else ""
        super().clean_up()
        self.assertNotIn(TOKEN, log)
        if self.page.cookie:
            self.assertNotIn(self.page.cookie.split("=")[1], log)

    def logged_in(self):
        self.assertEqual(self.page.log_in()[0], 200)
        return self.page

    def refuse_openings(self):
        self.sim.post("/faults", {"rules": [
            {"match": {"method": "POST", "path": "^/apirest.php/Ticket$"},
             "action": "refused", "count": -1}]})

    def dead_opening(self, name="Disk full"):
        self.refuse_openings()
        self.accepted("zabbix", zabbix(event_name=name))
        rows = wait_for("a dead opening", lambda: self.page.get("/v1/dead/list")["rows"])
        harness.http("DELETE", self.sim.url + "/_sim/faults")
        return rows[0]

    def test_the_page_and_its_files_are_there_and_forbid_everything_from_elsewhere(self):
        status, headers, index = self.page.ask("GET", "/")
        self.assertEqual(status, 200)
        self.assertEqual(headers["Content-Type"], "text/html; charset=utf-8")
        for path in sorted(set(re.findall(r'(?:src|href)="(/[\w.]+)"', index))):
            status, headers, body = self.page.ask("GET", path)
            self.assertEqual((path, status), (path, 200))
            self.assertEqual(len(body.encode()), int(headers["Content-Length"]))
            self.assertIn("default-src 'none'", headers["Content-Security-Policy"])
            self.assertIn("frame-ancestors 'none'", headers["Content-Security-Policy"])
            self.assertNotIn("unsafe", headers["Content-Security-Policy"])
            self.assertEqual(headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(headers["Cache-Control"], "no-store")
        self.assertIn("/page.js", index)
        self.assertNotRegex(index, r"<script>|<style|style=|\bon\w+=")
        self.assertEqual(self.page.ask("HEAD", "/dygraph.js")[2], "")
        self.assertEqual(self.page.ask("POST", "/v1/alerts/zabbix", {})[0], 404)
        self.assertEqual(self.page.ask("GET", "/metrics")[0], 404)

    def test_nothing_is_told_without_the_token_and_guessing_is_bounded(self):
        for path in ("/v1/dead/list", "/v1/incidents/list", "/v1/dead/retry", "/v1/logout"):
            self.assertEqual(self.page.ask("POST", path, {"id": 1})[0], 401)
        self.assertEqual(self.page.ask("GET", "/v1/stream")[0], 401)
        self.assertEqual(json.loads(self.page.ask("GET", "/v1/session")[2]), {"signed_in": False})
        for _ in range(5):
            self.assertEqual(self.page.log_in("wrong")[0], 401)
        status, headers, _ = self.page.log_in()
        self.assertEqual(status, 429)
        self.assertEqual(headers["Retry-After"], "60")
        self.bridge.logged("page_login_refused")

    def test_another_site_can_do_nothing_with_the_cookie(self):
        _, headers, _ = self.page.log_in()
        self.assertIn("HttpOnly; SameSite=Strict", headers["Set-Cookie"])
        dead = self.dead_opening()
        for wrong in ({"Origin": "http://evil.example"}, {"Origin": None}, {"Origin": "null"},
                      {"Sec_Fetch_Site": "cross-site"}):
            status, _, _ = self.page.ask("POST", "/v1/dead/discard", {"id": dead["id"]}, **wrong)
            self.assertEqual((wrong, status), (wrong, 403))
        self.assertEqual(self.page.ask("GET", "/v1/dead/discard")[0], 405)
        self.assertEqual(len(self.page.get("/v1/dead/list")["rows"]), 1)

    def test_the_stream_tells_at_once_what_changes(self):
        stream = Stream(self.logged_in())
        self.addCleanup(stream.close)
        self.assertEqual(stream.answer.status, 200)
        self.assertTrue(stream.answer.getheader("Content-Type").startswith("text/event-stream"))
        name, hello = stream.next()
        self.assertEqual(name, "hello")
        self.assertEqual(hello["points_max"], 360)
        overview = stream.until("GLPI to be up", lambda seen: seen["glpi"]["state"] == "up")
        self.assertEqual(overview["figures"]["open"], 0)
        self.assertEqual(overview["glpi"]["logins"], 1)
        self.refuse_openings()
        self.accepted("zabbix", zabbix())
        overview = stream.until("a dead letter", lambda seen: seen["figures"]["dead"] == 1)
        self.assertTrue([check for check in overview["checks"]
                         if check["name"] == "outbox" and not check["ok"]])
        self.assertTrue(overview["events"])

    def test_a_dead_letter_with_hostile_text_is_shown_as_it_is_and_retried_into_a_ticket(self):
        self.logged_in()
        dead = self.dead_opening(HOSTILE)
        self.assertIn("<img src=x onerror=alert(1)></script>", dead["problem"])
        status, _, text = self.page.ask("POST", "/v1/dead/retry", {"id": dead["id"]})
        self.assertEqual((status, json.loads(text)), (
            200, {"result": "looked for in GLPI, then tried again"}))
        ticket = self.one_ticket()
        self.bridge.opened(1)
        row = self.page.get("/v1/incidents/show", {"id": str(ticket["id"])})["row"]
        self.assertEqual(row["operations"][0]["state"], "done")
        self.assertLessEqual(row["received_at"], row["created_at"])
        self.assertRegex(self.bridge.process.text(), r"operator_command.*status page, 127\.0\.0\.1")

    def test_a_reload_with_another_token_ends_sessions_and_streams(self):
        stream = Stream(self.logged_in())
        self.addCleanup(stream.close)
        self.assertEqual(stream.next()[0], "hello")
        self.bridge.write("page.token", "another-" + TOKEN + "\n", 0o600)
        self.bridge.reload()
        wait_for("the end of the session",
                 lambda: self.page.ask("POST", "/v1/dead/list", {})[0] == 401)
        while stream.next() is not None:
            pass
        self.assertEqual(self.page.log_in()[0], 401)
        self.assertEqual(self.page.log_in("another-" + TOKEN)[0], 200)

    def test_a_stop_ends_open_streams_at_once_and_more_than_enough_streams_end_the_oldest(self):
        self.logged_in()
        streams = []
        for _ in range(17):
            streams.append(Stream(self.page))
            self.addCleanup(streams[-1].close)
            self.assertEqual(streams[-1].next()[0], "hello")
        while streams[0].next() is not None:
            pass
        self.assertEqual(self.bridge.process.stop(), 0)
        for stream in streams[1:]:
            while stream.next() is not None:
                pass

    def test_a_port_that_is_taken_is_told_and_alerts_are_taken_all_the_same(self):
        second = self.bridge.process
        self.bridge.process = None
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read().replace("bridge.db", "other.db").replace("admin.sock", "other.sock")
        port = free_port()
        self.bridge.config = self.bridge.write(
            "other.yaml", text.replace(f"port: {self.bridge.port},", f"port: {port},"), 0o644)
        self.bridge.url = f"http://127.0.0.1:{port}"
        self.addCleanup(second.kill)
        self.bridge.start()
        self.bridge.logged("page_failed")
        self.accepted("zabbix", zabbix())


class PageOverTls(tls_test.Tls):
    def test_with_tls_the_page_speaks_it_and_its_cookie_never_goes_in_the_clear(self):
        port = free_port()
        self.bridge.write("page.token", TOKEN + "\n", 0o600)
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read().replace(
                "admin: {", f"admin: {{page: {{port: {port}, token: {{file: page.token}}}}, ")
        self.bridge.write("bridge.yaml", text, 0o644)
        self.bridge.start()
        connection = http.client.HTTPSConnection(
            "127.0.0.1", port, timeout=20, context=self.bridge.context)
        self.addCleanup(connection.close)
        connection.request("POST", "/v1/login", json.dumps({"token": TOKEN}), {
            "Origin": f"https://127.0.0.1:{port}"})
        answer = connection.getresponse()
        self.assertEqual((answer.status, answer.read()), (200, b'{"signed_in":true}\n'))
        cookie = answer.getheader("Set-Cookie")
        self.assertRegex(cookie, r"^__Host-\w+=[0-9a-f]{64}; .*; Secure$")
        connection.request("GET", "/v1/stream", headers={"Cookie": cookie.split(";")[0]})
        stream = connection.getresponse()
        self.assertEqual(stream.readline(), b"retry: 2000\n")
        self.assertEqual(stream.readline(), b"event: hello\n")
        self.assertEqual(self.bridge.process.stop(), 0)


if __name__ == "__main__":
    assert os.environ["BRIDGE"]
    unittest.main()
