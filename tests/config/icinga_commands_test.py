# SPDX-License-Identifier: MIT
"""Runs the shipped Icinga 2 commands in a real shell with the worst texts in their environment.

The commands are read from config/icinga2; the macros are put in the way that Icinga does it: into the
environment, and $$ is one $. The real `glpi-alert-bridge send`, curl and jq talk to a server on
loopback. BRIDGE names the program.
"""

import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import unittest
import http.server

from nagios_commands_test import HOSTILE, Receiver

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = HERE.parents[1] / "config" / "icinga2"
COMMANDS = FOLDER / "commands-curl.conf"


def parts(file=COMMANDS):
    """(command line, environment of the template, {object: its own environment})"""
    text = re.sub(r"/\*.*?\*/|^\s*//.*?$", "", file.read_text(encoding="utf-8"),
                  flags=re.DOTALL | re.MULTILINE)
    words = re.search(r"command = (\[.*\])\n", text)[1]
    line = json.loads(words)[-1]
    blocks = dict(re.findall(r'NotificationCommand "([\w-]+)" \{(.*?)\n\}', text, re.DOTALL))
    env = {name: dict(re.findall(r'env\.(\w+) = "?([^"\n]+)"?', block))
           for name, block in blocks.items()}
    return line, env.pop("glpi-alert-bridge"), env


class IcingaCommands(unittest.TestCase):
    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        self.server.bodies = []
        self.server.attempts = self.server.resets = 0
        thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.header = os.path.join(self.folder, "bridge.header")
        with open(self.header, "w", encoding="utf-8") as file:
            file.write("Authorization: Bearer the-token\n")

    def run_command(self, line, macros):
        """The body that arrives; macros: the environment, as Icinga has filled it in."""
        environment = {"PATH": os.environ["PATH"], **macros, "BRIDGE_HEADER": self.header,
                       "BRIDGE_URL": f"http://127.0.0.1:{self.server.server_port}/v1/alerts/i"}
        done = subprocess.run(["/bin/sh", "-c", line.replace("$$", "$")], cwd=self.folder,
                              capture_output=True, text=True, timeout=60, env=environment,
                              check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(os.listdir(self.folder)), ["bridge.header"], "something else ran")
        self.assertEqual(len(self.server.bodies), 1)
        body, headers = self.server.bodies.pop()
        self.assertEqual(headers["Authorization"], "Bearer the-token")
        return json.loads(body)

    def test_every_text_arrives_whole_and_runs_nothing(self):
        line, shared, objects = parts()
        self.assertEqual(sorted(objects), ["glpi-alert-bridge-host", "glpi-alert-bridge-service"])
        for name, own in objects.items():
            for text in HOSTILE + ["line 1\nline 2"]:
                with self.subTest(command=name, text=text):
                    macros = {each: text for each in {**shared, **own}
                              if each.startswith("ICINGA_")}
                    self.assertGreater(len(macros), 15)
                    self.assertEqual(self.run_command(line, macros), macros)

    def test_send_hands_on_what_curl_would(self):
        line, shared, objects = parts(FOLDER / "commands.conf")
        self.assertEqual(line, "send")  # no shell, and nothing else on the command line
        curl = parts()
        self.assertEqual(objects, curl[2])
        self.assertEqual(shared, {name: value for name, value in curl[1].items()
                                  if name.startswith("ICINGA_")})
        token = os.path.join(self.folder, "token")
        with open(token, "w", encoding="utf-8") as file:
            file.write("the-token\n")
        os.chmod(token, 0o600)
        os.mkdir(self.folder + "/spool")  # root makes none
        url = f"http://127.0.0.1:{self.server.server_port}"
        for text in HOSTILE + ["line 1\nline 2"]:
            macros = {name: text for name in {**shared, **objects["glpi-alert-bridge-host"]}}
            with self.subTest(text=text):
                done = subprocess.run(
                    [os.environ["BRIDGE"], "send", "--url", url, "--source", "i", "--token-file",
                     token, "--spool", self.folder + "/spool"], capture_output=True, text=True,
                    env={"PATH": os.environ["PATH"], **macros}, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stderr)
                body = json.loads(self.server.bodies.pop()[0])
                self.assertEqual(body, {name[7:].lower(): text for name in macros})

    def test_every_variable_is_one_macro_and_no_other_dollar_is_single(self):
        line, shared, objects = parts()
        self.assertNotRegex(line.replace("$$", ""), r"\$")
        for own in [shared, *objects.values()]:
            for name, value in own.items():
                with self.subTest(name):
                    if name.startswith("ICINGA_"):
                        self.assertRegex(value, r"^\$(notification|icinga|host|service)\.[\w.]+\$$")
                    else:
                        self.assertIn(value, ("GlpiBridgeUrl", "GlpiBridgeHeader"))

    def test_a_connection_that_is_reset_is_tried_again(self):
        line = parts()[0]
        self.server.resets = 1
        quick = line.replace("--retry-delay 2", "--retry-delay 1")
        self.assertEqual(self.run_command(quick, {"ICINGA_X": "x"}), {"ICINGA_X": "x"})
        self.assertEqual(self.server.attempts, 2)

    def test_the_last_attempt_ends_before_icinga_gives_up(self):
        line = parts()[0]
        timeout = int(re.search(r"timeout = (\d+)s", COMMANDS.read_text(encoding="utf-8"))[1])
        option = {key: int(value) for key, value in re.findall(r"--([a-z-]+) (\d+)", line)}
        longest = option["retry-max-time"] + option["retry-delay"] + option["max-time"]
        self.assertLess(longest, timeout)
        self.assertIn("--retry-all-errors", line)
        self.assertIn("--fail", line)


if __name__ == "__main__":
    unittest.main()
