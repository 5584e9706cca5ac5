#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""`test-rules`: the shipped example passes, and what is wrong is told with its place.

BRIDGE names the program; there is neither a daemon nor a GLPI, and no secret.
"""

import os
import shutil
import subprocess
import tempfile
import unittest

BRIDGE = os.environ["BRIDGE"]
HERE = os.path.dirname(os.path.abspath(__file__))
EXAMPLES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "config", "examples")


class TestRules(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.mkdtemp(prefix="glpi-alert-bridge-")
        self.addCleanup(shutil.rmtree, self.directory)
        for name in ("many-customers.yaml", "customers.csv"):
            shutil.copy(os.path.join(EXAMPLES, name), self.directory)
        self.config = os.path.join(self.directory, "many-customers.yaml")

    def cases(self, text):
        path = os.path.join(self.directory, "cases.yaml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def run_cases(self, *more):
        done = subprocess.run([BRIDGE, "test-rules", "-c", self.config, *more],
                              capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_the_shipped_example_passes(self):
        status, out, err = self.run_cases()
        self.assertEqual((status, err), (0, ""), out)
        self.assertIn("6 cases: 6 ok, 0 failed", out)

    def test_what_is_not_as_expected_is_told_with_its_place_and_status_1(self):
        path = self.cases(
            "tests:\n"
            "  - name: right\n"
            "    source: nagios-acme\n"
            "    alert: {host: sw-1, severity: high}\n"
            "    expect: {assign_group: NOC}\n"
            "  - name: wrong\n"
            "    source: nagios-acme\n"
            "    alert: {host: lab-1, severity: high}\n"
            "    expect:\n"
            "      opens: now\n"
            "      rules: [laboratories]\n"
            "      category: Lab\n")
        status, out, err = self.run_cases(path)
        self.assertEqual((status, err), (1, ""))
        self.assertEqual(out.splitlines(), [
            "ok      right",
            "FAILED  wrong",
            f"        {path}:10:14: opens: expected 'now', got 'no' (dropped by a rule)",
            f"        {path}:12:17: category: expected 'Lab', got nothing",
            "2 cases: 1 ok, 1 failed"])

    def test_a_payload_is_read_as_its_source_reads_it(self):
        with open(os.path.join(self.directory, "body.json"), "w", encoding="utf-8") as file:
            file.write('{"event_id": ')
        path = self.cases(
            "tests:\n"
            "  - name: cannot be read\n"
            "    source: zabbix-msp\n"
            "    payload: {file: body.json}\n"
            "    expect: {opens: now}\n"
            "  - name: JSON as it is\n"
            "    source: zabbix-msp\n"
            "    payload: {\"event_source\": \"0\", \"event_object\": \"0\", \"event_value\": \"1\",\n"
            "      \"event_update_status\": \"0\", \"event_id\": \"1\", \"event_name\": \"Disk full\",\n"
            "      \"event_nseverity\": \"5\", \"event_date\": \"2026.11.23\",\n"
            "      \"event_time\": \"21:16:48\", \"trigger_id\": \"500\", \"host_id\": \"7\",\n"
            "      \"host_host\": \"fw-1\", \"host_groups\": \"Customers/ACME\"}\n"
            "    expect: {entity: Root entity > ACME, opens: now, rule: network gear}\n")
        status, out, _ = self.run_cases(path)
        self.assertEqual(status, 1)
        self.assertIn(f"{path}:2:5: the payload cannot be read", out)
        self.assertIn("ok      JSON as it is", out)

    def test_mistakes_in_a_case_are_those_of_a_configuration(self):
        path = self.cases("tests:\n  - name: a\n    source: nagios-acme\n    alert: {hots: x}\n"
                          "    expect: {opens: no}\n")
        status, out, err = self.run_cases(path)
        self.assertEqual((status, out), (1, ""))
        self.assertIn(f"{path}:4:13: error:", err)
        self.assertIn("did you mean 'host'", err)


if __name__ == "__main__":
    unittest.main()
