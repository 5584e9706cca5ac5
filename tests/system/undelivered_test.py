#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""People are told past GLPI that tickets do not get through: by a program, a mail and a webhook.

BRIDGE and SIM name the programs.
"""

import http.server
import json
import os
import socketserver
import ssl
import threading
import unittest

import certificates
from harness import Sim, wait_for
from system_test import CONFIG, SIM, SystemTest, zabbix

SECTION = """\
undelivered:
  after: {others: 10s}
  command: ["@DIR@/page"]
  webhook: {url: "http://127.0.0.1:@HOOK@/hook", token: {file: sender.token}}
  mail:
    server: smtp://127.0.0.1:@SMTP@
    tls: offered
    from: bridge@example.org
    to: [oncall@example.org, boss@example.org]
"""
PAGE = """\
#!/bin/sh
{ echo "event $ALERT_BRIDGE_EVENT"; echo "subject $ALERT_BRIDGE_SUBJECT"; cat; } >> "%s"
"""


class Hook(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted to its server."""

    def do_POST(self):  # pylint: disable=invalid-name
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posted.append((self.headers.get("Authorization"), json.loads(body)))
        self.server.may_answer.wait()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):  # pylint: disable=arguments-differ
        pass


class Smtp(socketserver.StreamRequestHandler):
    """As much of RFC 5321 as takes a mail."""

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def take_mail(self):
        self.say("354 go on")
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        self.say("250 taken")
        return b"".join(lines).decode()

    def start_tls(self):
        self.say("220 go on")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.server.certificate + ".pem", self.server.certificate + ".key")
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)

    def finish(self):
        super().finish()
        self.connection.close()

    def greet(self, verb):
        self.server.greetings.append(verb)
        is_plain = not isinstance(self.connection, ssl.SSLSocket)
        if is_plain and self.server.certificate:
            self.say("250-mail")
            self.say("250 STARTTLS")
        else:
            self.say("250 mail")

    def handle(self):
        self.say("220 mail")
        envelope = []
        while line := self.rfile.readline():
            verb = line.decode().strip()
            if verb.upper().startswith("EHLO"):
                self.greet(verb)
                continue
            if verb.upper() == "STARTTLS":
                self.start_tls()
                continue
            if "nobody@" in verb:
                self.say("550 no such user")
                continue
            if verb.upper().startswith("QUIT"):
                self.say("221 bye")
                return
            if verb.upper() == "DATA":
                self.server.mails.append((envelope, self.take_mail()))
                continue
            if verb.upper().startswith(("MAIL", "RCPT")):
                envelope.append(verb)
            self.say("250 well")


class Undelivered(SystemTest):
    def setUp(self):
        self.hook = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook)
        self.hook.posted = []
        self.hook.may_answer = threading.Event()
        self.hook.may_answer.set()
        self.addCleanup(self.hook.may_answer.set)
        self.smtp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Smtp)
        self.smtp.mails = []
        self.smtp.greetings = []  # after STARTTLS once more
        self.smtp.certificate = None
        for server in (self.hook, self.smtp):
            server.daemon_threads = True
            threading.Thread(target=server.serve_forever, daemon=True).start()
            self.addCleanup(server.server_close)
            self.addCleanup(server.shutdown)
        section = SECTION.replace("@HOOK@", str(self.hook.server_address[1]))
        self.config = CONFIG + section.replace("@SMTP@", str(self.smtp.server_address[1]))
        super().setUp()
        self.page = self.bridge.write(
            "page", PAGE % os.path.join(self.directory, "paged"), 0o700)

    def paged(self):
        try:
            with open(os.path.join(self.directory, "paged"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def events(self):
        return [body["event"] for _, body in self.hook.posted]

    def heard(self, event, count):
        wait_for(f"{count} times the message {event}",
                 lambda: self.events().count(event) == count
                 and self.paged().count(f"event {event}\n") == count)

    def test_an_outage_is_told_on_every_channel_once_and_when_it_is_over(self):
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.bridge.opened(1)
        self.sim.process.kill()
        self.accepted("zabbix", zabbix("5001", trigger_id="1", event_name="disk\r\nBcc: x@y.z"))
        stranger = {"host_host": "stranger", "host_name": "stranger", "host_ip": ""}
        self.accepted("zabbix", zabbix("5002", trigger_id="2", **stranger))
        self.heard("raised", 1)
        wait_for("the mail", lambda: len(self.smtp.mails) == 1)
        envelope, mail = self.smtp.mails[0]
        self.assertEqual([line.split(":", 1)[1].split()[0] for line in envelope],
                         ["<bridge@example.org>", "<oncall@example.org>", "<boss@example.org>"])
        self.assertIn("Subject: glpi-alert-bridge on ", mail)
        self.assertRegex(self.smtp.greetings[0], r"^EHLO [A-Za-z0-9.-]*[A-Za-z][A-Za-z0-9.-]*$")
        self.assertNotIn("\nBcc", mail)
        token, body = self.hook.posted[0]
        self.assertEqual(token, "Bearer sender-secret")
        self.assertGreaterEqual(body["late"], 1)
        self.assertIn("GLPI: ", body["text"])
        self.assertIn("glpi-alert-bridge outbox", self.paged())
        # A restart in the middle of it tells nothing again, and one more ticket is no news.
        self.assertEqual(self.bridge.process.stop(), 0)
        self.bridge.start()
        self.accepted("zabbix", zabbix("5003", trigger_id="3"))
        wait_for("a look at what waits", lambda: self.bridge.metric(
            "alarm_looks_total", result="trouble") >= 3)
        self.assertEqual(self.events(), ["raised"])
        self.sim = Sim(SIM, self.directory, self.version, port=self.sim.port)
        self.tickets(3)
        self.heard("over", 1)
        wait_for("the second mail", lambda: len(self.smtp.mails) == 2)
        self.assertEqual(self.events(), ["raised", "over"])

    def test_a_channel_that_fails_is_logged_and_the_others_are_used(self):
        self.bridge.write("page", "#!/bin/sh\nexit 7\n", 0o700)
        self.bridge.start()
        self.sim.process.kill()
        self.accepted("zabbix", zabbix())
        wait_for("the webhook", lambda: self.events() == ["raised"])
        wait_for("the failure in the log", lambda: any(
            event["event"] == "alarm_not_sent" and "status 7" in event["fields"]["error"]
            for event in self.bridge.events()))

    def test_starttls_is_used_where_it_is_offered_and_a_refused_address_costs_nothing(self):
        certificates.issue(self.directory, "ca")
        self.smtp.certificate = certificates.issue(self.directory, "localhost", "ca")
        with open(self.bridge.config, encoding="utf-8") as file:
            text = file.read()
        text = text.replace("tls: offered", "tls: offered\n    ca_file: ca.pem")
        self.bridge.write("bridge.yaml", text.replace("boss@", "nobody@"), 0o600)
        self.bridge.start()
        self.sim.process.kill()
        self.accepted("zabbix", zabbix())
        wait_for("the mail", lambda: len(self.smtp.mails) == 1)
        self.assertEqual(len(self.smtp.greetings), 2)
        self.assertNotIn("nobody", "".join(self.smtp.mails[0][0]))

    def test_a_webhook_that_hangs_holds_up_no_stop(self):
        self.hook.may_answer.clear()
        self.bridge.start()
        self.sim.process.kill()
        self.accepted("zabbix", zabbix())
        wait_for("the webhook's request", self.events)
        self.assertEqual(self.bridge.process.stop(), 0)
        self.assertIn("stopped", [event["event"] for event in self.bridge.events()])

    def test_a_program_that_is_not_there_stops_no_alert(self):
        os.remove(self.page)
        status, said = self.bridge.check()
        self.assertEqual(status, 0)
        self.assertIn("warning: there is no program", said)
        self.bridge.start()
        self.sim.process.kill()
        self.accepted("zabbix", zabbix())
        wait_for("the webhook", lambda: self.events() == ["raised"])


if __name__ == "__main__":
    unittest.main()
