#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the program tells about its own command line: help, completions, manual pages.

All of it must agree with --help, which the parser itself writes. BRIDGE names the program; bash, zsh
and mandoc are those of the system (Debian packages of these names).
"""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

BRIDGE = os.environ.get("BRIDGE", "build/asan/glpi-alert-bridge")

BASH = r"""
source "$1"; shift
compopt() { :; }                     # there is no completion under way here
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_glpi_alert_bridge
printf '%s\n' "${COMPREPLY[@]}"
"""

# zsh's own functions, so that what they are given is seen.
ZSH = r"""
compdef() { :; }
_describe() { local array; while [[ $1 == -* ]]; do [[ $1 == -t ]] && shift; shift; done
              for array in "${@[2,-1]}"; do print -rl -- "${(@P)array}"; done }
_files() { print -r -- FILES }
_message() { print -r -- "MESSAGE $1" }
compadd() { shift; print -rl -- "$@" }
source $1; shift
words=("$@"); CURRENT=$#
_glpi-alert-bridge
"""


def run(*command, text=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False,
                          timeout=120)


def printed(*arguments):
    done = run(BRIDGE, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


class Help:
    """The words of one command's --help."""

    def __init__(self, path):
        text = printed(*path, "--help")
        self.commands = self.part(text, "Subcommands", r"  ([\w-]+)")
        self.ends = "".join(re.findall(r"^(Ends with .*)$", text, re.M))
        self.flags = []
        self.paths = []  # options that take a file, as people read their help; "": a place does
        entry = r"^  (-[\w,-]+|[A-Z]+)( .*(?:\n {10,}.*)*)$"
        for names, rest in re.findall(entry, text, re.M):
            is_flag = names.startswith("-")
            self.flags += names.split(",") if is_flag else []
            if re.search(r"\b(files?|folder|socket)\b", names + rest):
                self.paths += names.split(",") if is_flag else [""]

    @staticmethod
    def part(text, title, pattern):
        found = re.search(rf"^{title}:\n((?:  .*\n)+)", text + "\n", re.M)
        return re.findall(rf"^{pattern}\b.*$", found.group(1), re.M) if found else []


def all_commands(path=()):
    """(words of a command, its help), the program itself first."""
    own = Help(path)
    yield path, own
    for name in own.commands:
        yield from all_commands((*path, name))


class WithScript(unittest.TestCase):
    shell = ""
    driver = ""

    @classmethod
    def setUpClass(cls):
        if not cls.shell:
            raise unittest.SkipTest("a base of others")
        cls.program = shutil.which(cls.shell)
        assert cls.program, f"the Debian package {cls.shell} is missing"
        cls.folder = tempfile.TemporaryDirectory()
        cls.script = os.path.join(cls.folder.name, "completion")
        with open(cls.script, "w", encoding="utf-8") as file:
            file.write(printed("completion", cls.shell))
        cls.commands = list(all_commands())

    @classmethod
    def tearDownClass(cls):
        if hasattr(cls, "folder"):
            cls.folder.cleanup()

    def offered(self, *words):
        quiet = ["-f"] if self.shell == "zsh" else ["--norc"]
        done = run(self.program, *quiet, "-c", self.driver, self.shell, self.script,
                   "glpi-alert-bridge", *words)
        self.assertEqual(done.stderr, "")
        return [line for line in done.stdout.splitlines() if line]


class Completion:
    """What both shells must do."""

    def test_the_script_is_one(self):
        done = run(self.program, "-n", self.script)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_every_command_and_option_of_the_help_is_offered(self):
        self.assertGreater(len(self.commands), 20)
        for path, known in self.commands:
            with self.subTest(" ".join(path)):
                offered = self.words(*path, "-")
                for flag in known.flags:
                    self.assertIn(flag, offered)
                offered = self.words(*path, "")
                for command in known.commands:
                    self.assertIn(command, offered)

    def test_nothing_is_offered_that_no_help_names(self):
        flags = {path: set(known.flags) for path, known in self.commands}
        for path, known in self.commands:
            named = set().union(*(flags[path[:length]] for length in range(len(path) + 1)))
            for word in self.words(*path, "-"):
                if word.startswith("-"):
                    with self.subTest(" ".join((*path, word))):
                        self.assertIn(word, named)

    def test_options_of_a_command_are_offered_behind_its_action(self):
        self.assertIn("--json", self.words("dead", "list", "-"))
        self.assertNotIn("--json", self.words("run", "-"))

    def test_a_value_is_no_command(self):
        self.assertIn("--reason", self.words("dead", "discard", "--reason", "list", "-"))

    def test_files_are_offered_where_the_help_speaks_of_one(self):
        count = 0
        for path, known in self.commands:
            for option in known.paths:
                with self.subTest(" ".join((*path, option))):
                    self.assertTrue(self.offers_files(*path, *([option] if option else [])))
                    count += 1
        self.assertGreater(count, 35)
        self.assertFalse(self.offers_files("dead", "--host"))
        self.assertFalse(self.offers_files("send", "--url"))

    def test_choices_are_offered(self):
        self.assertLessEqual({"bash", "zsh"}, set(self.words("completion", "")))
        self.assertNotIn("fish", self.words("completion", ""))


class Bash(Completion, WithScript):
    shell = "bash"
    driver = BASH

    def words(self, *words):
        return self.offered(*words)

    def offers_files(self, *words):
        return self.script in self.words(*words, self.script[:-3])

    def test_a_name_with_blanks_and_stars_is_one_word(self):
        for name in ("two words.yaml", "two *.yaml"):
            with open(os.path.join(self.folder.name, name), "w", encoding="utf-8"):
                pass
        start = os.path.join(self.folder.name, "two")
        for command in (("run", "-c"), ("explain",)):
            self.assertEqual(sorted(self.words(*command, start)),
                             [start + " *.yaml", start + " words.yaml"])


class Zsh(Completion, WithScript):
    shell = "zsh"
    driver = ZSH

    def words(self, *words):
        return [line.split(":")[0] for line in self.offered(*words)]

    def offers_files(self, *words):
        return "FILES" in self.offered(*words, "")

    def test_what_a_value_is_like_is_told(self):
        self.assertEqual(self.offered("run", "-c", ""), ["FILES"])
        self.assertEqual(self.offered("dead", "--host", ""), ["MESSAGE TEXT"])

    def test_each_word_comes_with_its_explanation(self):
        self.assertIn("run:run the daemon", self.offered(""))


class Manual(unittest.TestCase):
    def lint(self, text):
        """Warnings and errors; the style of long lines is not looked at."""
        return run("mandoc", "-T", "lint", "-W", "warning", text=text)

    def readable(self, section):
        text = printed("manual", section)
        done = self.lint(text)
        self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))
        page = run("mandoc", "-T", "utf8", "-O", "width=500", text=text).stdout
        return re.sub(".\b", "", page)

    def test_the_lint_finds_what_is_wrong(self):
        text = printed("manual", "1").replace(".El", "", 1)
        self.assertNotEqual(self.lint(text).returncode, 0)

    def test_every_command_and_option_of_the_help_is_in_the_first_page(self):
        page = self.readable("1")
        for path, known in all_commands():
            with self.subTest(" ".join(path)):
                if path:
                    part = re.split(r"\n   (?=\S)", page.split("\n   " + " ".join(path) + "\n")[1])[0]
                    for flag in known.flags:
                        if flag not in ("-h", "--help"):
                            self.assertIn(flag, part)

    def test_the_first_page_tells_what_each_command_ends_with_and_all_files(self):
        page = self.readable("1")
        ends = {" ".join(path): known.ends for path, known in all_commands() if known.ends}
        self.assertLessEqual({"doctor", "send", "status"}, set(ends))
        for words, told in ends.items():
            part = re.split(r"\n   (?=\S)", page.split(f"\n   {words}\n")[1])[0]
            self.assertIn(told, re.sub(r"\s+", " ", part))
        files = page.split("\nFILES\n")[1].split("\nEXIT STATUS\n")[0]
        for path in set(re.findall(r"/etc/[\w./-]+\w", page)):
            self.assertIn(path, files)

    def test_every_key_of_the_reference_file_is_in_the_second_page(self):
        page = self.readable("5")
        self.assertRegex(page, r"port \(integer, 0 to 65535; default 8480\)")
        self.assertRegex(page, r"type \(choice: zabbix, nagios, .*required\)")
        self.assertRegex(page, r"body \(size, 1KiB to 64MiB; default 4MiB\)")
        self.assertRegex(page, r"every \(duration, 0s to 1h; default 30s\)")
        here = os.path.dirname(os.path.abspath(__file__))
        with open(os.path.join(here, "../../config/bridge.yaml"), encoding="utf-8") as file:
            keys = set(re.findall(r"^ {2,6}([a-z_]+):", file.read(), re.M))
        self.assertGreater(len(keys), 50)
        chosen = {"machines", "icinga", "prometheus", "p1", "p2", "p3", "customers", "others"}
        missing = {key for key in keys - chosen if f" {key} (" not in page}
        self.assertEqual(missing, set())

    def test_the_date_can_be_given(self):
        done = subprocess.run([BRIDGE, "manual", "1"], capture_output=True, text=True, check=True,
                              env={**os.environ, "SOURCE_DATE_EPOCH": "86400"})
        self.assertIn(".Dd January 2, 1970\n", done.stdout)


if __name__ == "__main__":
    unittest.main()
