#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The real daemon with TLS on its listener: alerts, renewal by SIGHUP, client certificates, health.

BRIDGE and SIM name the programs.
"""

import os
import shutil
import socket
import ssl
import subprocess
import unittest

from certificates import issue, own, shown
from harness import Bridge, http, wait_for
from system_test import BRIDGE, CONFIG, SystemTest, zabbix

TLS = ', tls: {certificate: "@DIR@/bridge.pem", key: "@DIR@/bridge.key"@MORE@}}\n'
# A system that knows nothing newer than TLS 1.2, where a missing certificate is told otherwise.
OLD_TLS = """\
openssl_conf = all
[all]
ssl_conf = modules
[modules]
system_default = defaults
[defaults]
MaxProtocol = TLSv1.2
"""


class TlsBridge(Bridge):
    """Spoken to over https."""

    def health(self, **env):
        return subprocess.run([BRIDGE, "health", "-c", self.config], capture_output=True,
                              check=False, env={**os.environ, **env}).returncode

    def named(self, event):
        return [one for one in self.events() if one["event"] == event]


class Tls(SystemTest):
    more = ""  # keys of listen.tls

    def setUp(self):
        super().setUp()
        for name in ("authority", "senders"):
            issue(self.directory, name)
        issue(self.directory, "bridge", "authority")
        issue(self.directory, "sender", "senders")
        config = CONFIG.replace("}\n", TLS.replace("@MORE@", self.more), 1)
        self.bridge = TlsBridge(BRIDGE, self.directory, config, self.sim.url)
        self.bridge.use_tls(ssl.create_default_context(cafile=self.path("authority.pem")))

    def path(self, name):
        return os.path.join(self.directory, name)


class Server(Tls):
    def test_an_alert_over_https_becomes_a_ticket(self):
        self.assertEqual(self.bridge.health(), 1)
        self.bridge.start()
        self.assertEqual(self.bridge.health(), 0)
        self.accepted("zabbix", zabbix())
        self.assertIn("Disk full", self.one_ticket()["name"])
        self.assertEqual(self.bridge.process.stop(), 0)

    def test_plain_http_gets_nothing_and_the_log_says_what_to_do(self):
        self.bridge.start()
        with socket.create_connection(("127.0.0.1", self.bridge.port), timeout=20) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n")
            try:
                self.assertEqual(plain.recv(100), b"")
            except ConnectionResetError:
                pass  # closed over what it had not read
        told = wait_for("the refusal in the log", lambda: self.bridge.named("tls_refused"))
        self.assertIn("https://", told[0]["message"])
        self.assertIn('tls_handshakes_failed_total{reason="plain_http"} 1', self.bridge.metrics())

    def test_a_renewed_certificate_is_taken_by_a_reload_and_a_bad_one_is_not(self):
        self.bridge.start()
        first = shown(self.bridge.port)
        self.assertEqual(first, own(self.path("bridge.pem")))
        with socket.create_connection(("127.0.0.1", self.bridge.port), timeout=20) as raw, \
                self.bridge.context.wrap_socket(raw, server_hostname="localhost") as kept:
            self.ask(kept)

            issue(self.directory, "bridge", "authority")
            second = own(self.path("bridge.pem"))
            self.assertNotEqual(first, second)
            self.bridge.reload()
            wait_for("the reload", lambda: self.bridge.named("reloaded"))
            self.assertEqual(shown(self.bridge.port), second)
            self.ask(kept)

            issue(self.directory, "stranger", file="other")
            shutil.copy(self.path("other.key"), self.path("bridge.key"))
            self.bridge.reload()
            told = wait_for("the refusal", lambda: self.bridge.named("reload_refused"))
            self.assertIn("bridge.key", told[0]["fields"]["mistakes"])
            self.assertIn("does not belong", told[0]["fields"]["mistakes"])
            self.assertEqual(shown(self.bridge.port), second)
            self.ask(kept)
            self.assertEqual(self.bridge.health(), 0)  # the daemon's, not the files'
        self.accepted("zabbix", zabbix())
        self.one_ticket()

    def test_reloads_turn_tls_off_and_on_and_demand_certificates(self):
        self.bridge.start()
        with open(self.bridge.config, encoding="utf-8") as file:
            with_tls = file.read()
        tls = TLS.replace("@MORE@", "").replace("@DIR@", self.directory).rstrip()[:-1]
        self.assertIn(tls, with_tls)
        demanding = tls[:-1] + f', client_ca: "{self.path("senders.pem")}"}}'
        plain_url = f"http://127.0.0.1:{self.bridge.port}/healthz"

        self.reconfigure(with_tls.replace(tls, ""), 1)
        self.assertEqual(http("GET", plain_url)[0], 200)
        self.assertEqual(self.bridge.health(), 0)

        self.reconfigure(with_tls.replace(tls, demanding), 2)
        with self.assertRaises(OSError):
            http("GET", plain_url)
        with self.assertRaises(OSError):
            http("GET", self.bridge.url + "/healthz", context=self.bridge.context)
        self.assertEqual(self.bridge.health(), 0)

        self.reconfigure(with_tls, 3)
        self.accepted("zabbix", zabbix())
        self.one_ticket()

    def reconfigure(self, text, reloads):
        with open(self.bridge.config, "w", encoding="utf-8") as file:
            file.write(text)
        self.bridge.reload()
        wait_for("the reload", lambda: len(self.bridge.named("reloaded")) == reloads)

    def ask(self, connection):
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n")
        answer = b""
        while not answer.endswith(b"}\n"):
            piece = connection.recv(1000)
            self.assertTrue(piece, answer)
            answer += piece
        self.assertTrue(answer.startswith(b"HTTP/1.1 200 "), answer)


class Clients(Tls):
    more = ', client_ca: "@DIR@/senders.pem"'

    def test_only_a_sender_with_a_certificate_gets_in_and_health_needs_none(self):
        self.bridge.context.load_cert_chain(self.path("sender.pem"), self.path("sender.key"))
        self.bridge.start()
        self.accepted("zabbix", zabbix())
        self.one_ticket()
        self.assertEqual(self.bridge.health(), 0)
        old = self.bridge.write("openssl.cnf", OLD_TLS, 0o644)
        self.assertEqual(self.bridge.health(OPENSSL_CONF=old), 0)
        bare = ssl.create_default_context(cafile=self.path("authority.pem"))
        with self.assertRaises(OSError):
            http("GET", self.bridge.url + "/healthz", context=bare)
        wait_for("the refusal in the log", lambda: self.bridge.named("tls_refused"))


if __name__ == "__main__":
    unittest.main()
