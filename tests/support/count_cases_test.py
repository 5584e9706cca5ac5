# SPDX-License-Identifier: MIT
"""What count_cases.py makes of the last lines of test programs."""
import contextlib
import io
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

import count_cases


def report(*programs):
    root = ElementTree.Element("testsuite")
    for status, output in programs:
        case = ElementTree.SubElement(root, "testcase", status=status)
        ElementTree.SubElement(case, "system-out").text = output
    return root


def run_main(root):
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        ElementTree.ElementTree(root).write(file.name)
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            status = count_cases.main(file.name)
    return status, output.getvalue()


class CountCases(unittest.TestCase):
    def test_passing_catch2_programs_are_summed(self):
        root = report(("run", "All tests passed (1 assertion in 1 test case)\n"),
                      ("run", "noise\nAll tests passed (20 assertions in 12 test cases)\n"))
        self.assertEqual(count_cases.count(root), (13, 0))

    def test_a_failing_catch2_program_tells_its_failed_cases(self):
        root = report(("fail", "test cases: 10 | 7 passed | 3 failed\nassertions: 1 | 1 failed\n"))
        self.assertEqual(count_cases.count(root), (7, 3))

    def test_failures_that_were_expected_are_not_failures(self):
        root = report(("run", "test cases: 4 | 3 passed | 1 failed as expected\n"))
        self.assertEqual(count_cases.count(root), (4, 0))

    def test_python_programs_are_counted_too(self):
        root = report(("run", "Ran 5 tests in 0.1s\n\nOK\n"),
                      ("fail", "Ran 6 tests in 0.1s\n\nFAILED (failures=1, errors=2)\n"))
        self.assertEqual(count_cases.count(root), (8, 3))

    def test_a_crash_without_a_summary_is_one_failure(self):
        self.assertEqual(count_cases.count(report(("fail", ""))), (0, 1))

    def test_a_leak_found_after_all_cases_passed_is_one_failure(self):
        root = report(("fail", "All tests passed (9 assertions in 3 test cases)\nLeakSanitizer\n"))
        self.assertEqual(count_cases.count(root), (3, 1))

    def test_a_silent_program_that_passes_is_one_case(self):
        self.assertEqual(count_cases.count(report(("run", ""))), (1, 0))

    def test_the_last_line_and_the_status_tell_the_sum(self):
        self.assertEqual(run_main(report(("run", ""))), (0, "cases: 1 passed, 0 failed\n"))
        self.assertEqual(run_main(report(("fail", ""))), (1, "cases: 0 passed, 1 failed\n"))

    def test_nothing_run_is_not_success(self):
        self.assertEqual(run_main(report())[0], 1)


if __name__ == "__main__":
    unittest.main()
