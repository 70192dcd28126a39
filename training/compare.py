"""Measure exported readers side by side: near misses, the product over one corpus, claims.

    python -m training.compare --readers models/reader READER --data DATA --out figures.json

Nothing here is trained, calibrated or tuned on. `training.measure` has the public sets.
"""

from __future__ import annotations

import argparse
import json
import logging
from pathlib import Path

from index.embed import DEFAULT, load_embeddings
from rag.reading.joint import JointReader
from rag.reading.onnx import OnnxReader
from settings import Settings
from training.near import development, figures_of, over_own_article, through_product
from training.verification import SETS

log = logging.getLogger("training.compare")

PARTS = ("near", "product", *SETS)


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure reading models side by side.")
    parser.add_argument("--readers", type=Path, nargs="+", required=True, help="folders that export wrote")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--out", type=Path, required=True, help="JSON file for the figures")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--most", type=int, default=10**9, help="at most so many questions or claims a part")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    embeddings = load_embeddings(DEFAULT, Settings().models)
    pairs = development(options.data, options.most)
    figures: dict[str, dict[str, object]] = {}
    for part in options.parts:
        for folder in options.readers:
            reader = OnnxReader(folder)
            if part == "near":
                found = figures_of(over_own_article(JointReader(reader, embeddings), embeddings, pairs))
            elif part == "product":
                found = figures_of(through_product(JointReader(reader, embeddings), embeddings, pairs, options.data))
            elif reader.supports:
                found = SETS[part](reader, options.data, options.most)
            else:
                continue
            figures.setdefault(str(folder), {})[part] = found
            log.info("%s %s: %s", folder, part, json.dumps(found))
            options.out.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
