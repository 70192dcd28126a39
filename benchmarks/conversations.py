"""Whether follow-ups find their evidence: as condensed by rules, beside other ways, in one run.

    python -m benchmarks.conversations [--store DIR] [--tuned] [--json FILE]

Asks the follow-ups of seeds/conversations.jsonl of an index of the starter articles: as this program words them, as
somebody wrote them to be understood alone, the last turn as typed, and all turns joined. The rules were tuned on the
conversations with even numbers; the others are reported, unless --tuned. Prints a Markdown table of evidence-hit@5
with 95 % bootstrap intervals over conversations, and how often a change of topic got something from before it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from evaluation.estimate import Array, interval, resamples
from index.embed import load_embeddings
from index.ingest import ingest
from index.terms import query_terms
from rag.chain import AnswerChain, build_chain
from rag.condense import condense
from rag.retrieve import HybridRetriever
from rag.snapshot import Snapshot
from settings import HOME, SEEDS, Settings

CONVERSATIONS = HOME / "seeds" / "conversations.jsonl"
WAYS = ("ours", "written", "last turn", "all turns")
TOP = 5
SEED = 7


@dataclass(frozen=True, slots=True)
class Asked:
    """Follow-up as our rules put it, and which ways of asking put its evidence among the first five passages."""

    conversation: str
    question: str
    standalone: str
    kind: str
    answerable: bool
    hits: Mapping[str, bool]

    @property
    def carried(self) -> bool:
        """Whether the rules added a word that was not typed."""
        return not set(query_terms(self.standalone)) <= set(query_terms(self.question))


def conversations(*, tuned: bool) -> Iterator[dict[str, object]]:
    """Iterate over the conversations that the rules were tuned on, or over the others."""
    for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if (int(row["id"].removeprefix("talk-")) % 2 == 0) == tuned:
            yield row


def follow_ups(chain: AnswerChain, retriever: HybridRetriever, talks: Sequence[dict[str, object]]) -> Iterator[Asked]:
    """Ask every turn but the first after the turns before it and the answers that the program gave to them."""
    with retriever.index.snapshot() as snapshot:
        for talk in talks:
            history: list[dict[str, str]] = []
            for turn in talk["turns"]:  # type: ignore[attr-defined]
                question = turn["question"]
                standalone = condense(question, history)
                if history:
                    joined = " ".join([*(earlier["question"] for earlier in history), question])
                    wordings = dict(
                        zip(WAYS, ([standalone, question], [turn["standalone"]], [question], [joined]), strict=True)
                    )
                    hits = {
                        way: _is_found(retriever, snapshot, list(dict.fromkeys(phrasings)), turn["evidence"])
                        for way, phrasings in wordings.items()
                    }
                    yield Asked(str(talk["id"]), question, standalone, turn["kind"], turn["answerable"], hits)
                answer = chain.invoke({"question": question, "history": history})
                history.append({"question": question, "answer": answer.answer})


def _is_found(retriever: HybridRetriever, snapshot: Snapshot, wordings: Sequence[str], evidence: Sequence[str]) -> bool:
    for passage in retriever.passages(wordings, snapshot)[:TOP]:
        for text in evidence:
            start = passage.article.text.find(text)
            if start >= 0 and passage.start < start + len(text) and start < passage.end:
                return True
    return False


def table(asked: Sequence[Asked]) -> Iterator[str]:
    """Iterate over the lines of a Markdown table."""
    answerable = [follow_up for follow_up in asked if follow_up.answerable]
    yield f"| follow-ups | {' | '.join(WAYS)} | ours / written |"
    yield f"|---|{'---|' * (len(WAYS) + 1)}"
    for kind in ("all", *sorted({follow_up.kind for follow_up in answerable})):
        of_kind = [follow_up for follow_up in answerable if kind in ("all", follow_up.kind)]
        shares = [_share(of_kind, way) for way in WAYS]
        yield f"| {kind} ({len(of_kind)}) | {' | '.join(shares)} | {_ratio(of_kind)} |"
    switches = [follow_up for follow_up in asked if follow_up.kind == "switch"]
    carried = sum(follow_up.carried for follow_up in switches)
    yield ""
    yield f"Topic changes that got something from before: {carried} of {len(switches)}."


def _share(asked: Sequence[Asked], way: str) -> str:
    hits, counts = _by_conversation(asked, way), _by_conversation(asked, None)
    return _with_interval(asked, lambda weights: (weights @ hits) / (weights @ counts))


def _ratio(asked: Sequence[Asked]) -> str:
    ours, written = _by_conversation(asked, "ours"), _by_conversation(asked, "written")
    return _with_interval(asked, lambda weights: (weights @ ours) / (weights @ written))


def _by_conversation(asked: Sequence[Asked], way: str | None) -> Array:
    """Count the follow-ups of each conversation that a way finds, or all of them."""
    names = sorted({follow_up.conversation for follow_up in asked})
    sums = dict.fromkeys(names, 0.0)
    for follow_up in asked:
        sums[follow_up.conversation] += follow_up.hits[way] if way else 1
    return np.array([sums[name] for name in names])


def _with_interval(asked: Sequence[Asked], statistic: Callable[[Array], Array]) -> str:
    with np.errstate(invalid="ignore", divide="ignore"):
        first, *drawn = [
            statistic(weights) for weights in resamples(len({follow_up.conversation for follow_up in asked}), SEED)
        ]
    low, high = interval(np.concatenate(drawn))
    return f"{first[0]:.2f} ({low:.2f} to {high:.2f})"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--store", type=Path, help="an index of the starter articles; made anew if it is not given")
    parser.add_argument("--tuned", action="store_true", help="the conversations that the rules were tuned on")
    parser.add_argument("--json", type=Path, help="every follow-up, into this file")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(store=options.store or Path(scratch) / "store")
        if options.store is None:
            ingest(settings.store, [SEEDS], load_embeddings("all-MiniLM-L6-v2", settings.models, settings.threads))
        with closing(build_chain(settings)) as chain:
            retriever = HybridRetriever(index=chain.index, embeddings=chain.embeddings)
            asked = list(follow_ups(chain, retriever, list(conversations(tuned=options.tuned))))
    if options.json:
        options.json.write_text(json.dumps([asdict(follow_up) for follow_up in asked], indent=1), encoding="utf-8")
    sys.stdout.write("\n".join(table(asked)) + "\n")


if __name__ == "__main__":
    main()
