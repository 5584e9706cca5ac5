#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The gate alone: what passes, what each fault does, and that it is counted."""

import socket
import threading
import unittest

from gate import Gate
from harness import wait_for


class Echo:
    """Answers every chunk with the same bytes."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.got = b""
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        with client:
            try:
                while chunk := client.recv(65536):
                    self.got += chunk
                    client.sendall(chunk)
            except OSError:
                pass  # the gate's reset


class GateTest(unittest.TestCase):
    def setUp(self):
        self.echo = Echo()
        self.addCleanup(self.echo.listener.close)
        self.gate = Gate(self.echo.port)
        self.addCleanup(self.gate.close)

    def client(self):
        client = socket.create_connection(("127.0.0.1", self.gate.port), 30)
        self.addCleanup(client.close)
        return client

    def receive(self, client, count):
        out = b""
        while len(out) < count and (chunk := client.recv(count - len(out))):
            out += chunk
        return out

    def test_bytes_pass_unchanged_without_a_fault(self):
        data = bytes(range(256)) * 2000
        client = self.client()
        threading.Thread(target=client.sendall, args=(data,), daemon=True).start()
        self.assertEqual(self.receive(client, len(data)), data)
        self.assertEqual(len(self.gate.accepted), 1)
        self.assertEqual(self.gate.counts(), {})

    def test_slices_and_delays_change_nothing_but_the_time(self):
        self.gate.order("slice", size=3)
        self.gate.order("delay", way="up", seconds=0.01)
        client = self.client()
        client.sendall(b"0123456789")
        self.assertEqual(self.receive(client, 10), b"0123456789")
        self.assertGreaterEqual(self.gate.counts()["slice"], 2)
        self.assertEqual(self.gate.counts()["delay"], 1)

    def test_reset_before_the_server_sees_anything(self):
        self.gate.order("reset", way="up", count=1)
        client = self.client()
        client.sendall(b"lost")
        with self.assertRaises(ConnectionResetError):
            client.recv(1)
        self.assertEqual(self.echo.got, b"")
        self.assertEqual(self.gate.counts(), {"reset": 1})
        again = self.client()  # the order was for one
        again.sendall(b"kept")
        self.assertEqual(self.receive(again, 4), b"kept")

    def test_a_cut_lets_the_first_bytes_pass_and_ends_in_an_orderly_way(self):
        self.gate.order("cut", way="down", after=5)
        client = self.client()
        client.sendall(b"abc")
        self.assertEqual(self.receive(client, 3), b"abc")
        client.sendall(b"defg")
        self.assertEqual(self.receive(client, 4), b"de")
        self.assertEqual(self.echo.got, b"abcdefg")
        self.assertEqual(self.gate.counts(), {"cut": 1})

    def test_swallowed_bytes_are_gone_and_healing_resets_the_connection(self):
        fault = self.gate.order("swallow", way="up")
        client = self.client()
        client.sendall(b"lost")
        wait_for("the fault", lambda: fault.fired == 1)
        self.gate.heal()
        with self.assertRaises(ConnectionResetError):
            client.recv(1)
        self.assertEqual(self.echo.got, b"")
        self.assertEqual(self.gate.counts(), {"swallow": 1})  # kept after healing

    def test_a_corrupt_byte_in_one_direction_only(self):
        self.gate.order("corrupt", way="down", at=1, count=1)
        client = self.client()
        client.sendall(b"\x00\x00\x00")
        self.assertEqual(self.receive(client, 3), b"\x00\xff\x00")
        self.assertEqual(self.echo.got, b"\x00\x00\x00")

    def test_refusing_closes_what_is_open_and_healing_takes_the_same_port_again(self):
        client = self.client()
        client.sendall(b"a")
        self.receive(client, 1)
        self.gate.refuse()
        with self.assertRaises(ConnectionResetError):
            client.recv(1)
        with self.assertRaises(ConnectionRefusedError):
            self.client()
        self.gate.heal()
        again = self.client()
        again.sendall(b"b")
        self.assertEqual(self.receive(again, 1), b"b")
        self.assertEqual(self.gate.refused, 1)

    def test_a_fault_for_one_kind_of_request_spares_the_others(self):
        fault = self.gate.order("reset", way="down", request="^POST /apirest.php/Ticket$")
        client = self.client()
        for head in (b"GET /apirest.php/Ticket HTTP/1.1", b"POST /apirest.php/Ticket/1 HTTP/1.1"):
            client.sendall(head)
            self.assertEqual(self.receive(client, len(head)), head)
        client.sendall(b"POST /apirest.php/Ticket HTTP/1.1")
        with self.assertRaises(ConnectionResetError):
            client.recv(1)
        self.assertEqual(fault.fired, 1)

    def test_a_probability_hits_some_and_unknown_faults_are_refused(self):
        self.gate.order("delay", way="up", probability=0.5)
        client = self.client()
        for _ in range(60):
            client.sendall(b"x")
            self.receive(client, 1)
        self.assertIn(self.gate.counts()["delay"], range(10, 51))
        with self.assertRaises(ValueError):
            self.gate.order("melt")
        with self.assertRaises(ValueError):
            self.gate.order("reset", way="sideways")


if __name__ == "__main__":
    unittest.main()
