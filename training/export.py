"""Export a trained model to ONNX, calibrate it, and write the folder that the product loads.

    python -m training.export --model DIR [DIR...] --base DIR --rows DIR --out DIR --version 1

Weights are stored as fp16 (half the size) and computed with in fp32; or the layers' as int8, which processors with
VNNI compute nearly twice as fast, and the embeddings as fp16.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from scipy.special import logsumexp

from index.runtime import open_session
from rag.reading.manifest import FORMAT
from rag.reading.onnx import OnnxReader, WindowScores
from rag.reading.windows import encode_windows, load_tokenizer, pad
from training.evaluate import MAX_LENGTH, HeldOut, read_held_out
from training.metrics import auroc, best_threshold, expected_calibration_error, fit_logistic
from training.model import SpanReader, load_mean
from training.quantise import quantise
from training.support import Support
from training.text import ReaderInput
from training.words import word_vectors

log = logging.getLogger("training.export")

INPUTS = ["input_ids", "attention_mask", "token_type_ids"]
OUTPUTS = ["start", "end", "relevance", "support"]
WORDS = "words.npy"
HALVED_FROM = 1024
TOLERANCE = 1e-3
SEEN_OF_A_KIND = 16
"""Rows of each kind of held-out rows from which an int8 layer learns how large its input is."""


def export_fp32(model: SpanReader, path: Path) -> None:
    """Write the model with dynamic batch and length.

    Attention is written out: torch's fused one comes with a look for NaN after each softmax and with twice the
    arithmetic of shapes, a tenth of what a row takes.
    """
    model.encoder.set_attn_implementation("eager")
    example = torch.ones((2, 12), dtype=torch.int64)
    both = {0: "batch", 1: "seq"}
    axes = dict.fromkeys([*INPUTS, "start", "end"], both) | {name: {0: "batch"} for name in OUTPUTS[2:]}
    torch.onnx.export(
        model,
        (example, example, example),
        str(path),
        input_names=INPUTS,
        output_names=OUTPUTS,
        dynamic_axes=axes,
        opset_version=17,
        dynamo=False,
    )


def halve(source: Path, target: Path) -> None:
    """Store the large weights as fp16, cast to fp32 at load; an embedding is cast after its lookup.

    onnxruntime folds the casts of constants when it opens the file, so that all arithmetic is fp32.
    """
    model = onnx.load(str(source))
    graph = model.graph
    casts: list[NodeProto] = []
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < HALVED_FROM:
            continue
        name = tensor.name
        readers = [n for n in graph.node if name in n.input]
        if all(n.op_type == "Gather" and n.input[0] == name for n in readers):
            for node in readers:
                looked_up = node.output[0] + "_fp16"
                casts.append(helper.make_node("Cast", [looked_up], [node.output[0]], to=TensorProto.FLOAT))
                node.output[0] = looked_up
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), name))
        else:
            stored = name + "_fp16"
            tensor.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
            casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT))
    place(model, casts)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def place(model: ModelProto, casts: list[NodeProto]) -> None:
    """Insert the casts so that the nodes stay in topological order."""
    by_input = {cast.input[0]: cast for cast in casts}
    nodes = list(model.graph.node)
    made = {output for node in nodes for output in node.output}
    ordered = [cast for cast in casts if cast.input[0] not in made]
    for node in nodes:
        ordered.append(node)
        ordered += [by_input[output] for output in node.output if output in by_input]
    del model.graph.node[:]
    model.graph.node.extend(ordered)


def largest_difference(model: SpanReader, path: Path) -> float:
    """Return the largest difference of any output from torch's, on random rows of three lengths."""
    session = open_session(path)
    worst = 0.0
    for length in (7, 64, MAX_LENGTH):
        torch.manual_seed(length)
        ids = torch.randint(1000, 20000, (3, length))
        mask = torch.ones_like(ids)
        mask[1, length // 2 :] = 0
        types = torch.zeros_like(ids)
        types[:, length // 3 :] = 1
        with torch.no_grad():
            expected = model(ids, mask, types)
        feeds = dict(zip(INPUTS, (ids.numpy(), mask.numpy(), types.numpy()), strict=True))
        for ours, theirs in zip(session.run(OUTPUTS, feeds), expected, strict=True):
            gap = np.abs(ours - theirs.numpy())
            real = mask.numpy() == 1 if gap.shape == mask.shape else np.ones(gap.shape, dtype=bool)
            worst = max(worst, float(gap[real].max()))
    return worst


def inputs_of(rows: Sequence[HeldOut], tokenizer: Path) -> list[dict[str, npt.NDArray[np.int64]]]:
    """Return the model's inputs for a sample of each kind of rows, by which its activations are known."""
    known, seen = load_tokenizer(tokenizer), Counter[str]()
    inputs = []
    for row in rows:
        seen[row.kind] += 1
        if seen[row.kind] <= SEEN_OF_A_KIND:
            passage = [ReaderInput(row.context, row.passage)]
            inputs.append(pad(encode_windows(known, row.question, passage, MAX_LENGTH)[:1]))
    return inputs


def sha256(path: Path) -> str:
    """Return a file's SHA-256."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_manifest(
    folder: Path, version: str, calibration: list[float], threshold: float, temperature: float = 1.0
) -> None:
    """Write reader.json: what the product needs to know of the files beside it."""
    manifest = {
        "format": FORMAT,
        "version": version,
        "max_length": MAX_LENGTH,
        "model": "reader.onnx",
        "tokenizer": "tokenizer.json",
        "words": WORDS,
        "sha256": {name: sha256(folder / name) for name in ("reader.onnx", "tokenizer.json", WORDS)},
        "calibration": calibration,
        "threshold": threshold,
        "support": {"temperature": temperature},
    }
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (folder / "reader.json").write_text(text, encoding="utf-8")


def best_window(windows: list[WindowScores]) -> WindowScores:
    """Return the window that speaks most for an answer."""
    return max(windows, key=lambda w: w.relevance + w.gap / 4)


def calibrate(folder: Path, version: str, held_out: Sequence[HeldOut]) -> None:
    """Fit P(answers) = sigmoid(a relevance + b gap + c) on all held-out rows (Platt 1999), and the support head.

    The threshold is the one that decides most rows rightly when the kinds (asked, retrieved, near misses; answering or
    not) count alike.
    """
    write_manifest(folder, version, [1.0, 0.0, 0.0], 0.5)
    reader = OnnxReader(folder)
    read = [row for row in held_out if row.kind != "claim"]
    best: list[WindowScores] = []
    for row in read:
        passage = [ReaderInput(row.context, row.passage)]
        best.append(best_window(reader.scores(row.question, passage)[0]))
    features = np.array([[w.relevance, w.gap] for w in best])
    labels = np.array([row.label == 1 for row in read])
    names = sorted({row.kind for row in read})
    kinds = np.array([2 * names.index(row.kind) + row.label for row in read])
    share = 1 / np.bincount(kinds)[kinds]
    weights = fit_logistic(features, labels, weight=share * len(read) / share.sum())
    fitted = [round(float(w), 5) for w in weights]
    probabilities: npt.NDArray[np.float64] = 1 / (1 + np.exp(-(features @ weights[:2] + weights[2])))
    threshold = best_threshold(probabilities, share * labels, share * ~labels)
    temperature = support_temperature(reader, [row for row in held_out if row.kind == "claim"])
    write_manifest(folder, version, fitted, round(threshold, 4), round(temperature, 3))
    for number, name in enumerate(names):
        own = kinds // 2 == number
        log.info("held out, %s: AUROC %.4f of %d", name, auroc(probabilities[own], labels[own]), own.sum())
    error = expected_calibration_error(probabilities, labels)
    log.info("calibration %s, threshold %.4f, ECE %.4f, temperature %.3f", fitted, threshold, error, temperature)


def support_temperature(reader: OnnxReader, claims: Sequence[HeldOut]) -> float:
    """Return the temperature of least loss, supported against the rest (Guo et al., ICML 2017)."""
    judged = [reader.support(row.question, row.context, row.passage) for row in claims]
    log_p = np.log(np.array([[j.supported, j.contradicted, j.neither] for j in judged]).clip(1e-9))
    supported = np.array([row.support == Support.SUPPORTED for row in claims])

    def loss(temperature: float) -> float:
        scaled = log_p / temperature
        margin = scaled[:, 0] - logsumexp(scaled[:, 1:], axis=1)
        return float(np.logaddexp(0, np.where(supported, -margin, margin)).mean())

    return float(min(np.arange(0.3, 5.0, 0.05), key=loss))


def main() -> None:
    """Export."""
    parser = argparse.ArgumentParser(description="Export and calibrate the reading model.")
    parser.add_argument("--model", type=Path, nargs="+", required=True, help="folders that training wrote: their mean")
    parser.add_argument("--base", type=Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--rows", type=Path, required=True, help="folder with held_out.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--version", required=True, help="the weights' version")
    parser.add_argument("--weights", choices=("fp16", "int8", "fp32"), default="fp16")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for folder in options.model:
        if not (folder / "model.safetensors").is_file():
            parser.error(f"--model {folder}: no model.safetensors there")
    options.out.mkdir(parents=True, exist_ok=True)
    held_out = read_held_out(options.rows / "held_out.jsonl")
    model = load_mean(options.model)
    full, final = options.out / "fp32.onnx", options.out / "reader.onnx"
    export_fp32(model, full)
    difference = largest_difference(model, full)
    if difference > TOLERANCE:
        parser.error(f"the fp32 export differs from torch by {difference:.2g}")
    if options.weights == "fp16":
        halve(full, final)
    elif options.weights == "int8":
        quantised = options.out / "int8.onnx"
        quantise(full, inputs_of(held_out, options.base / "tokenizer.json"), quantised)
        halve(quantised, final)
        quantised.unlink()
    else:
        shutil.copy(full, final)
    full.unlink()
    shutil.copy(options.base / "tokenizer.json", options.out / "tokenizer.json")
    np.save(options.out / WORDS, word_vectors(options.base))
    log.info(
        "fp32 differs from torch by %.2g, %s by %.2g; %.1f MB",
        difference,
        options.weights,
        largest_difference(model, final),
        final.stat().st_size / 1e6,
    )
    calibrate(options.out, options.version, held_out)


if __name__ == "__main__":
    main()
