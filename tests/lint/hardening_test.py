# SPDX-License-Identifier: MIT
import unittest

import hardening

HEADERS = """
  Type:                              DYN (Position-Independent Executable file)
  GNU_STACK      0x000000 0x0000000000000000 0x0000000000000000 0x000000 0x000000 RW  0x10
  GNU_RELRO      0x3549970 0x0000000003549970 0x0000000003549970 0x010690 0x010690 R   0x1
"""
DYNAMIC = """
 0x000000000000001e (FLAGS)              BIND_NOW
 0x000000006ffffffb (FLAGS_1)            Flags: NOW PIE
"""
SYMBOLS = "FUNC GLOBAL DEFAULT UND __stack_chk_fail@GLIBC_2.4\nFUNC GLOBAL DEFAULT UND __memcpy_chk@GLIBC_2.3.4"


def command(file="/p/src/core/a.cpp", flags="-fstack-protector-strong -fcf-protection"):
    return {"file": file, "command": f"c++ -O2 {flags} -c {file}"}


class Program(unittest.TestCase):
    def test_a_hard_program_has_no_findings(self):
        self.assertEqual(hardening.of_program(HEADERS, DYNAMIC, SYMBOLS, True), [])

    def test_each_missing_part_is_found(self):
        for headers, dynamic, symbols, finding in (
            (HEADERS.replace("DYN", "EXEC"), DYNAMIC, SYMBOLS, "PIE"),
            (HEADERS, DYNAMIC.replace(" PIE", ""), SYMBOLS, "PIE"),
            (HEADERS.replace("GNU_RELRO", "LOAD"), DYNAMIC, SYMBOLS, "RELRO"),
            (HEADERS, DYNAMIC.replace("BIND_NOW", "").replace("NOW PIE", "PIE"), SYMBOLS, "BIND_NOW"),
            (HEADERS.replace("RW ", "RWE"), DYNAMIC, SYMBOLS, "executable stack"),
            (HEADERS.replace("GNU_STACK", "LOAD"), DYNAMIC, SYMBOLS, "executable stack"),
            (HEADERS, DYNAMIC + " (RUNPATH)  Library runpath: [/x]", SYMBOLS, "search path"),
            (HEADERS, DYNAMIC, SYMBOLS.replace("__stack_chk_fail", "x"), "canaries"),
            (HEADERS, DYNAMIC, SYMBOLS.replace("__memcpy_chk", "memcpy"), "fortified"),
        ):
            found = hardening.of_program(headers, dynamic, symbols, True)
            self.assertEqual(len(found), 1, (finding, found))
            self.assertIn(finding, found[0])

    def test_fortified_calls_are_asked_for_where_the_build_wants_them(self):
        plain = SYMBOLS.replace("__memcpy_chk", "memcpy")
        self.assertEqual(hardening.of_program(HEADERS, DYNAMIC, plain, False), [])


class Sources(unittest.TestCase):
    def test_good_flags_have_no_findings(self):
        self.assertEqual(hardening.of_sources([command()]), ([], False))

    def test_a_source_without_a_flag_is_named(self):
        found, _ = hardening.of_sources([command(), command("/p/src/net/boost_impl.cpp", "-fcf-protection")])
        self.assertEqual(found, ["/p/src/net/boost_impl.cpp is compiled without -fstack-protector-strong"])

    def test_when_one_source_is_fortified_all_must_be(self):
        both = "-fstack-protector-strong -fcf-protection -D_FORTIFY_SOURCE=2"
        found, fortified = hardening.of_sources([command(flags=both), command("/p/src/b.cpp")])
        self.assertTrue(fortified)
        self.assertEqual(found, ["/p/src/b.cpp is compiled without -D_FORTIFY_SOURCE=2"])

    def test_tests_are_not_asked_and_nothing_at_all_is_a_finding(self):
        self.assertEqual(len(hardening.of_sources([command("/p/tests/src/a.cpp", "")])[0]), 1)


if __name__ == "__main__":
    unittest.main()
