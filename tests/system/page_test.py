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
from page_client import Page, Stream
from system_test import CONFIG, SystemTest, zabbix

TOKEN = "the-page-token-of-this-test"
CONNECTIONS_PER_ADDRESS = 48  # src/app/wiring.cpp
HOSTILE = "<img src=x onerror=alert(1)></script>\u202e\u0001"


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
        self.assertEqual(self.page.log_in(TOKEN)[0], 200)
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
        self.assertEqual(self.page.ask("HEAD", "/v1/stream")[0], 401)
        self.assertEqual(self.page.ask("POST", "/v1/alerts/zabbix", {})[0], 404)
        self.assertEqual(self.page.ask("GET", "/metrics")[0], 404)

    def test_nothing_is_told_without_the_token_and_guessing_is_bounded(self):
        for path in ("/v1/dead/list", "/v1/incidents/list", "/v1/dead/retry", "/v1/logout"):
            self.assertEqual(self.page.ask("POST", path, {"id": 1})[0], 401)
        self.assertEqual(self.page.ask("GET", "/v1/stream")[0], 401)
        self.assertEqual(json.loads(self.page.ask("GET", "/v1/session")[2]), {"signed_in": False})
        for _ in range(5):
            self.assertEqual(self.page.log_in("wrong")[0], 401)
        status, headers, _ = self.page.log_in(TOKEN)
        self.assertEqual(status, 429)
        self.assertEqual(headers["Retry-After"], "60")
        self.bridge.logged("page_login_refused")

    def test_another_site_can_do_nothing_with_the_cookie(self):
        _, headers, _ = self.page.log_in(TOKEN)
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
        status, headers, body = self.page.ask("HEAD", "/v1/stream")
        self.assertEqual((status, headers["Content-Type"], body),
                         (200, "text/event-stream; charset=utf-8", ""))
        name, hello = stream.next()
        self.assertEqual(name, "hello")
        self.assertEqual(hello["points_max"], 360)
        overview = stream.until("GLPI to be up", lambda seen: seen["sessions"][0]["health"] == "up")
        self.assertEqual(overview["status"]["open_incidents"], 0)
        self.assertEqual(overview["status"]["storms"], 0)
        self.assertEqual(overview["sessions"][0]["logins"], 1)
        self.assertEqual(overview["failed_logins"], 0)
        self.assertEqual(overview["people"], 1)
        self.refuse_openings()
        self.accepted("zabbix", zabbix())
        overview = stream.until("a dead letter", lambda seen: seen["status"]["dead"] == 1)
        self.assertTrue([check for check in overview["status"]["checks"]
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
        for key in (row["id"], row["opened_by"]):  # the incident, the alert
            self.assertEqual(self.page.get("/v1/incidents/show", {"id": key})["row"]["id"], row["id"])
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
        self.assertEqual(self.page.log_in(TOKEN)[0], 401)
        self.assertEqual(self.page.log_in("another-" + TOKEN)[0], 200)

    def test_a_reload_without_the_page_ends_sessions_and_lets_nobody_in(self):
        stream = Stream(self.logged_in())
        self.addCleanup(stream.close)
        self.assertEqual(stream.next()[0], "hello")
        with open(self.bridge.config, encoding="utf-8") as file:
            text, found = re.subn(r", page: {port: \d+, token: {file: page.token}}", "", file.read())
        self.assertEqual(found, 1)
        self.bridge.write("bridge.yaml", text, 0o644)
        self.bridge.reload()
        wait_for("the end of the session",
                 lambda: self.page.ask("POST", "/v1/dead/list", {})[0] == 401)
        while stream.next() is not None:
            pass
        for token in (TOKEN, ""):
            self.assertEqual(self.page.log_in(token)[0], 401)
        told = wait_for("what needs a restart", lambda: [
            one for one in self.bridge.events() if one["event"] == "restart_needed"])
        self.assertEqual(told[0]["fields"]["settings"], "admin.page.address, admin.page.port")

    def test_one_address_cannot_take_all_of_the_page_s_connections(self):
        opened = []
        for _ in range(CONNECTIONS_PER_ADDRESS):
            opened.append(http.client.HTTPConnection("127.0.0.1", self.page.port, timeout=20))
            self.addCleanup(opened[-1].close)
            opened[-1].request("GET", "/icon.svg")
            answer = opened[-1].getresponse()
            self.assertEqual((answer.status, bool(answer.read())), (200, True))
        try:
            self.assertEqual(self.page.ask("GET", "/")[0], 503)
        except ConnectionError:
            pass  # closed over what it had not read
        other = http.client.HTTPConnection(
            "127.0.0.1", self.page.port, timeout=20, source_address=("127.0.0.2", 0))
        self.addCleanup(other.close)
        other.request("GET", "/")
        self.assertEqual(other.getresponse().status, 200)
        self.assertEqual(self.bridge.metric("http_refused_connections_total"), 0)

    def test_a_stop_ends_open_streams_and_more_than_enough_streams_end_the_oldest(self):
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
