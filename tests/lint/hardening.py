#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Is the built program as hard as the build says? Reads it with readelf, and the flags of every source.

usage: hardening.py PROGRAM COMPILE_COMMANDS

The program: position independent, all relocations read-only before main, no executable stack, no
library search path of its own, stack canaries; in a build that asks for it (a release) also fortified
libc calls. One such call in one object would satisfy the look at the program, so each source of ours is
asked for as well: it must have been compiled with the flags. Tests: hardening_test.py
"""
import json
import re
import subprocess
import sys

FLAGS = ("-fstack-protector-strong", "-fcf-protection")


def of_program(headers, dynamic, symbols, fortified):
    """Findings from what `readelf -hlW`, `-dW` and `--dyn-syms -W` print."""
    found = []
    if not re.search(r"Type:\s+DYN", headers) or not re.search(r"FLAGS_1\).*\bPIE\b", dynamic):
        found.append("is not position independent (PIE)")
    if "GNU_RELRO" not in headers:
        found.append("has no read-only relocations (RELRO)")
    if not re.search(r"\(FLAGS(_1)?\).*\b(BIND_NOW|NOW)\b", dynamic):
        found.append("binds symbols late (no BIND_NOW)")
    stack = re.search(r"GNU_STACK.*?\s(R\S*)\s+0x\w+\s*$", headers, re.M)
    if stack is None or "E" in stack.group(1):
        found.append("has an executable stack")
    if re.search(r"\((RPATH|RUNPATH)\)", dynamic):
        found.append("has a library search path of its own")
    if "__stack_chk_fail" not in symbols:
        found.append("has no stack canaries")
    if fortified and not re.search(r"__\w+_chk@", symbols):
        found.append("has no fortified calls")
    return found


def of_sources(commands):
    """Findings from compile_commands.json, and whether the build asks for fortified calls."""
    found = []
    ours = [one for one in commands if "/src/" in one["file"] and "/tests/" not in one["file"]]
    if not ours:
        found.append("no source of the program is among the compile commands")
    fortified = any("-D_FORTIFY_SOURCE=2" in one["command"] for one in ours)
    for one in ours:
        wanted = FLAGS + (("-D_FORTIFY_SOURCE=2",) if fortified else ())
        words = one["command"].split()
        found += [f"{one['file']} is compiled without {flag}" for flag in wanted if flag not in words]
    return found, fortified


def readelf(program, *options):
    return subprocess.run(["readelf", *options, program], check=True, capture_output=True, text=True).stdout


def main():
    program, commands = sys.argv[1:]
    with open(commands, encoding="utf-8") as text:
        found, fortified = of_sources(json.load(text))
    parts = readelf(program, "-hlW"), readelf(program, "-dW"), readelf(program, "--dyn-syms", "-W")
    found += [f"{program} {what}" for what in of_program(*parts, fortified)]
    for line in found:
        print("hardening:", line, file=sys.stderr)
    print(f"hardening: {len(found)} findings" + ("" if fortified else " (a build without fortified calls)"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
