"""When to stop reading: from which probability on, and up to which, the judge over the first passages is sure.

Both bars are as wide as they can be while no more than LOST of what is asked becomes worse than if all were read:
a right first line that is shown, or a refusal where there is no answer. They are chosen on predictions for questions
that a fit had not seen, those of the next stage on the questions that the stage before leaves open.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.asked import Floats

log = logging.getLogger("training.early")

ANSWERED = 0.5
"""The product's bar for an answer (settings.answer_threshold), as it is shipped."""
LOST = 0.0025
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Stage:
    """What a judge over so many passages says of each question, and whether its first line would be right."""

    passages: int
    guessed: Floats
    right: Flags

    def worth(self, answers: Flags) -> Floats:
        """Return 1 for each question that ends well: a right line shown, or a refusal where there is no answer."""
        shown = self.guessed >= ANSWERED
        return np.asarray(np.where(answers, self.right & shown, ~shown), dtype=np.float64)


@dataclass(frozen=True)
class Ended:
    """How reading ends for each question: the probability, whether its first line is right, after which stage."""

    guessed: Floats
    right: Flags
    stage: npt.NDArray[np.int64]
    bars: tuple[tuple[float, float], ...]


def stopped(stages: list[Stage], answers: Flags, weight: Floats) -> Ended:
    """Return how the questions end with the widest bars; the last stage ends all that are open."""
    *early, last = stages
    guessed, right = last.guessed.copy(), last.right.copy()
    ended = np.full(len(guessed), len(early))
    bars: list[tuple[float, float]] = []
    for number, stage in enumerate(early):
        is_open = ended == len(early)
        lost = weight * (last.worth(answers) - stage.worth(answers)) / weight.sum()
        sure = widest(-stage.guessed, lost, is_open & (stage.guessed >= ANSWERED))
        none = widest(stage.guessed, lost, is_open & (stage.guessed < ANSWERED))
        bars.append((1.0 if sure is None else -sure, 0.0 if none is None else none))
        now = is_open & ((stage.guessed >= bars[-1][0]) | (stage.guessed <= bars[-1][1]))
        guessed[now], right[now], ended[now] = stage.guessed[now], stage.right[now], number
    return Ended(guessed, right, ended, tuple(bars))


def widest(key: Floats, lost: Floats, able: Flags) -> float | None:
    """Return the greatest key up to which, of the questions that are `able` to stop, no more than LOST is lost."""
    order = np.flatnonzero(able)[np.argsort(key[able], kind="stable")]
    within = np.flatnonzero(np.cumsum(lost[order]) <= LOST)
    return float(key[order][within[-1]]) if len(within) else None


def report(stages: list[Stage], ended: Ended, answers: Flags, weight: Floats) -> None:
    """Log how many questions each stage ends, and what that costs against reading all."""
    rows = np.array([stage.passages for stage in stages])[ended.stage]
    for number, stage in enumerate(stages):
        own = ended.stage == number
        log.info("ended after %d passages: %.3f", stage.passages, np.average(own, weights=weight))
    log.info("rows read: %.2f on average", np.average(rows, weights=weight))
    whole = stages[-1]
    shown = ended.guessed >= ANSWERED
    for name, right, kept in (
        ("all read", whole.right, whole.guessed >= ANSWERED),
        ("until sure", ended.right, shown),
    ):
        line = "%s: right line shown %.3f of the answerable, refused %.3f of the others"
        log.info(line, name, (right & kept)[answers].mean(), (~kept)[~answers].mean())
