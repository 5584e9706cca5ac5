# SPDX-License-Identifier: MIT
"""A doctored tree must fail, for each rule that layers.py keeps."""
import contextlib
import io
import pathlib
import tempfile
import unittest

import layers

PROLOGUE = layers.SPDX + "\n//\n// What it is.\n// Tests: nowhere.\n#pragma once\n"


class Layers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def header(self, layer, *includes):
        self.write(f"include/alert_bridge/{layer}/unit.hpp",
                   PROLOGUE + "".join(f"#include {name}\n" for name in includes))

    def findings(self):
        return [f"{path.relative_to(self.root)}:{line}: {message}"
                for path, line, message in layers.check_tree(self.root)]

    def assert_only_finding(self, text):
        found = self.findings()
        self.assertEqual(len(found), 1, found)
        self.assertIn(text, found[0])

    def test_a_clean_tree_has_no_findings(self):
        self.header("http", "<string>", "<boost/beast/core.hpp>", "<nlohmann/json_fwd.hpp>",
                    '"alert_bridge/core/intake.hpp"', '"alert_bridge/net/stream.hpp"')
        self.write("src/http/unit.cpp", layers.SPDX + '\n#include "detail.hpp"\n')
        self.write("tests/unit/http/unit_test.cpp", layers.SPDX + '\n#include "../x.hpp"\n')
        self.assertEqual(self.findings(), [])

    def test_an_include_that_points_up_is_found_with_its_line(self):
        self.header("domain", "<string>", '"alert_bridge/ports/store.hpp"')
        self.assert_only_finding("domain/unit.hpp:7: domain must not include ports")

    def test_adapters_do_not_include_one_another(self):
        self.header("glpi", '"alert_bridge/storage/schema.hpp"')
        self.assert_only_finding("glpi must not include storage")

    def test_only_app_knows_the_configuration(self):
        for layer in layers.LAYERS:
            problem = layers.include_problem(layer, None, "alert_bridge/config/model.hpp")
            self.assertEqual(problem is None, layer in ("config", "app"), layer)

    def test_a_source_file_is_checked_like_its_header(self):
        self.write("src/core/unit.cpp", layers.SPDX + "\n  #  include <sqlite3.h>\n")
        self.assert_only_finding("src/core/unit.cpp:2: core must not use sqlite")

    def test_each_library_has_its_layers(self):
        homes = {"boost/beast/http.hpp": {"net", "http", "app"}, "sqlite3.h": {"storage"},
                 "yaml-cpp/yaml.h": {"config"}, "prometheus/counter.h": {"observe"},
                 "spdlog/spdlog.h": {"observe"}, "re2/re2.h": {"domain"},
                 "kainjow/mustache.hpp": {"domain"}, "CLI/CLI.hpp": {"app"},
                 "nlohmann/json.hpp": {"http", "sources", "glpi", "monitoring", "alarm", "storage",
                                       "app"}}
        for header, home in homes.items():
            allowed = {layer for layer in layers.LAYERS
                       if layers.include_problem(layer, header, None) is None}
            self.assertEqual(allowed, home, header)

    def test_ports_may_use_awaitable_and_nothing_else_of_asio(self):
        self.header("ports", "<boost/asio/awaitable.hpp>", "<boost/asio/steady_timer.hpp>")
        self.assert_only_finding("ports must not use asio")

    def test_an_unknown_library_is_a_finding(self):
        self.header("app", "<curl/curl.h>")
        self.assert_only_finding("unknown library")

    def test_relative_paths_between_folders_are_refused(self):
        self.write("src/core/unit.cpp", layers.SPDX + '\n#include "../storage/row.hpp"\n')
        self.assert_only_finding("say alert_bridge/LAYER")

    def test_a_folder_that_is_no_layer_is_a_finding(self):
        self.header("utils")
        self.assert_only_finding("utils is not a layer")

    def test_a_file_over_the_limit_is_a_finding(self):
        self.write("tests/unit/base/long_test.cpp", layers.SPDX + "\n" * (layers.LINES_MAX + 1))
        self.assert_only_finding("401 lines, 400 is the end")

    def test_a_missing_spdx_line_is_a_finding(self):
        self.write("tests/unit/base/text_test.cpp", "#include <string>\n")
        self.assert_only_finding("the first line is not the SPDX line")

    def test_a_header_without_its_comment_or_pragma_is_a_finding(self):
        self.write("include/alert_bridge/base/a.hpp", layers.SPDX + "\n#pragma once\n")
        self.assert_only_finding("does not say what it is")
        self.write("include/alert_bridge/base/a.hpp", PROLOGUE.replace("#pragma once\n", ""))
        self.assert_only_finding("no #pragma once")

    def test_the_exit_status_follows_the_findings(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(layers.main(self.root), 1)  # an empty tree proves nothing
            self.header("base", "<string>")
            self.assertEqual(layers.main(self.root), 0)
            self.header("base", "<sqlite3.h>")
            self.assertEqual(layers.main(self.root), 1)


if __name__ == "__main__":
    unittest.main()
