#!/usr/bin/env bash
# pylatexenc 2.11 (2.10 does the same)
# LatexNodes2Text with its default settings passes the text of an unknown macro through, but some well-known ones lose
# theirs: \texttt, \textsf, \verb and the verbatim environment give an empty string (\textbf and \emph keep it, and so
# does lstlisting), \href raises IndexError, because the converter reads two arguments that the parser's own table does
# not declare, and \frac drops its grouping, so that (a+b)/c reads a+b/c.
# Seen on 2026-11-27:
#   run \textbf{make} now               'run make now'
#   run \unknown{make} now              'run make now'
#   run \texttt{make} now               'run  now'
#   run \textsf{make} now               'run  now'
#   run \verb|make| now                 'run  now'
#   \begin{verbatim}make\end{verbatim}  ''
#   $\frac{a+b}{c}$                     'a+b/c'
#   \href{https://example.org}{site}    IndexError
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check pylatexenc==2.11

"$work/venv/bin/python" - <<'PY'
import logging
import sys

from pylatexenc.latex2text import LatexNodes2Text

EXPECTED = {
    r"run \textbf{make} now": "run make now",
    r"run \unknown{make} now": "run make now",
    r"run \texttt{make} now": "run  now",
    r"run \textsf{make} now": "run  now",
    r"run \verb|make| now": "run  now",
    r"\begin{verbatim}make\end{verbatim}": "",
    r"$\frac{a+b}{c}$": "a+b/c",
    r"\href{https://example.org}{site}": IndexError,
}
logging.disable(logging.CRITICAL)  # it logs the traceback that it then raises
changed = False
for source, expected in EXPECTED.items():
    try:
        seen = LatexNodes2Text().latex_to_text(source)
    except IndexError:
        seen = IndexError
    print(f"{source:<35} {seen.__name__ if seen is IndexError else repr(seen)}")
    changed = changed or seen != expected
sys.exit("changed: not as described" if changed else 0)
PY
