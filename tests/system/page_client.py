# SPDX-License-Identifier: MIT
"""A browser's part before the status page: requests as the page sends them, and its stream."""

import http.client
import json


class Stream:
    """One open stream of server-sent events; a deadline on every read."""

    def __init__(self, page, deadline_s=60):
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

    def next_of(self, name):
        """The data of the next event of this name."""
        while True:
            event = self.next()
            if event is None:
                raise AssertionError(f"the stream ended before the next {name}")
            if event[0] == name:
                return event[1]

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

    def log_in(self, token):
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
