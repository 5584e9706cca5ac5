# SPDX-License-Identifier: MIT
"""What the demo and the system tests share: the two programs as processes, and ways to wait.

Nothing sleeps for a fixed time: everything waits for a condition with a deadline. Only loopback.
"""

import atexit
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
RECORDED = os.path.join(os.path.dirname(HERE), "recorded", "senders")
DEADLINE_S = float(os.environ.get("SYSTEM_TEST_DEADLINE_S", "60"))


class Failure(Exception):
    """A condition that did not come true, with what was seen instead."""


def free_port():
    """A port that stays free for programs which set SO_REUSEADDR, as servers do, until this process
    ends: nobody else is given it, also while its server is away."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    atexit.register(held.close)  # it is bound, and never listens
    return held.getsockname()[1]


def wait_for(what, condition, deadline_s=None):
    """Returns the first true value of condition(); Failure names what was waited for."""
    end = time.monotonic() + (deadline_s or DEADLINE_S)
    pause = 0.01
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise Failure(f"waited in vain for: {what}")
        time.sleep(pause)  # between two looks at the condition
        pause = min(pause * 1.5, 0.25)


def http(method, url, body=None, headers=None, timeout=60, context=None):
    """(status, headers, text); redirects are not followed. https as `context` wants it."""

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_):
            return None

    data = body.encode() if isinstance(body, str) else body
    request = urllib.request.Request(url, data=data, method=method, headers=headers or {})
    try:
        secure = urllib.request.HTTPSHandler(context=context)
        opener = urllib.request.build_opener(NoRedirect, secure)
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def recorded(sender, name):
    """The body of a recorded request and its Content-Type, exactly as it came."""
    with open(os.path.join(RECORDED, sender, name + ".json"), encoding="utf-8") as file:
        record = json.load(file)
    return record["body"], record["headers"].get("Content-Type", "application/json")


class Process:
    """A child with its output in a file; ended by pid."""

    def __init__(self, name, command, directory, env=None):
        self.name = name
        self.log_path = os.path.join(directory, name + ".log")
        self.log = open(self.log_path, "ab")
        self.child = subprocess.Popen(
            command, stdout=self.log, stderr=subprocess.STDOUT, env={**os.environ, **(env or {})}
        )

    def alive(self):
        return self.child.poll() is None

    def text(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        if self.alive():
            self.child.kill()
        self.child.wait()
        self.log.close()

    def stop(self, deadline_s=30):
        """SIGTERM; the exit status."""
        if self.alive():
            self.child.send_signal(signal.SIGTERM)
        try:
            status = self.child.wait(deadline_s)
        except subprocess.TimeoutExpired:
            self.kill()
            raise Failure(f"{self.name} did not stop; its log ends:\n{self.text()[-2000:]}")
        self.log.close()
        return status


class Sim:
    """The simulated GLPI."""

    def __init__(self, program, directory, version="11", seed=None, port=0, options=()):
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        command = [program, "--version", version, "--port", str(self.port), "--quiet", *options]
        if seed:
            path = os.path.join(directory, "seed.json")
            with open(path, "w", encoding="utf-8") as file:
                json.dump(seed, file)
            command += ["--seed", path]
        self.process = Process("glpi-sim", command, directory)
        wait_for("the simulated GLPI to answer", self._answers)

    def _answers(self):
        if not self.process.alive():
            raise Failure("glpi-sim ended:\n" + self.process.text())
        try:
            return http("GET", self.url + "/_sim/healthz")[0] == 200
        except OSError:
            return False

    def get(self, path):
        status, _, text = http("GET", self.url + "/_sim" + path)
        if status != 200:
            raise Failure(f"GET /_sim{path} answered {status}: {text}")
        return json.loads(text)

    def post(self, path, value):
        status, _, text = http("POST", self.url + "/_sim" + path, json.dumps(value),
                               {"Content-Type": "application/json"})
        if status >= 300:
            raise Failure(f"POST /_sim{path} answered {status}: {text}")
        return text

    def tickets(self):
        return self.get("/tickets")

    def api(self, method, path, body=None, token="sim-person-token"):
        """One call of GLPI's own API as another user: what a person does."""
        base = self.url + "/apirest.php"
        head = {"App-Token": "sim-app-token", "Content-Type": "application/json"}
        _, _, text = http("POST", base + "/initSession", "",
                          {**head, "Authorization": "user_token " + token})
        head["Session-Token"] = json.loads(text)["session_token"]
        data = json.dumps(body) if body is not None else None
        status, _, text = http(method, base + path, data, head)
        http("GET", base + "/killSession", None, head)
        return status, json.loads(text)


class Bridge:
    """The daemon, with a configuration made from a template text."""
    context = None  # of https, where a test speaks it

    def __init__(self, program, directory, config, glpi_url, port=0, env=None):
        self.program = program
        self.directory = directory
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = env
        for name, value in {"glpi-app.token": "sim-app-token",
                            "glpi-user.token": "sim-bridge-token",
                            "sender.token": "sender-secret",
                            "sender.hmac": "hmac-secret"}.items():
            self.write(name, value + "\n", 0o600)
        if not re.search(r"^admin:", config, re.MULTILINE):  # each its own, not the installed one
            config += 'admin: {socket: "@DIR@/admin.sock"}\n'
        text = config.replace("@PORT@", str(self.port)).replace("@GLPI@", glpi_url)
        self.config = self.write("bridge.yaml", text.replace("@DIR@", directory), 0o644)
        self.process = None

    def use_tls(self, context):
        """From now on it is spoken to over https."""
        self.context = context
        self.url = f"https://127.0.0.1:{self.port}"

    def write(self, name, text, mode):
        path = os.path.join(self.directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def start(self, wait=True):
        self.process = Process("bridge", [self.program, "run", "-c", self.config],
                               self.directory, self.env)
        if wait:
            wait_for("the bridge to be healthy", self._healthy)
        return self

    def reload(self):
        self.process.child.send_signal(signal.SIGHUP)

    def _healthy(self):
        if not self.process.alive():
            raise Failure("the bridge ended:\n" + self.process.text()[-4000:])
        try:
            return http("GET", self.url + "/healthz", context=self.context)[0] == 200
        except OSError:
            return False

    def command(self, *arguments):
        """One of the operator's commands: (exit status, standard output, standard error)."""
        done = subprocess.run([self.program, *arguments, "-c", self.config],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def check(self):
        done = subprocess.run([self.program, "check", "-c", self.config],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr

    def ready(self):
        status, _, text = http("GET", self.url + "/readyz", context=self.context)
        return status, text

    def metrics(self):
        return http("GET", self.url + "/metrics", context=self.context)[2]

    def metric(self, name, **labels):
        """The sum of a metric over all lines that have these labels."""
        total = 0.0
        for line in self.metrics().splitlines():
            found = re.match(r"glpi_alert_bridge_(\w+)(?:\{(.*)\})? (\S+)$", line)
            if found and found.group(1) == name and all(
                    f'{label}="{value}"' in (found.group(2) or "")
                    for label, value in labels.items()):
                total += float(found.group(3))
        return total

    def send(self, source, body, content_type="application/json", headers=None):
        """(status, answer as JSON)"""
        head = {"Content-Type": content_type, "Authorization": "Bearer sender-secret"}
        head.update(headers or {})
        status, _, text = http("POST", f"{self.url}/v1/alerts/{source}", body, head,
                               context=self.context)
        return status, json.loads(text) if text.startswith("{") else text

    def send_recorded(self, source, sender, name):
        body, content_type = recorded(sender, name)
        status, answer = self.send(source, body, content_type)
        if status != 202:
            raise Failure(f"{sender}/{name} was answered {status}: {answer}")
        return answer["alerts"][0]

    def events(self):
        """The log as objects (needs log.format: json)."""
        lines = []
        for line in self.process.text().splitlines(keepends=True):
            if line.startswith("{") and line.endswith("\n"):  # the last one may be half written
                lines.append(json.loads(line))
        return lines

    def opened(self, count):
        """Waits until the bridge knows that many tickets: GLPI holds one before it has answered."""
        wait_for(f"{count} tickets to be known", lambda: sum(
            one["event"] == "ticket_opened" for one in self.events()) >= count)

    def logged(self, text):
        """Waits until the text is in the log, which a thread of its own writes."""
        wait_for(f"the log to hold '{text}'", lambda: text in self.process.text())

    def decided(self, alert_id):
        """Waits until the bridge has decided about the alert; the reason it logged."""
        def find():
            for event in self.events():
                about = event.get("fields", {}).get("alert")
                if event["event"] == "alert_decided" and about == alert_id:
                    return event["message"]
            return None
        return wait_for(f"a decision about alert {alert_id}", find)


def work_directory():
    return tempfile.mkdtemp(prefix="glpi-alert-bridge-")
