# SPDX-License-Identifier: MIT
"""Runs zabbix_script_test.js under Duktape, the engine that Zabbix embeds (Debian package duktape).

The duk shell reads no files, so the script is taken out of the media type's YAML here and handed over
as a variable. Ends with duk's status.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
MEDIA_TYPE = HERE.parents[1] / "config" / "zabbix" / "zbx_glpi_alert_bridge.yaml"


def script_of(path):
    """The literal block behind "script: |", without its indentation."""
    lines = path.read_text(encoding="utf-8").split("\n")
    start = lines.index("      script: |") + 1
    end = start
    while lines[end] == "" or lines[end].startswith(" " * 8):
        end += 1
    return "\n".join(line[8:] for line in lines[start:end])


def main():
    with tempfile.TemporaryDirectory() as folder:
        prelude = pathlib.Path(folder) / "media_type.js"
        prelude.write_text("var script = " + json.dumps(script_of(MEDIA_TYPE)) + ";\n", encoding="ascii")
        return subprocess.call(["duk", str(prelude), str(HERE / "zabbix_script_test.js")])


if __name__ == "__main__":
    sys.exit(main())
