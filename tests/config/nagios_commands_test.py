# SPDX-License-Identifier: MIT
"""Runs the shipped Nagios commands in a real shell, as Nagios would, with the worst texts in them.

The commands are read from config/nagios/commands.cfg; the macros are put in the way that Nagios Core
4.4 does it (measured there): what comes from checks and people is stripped, then the whole line goes
to /bin/sh. The real curl and jq talk to a small server on loopback, and what arrives is compared.
"""

import http.server
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
COMMANDS = HERE.parents[1] / "config" / "nagios" / "commands.cfg"
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


def commands():
    """Name of each command and its line, continued lines joined."""
    text = COMMANDS.read_text(encoding="utf-8").replace("\\\n", " ")
    found = re.findall(r"command_name\s+(\S+)\s+command_line\s+(.*)", text)
    assert found, "no commands in " + str(COMMANDS)
    return dict(found)


def stripped(text):
    return "".join(letter for letter in text if letter not in ILLEGAL)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps the bodies."""

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"]))
        server.bodies.append((body, self.headers))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


class NagiosCommands(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.bodies = []
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        header = os.path.join(self.folder, "bridge.header")
        with open(header, "w", encoding="utf-8") as file:
            file.write("Authorization: Bearer the-token\n")
        self.resources = {"USER20": f"http://127.0.0.1:{self.server.server_port}/v1/alerts/n",
                          "USER21": header}

    def run_command(self, line, macros, environment=None):
        filled = MACRO.sub(lambda m: self.resources.get(m[1], macros(m[1])), line)
        done = subprocess.run(
            ["/bin/sh", "-c", filled], cwd=self.folder, capture_output=True, text=True, timeout=60,
            env={"PATH": os.environ["PATH"], **(environment or {})}, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        self.assertEqual(sorted(os.listdir(self.folder)), ["bridge.header"], "something else ran")
        self.assertEqual(len(self.server.bodies), 1)
        body, headers = self.server.bodies.pop()
        self.assertEqual(headers["Authorization"], "Bearer the-token")
        return body.decode()

    def forms(self):
        return {name: line for name, line in commands().items() if not name.endswith("-env")}

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
        for name in ("notify-service-by-glpi-alert-bridge-env",
                     "notify-host-by-glpi-alert-bridge-env"):
            for text in HOSTILE:
                with self.subTest(command=name, text=text):
                    environment = {variable: text for variable in names}
                    body = self.run_command(commands()[name], str, environment)
                    self.assertEqual(json.loads(body), environment)


if __name__ == "__main__":
    unittest.main()
