#!/usr/bin/env bash
# usearch 2.26.6, numpy 2.4.6
# Index.load() and view() take the metric of the file, not that of the index they are called on, but metric_kind and specs
# go on naming the latter. After a change of metric="cos" to "l2sq" in the code an index that was saved before is read
# without an error, says that it is one of l2sq, and computes and orders by the cosine, also for what is added from then
# on. The number of dimensions is taken from the file as well, but that shows. Index.restore() says what it has.
# Seen on 2026-11-28 (vectors 1 [1, 0], 2 [10, 0.5], 3 [0, 1], nearest to [1, 0] first):
#   saved with cos, loaded with l2sq   says L2sq  1, 2, 3  at 0, 0.001, 1
#   built with l2sq                    says L2sq  1, 3, 2  at 0, 2, 81.25
#   saved with cos, restored           says Cos   1, 2, 3  at 0, 0.001, 1
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check usearch==2.26.6 numpy==2.4.6

(cd "$work" && "$work/venv/bin/python" -) <<'PY'
import sys

import numpy
from usearch.index import Index

KEYS, VECTORS = numpy.array([1, 2, 3]), numpy.array([[1, 0], [10, 0.5], [0, 1]], dtype=numpy.float32)


def new(metric):
    return Index(ndim=2, metric=metric, dtype="f32")


def described(index):
    found = index.search(VECTORS[0], 3)
    return index.metric_kind.name, found.keys.tolist(), [round(float(distance), 3) for distance in found.distances]


saved, built, loaded, viewed = new("cos"), new("l2sq"), new("l2sq"), new("l2sq")
saved.add(KEYS, VECTORS)
built.add(KEYS, VECTORS)
saved.save("vectors.usearch")
loaded.load("vectors.usearch")
viewed.view("vectors.usearch")
seen = {
    "loaded with l2sq": described(loaded),
    "viewed with l2sq": described(viewed),
    "built with l2sq": described(built),
    "restored": described(Index.restore("vectors.usearch")),
}
for name, (metric, keys, distances) in seen.items():
    print(f"{name:<18} says {metric:<5} {keys} at {distances}")
by_cosine, by_length = ([1, 2, 3], [0.0, 0.001, 1.0]), ([1, 3, 2], [0.0, 2.0, 81.25])
expected = [("L2sq", *by_cosine), ("L2sq", *by_cosine), ("L2sq", *by_length), ("Cos", *by_cosine)]
sys.exit(0 if [*seen.values()] == expected else "changed: not as described")
PY
