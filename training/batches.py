"""What training.data wrote, as endless streams of batches that can be taken up where they were left."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from training.groups import Kind

CHUNK_GROUPS = 2048


@dataclass(frozen=True)
class Rows:
    """The training rows: flat tokens and one entry a row in each column; `identity` tells them from others."""

    identity: str
    tokens: npt.NDArray[np.uint16]
    first: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[np.int32]]
    groups: list[list[int]]

    def of_kind(self, claims: bool) -> list[list[int]]:
        """Return the groups of claims, or all others."""
        kinds = self.columns["kind"]
        return [group for group in self.groups if (kinds[group[0]] == Kind.SUPPORT) is np.bool_(claims)]


@dataclass(frozen=True)
class Batch:
    """Padded tensors [batch, seq] and [batch]."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    start: Tensor
    end: Tensor
    label: Tensor
    support: Tensor
    group: Tensor

    def to(self, device: torch.device) -> Batch:
        """Return the same batch on a device."""
        return Batch(**{name: tensor.to(device) for name, tensor in vars(self).items()})


def load_rows(*paths: Path) -> Rows:
    """Read what training.data and training.retrieved wrote, as one."""
    columns: dict[str, npt.NDArray[np.int32]] = {}
    tokens = np.zeros(0, dtype=np.uint16)
    for path in paths:
        with np.load(path) as stored:
            tokens = np.concatenate([tokens, stored["tokens"]])
            more = {name: stored[name] for name in stored.files if name != "tokens"}
        if columns:
            more["group"] = more["group"] + columns["group"][-1] + 1
        columns = {name: np.concatenate([columns[name], new]) if columns else new for name, new in more.items()}
    identity = hashlib.sha256(tokens.tobytes()).hexdigest()[:16]
    first = np.concatenate([[0], np.cumsum(columns["length"], dtype=np.int64)])
    edges = np.flatnonzero(np.diff(columns["group"])) + 1
    groups = [part.tolist() for part in np.split(np.arange(len(columns["group"])), edges)]
    return Rows(identity, tokens, first, columns, groups)


class Stream:
    """Endless batches of row numbers over some groups; `epoch` and `index` say where it stands."""

    def __init__(self, rows: Rows, groups: Sequence[list[int]], tokens: int, seed: int) -> None:
        """Hold at most `tokens` padded tokens a batch."""
        self.rows, self.groups, self.tokens, self.seed = rows, groups, tokens, seed
        self.epoch = self.index = 0
        self._made: list[list[int]] | None = None

    def at(self, epoch: int, index: int) -> None:
        """Go on from a place of an earlier run."""
        self.epoch, self.index, self._made = epoch, index, None

    def next(self) -> list[int]:
        """Return the next batch."""
        if self._made is None:
            self._made = self._batches()
        if self.index >= len(self._made):
            self.epoch, self.index = self.epoch + 1, 0
            self._made = self._batches()
        self.index += 1
        return self._made[self.index - 1]

    def _batches(self) -> list[list[int]]:
        """Return one epoch's batches: groups stay whole, similar lengths together."""
        rng = np.random.default_rng([self.seed, self.epoch])
        order = rng.permutation(len(self.groups))
        lengths = self.rows.columns["length"]
        result: list[list[int]] = []
        for chunk in np.array_split(order, max(1, len(order) // CHUNK_GROUPS)):
            longest = {int(g): int(lengths[self.groups[g]].max()) for g in chunk}
            current: list[int] = []
            made: list[list[int]] = []
            for g in sorted(longest, key=lambda g: longest[g]):
                if current and (len(current) + len(self.groups[g])) * longest[g] > self.tokens:
                    made.append(current)
                    current = []
                current = current + self.groups[g]
            made.append(current)
            result += [made[i] for i in rng.permutation(len(made))]
        return result


def collate(rows: Rows, numbers: Sequence[int]) -> Batch:
    """Pad the rows of a batch."""
    chosen = list(numbers)
    lengths = rows.columns["length"][chosen]
    shape = (len(chosen), int(lengths.max()))
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for i, n in enumerate(chosen):
        length = int(lengths[i])
        ids[i, :length] = rows.tokens[rows.first[n] : rows.first[n] + length]
        mask[i, :length] = 1
        types[i, rows.columns["passage_start"][n] : length] = 1
    column = {k: torch.from_numpy(v[chosen].astype(np.int64)) for k, v in rows.columns.items()}
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(types),
        column["start"],
        column["end"],
        column["label"],
        column["support"],
        column["group"],
    )
