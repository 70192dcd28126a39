#!/usr/bin/env bash
# ir-measures 0.4.3, pytrec-eval-terrier 0.5.11
# RR and RR@1000 of one run of three documents are 0.33 and 1: measures with another cut-off are computed by another
# program (RR by trec_eval, RR@k by MS MARCO's script), and the two put equal scores in opposite orders of the ids. What
# is equal differs, too: trec_eval keeps scores in single precision, so that 0.800000001 and 0.8 are one score, and its
# order of them is that of the ids, last first, whatever the ranks; the same for 100000002 and 100000000. nDCG@10 and
# P@1 of a run therefore contradict its RR@10. That ties are broken in more than one way is issue 18 of ir_measures.
# Seen on 2026-11-28 (document a is the relevant one, and is ranked first):
#   a 1.0          b 1.0   c 1.0   RR 0.33  RR@1000 1.00  P@1 0  nDCG@10 0.50
#   a 0.800000001  b 0.8           RR 0.50  RR@1000 1.00  P@1 0  nDCG@10 0.63
#   a 100000002    b 100000000     RR 0.50  RR@1000 1.00  P@1 0  nDCG@10 0.63
#   a 0.80001      b 0.8           RR 1.00  RR@1000 1.00  P@1 1  nDCG@10 1.00
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check ir-measures==0.4.3 pytrec-eval-terrier==0.5.11

"$work/venv/bin/python" - <<'PY'
import sys

from ir_measures import RR, P, Qrel, ScoredDoc, calc_aggregate, nDCG

MEASURES = [RR, RR @ 1000, P @ 1, nDCG @ 10]
RUNS = [
    ([1.0, 1.0, 1.0], [0.33, 1.0, 0.0, 0.5]),
    ([0.800000001, 0.8], [0.5, 1.0, 0.0, 0.63]),
    ([100000002, 100000000], [0.5, 1.0, 0.0, 0.63]),
    ([0.80001, 0.8], [1.0, 1.0, 1.0, 1.0]),
]
changed = False
for scores, expected in RUNS:
    run = [ScoredDoc("question", document, score) for document, score in zip("abc", scores)]
    found = calc_aggregate(MEASURES, [Qrel("question", "a", 1)], run)
    values = [round(found[measure], 2) for measure in MEASURES]
    shown = "  ".join(f"{measure} {value:.2f}" for measure, value in zip(MEASURES, values))
    print(f"{'  '.join(map(str, scores)):<25} {shown}")
    changed = changed or values != expected
sys.exit("changed: not as described" if changed else 0)
PY
