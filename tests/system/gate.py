# SPDX-License-Identifier: MIT
"""A TCP gate between a client and a server on this machine, with faults on order.

It passes bytes between its own port and the server's. A fault is ordered while it runs, for the way
up (to the server), down (to the client) or both:

  delay    every chunk waits `seconds`
  swallow  a chunk and all that follow on its connection vanish; the connection stays
  reset    the connection is reset when a chunk comes
  cut      `after` bytes still pass, then the connection ends in an orderly way
  slice    chunks pass in pieces of `size` bytes
  corrupt  the byte at `at` of a chunk is inverted

`request` is a regular expression for the first line of the request that a chunk belongs to. Each
fault counts how often it fired; `counts()` is the proof that it happened. `refuse()` closes the port
and resets what is open: nobody but the client sees refused attempts, so these are counted there.

Thread rule: all methods may be called from any thread; the bytes move on one thread of its own.
"""

import asyncio
import collections
import random
import re
import socket
import struct
import threading
import time

from harness import free_port

CHUNK = 64 * 1024
REQUEST_LINE = re.compile(rb"^([A-Z]+ \S+) HTTP/1")


class Fault:
    """One order; `fired` counts the chunks (for `swallow`: the connections) that it hit."""

    def __init__(self, kind, way="both", count=-1, probability=1.0, request=None, seconds=0.0,
                 after=0, size=1, at=0):
        if kind not in ("delay", "swallow", "reset", "cut", "slice", "corrupt"):
            raise ValueError(f"no fault is called {kind}")
        if way not in ("up", "down", "both"):
            raise ValueError(f"no way is called {way}")
        self.kind, self.way, self.count, self.probability = kind, way, count, probability
        self.request = re.compile(request.encode()) if request else None
        self.seconds, self.after, self.size, self.at = seconds, after, size, at
        self.fired = 0

    def hits(self, way, request, dice):
        if self.way not in ("both", way) or self.fired == self.count:
            return False
        if self.request and not self.request.search(request):
            return False
        return self.probability >= 1.0 or dice.random() < self.probability


class Connection:
    def __init__(self, writers):
        self.writers = writers  # by the way that they write to
        self.request = b""
        self.muted = set()
        self.passed = collections.Counter()  # bytes by (fault, way), for `cut`

    def reset(self):
        for writer in self.writers.values():
            try:
                writer.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass  # it is closed already
            writer.transport.abort()

    def close(self):
        for writer in self.writers.values():
            writer.close()


class Gate:
    def __init__(self, server_port, seed=1):
        self.server_port = server_port
        self.accepted = []  # when each connection came, on the monotonic clock
        self.faults = []
        self.refused = 0    # how often the port was closed
        self._old_counts = collections.Counter()
        self._dice = random.Random(seed)
        self._connections = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = None
        self.port = free_port()
        self._call(self._listen())
        self.url = f"http://127.0.0.1:{self.port}"

    def order(self, kind, **settings):
        fault = Fault(kind, **settings)
        self.faults = self.faults + [fault]
        return fault

    def heal(self):
        """No faults any more; connections that swallow are reset, as nothing else can mend them."""
        for fault in self.faults:
            self._old_counts[fault.kind] += fault.fired
        self.faults = []
        self._call(self._heal())

    def refuse(self):
        self.refused += 1
        self._call(self._refuse())

    def counts(self):
        out = collections.Counter(self._old_counts)
        for fault in self.faults:
            out[fault.kind] += fault.fired
        return dict(out)

    def open_connections(self):
        return len(self._connections)

    def close(self):
        self._call(self._refuse())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(30)

    async def _listen(self):
        self._listener = await asyncio.start_server(
            self._serve, "127.0.0.1", self.port, limit=CHUNK, backlog=1024)

    async def _refuse(self):
        if self._listener:
            self._listener.close()
            self._listener = None
        for connection in list(self._connections):
            connection.reset()
        while self._connections:
            await asyncio.sleep(0.001)  # until each has noticed

    async def _heal(self):
        for connection in list(self._connections):
            if connection.muted:
                connection.reset()
        if not self._listener:
            await self._listen()

    async def _serve(self, from_client, to_client):
        self.accepted.append(time.monotonic())
        try:
            from_server, to_server = await asyncio.open_connection(
                "127.0.0.1", self.server_port, limit=CHUNK)
        except OSError:
            to_client.transport.abort()  # the server refuses, so do we, as well as a gate can
            return
        connection = Connection({"up": to_server, "down": to_client})
        if self._listener is None:
            connection.reset()  # the port was closed meanwhile
            return
        self._connections.add(connection)
        ways = [asyncio.ensure_future(self._pass(connection, "up", from_client)),
                asyncio.ensure_future(self._pass(connection, "down", from_server))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            connection.close()
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._connections.discard(connection)

    async def _pass(self, connection, way, reader):
        try:
            while True:
                chunk = await reader.read(CHUNK)
                if not chunk:
                    return
                if way == "up":
                    line = REQUEST_LINE.match(chunk)
                    connection.request = line.group(1) if line else connection.request
                if not await self._treat(connection, way, chunk):
                    return
        except ConnectionError:
            connection.reset()

    async def _treat(self, connection, way, chunk):
        """Passes the chunk on as the faults want it; False ends the connection."""
        if way in connection.muted:
            return True
        for fault in self.faults:
            if not fault.hits(way, connection.request, self._dice):
                continue
            if fault.kind == "cut":
                room = fault.after - connection.passed[fault, way]
                connection.passed[fault, way] += len(chunk)
                if len(chunk) <= room:
                    continue
                fault.fired += 1
                await self._write(connection, way, chunk[:room])
                return False
            fault.fired += 1
            if fault.kind == "reset":
                connection.reset()
                return False
            if fault.kind == "swallow":
                connection.muted.add(way)
                return True
            if fault.kind == "delay":
                await asyncio.sleep(fault.seconds)
            elif fault.kind == "corrupt":
                at = min(fault.at, len(chunk) - 1)
                chunk = chunk[:at] + bytes([chunk[at] ^ 0xFF]) + chunk[at + 1:]
            elif fault.kind == "slice":
                for start in range(0, len(chunk) - fault.size, fault.size):
                    await self._write(connection, way, chunk[start:start + fault.size])
                    await asyncio.sleep(0)
                chunk = chunk[(len(chunk) - 1) // fault.size * fault.size:]
        await self._write(connection, way, chunk)
        return True

    async def _write(self, connection, way, chunk):
        writer = connection.writers[way]
        writer.write(chunk)
        await writer.drain()
