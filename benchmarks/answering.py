"""Processor time of an answer, the models loaded and no answer kept: python benchmarks/answering.py --store STORE.

Every question of a file is asked once, one after the other, in this process. It imports the code of the folder that it
is started in (with PYTHONPATH=.), so that another commit's can be measured with the same file.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure the processor time of an answer.")
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--questions", type=Path, default=Path("seeds/questions.jsonl"))
    parser.add_argument("--most", type=int, default=10**9, help="ask so many at most")
    parser.add_argument("--reader-model", help="the folder of another reading model")
    parser.add_argument("--out", type=Path, help="JSON lines: the answers")
    options = parser.parse_args()

    from rag.chain import build_chain
    from settings import Settings

    chain = build_chain(Settings(store=options.store, answers_kept=1, reader_model=options.reader_model))
    chain.warm()
    rows = [json.loads(line) for line in options.questions.read_text("utf-8").splitlines()][: options.most]
    seconds: list[float] = []
    answers: list[str] = []
    for row in rows:
        begun = time.process_time()
        answer = chain.invoke({"question": row["question"], "history": row.get("history", [])})
        seconds.append(time.process_time() - begun)
        answers.append(json.dumps(answer.to_dict(), ensure_ascii=False))
    if options.out:
        options.out.write_text("\n".join(answers) + "\n", encoding="utf-8")
    mean, median = statistics.fmean(seconds) * 1000, statistics.median(seconds) * 1000
    sys.stdout.write(f"{len(rows)} answers: processor time {mean:.1f} ms on average, {median:.1f} ms at the median\n")
    half = len(seconds) // 2
    first, second = statistics.fmean(seconds[:half]) * 1000, statistics.fmean(seconds[half:]) * 1000
    sys.stdout.write(f"the first half {first:.1f} ms, the second {second:.1f} ms\n")


if __name__ == "__main__":
    main()
