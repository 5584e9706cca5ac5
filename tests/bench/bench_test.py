# SPDX-License-Identifier: MIT
"""What the bench makes of figures: the judgement of a row and the table."""

import contextlib
import io
import os
import sys
import types
import unittest
import unittest.mock

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "system")]
import bench  # noqa: E402
from harness import Failure  # noqa: E402
from programs import alertmanager_alert, request, zabbix_alert  # noqa: E402
from rows import Result, in_turn  # noqa: E402


class Judgement(unittest.TestCase):
    def test_the_median_of_the_ratios_of_the_rounds_counts(self):
        # The ratio of the medians would be 20 / 40.
        result = Result("1", "x", "/s", [10, 20, 90], [40, 25, 100], 0.8)
        self.assertEqual(result.ratio(), 0.8)
        self.assertTrue(result.passed())

    def test_a_ratio_below_the_bar_misses(self):
        self.assertFalse(Result("1", "x", "/s", [19], [100], 0.2).passed())
        self.assertTrue(Result("1", "x", "/s", [20], [100], 0.2).passed())

    def test_where_less_is_better_a_ratio_above_the_bar_misses(self):
        self.assertFalse(Result("6", "x", "ms", [61], [10], 6, at_least=False).passed())
        self.assertTrue(Result("6", "x", "ms", [60], [10], 6, at_least=False).passed())

    def test_a_bar_on_the_product_does_not_look_at_the_ceiling(self):
        self.assertTrue(Result("12", "x", "MB", [15], [1], 15, False, True).passed())
        self.assertFalse(Result("12", "x", "MB", [15.1], [100], 15, False, True).passed())


class Rounds(unittest.TestCase):
    def test_product_and_ceiling_are_measured_in_turn(self):
        seen = []
        run = types.SimpleNamespace(options=types.SimpleNamespace(rounds=2))
        taken = in_turn(run, lambda: seen.append("a") or 1, lambda: seen.append("b") or 2)
        self.assertEqual(seen, ["a", "b", "a", "b"])
        self.assertEqual(taken, [[1, 1], [2, 2]])

    def test_a_row_that_fails_does_not_hide_the_others(self):
        def fails(_):
            raise Failure("an alert was lost")
        with unittest.mock.patch.dict(bench.ROWS, {"bad": fails, "good": lambda _: ["figures"]}), \
                contextlib.redirect_stderr(io.StringIO()):
            results, failures = bench.measure(None, ["bad", "good"])
        self.assertEqual(results, ["figures"])
        self.assertEqual(failures, ["bad: an alert was lost"])


class Table(unittest.TestCase):
    def test_a_line_tells_figures_ratio_bar_and_verdict(self):
        text = bench.table([Result("1", "alerts", "/s", [15_000], [60_000], 0.2),
                            Result("12", "memory", "MB", [16], [3], 15, False, True, "a note")])
        head, first, second = (" ".join(line.split()) for line in text.splitlines())
        self.assertTrue(head.startswith("no. what product ceiling unit ratio"))
        self.assertEqual(first, "1 alerts 15,000 60,000 /s 0.25 0.25 to 0.25 >= 0.2 ok")
        self.assertEqual(second, "12 memory 16 3 MB 5.33 5.33 to 5.33 <= 15 MB MISSED (a note)")


class Requests(unittest.TestCase):
    def test_the_alert_is_as_long_as_the_targets_say(self):
        self.assertTrue(1100 <= len(zabbix_alert().encode()) <= 1300)
        self.assertAlmostEqual(len(alertmanager_alert(1200)), 1200, delta=20)

    def test_the_length_in_the_head_is_that_of_the_body_as_sent(self):
        text = request("POST", "/", "é@NUMBER__@@H@")
        head, body = text.split("\r\n\r\n")
        sent = body.replace("@NUMBER__@", "1000000001").replace("@H@", "101").encode()
        self.assertIn(f"Content-Length: {len(sent)}\r\n", head + "\r\n")


if __name__ == "__main__":
    unittest.main()
