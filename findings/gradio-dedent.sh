#!/usr/bin/env bash
# gradio 6.31.0
# Chatbot and Markdown pass each text through inspect.cleandoc, which is for docstrings: the first line loses its
# indentation, all others what they have in common, and tabs become spaces. Only a text whose later lines begin at
# different columns stays as it was, so most tests see nothing. Where it matters Markdown changes its meaning: the
# sub-items of a one-item list become items of the list, a code block a heading, a tabbed table in a fence loses its
# tabs. No parameter turns it off; what the browser sends back as history is the changed text. A last line without
# indentation, for example an HTML comment, keeps the rest as written, but not the tabs.
# Seen on 2026-11-28 (the same from Markdown and from Chatbot):
#   '1. Mills:\n   - Lea\n   - Don'        '1. Mills:\n- Lea\n- Don'
#   'Then run:\n\n    # make all'          'Then run:\n\n# make all'
#   '```\nname\tyear\nLea\t1987\n```'      '```\nname    year\nLea     1987\n```'
#   '1. Mills:\n   - Lea\n\nTwo mills.'    unchanged
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check gradio==6.31.0

GRADIO_ANALYTICS_ENABLED=False "$work/venv/bin/python" - <<'PY'
import sys

import gradio

EXPECTED = {
    "1. Mills:\n   - Lea\n   - Don": "1. Mills:\n- Lea\n- Don",
    "Then run:\n\n    # make all": "Then run:\n\n# make all",
    "```\nname\tyear\nLea\t1987\n```": "```\nname    year\nLea     1987\n```",
    "1. Mills:\n   - Lea\n\nTwo mills.": "1. Mills:\n   - Lea\n\nTwo mills.",
}
changed = False
for text, expected in EXPECTED.items():
    shown = gradio.Markdown().postprocess(text)
    (message,) = gradio.Chatbot().postprocess([{"role": "assistant", "content": text}]).model_dump()
    said = message["content"][0]["text"]
    print(f"{text!r:<42} {'unchanged' if shown == text else repr(shown)}   Chatbot the same: {said == shown}")
    changed = changed or not shown == said == expected
sys.exit("changed: not as described" if changed else 0)
PY
