# SPDX-License-Identifier: MIT
"""What the bench runs: the daemon and its peers as processes on loopback, and wrk as their senders.

Every process has its own folder below the bench's and is ended by its pid.
"""

import contextlib
import json
import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile

from harness import Bridge, Failure, Process, Sim, free_port, http, recorded, wait_for

HOSTS = 20  # as in load.lua
FIRST_HOST = 101
HERE = os.path.dirname(os.path.abspath(__file__))
CONFIG = """\
listen: {address: 127.0.0.1, port: @PORT@}
log: {level: info, format: json}
store: {sqlite: {path: "@DIR@/bridge.db"}}
sources:
  zabbix: {type: zabbix, auth: {bearer: {file: sender.token}}, time_zone: UTC}
glpi:
  url: "@GLPI@"
  app_token: {file: glpi-app.token}
  user_token: {file: glpi-user.token}
  default_entity: "Root entity"
  pool: {connections: @POOL@}
defaults: {open_after: @OPEN_AFTER@}
storm: none
limits: {connections: 12000}
"""
NGINX = """\
daemon off;
worker_processes 1;
pid @DIR@/nginx.pid;
error_log @DIR@/error.log;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path @DIR@/body;
  proxy_temp_path @DIR@/proxy;
  fastcgi_temp_path @DIR@/fastcgi;
  uwsgi_temp_path @DIR@/uwsgi;
  scgi_temp_path @DIR@/scgi;
  default_type application/json;
  keepalive_requests 1000000000;
  server {
    listen 127.0.0.1:@PORT@ backlog=4096;
    location / { return 202 '{"alerts":[{"id":"01KAZ0000000000000000000000","status":"accepted"}]}\n'; }
  }
}
"""
# An unpacked program that wants its files in /usr/share sees them there, for itself alone.
SEES_ITS_FILES = ["unshare", "--mount", "--map-root-user", "sh", "-c",
                  'mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" /usr/share &&'
                  ' exec "$@"']
ALERTMANAGER = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"


def zabbix_alert():
    """A recorded alert, cut to about 1.2 kB, with the placeholders of load.lua."""
    body, _ = recorded("zabbix", "lean_problem")
    fields = json.loads(body)
    for evidence in ("host_ip", "inventory_serial", "inventory_asset_tag"):  # of another host
        del fields[evidence]
    fields.update(event_id="@NUMBER__@", trigger_id="@NUMBER__@", host_host="load-@H@",
                  host_name="load-@H@")
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def alertmanager_alert(length):
    """An alert of about the same length for Alertmanager's API."""
    labels = {"alertname": "HighLoad", "instance": "load-@H@", "severity": "critical",
              "fingerprint": "@NUMBER__@"}
    alert = [{"labels": labels, "annotations": {"summary": "load is high"},
              "generatorURL": "http://prometheus.example.com/graph"}]
    alert[0]["annotations"]["description"] = "x" * (length - len(json.dumps(alert)) - 18)
    return json.dumps(alert)


def request(method, path, body="", close=False):
    """The bytes of a request, for load.lua."""
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json",
            "Authorization: Bearer sender-secret",
            f"Content-Length: {len(body.replace('@H@', '100').encode())}"]
    head += ["Connection: close"] if close else []
    return "\r\n".join(head) + "\r\n\r\n" + body


class Run:
    """The options, the folder, and the simulated GLPI that the daemons of all rows use."""

    def __init__(self, options):
        self.options = options
        os.makedirs(options.directory, exist_ok=True)
        self.directory = tempfile.mkdtemp(prefix="run-", dir=os.path.abspath(options.directory))
        self.alert = zabbix_alert()
        self.open = contextlib.ExitStack()
        self._sim = None

    def close(self):
        self.open.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def folder(self, name):
        return tempfile.mkdtemp(prefix=name + "-", dir=self.directory)

    def program(self, name):
        return os.path.join(self.options.build, "tests", "bench", name)

    def peer(self, name):
        """A program of a Debian package: unpacked by ./dev, or installed."""
        peers = os.path.abspath(self.options.peers)
        found = shutil.which(name, path=f"{peers}/usr/bin:{peers}/usr/sbin") or shutil.which(name)
        if not found:
            raise Failure(f"there is no program {name}")
        return found

    def new_sim(self, latency_ms=20, workers=4):
        """A GLPI with that many PHP workers, each answer taking that long."""
        seed = {"generate_computers": {"prefix": "load-", "count": 200, "entities_id": 1}}
        sim = Sim(os.path.join(self.options.build, "glpi-sim"), self.folder("sim"), "11", seed,
                  options=("--latency-ms", str(latency_ms), "--workers", str(workers)))
        return sim

    @property
    def sim(self):
        if not self._sim:
            self._sim = self.new_sim()
            self.open.callback(self._sim.process.kill)
        return self._sim

    @contextlib.contextmanager
    def server(self, name, command, directory, port):
        """One of the peers, until the block ends."""
        process = Process(name, command, directory)
        try:
            wait_for(f"{name} to listen", lambda: listens(process, port))
            yield port
        finally:
            process.stop()

    def bare(self):
        port = free_port()
        return self.server("bare_server", [self.program("bare_server"), str(port)],
                           self.folder("bare"), port)

    def yardstick(self, *mode):
        """bare_server with a store: the least that is durable. `alone`: without a second thread."""
        port, directory = free_port(), self.folder("yardstick")
        command = [self.program("bare_server"), str(port), os.path.join(directory, "journal.db"),
                   *mode]
        return self.server("yardstick", command, directory, port)

    def nginx(self):
        port, directory = free_port(), self.folder("nginx")
        text = ("user root;\n" if os.geteuid() == 0 else "") + NGINX
        path = write(directory, "nginx.conf", text.replace("@DIR@", directory)
                     .replace("@PORT@", str(port)))
        command = [self.peer("nginx"), "-p", directory, "-e", directory + "/error.log", "-c", path]
        return self.server("nginx", command, directory, port)

    def alertmanager(self):
        port, directory = free_port(), self.folder("alertmanager")
        path = write(directory, "alertmanager.yml", ALERTMANAGER)
        program = self.peer("prometheus-alertmanager")
        command = [program, "--config.file=" + path, "--storage.path=" + directory,
                   f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=",
                   "--log.level=error"]
        if program.startswith(os.path.abspath(self.options.peers)):
            command = [*SEES_ITS_FILES, os.path.abspath(self.options.peers), *command]
        return self.server("alertmanager", command, directory, port)

    def load(self, port, text, senders, seconds=None):
        """What wrk measured, and where it failed: load.lua's line as a dictionary."""
        path = write(self.directory, "request", text)
        seconds = seconds or self.options.seconds
        done = subprocess.run(
            ["wrk", "--threads", "1", "--connections", str(senders), "--duration", str(seconds),
             "--timeout", "30s", "--script", os.path.join(HERE, "load.lua"),
             f"http://127.0.0.1:{port}", "--", path], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failure("wrk failed: " + done.stdout + done.stderr)
        figures = json.loads(done.stdout.splitlines()[-1])
        if figures["lost"] or not figures["answers"]:
            raise Failure(f"wrk lost requests: {figures}")
        figures["rate"] = figures["answers"] / figures["seconds"]
        return figures

    def disk(self, env=None):
        """Syncs per second, and the time of one."""
        directory = self.folder("disk")
        done = subprocess.run(
            [self.program("disk_loop"), os.path.join(directory, "file"), str(len(self.alert.encode())),
             str(self.options.seconds)],
            capture_output=True, text=True, check=True, env={**os.environ, **(env or {})})
        shutil.rmtree(directory)
        return json.loads(done.stdout)


class Daemon:
    """The daemon with a fresh store, its hosts known to it; killed when the block ends."""

    def __init__(self, run, sim=None, env=None, pool=4, open_after="0s"):
        self.run = run
        self.directory = run.folder("daemon")
        self.bridge = Bridge(os.path.join(run.options.build, "glpi-alert-bridge"), self.directory,
                             CONFIG.replace("@POOL@", str(pool))
                             .replace("@OPEN_AFTER@", open_after), (sim or run.sim).url, env=env)
        self.port = self.bridge.port

    def __enter__(self):
        self.bridge.start()
        try:
            wait_for("GLPI to be up", lambda: self.metric("glpi_up") == 1)
        except BaseException:
            self.bridge.process.kill()
            raise
        return self

    def __exit__(self, *_):
        self.bridge.process.kill()
        shutil.rmtree(self.directory)

    def metric(self, name, **labels):
        return self.bridge.metric(name, **labels)

    def decided(self):
        return int(self.metric("alerts_decided_total"))

    def send(self, number):
        """The alert of this number, of one of the hosts."""
        body = self.run.alert.replace("@NUMBER__@", str(number + 1))
        host = str(FIRST_HOST + number % HOSTS)
        status, answer = self.bridge.send("zabbix", body.replace("@H@", host))
        if status != 202:
            raise Failure(f"the daemon answered {status}: {answer}")

    def meet_hosts(self):
        """One alert for each host, so that the daemon has asked GLPI for them; how many."""
        for number in range(HOSTS):
            self.send(number)
        wait_for("the hosts to be known", lambda: self.decided() == HOSTS)
        return HOSTS

    def load(self, senders, close=False, seconds=None, may_refuse=False):
        """Distinct alerts from that many senders; each 202 is found in the journal afterwards if
        the caller asks kept()."""
        text = request("POST", "/v1/alerts/zabbix", self.run.alert, close)
        figures = self.run.load(self.port, text, senders, seconds)
        if figures["refused"] and not may_refuse:
            raise Failure(f"the daemon refused alerts: {figures}")
        figures["accepted"] = figures["answers"] - figures["refused"]
        figures["rate"] = figures["accepted"] / figures["seconds"]
        return figures

    def kept(self):
        """Kills the daemon and counts the alerts in its journal."""
        self.bridge.process.kill()
        path = os.path.join(self.directory, "bridge.db")
        with contextlib.closing(sqlite3.connect(path)) as store:
            return store.execute("SELECT count(*) FROM journal").fetchone()[0]

    def said(self, words):
        return f"bench: {words}\n" in self.bridge.process.text()

    def resident(self):
        """Bytes."""
        return resident(self.bridge.process.child.pid)


def resident(pid):
    with open(f"/proc/{pid}/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def write(directory, name, text):
    path = os.path.join(directory, name)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return path


def listens(process, port):
    if not process.alive():
        raise Failure(f"{process.name} ended:\n{process.text()[-2000:]}")
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
