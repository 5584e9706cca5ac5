#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The alert rules and the dashboard of config/prometheus, as Prometheus itself reads them."""

import json
import pathlib
import re
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tests/support"))

from promtool import promtool  # noqa: E402

SHIPPED = PROJECT / "config/prometheus"


def expressions(dashboard):
    """Every query of the dashboard, with Grafana's variables filled in."""
    found = [annotation["expr"] for annotation in dashboard["annotations"]["list"]]
    for panel in dashboard["panels"]:
        found += [target["expr"] for target in panel.get("targets", [])]
    return [text.replace("$__rate_interval", "1m").replace("$instance", ".*") for text in found]


class Rules(unittest.TestCase):
    def test_the_rules_are_rules_and_do_what_their_tests_say(self):
        status, said = promtool("check", "rules", "alerts.yaml", directory=SHIPPED)
        self.assertEqual(status, 0, said)
        status, said = promtool("test", "rules", "alerts_test.yaml", directory=SHIPPED)
        self.assertEqual(status, 0, said)

    def test_each_alert_has_a_test_in_which_it_fires(self):
        names = set(re.findall(r"alert: (\w+)", (SHIPPED / "alerts.yaml").read_text()))
        tested = set(re.findall(r"GlpiAlertBridge\w+", (SHIPPED / "alerts_test.yaml").read_text()))
        self.assertEqual(names, tested)
        self.assertGreater(len(names), 15)

    def test_a_rule_that_fires_too_late_fails_its_test(self):
        with tempfile.TemporaryDirectory() as directory:
            for name in ("alerts.yaml", "alerts_test.yaml"):
                text = (SHIPPED / name).read_text().replace("for: 2m", "for: 20m")
                (pathlib.Path(directory) / name).write_text(text)
            status, said = promtool("test", "rules", "alerts_test.yaml", directory=directory)
        self.assertNotEqual(status, 0, said)


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.dashboard = json.loads((SHIPPED / "grafana-dashboard.json").read_text())

    def test_prometheus_understands_every_query(self):
        queries = expressions(self.dashboard)
        self.assertGreater(len(queries), 30)
        rules = [{"record": f"panel:number_{number}", "expr": query}
                 for number, query in enumerate(queries)]
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "rules.json"  # JSON is YAML
            path.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": rules}]}))
            status, said = promtool("check", "rules", str(path))
        self.assertEqual(status, 0, said)
        self.assertIn(f"{len(queries)} rules found", said)

    def test_panels_have_an_id_a_title_and_a_sentence_and_do_not_overlap(self):
        panels = self.dashboard["panels"]
        self.assertEqual(len({panel["id"] for panel in panels}), len(panels))
        taken = set()
        for panel in panels:
            with self.subTest(panel["title"]):
                place = panel["gridPos"]
                cells = {(x, y) for x in range(place["x"], place["x"] + place["w"])
                         for y in range(place["y"], place["y"] + place["h"])}
                self.assertFalse(cells & taken)
                self.assertLessEqual(place["x"] + place["w"], 24)
                taken |= cells
                if panel["type"] != "row":
                    self.assertTrue(panel["description"].endswith((".", "quarantine", "dead",
                                                                   "storms")))


if __name__ == "__main__":
    unittest.main()
