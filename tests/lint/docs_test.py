# SPDX-License-Identifier: MIT
"""A text that speaks of what does not exist must be found."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import docs

README = """# Title
See [the reference](config/bridge.yaml) and `core/intake`, `a/b`, run `./dev test`.

Metrics worth an alarm (each begins with `glpi_alert_bridge_`): `ready` is 0,
`operations{state="dead"}`.

The end, with `names_that_are_no_metric`.
"""
FILES = {
    "README.md": README,
    "CHANGELOG.md": "# Changelog\n",
    "config/bridge.yaml": "",
    "include/alert_bridge/core/intake.hpp": 'count("ready"); count("operations");',
    "src/observe/metric_table.cpp": 'MetricSpec{"ready", g}, MetricSpec{\n    "operations", g}',
    "dev": "usage: ./dev TASK\n\n  demo [--once]   shows\n  test            tests\n",
}


class Docs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        for path, text in FILES.items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)

    def findings(self, old="", new=""):
        (self.root / "README.md").write_text(README.replace(old, new))
        return [f"{name}:{line}: {message}" for name, line, message in docs.check(self.root)]

    def test_a_true_text_has_no_findings(self):
        self.assertEqual(self.findings(), [])

    def test_a_link_that_leads_nowhere_is_found(self):
        self.assertEqual(self.findings("bridge.yaml", "other.yaml"),
                         ["README.md:2: the link config/other.yaml leads nowhere"])

    def test_a_unit_that_is_gone_is_found(self):
        self.assertEqual(self.findings("core/intake", "core/outtake"),
                         ["README.md:2: there is no core/outtake"])

    def test_a_task_that_dev_does_not_know_is_found(self):
        self.assertEqual(self.findings("./dev test", "./dev fly"),
                         ["README.md:2: ./dev knows no task fly"])

    def test_a_metric_that_does_not_exist_is_found(self):
        self.assertEqual(self.findings("`ready`", "`glpi_gone`"),
                         ["README.md:4: there is no metric glpi_gone"])

    def test_a_text_that_names_no_metric_is_found(self):
        self.assertEqual(self.findings(docs.ALARMS, "Other"),
                         ["README.md:1: no metric is named under 'Metrics worth an alarm'"])

    def test_a_metric_that_nothing_counts_is_found(self):
        (self.root / "include/alert_bridge/core/intake.hpp").write_text('count("ready");')
        self.assertEqual(self.findings(),
                         ["src/observe/metric_table.cpp:2: nothing counts the metric operations"])

    def test_the_exit_status_follows_the_findings(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(docs.main(self.root), 0)
            (self.root / "config/bridge.yaml").unlink()
            self.assertEqual(docs.main(self.root), 1)


if __name__ == "__main__":
    unittest.main()
