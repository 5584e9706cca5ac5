#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Sums the test cases of all test programs from the JUnit file that ctest wrote.

ctest counts programs; a program holds many cases and says so in its last lines (Catch2, Python's
unittest). A program that passes without such a line counts as one case; a program that fails
without naming a failed case (a crash, a leak found at exit, a time-out) counts as one failure.
Prints `cases: N passed, N failed`; ends with 1 if anything failed or nothing ran.
Tests: tests/support/count_cases_test.py
"""
import re
import sys
import xml.etree.ElementTree as ElementTree

ALL_PASSED = re.compile(r"^All tests passed \(\d+ assertions? in (\d+) test cases?\)", re.M)
SOME_FAILED = re.compile(r"^test cases: +(\d+) \|(.*)$", re.M)
UNITTEST_RAN = re.compile(r"^Ran (\d+) tests? in ", re.M)
UNITTEST_FAILED = re.compile(r"^FAILED \((.*)\)$", re.M)


def cases_of(output):
    """(passed, failed) as the program's own summary lines tell."""
    passed = failed = 0
    for match in ALL_PASSED.finditer(output):
        passed += int(match[1])
    for match in SOME_FAILED.finditer(output):
        bad = sum(int(count) for count in re.findall(r"(\d+) failed(?! as exp)", match[2]))
        passed += int(match[1]) - bad
        failed += bad
    for match in UNITTEST_RAN.finditer(output):
        passed += int(match[1])
    for match in UNITTEST_FAILED.finditer(output):
        bad = sum(int(count) for count in re.findall(r"(?:failures|errors)=(\d+)", match[1]))
        passed -= bad
        failed += bad
    return passed, failed


def count(root):
    passed = failed = 0
    for program in root.iter("testcase"):
        good, bad = cases_of(program.findtext("system-out") or "")
        if program.get("status") == "run":
            good = good or 1
        else:
            bad = bad or 1
        passed += good
        failed += bad
    return passed, failed


def main(path):
    passed, failed = count(ElementTree.parse(path).getroot())
    print(f"cases: {passed} passed, {failed} failed")
    return 0 if passed > 0 and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
