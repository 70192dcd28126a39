#!/usr/bin/env bash
# pip 23.2.1 (in Python 3.11.7's own venv) against pip 26.0, with jusText 3.0.2 and lxml 6.1.3
# jusText, which trafilatura 2.3.1 needs, asks for "lxml[html_clean]"; lxml 6.1.3 names that extra "html-clean". The two
# spellings are equal by the packaging standard, but pip 23.2.1 compares them as written: it warns in one line, leaves
# lxml_html_clean out, exits with 0, and the installed package cannot be imported. pip 26.0 installs it. "pip check" in
# the broken environment is no help. So pin lxml_html_clean itself beside whatever needs the extra.
# Seen on 2026-11-27:
#   pip 23.2.1  install 0  check 0  lxml_html_clean absent   import justext fails
#   pip 26.0    install 0  check 0  lxml_html_clean present  import justext works
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
changed=0
while read -r version expected; do
  venv=$work/$version
  "${PYTHON:-python3}" -m venv "$venv"
  "$venv/bin/python" -m pip install -q --disable-pip-version-check "pip==$version"
  install=0 check=0 extra=absent import=works
  "$venv/bin/python" -m pip install -q --disable-pip-version-check jusText==3.0.2 lxml==6.1.3 >"$work/log" 2>&1 ||
    install=$?
  "$venv/bin/python" -m pip check --disable-pip-version-check >"$work/log" 2>&1 || check=$?
  "$venv/bin/python" -c 'import lxml_html_clean' 2>"$work/log" && extra=present
  "$venv/bin/python" -c 'import justext' 2>"$work/log" || import=fails
  printf 'pip %-7s install %s  check %s  lxml_html_clean %-7s  import justext %s\n' \
    "$version" "$install" "$check" "$extra" "$import"
  [ "$install,$check,$extra,$import" = "$expected" ] || changed=1
done <<'CASES'
23.2.1 0,0,absent,fails
26.0 0,0,present,works
CASES
if [ "$changed" = 1 ]; then
  echo "changed: not as described" >&2
fi
exit "$changed"
