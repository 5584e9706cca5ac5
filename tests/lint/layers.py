#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Checks from the #include lines that the layers are kept.

usage: layers.py ROOT

For every file below ROOT/include and ROOT/src:
  * it includes only its own layer and the ones listed for it, and never by a relative path;
  * it uses only the libraries listed for its layer (a header nobody knows is an error too);
and for these and the C++ files below ROOT/tests:
  * the first line is the SPDX line, a public header says what it is, and 400 lines is the end.
Prints file:line: message for each finding; ends with 1 if there was one.
Tests: tests/lint/layers_test.py
"""
import pathlib
import re
import sys

LINES_MAX = 400
SPDX = "// SPDX-License-Identifier: MIT"
HEADER_COMMENT_LINES_MIN = 3

# Of the project's own layers, which ones a layer may include beside itself.
ADAPTER = {"base", "domain", "ports"}
LAYERS = {
    "base": set(),
    "domain": {"base"},
    "ports": {"base", "domain"},
    "core": {"base", "domain", "ports"},
    "net": ADAPTER,
    "http": ADAPTER | {"net", "core"},
    "sources": ADAPTER,
    "glpi": ADAPTER | {"net"},
    "monitoring": ADAPTER | {"net"},
    "alarm": ADAPTER | {"net"},
    "storage": ADAPTER,
    "config": ADAPTER,
    "observe": ADAPTER,
}
LAYERS["app"] = set(LAYERS)

# Libraries by the beginning of the header's name; the first that fits counts.
LIBRARIES = [
    ("arpa/inet.h", "inet-text"),  # inet_pton and inet_ntop: addresses as text, no I/O
    ("boost/asio/awaitable.hpp", "awaitable"),
    ("boost/asio", "asio"),
    ("boost/beast", "beast"),
    ("boost/json", "boost-json"),
    ("boost/system/", "boost-system"),
    ("CLI/", "cli11"),
    ("date/", "date"),
    ("fmt/", "spdlog"),
    ("kainjow/", "mustache"),
    ("libpq-fe.h", "postgresql"),
    ("nlohmann/", "nlohmann"),
    ("openssl/", "openssl"),
    ("prometheus/", "prometheus"),
    ("re2/", "re2"),
    ("spdlog/", "spdlog"),
    ("sqlite3.h", "sqlite"),
    ("yaml-cpp/", "yaml-cpp"),
]
POSIX = re.compile(r"(sys|netinet|net|linux)/\w+\.h|(unistd|fcntl|signal|poll|netdb|pwd|grp|"
                   r"time|errno|dirent|pthread|termios|spawn|malloc)\.h")
STANDARD = re.compile(r"[a-z_0-9]+")

ASIO = {"awaitable", "asio", "boost-system", "std"}
ALLOWED = {
    "base": {"std", "boost-system", "date", "inet-text", "openssl", "posix"},
    "domain": {"std", "boost-system", "inet-text", "mustache", "re2"},
    "ports": {"std", "boost-system", "awaitable"},
    "core": ASIO,
    "net": ASIO | {"beast", "boost-json", "openssl", "posix"},
    "http": ASIO | {"beast", "nlohmann", "openssl"},
    "sources": {"std", "boost-json", "boost-system", "inet-text", "nlohmann"},
    "glpi": ASIO | {"nlohmann"},
    "monitoring": ASIO | {"nlohmann", "posix"},
    "alarm": ASIO | {"nlohmann", "posix"},
    "storage": ASIO | {"nlohmann", "postgresql", "posix", "sqlite"},
    "config": {"std", "boost-system", "inet-text", "posix", "yaml-cpp"},
    "observe": ASIO | {"posix", "prometheus", "spdlog"},
    "app": ASIO | {"beast", "cli11", "date", "nlohmann", "openssl", "posix"},
}

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")')
OWN = re.compile(r"alert_bridge/(\w+)/")


def library_of(header):
    for beginning, library in LIBRARIES:
        if header.startswith(beginning):
            return library
    if STANDARD.fullmatch(header):
        return "std"
    if POSIX.fullmatch(header):
        return "posix"
    return None


def include_problem(layer, angled, quoted):
    """What is wrong with one include line in a file of this layer, or None."""
    header = angled or quoted
    own = OWN.match(header)
    if own:
        target = own[1]
        if target not in LAYERS:
            return f"{header}: no such layer"
        if target != layer and target not in LAYERS[layer]:
            return f"{layer} must not include {target} ({header})"
        return None
    if quoted:
        return f"{header}: say alert_bridge/LAYER/…" if "/" in header else None
    library = library_of(header)
    if library is None:
        return f"{header}: unknown library; add it to LIBRARIES in tests/lint/layers.py"
    if library not in ALLOWED[layer]:
        return f"{layer} must not use {library} ({header})"
    return None


def check_includes(layer, lines):
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        problem = include_problem(layer, match[1], match[2]) if match else None
        if problem:
            yield number, problem


def check_shape(lines, is_public_header):
    if len(lines) > LINES_MAX:
        yield LINES_MAX + 1, f"{len(lines)} lines, {LINES_MAX} is the end"
    if not lines or lines[0] != SPDX:
        yield 1, "the first line is not the SPDX line"
    if is_public_header:
        comment = 0
        while comment + 1 < len(lines) and lines[comment + 1].startswith("//"):
            comment += 1
        if comment < HEADER_COMMENT_LINES_MIN:
            yield 2, "the header does not say what it is, guarantees and where the test is"
        if "#pragma once" not in lines:
            yield 1, "no #pragma once"


def sources(folder):
    return sorted(path for path in folder.rglob("*") if path.suffix in (".hpp", ".cpp"))


def check_tree(root):
    """All findings below root as (path, line, message)."""
    for base in (root / "include/alert_bridge", root / "src"):
        for path in sources(base):
            lines = path.read_text().splitlines()
            layer = path.relative_to(base).parts[0]
            findings = list(check_shape(lines, path.suffix == ".hpp" and base.name != "src"))
            if layer in LAYERS:
                findings += check_includes(layer, lines)
            else:
                findings.append((1, f"{layer} is not a layer"))
            for line, message in findings:
                yield path, line, message
    for path in sources(root / "tests"):
        for line, message in check_shape(path.read_text().splitlines(), False):
            yield path, line, message


def main(root):
    root = pathlib.Path(root)
    found = list(check_tree(root))
    for path, line, message in found:
        print(f"{path.relative_to(root)}:{line}: {message}")
    count = len(sources(root / "include")) + len(sources(root / "src")) + len(sources(root / "tests"))
    if count == 0:
        print(f"{root}: no source files found")
        return 1
    print(f"layers: {count} files, {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
