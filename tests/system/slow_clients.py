# SPDX-License-Identifier: MIT
"""Clients that drip their request byte by byte, or say nothing at all, many on one thread; and those
that are idle after one request.

Each slow client tells how it ended: (kind, status or None, seconds from its first byte to the answer).
"""

import asyncio
import socket
import threading
import time

HEAD = (b"POST /v1/alerts/zabbix HTTP/1.1\r\nHost: bridge\r\nAuthorization: Bearer sender-secret\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100000\r\n")
ASK = b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n"


def source(number):
    """Many addresses: a range of ports is good for one only."""
    return f"127.0.{1 + number // 2000}.1"


class SlowClients:
    """`head` clients drip their header, `body` clients their body, `silent` ones only connect."""

    def __init__(self, port, head=0, body=0, silent=0, pause=1.0):
        self.port, self.pause = port, pause
        self.kinds = ["head"] * head + ["body"] * body + ["silent"] * silent
        self.ended = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._tasks = []

    def start(self):
        self._thread.start()
        return self

    def all_ended(self):
        return len(self.ended) == len(self.kinds)

    def stop(self):
        try:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in self._tasks])
        except RuntimeError:
            pass  # all have ended, and the loop with them
        self._thread.join()

    def _run(self):
        self._loop.run_until_complete(self._all())
        self._loop.close()

    async def _all(self):
        for number, kind in enumerate(self.kinds):
            self._tasks.append(asyncio.ensure_future(self._client(number, kind)))
            if number % 50 == 49:
                await asyncio.sleep(0.02)  # a listener's queue is short
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _client(self, number, kind):
        began = time.monotonic()
        status = writer = None
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(source(number), 0))
            began = time.monotonic()
            status = await self._talk(kind, reader, writer)
        except OSError:
            pass  # refused, or cut: ended without an answer
        finally:
            if writer:
                writer.close()
            self.ended.append((kind, status, time.monotonic() - began))

    async def _talk(self, kind, reader, writer):
        dripped = {"head": HEAD + b"X-Filler: " + b"x" * 100_000,
                   "body": b"{" * 100_000, "silent": b""}[kind]
        if kind == "body":
            writer.write(HEAD + b"\r\n")
        answer = asyncio.ensure_future(reader.readline())
        for byte in dripped:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait([answer], timeout=self.pause)
            if done:
                break
        line = await answer
        return int(line.split()[1]) if line else None


class IdleClients:
    """Connections that have asked for the health and then wait; inside TLS with a context. One after
    the other, so that there is never more than one handshake."""

    def __init__(self, port, count, context=None):
        self._connections = []
        for number in range(count):
            connection = socket.create_connection(("127.0.0.1", port), 20, (source(number), 0))
            if context:
                connection = context.wrap_socket(connection, server_hostname="127.0.0.1")
            self._connections.append(connection)
            if not self._is_answered(connection):
                raise ConnectionError(f"connection {number} got no answer")

    def answered(self):
        """Asks again on all; how many were answered."""
        return sum(map(self._is_answered, self._connections))

    def close(self):
        for connection in self._connections:
            connection.close()

    @staticmethod
    def _is_answered(connection):
        answer = b""
        try:
            connection.sendall(ASK)
            while b"\r\n\r\n" not in answer or not answer.endswith(b"}\n"):
                piece = connection.recv(4096)
                if not piece:
                    return False
                answer += piece
        except OSError:
            return False
        return answer.startswith(b"HTTP/1.1 200 ")
