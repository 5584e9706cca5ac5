# SPDX-License-Identifier: MIT
"""Runs the shipped Nagios commands in a real shell, as Nagios would, with the worst texts in them.

The commands are read from config/nagios; the macros are put in the way that Nagios Core 4.4 does it
(measured there): what comes from checks and people is stripped, then the whole line goes to /bin/sh.
The real `glpi-alert-bridge send`, curl and jq talk to a small server on loopback, and what arrives is
compared. BRIDGE names the program.
"""

import http.server
import json
import os
import pathlib
import re
import socket
import struct
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "config" / "nagios"
CURL = "commands-curl.cfg"
SEND = "/usr/bin/glpi-alert-bridge send"
ILLEGAL = "`~$&|'\"<>"  # illegal_macro_output_chars, as shipped with Nagios
MACRO = re.compile(r"\$(\w+)\$")

# Each would run `touch owned` or lose the request if a quote did not hold. OWNED is the file's name.
HOSTILE = [
    "low space on D:\\",
    "x \\",
    "x \\\\",
    "; touch OWNED; #",
    "# rest",
    "$(touch OWNED)",
    "`touch OWNED`",
    "' ; touch OWNED ; '",
    "\" ; touch OWNED ; \"",
    "| touch OWNED & > OWNED",
    "@/etc/passwd",
    "--output OWNED",
    "* ? [a] {a,b} ! ^ % ~root \t tab",
    "a=b&c=d+e %41",
    "héllo \\n wörld",
]


def commands(file):
    """Name of each command and its line, continued lines joined."""
    text = (FOLDER / file).read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.findall(r"command_name\s+(\S+)\s+command_line\s+(.*)", text)
    assert found, "no commands in " + file
    return dict(found)


def stripped(text):
    return "".join(letter for letter in text if letter not in ILLEGAL)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps the bodies; the first `resets` requests are answered by a reset."""

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.attempts += 1
        if server.resets > 0:
            server.resets -= 1
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            self.connection.close()
            return
        server.bodies.append((body, self.headers))
        self.send_response(202)
        self.send_header("X-Bridge", "glpi-alert-bridge")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass

    def finish(self):
        try:
            super().finish()
        except (OSError, ValueError):
            pass  # the connection that was reset


class CommandTest(unittest.TestCase):
    said = ""  # on stderr, when all is well

    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.bodies = []
        self.server.attempts = 0
        self.server.resets = 0
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.resources = {}
        self.prepare()
        self.files = sorted(os.listdir(self.folder))

    def prepare(self):
        raise NotImplementedError

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def run_command(self, line, macros, environment=None):
        filled = MACRO.sub(lambda m: self.resources.get(m[1], macros(m[1])), line)
        done = subprocess.run(
            ["/bin/sh", "-c", filled], cwd=self.folder, capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], **(environment or {})}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, self.said)
        self.assertEqual(sorted(os.listdir(self.folder)), self.files, "something else ran")
        self.assertEqual(len(self.server.bodies), 1)
        body, headers = self.server.bodies.pop()
        self.assertEqual(headers["Authorization"], "Bearer the-token")
        return body.decode()


class SendCommands(CommandTest):
    said = "glpi-alert-bridge: sent\n"

    def prepare(self):
        self.write("token", "the-token\n")
        self.settings = self.write(
            "send.yaml", f"url: {self.url}\nsource: n\ntoken_file: token\nspool: spool\n")
        os.makedirs(os.path.join(self.folder, "spool"))

    def lines(self):
        """Each with the built program and this test's settings."""
        program = f"{os.environ['BRIDGE']} send -c {self.settings}"
        found = commands("commands.cfg")
        for name, line in found.items():
            self.assertTrue(line.startswith(SEND), name)
        return {name: line.replace(SEND, program) for name, line in found.items()}

    def test_every_text_arrives_whole_in_the_form_and_runs_nothing(self):
        forms = {name: line for name, line in self.lines().items() if name.endswith("-form")}
        self.assertEqual(len(forms), 2)
        for name, line in forms.items():
            fields = dict(re.findall(r"'(\w+)=\$(\w+)\$'", line))
            self.assertEqual(len(fields), line.count("--set"))
            for text in HOSTILE:
                with self.subTest(command=name, text=text):
                    body = self.run_command(line, lambda macro, text=text: stripped(text))
                    self.assertEqual(json.loads(body), {field: stripped(text) for field in fields})

    def test_the_form_is_that_of_curl(self):
        curl = commands(CURL)
        for name, line in self.lines().items():
            if name.endswith("-form"):
                other = curl[name.replace("glpi-alert-bridge-form", "curl")]
                pairs = re.compile(r"'(\w+=\$\w+\$)'")
                self.assertEqual(pairs.findall(line), pairs.findall(other))

    def test_the_environment_arrives_as_it_is(self):
        names = ["SERVICEOUTPUT", "HOSTALIAS", "LONGSERVICEOUTPUT"]
        for text in HOSTILE:
            with self.subTest(text=text):
                environment = {"NAGIOS_" + name: text for name in names}
                body = self.run_command(self.lines()["notify-by-glpi-alert-bridge"], str,
                                        environment)
                self.assertEqual(json.loads(body), {name.lower(): text for name in names})

    def test_a_connection_that_is_reset_is_no_loss(self):
        self.server.resets = 1
        line = self.lines()["notify-by-glpi-alert-bridge"]
        done = subprocess.run(["/bin/sh", "-c", line], cwd=self.folder, capture_output=True,
                              text=True, timeout=60, check=False,
                              env={"PATH": os.environ["PATH"], "NAGIOS_HOSTNAME": "first"})
        self.assertEqual(done.returncode, 0, done.stderr)
        if self.server.bodies:  # the transport itself tried once more
            self.assertEqual(done.stderr, self.said)
        else:
            self.assertIn("kept in", done.stderr)
            more = subprocess.run([*line.split(), "--flush"], check=False, capture_output=True)
            self.assertEqual(more.returncode, 0)
        self.assertEqual([json.loads(body) for body, _ in self.server.bodies],
                         [{"hostname": "first"}])


class CurlCommands(CommandTest):
    def prepare(self):
        header = self.write("bridge.header", "Authorization: Bearer the-token\n")
        self.resources = {"USER20": self.url + "/v1/alerts/n", "USER21": header}

    def forms(self):
        return {name: line for name, line in commands(CURL).items() if not name.endswith("-env")}

    def test_every_text_arrives_whole_in_the_form_and_runs_nothing(self):
        for name, line in self.forms().items():
            fields = dict(re.findall(r"'(\w+)=\$(\w+)\$'", line))
            self.assertEqual(len(fields), line.count("--data-urlencode"))
            for text in HOSTILE:
                with self.subTest(command=name, text=text):
                    body = self.run_command(line, lambda macro, text=text: stripped(text))
                    got = dict(urllib.parse.parse_qsl(body, keep_blank_values=True))
                    self.assertEqual(got, {field: stripped(text) for field in fields})

    def test_one_text_that_opens_a_quote_cannot_be_closed_by_the_next(self):
        texts = ["x \\", "; touch OWNED ; # \\"]
        for name, line in self.forms().items():
            with self.subTest(command=name):
                order = MACRO.findall(line)
                body = self.run_command(line, lambda macro: texts[order.index(macro) % 2])
                self.assertEqual(set(dict(urllib.parse.parse_qsl(body)).values()), set(texts))

    def test_the_form_holds_no_macro_that_nagios_does_not_clean(self):
        for name, line in self.forms().items():
            for macro in MACRO.findall(line):
                with self.subTest(command=name, macro=macro):
                    self.assertNotRegex(macro, "ALIAS$|DISPLAYNAME$|URL$|NOTES$")

    def test_the_environment_arrives_as_it_is(self):
        names = ["NAGIOS_SERVICEOUTPUT", "NAGIOS_HOSTALIAS", "NAGIOS_LONGSERVICEOUTPUT"]
        for name in ("notify-service-by-curl-env",
                     "notify-host-by-curl-env"):
            for text in HOSTILE:
                with self.subTest(command=name, text=text):
                    environment = {variable: text for variable in names}
                    body = self.run_command(commands(CURL)[name], str, environment)
                    self.assertEqual(json.loads(body), environment)

    def test_a_connection_that_is_reset_is_tried_again(self):
        for name, line in commands(CURL).items():
            with self.subTest(command=name):
                self.server.attempts = 0
                self.server.resets = 1
                # The pause between attempts is not what is tested; 1 is the shortest curl knows.
                quick = line.replace("--retry-delay 2", "--retry-delay 1").replace("--show-error", "")
                self.run_command(quick, lambda macro: "x", {"NAGIOS_HOSTNAME": "x"})
                self.assertEqual(self.server.attempts, 2)

    def test_the_last_attempt_ends_before_nagios_gives_up(self):
        notification_timeout = 30
        for name, line in commands(CURL).items():
            with self.subTest(command=name):
                option = {key: int(value) for key, value in
                          re.findall(r"--([a-z-]+) (\d+)", line)}
                # curl looks at retry-max-time before it waits for the delay.
                longest = option["retry-max-time"] + option["retry-delay"] + option["max-time"]
                self.assertLess(longest, notification_timeout)
                # Refusals take no time: the attempts must suffice for the whole of it.
                self.assertGreater(option["retry"] * option["retry-delay"],
                                   option["retry-max-time"])
                self.assertIn("--retry-all-errors", line)


if __name__ == "__main__":
    unittest.main()
