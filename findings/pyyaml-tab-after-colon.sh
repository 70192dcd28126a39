#!/usr/bin/env bash
# PyYAML 6.0.3
# YAML lets a tab part a key's colon from its value; only indentation is by spaces alone. Of PyYAML's two parsers the one in
# C reads such a line and the one in Python, which safe_load() takes, refuses the whole document for it, also where a blank
# stands before the tab: what is read depends on the loader. After the dash of a list both refuse it.
# Seen on 2026-11-28:
#   'title:\tThe light'   SafeLoader: ScannerError  CSafeLoader: {'title': 'The light'}
#   'title: \tThe light'  SafeLoader: ScannerError  CSafeLoader: {'title': 'The light'}
#   '-\tThe light'        SafeLoader: ScannerError  CSafeLoader: ScannerError
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check PyYAML==6.0.3

"$work/venv/bin/python" - <<'PY'
import sys

import yaml

READ = "{'title': 'The light'}"
EXPECTED = {
    "title:\tThe light": ["ScannerError", READ],
    "title: \tThe light": ["ScannerError", READ],
    "-\tThe light": ["ScannerError", "ScannerError"],
}


def said(loader, text):
    try:
        return str(yaml.load(text, Loader=loader))
    except yaml.YAMLError as error:
        return type(error).__name__


found = {text: [said(loader, text) for loader in (yaml.SafeLoader, yaml.CSafeLoader)] for text in EXPECTED}
for text, (pure, native) in found.items():
    print(f"{text!r:<22} SafeLoader: {pure}  CSafeLoader: {native}")
sys.exit(0 if found == EXPECTED else "changed: not as described")
PY
