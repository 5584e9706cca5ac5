# SPDX-License-Identifier: MIT
"""Clients that drip their request byte by byte, or say nothing at all, many on one thread.

Each client tells how it ended: (kind, status or None, seconds from its first byte to the answer).
"""

import asyncio
import threading
import time

HEAD = (b"POST /v1/alerts/zabbix HTTP/1.1\r\nHost: bridge\r\nAuthorization: Bearer sender-secret\r\n"
        b"Content-Type: application/json\r\nContent-Length: 100000\r\n")
ASK = b"GET /healthz HTTP/1.1\r\nHost: bridge\r\n\r\n"


class SlowClients:
    """`head` clients drip their header, `body` clients their body, `silent` ones only connect;
    `idle` ones ask for the health once and then wait, connected, until stop()."""

    def __init__(self, port, head=0, body=0, silent=0, idle=0, pause=1.0):
        self.port, self.pause = port, pause
        self.kinds = ["head"] * head + ["body"] * body + ["silent"] * silent + ["idle"] * idle
        self.ended = []
        self.waiting = 0  # idle ones that were answered
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
        # Many source addresses: a port range is good for one only.
        source = f"127.0.{1 + number // 2000}.1"
        began = time.monotonic()
        status = writer = None
        try:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self.port, local_addr=(source, 0))
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
                   "body": b"{" * 100_000, "silent": b"", "idle": b""}[kind]
        if kind == "body":
            writer.write(HEAD + b"\r\n")
        if kind == "idle":
            writer.write(ASK)
            await reader.readuntil(b"\r\n\r\n")
            self.waiting += 1
            await reader.read()
            return None
        answer = asyncio.ensure_future(reader.readline())
        for byte in dripped:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait([answer], timeout=self.pause)
            if done:
                break
        line = await answer
        return int(line.split()[1]) if line else None
