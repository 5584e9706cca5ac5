#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The schema that `glpi-alert-bridge schema` prints, against every configuration there is.

BRIDGE names the program; yaml and jsonschema are the Debian packages python3-yaml and
python3-jsonschema.
"""

import copy
import json
import os
import pathlib
import re
import subprocess
import unittest

import jsonschema
import yaml

BRIDGE = os.environ.get("BRIDGE", "build/asan/glpi-alert-bridge")
PROJECT = pathlib.Path(__file__).resolve().parents[2]
CASES = PROJECT / "tests/unit/config/cases"

# What the cases leave out; see tests/unit/config/cases_test.cpp.
SOURCES = "sources:\n  nagios:\n    type: nagios\n    auth: {bearer: {file: a.token}}\n"
GLPI = ("glpi:\n  url: https://glpi.example.com\n  user_token: {file: a.token}\n"
        "  default_entity: Root\n")


class Loader(yaml.SafeLoader):
    """As editors read YAML: dates stay texts."""


Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()}


def read(text):
    return yaml.load(text, Loader)


def completed(text):
    for key, section in (("sources:", SOURCES), ("glpi:", GLPI)):
        if not re.search(rf"^{key}", text, re.M):
            text += section
    return text


class Schema(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        done = subprocess.run([BRIDGE, "schema"], capture_output=True, text=True, check=True)
        cls.schema = json.loads(done.stdout)
        jsonschema.Draft7Validator.check_schema(cls.schema)
        cls.validator = jsonschema.Draft7Validator(cls.schema)
        cls.reference = read((PROJECT / "config/bridge.yaml").read_text())

    def mistakes(self, value):
        return [f"{list(error.absolute_path)}: {error.message[:200]}"
                for error in self.validator.iter_errors(value)]

    def test_the_shipped_configurations_are_right(self):
        files = [PROJECT / "config/bridge.yaml", *(PROJECT / "config/examples").glob("*.yaml")]
        self.assertGreater(len(files), 8)
        for path in files:
            with self.subTest(path.name):
                self.assertEqual(self.mistakes(read(path.read_text())), [])

    def test_what_the_loader_accepts_the_schema_accepts(self):
        count = 0
        for path in sorted(CASES.glob("*.yaml")):
            text = path.read_text()
            told = re.match(r"(?:# .*\n)*", text).group(0)
            if ": error: " not in told:
                count += 1
                with self.subTest(path.name):
                    self.assertEqual(self.mistakes(read(completed(text))), [])
        self.assertGreater(count, 25)

    def test_an_unknown_key_is_refused_in_every_section(self):
        count = 0

        def plant(value, path):
            """Tries each mapping of the document that is a section, not names of the operator's."""
            nonlocal count
            if isinstance(value, dict):
                value["no_such_key"] = 1
                is_refused = not self.validator.is_valid(self.document)
                del value["no_such_key"]
                is_free = path in FREE or (path and path[-1] in FREE_BELOW)
                if not is_free:
                    count += 1
                    with self.subTest(path):
                        self.assertTrue(is_refused)
                for key, below in value.items():
                    plant(below, (*path, key))
            elif isinstance(value, list):
                for below in value:
                    plant(below, path)

        self.document = copy.deepcopy(self.reference)
        plant(self.document, ())
        self.assertGreater(count, 40)

    def test_every_section_is_closed_whether_a_configuration_has_it_or_not(self):
        self.assertGreater(len(self.schema["definitions"]), 35)
        for name, section in self.schema["definitions"].items():
            with self.subTest(name):
                validator = jsonschema.Draft7Validator(
                    {**section, "definitions": self.schema["definitions"]})
                told = [error.message for error in validator.iter_errors({"no_such_key": 1})]
                self.assertTrue(any("no_such_key" in message for message in told), told)

    def test_a_missing_key_is_refused(self):
        for path in (("sources",), ("glpi",), ("glpi", "url"), ("glpi", "user_token"),
                     ("sources", "nagios-dc1", "type"), ("sources", "nagios-dc1", "auth")):
            with self.subTest(path):
                document = copy.deepcopy(self.reference)
                holder = document
                for key in path[:-1]:
                    holder = holder[key]
                del holder[path[-1]]
                self.assertFalse(self.validator.is_valid(document))

    def with_value(self, path, value):
        document = copy.deepcopy(self.reference)
        document.update(copy.deepcopy(COMMENTED_OUT))
        holder = document
        for key in path[:-1]:
            holder = holder.setdefault(key, {})
        holder[path[-1]] = value
        return document

    def test_a_wrong_value_is_refused(self):
        self.assertEqual(self.mistakes({**self.reference, **COMMENTED_OUT}), [])
        for path, value in MISTAKES:
            with self.subTest(f"{path} = {value!r}"):
                self.assertFalse(self.validator.is_valid(self.with_value(path, value)))

    def test_several_secrets_are_accepted_where_the_loader_takes_them(self):
        several = [{"file": "a"}, {"file": "b"}]
        for path in (("sources", "nagios-dc1", "auth", "bearer"), ("admin", "page", "token"),
                     ("glpi", "webhook", "secret")):
            with self.subTest(path):
                self.assertEqual(self.mistakes(self.with_value(path, several)), [])
        for path in (("glpi", "user_token"), ("glpi", "app_token"),
                     ("undelivered", "mail", "password"), ("undelivered", "webhook", "token"),
                     ("sources", "nagios-dc1", "back", "token")):
            with self.subTest(path):
                self.assertEqual(self.mistakes(self.with_value(path, several[0])), [])
                self.assertFalse(self.validator.is_valid(self.with_value(path, several)))

    def test_each_key_has_its_sentence_and_the_defaults_are_of_their_type(self):
        count = 0
        for section in (self.schema, *self.schema["definitions"].values()):
            for name, key in section["properties"].items():
                with self.subTest(name):
                    self.assertGreater(len(key["description"]), 5)
                    if "default" in key:
                        count += 1
                        with_definitions = {**key, "definitions": self.schema["definitions"]}
                        jsonschema.Draft7Validator(with_definitions).validate(key["default"])
        self.assertGreater(count, 50)


# Where the operator chooses the names.
FREE = {("sources",), ("priorities",), ("maps",), ("templates",)}
FREE_BELOW = {"tag", "tags", "inventory", "severity_map", "field", "map", "open_after"}

CASE = {"name": "a case", "source": "nagios-dc1", "alert": {"host": "db01", "severity": "high"},
        "expect": {"opens": "now"}}

# What the reference file shows as comments only.
COMMENTED_OUT = {
    "undelivered": {
        "after": {"p1": "10m", "others": "1h"}, "command": ["/usr/local/bin/page"],
        "mail": {"server": "smtp://mail.example.org", "from": "a@example.org",
                 "to": ["b@example.org"], "user": "a", "password": {"file": "mail.password"}},
        "webhook": {"url": "https://example.org/", "token": {"file": "hook.token"}}},
    "tests": [CASE],
    "maintenance": [{"name": "w", "time": {"weekdays": "mon"}}],
}

MISTAKES = (
    (("listen", "port"), "8480"),
    (("listen", "port"), 70000),
    (("listen", "port"), None),
    (("listen", "tls"), True),
    (("admin", "mode"), "0777"),
    (("limits", "body"), "4MB"),
    (("limits", "idle_timeout"), "60"),
    (("limits", "idle_timeout"), 60),
    (("log", "level"), "verbose"),
    (("glpi", "user_token"), "a-secret-in-the-file"),
    (("glpi", "user_token"), {"path": "x"}),
    (("glpi", "watch", "every"), "soon"),
    (("glpi", "pool", "connections"), 0),
    (("glpi", "item_types"), {"Computer": True}),
    (("sources", "nagios-dc1", "type"), "nagio"),
    (("sources", "nagios-dc1", "auth"), "nobody"),
    (("sources", "nagios-dc1", "auth"), {"bearer": "secret"}),
    (("sources", "nagios-dc1", "auth", "basic"), {"user": "x"}),
    (("sources", "nagios-dc1", "severity_map"), {"critical": "terrible"}),
    (("sources", "machines", "fields"), {"host": "/host"}),
    (("sources", "machines", "fields", "host"), {"pointer": "/x", "else": "y"}),
    (("defaults", "on_recovery"), "close"),
    (("defaults", "open_after"), {"p1": 5}),
    (("defaults", "flapping"), "off"),
    (("defaults", "notify", "open"), "yes, please"),
    (("defaults", "followup_private"), 1),
    (("storm",), "off"),
    (("storm", "fuse"), -1),
    (("priorities", "p1", "urgency"), 6),
    (("maps", "customers"), {"csv": "x.csv"}),
    (("rules",), {"name": "a rule"}),
    (("rules",), [{"when": {}}]),
    (("rules",), [{"name": "r", "when": {"hostname": "x"}}]),
    (("rules",), [{"name": "r", "when": {"any": [{"not": {"hots": "x"}}]}}]),
    (("rules",), [{"name": "r", "when": {"host": {"regexp": "x"}}}]),
    (("rules",), [{"name": "r", "when": {"asset": {"typ": "Server"}}}]),
    (("rules",), [{"name": "r", "then": {"entity": {"by": "name", "value": "x"}}}]),
    (("rules",), [{"name": "r", "then": {"type": "problem"}}]),
    (("rules",), [{"name": "r", "then": {"resolve_after": "5 minutes"}}]),
    (("admin", "page"), {"port": 8481}),
    (("admin", "page"), {"token": {"file": "x"}, "address": []}),
    (("glpi", "webhook"), {}),
    (("glpi", "webhook"), {"secret": "in-the-file"}),
    (("undelivered", "after"), "10m"),
    (("undelivered", "after"), {"p1": "soon"}),
    (("undelivered", "repeat"), 4),
    (("undelivered", "command"), {"run": "x"}),
    (("undelivered", "mail", "server"), None),
    (("undelivered", "mail", "tls"), "maybe"),
    (("undelivered", "mail", "password"), "in-the-file"),
    (("undelivered", "mail"), {"server": "smtp://mail.example.org", "from": "a@example.org"}),
    (("undelivered", "webhook"), "https://example.org/"),
    (("tests",), {"name": "no list"}),
    (("tests",), [{**CASE, "alert": {"hots": "x"}}]),
    (("tests",), [{**CASE, "expect": {"opens": "soon"}}]),
    (("tests",), [{**CASE, "expect": {"ticket": True}}]),
    (("maintenance",), [{"name": "w", "then": "wait"}]),
    (("maintenance",), [{"name": "w", "time": {"weekday": "mon"}}]),
)

if __name__ == "__main__":
    unittest.main()
