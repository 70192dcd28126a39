"""The targets, each with its figure and whether it is met; and everything measured as Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]
"""By the names of the parts, as speed.py keeps them."""
READ = 24
FAR = 1_000_000
PUBLISH_SECONDS = {100_000: 5, FAR: 60}


@dataclass(frozen=True, slots=True)
class Target:
    """`figure` must be at most `limit`, or at least it where `least`; None was not measured."""

    what: str
    limit: float
    figure: float | None
    least: bool = False
    more: str = ""

    @property
    def met(self) -> bool | None:
        """Whether the target is met; None if it was not measured."""
        if self.figure is None:
            return None
        return self.figure >= self.limit if self.least else self.figure <= self.limit

    def row(self) -> str:
        """Return a row of a table."""
        bound = f"{'≥' if self.least else '≤'} {self.limit:.3g}"
        if self.figure is None:
            return f"| {self.what} | {bound} | | not measured | {self.more} |"
        distance = f"{100 * abs(self.figure / self.limit - 1):.0f} %" if self.limit else f"{abs(self.figure):.3f}"
        verdict = f"{'met' if self.met else '**missed**'} by {distance}"
        return f"| {self.what} | {bound} | {self.figure:.3g} | {verdict} | {self.more} |"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of them are; the nearest one."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def sizes(results: Results, part: str = "ask") -> list[int]:
    """Return the sizes at which a part was measured."""
    return sorted(int(name.partition("-")[2]) for name in results if name.startswith(f"{part}-"))


def targets(results: Results) -> Iterator[Target]:
    """Yield all targets, measured or not."""
    yield from _ingest_targets(results)
    yield from _answer_targets(results)
    yield from _publication_targets(results)
    yield from _server_targets(results)
    yield from _quality_targets(results)
    yield _crowd_target(results)


def _answer_targets(results: Results) -> Iterator[Target]:
    for size in (size for size in sizes(results) if size < FAR):
        asked = results[f"ask-{size}"]["ours"]
        ms, passes = percentile(asked["ms"], 0.5), percentile(asked["passes_ms"], 0.5)
        ratios = [whole / part for whole, part in zip(asked["ms"], asked["passes_ms"], strict=True)]
        more = f"median {ms:.0f} ms, of which model passes {passes:.0f} ms; at most {max(asked['read'])} passages read"
        yield Target(f"answer ÷ its model passes, {size:,} passages", 1.3, percentile(ratios, 0.5), more=more)
        yield Target(f"passages read, {size:,} passages", READ, max(asked["read"]))
    far = None
    if f"ask-{FAR}" in results and "ask-10000" in results:
        far = _p95(results, FAR) / _p95(results, 10_000)
    more = f"{_p95(results, FAR):.0f} and {_p95(results, 10_000):.0f} ms" if far else ""
    yield Target("p95 at 1,000,000 passages ÷ at 10,000", 2, far, more=more)


def _publication_targets(results: Results) -> Iterator[Target]:
    for size, seconds in PUBLISH_SECONDS.items():
        if published := results.get(f"publish-{size}"):
            changed, gone = published["changed"], published["gone"]
            more = f"changed {changed['seconds']:.1f} s (CPU {changed['cpu']:.1f} s)"
            more += f", gone {gone['seconds']:.1f} s (CPU {gone['cpu']:.1f} s)"
            longer = max(changed["seconds"], gone["seconds"])
            yield Target(f"publishing one article, s, {size:,} passages", seconds, longer, more=more)


def _server_targets(results: Results) -> Iterator[Target]:
    for what, part, name, limit in (
        ("cold `ask`, seconds ÷ usual", "cold", "seconds_ratio", 1 / 3),
        ("the same in CPU seconds", "cold", "cpu_ratio", 1 / 3),
        ("`serve` ready ÷ bare Gradio, seconds", "ready", "seconds_ratio", 1.5),
        ("the same in CPU seconds", "ready", "cpu_ratio", 1.5),
    ):
        ratio = results.get(part, {}).get(name)
        yield Target(what, limit, ratio and ratio["median"], more=_spread(ratio) if ratio else "")
    held = results.get("memory")
    more = f"{held['ours']['mib']} MiB, {held['usual']['mib']} MiB, {held['passages']:,} passages" if held else ""
    yield Target("resident server ÷ usual", 0.5, held and held["ours"]["mib"] / held["usual"]["mib"], more=more)


def _crowd_target(results: Results) -> Target:
    crowd = results.get("crowd")
    more = ""
    if crowd:
        more = f"{crowd['per_second']:.2f} of {crowd['possible_per_second']:.2f} answers a second; CPU seconds of one"
        more += f" {crowd['cpu_in_crowd']:.2f}, alone {crowd['cpu_alone']:.2f}"
    return Target("50 users: throughput ÷ (cores ÷ CPU of an answer)", 0.8, crowd and crowd["share"], True, more)


def _ingest_targets(results: Results) -> Iterator[Target]:
    whole = results.get(f"ingest-{min(sizes(results, 'ingest'), default=0)}")
    ratio = more = None
    if whole:
        rates = {chain: [run["characters"] / run["cpu"] for run in whole[chain]] for chain in ("ours", "usual")}
        ratios = [one / other for one, other in zip(rates["ours"], rates["usual"], strict=True)]
        ratio = percentile(ratios, 0.5)
        more = f"{percentile(rates['ours'], 0.5):,.0f} and {percentile(rates['usual'], 0.5):,.0f}; spread"
        more += f" {min(ratios):.2f} to {max(ratios):.2f}"
    yield Target("ingest, characters a CPU second ÷ usual", 3, ratio, True, more or "")
    same = results.get("overlap")
    yield Target("top 10 in common with torch in fp32", 0.99, same and same["overlap"], True)


def _quality_targets(results: Results) -> Iterator[Target]:
    for name in (name for name in results if name.startswith("quality-")):
        found = results[name]
        for figure, ours in found["ours"].items():
            usual = found["usual"][figure]
            more = f"{ours:.3f} and {usual:.3f}; {found['questions']} questions, {found['articles']} articles"
            yield Target(f"{figure} − usual, {name.removeprefix('quality-')}", 0, ours - usual, True, more)


def verdicts(results: Results) -> str:
    """Return the targets as a table."""
    head = "| target | wanted | measured | | |\n|---|---|---|---|---|\n"
    return head + "\n".join(target.row() for target in targets(results)) + "\n"


def growth(results: Results) -> str:
    """Return a table of what each chain takes at each size."""
    lines = [
        "| passages | chain | ingest s | CPU s | peak MiB | disk MiB | answer p50 ms | p95 ms | CPU ms | passes ms |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for size in sizes(results, "ingest"):
        for chain in results[f"ingest-{size}"]:
            runs, asked = results[f"ingest-{size}"][chain], results.get(f"ask-{size}", {}).get(chain)
            cells = [f"{percentile([run[name] for run in runs], 0.5):,.0f}" for name in ("seconds", "cpu", "peak_mib")]
            cells.append(f"{runs[0]['disk_mib']:,.0f}")
            if asked:
                cells += [f"{percentile(asked['ms'], share):.0f}" for share in (0.5, 0.95)]
                cells += [f"{percentile(asked[name], 0.5):.0f}" for name in ("cpu_ms", "passes_ms")]
            lines.append(f"| {runs[0]['passages']:,} | {chain} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def publication(results: Results) -> str:
    """Return a table of what an ingest takes that finds one article changed, one gone, or none."""
    lines = [
        "| passages | one changed s | CPU s | one gone s | CPU s | all read, none changed s | CPU s |",
        "|" + "---|" * 7,
    ]
    for size in sizes(results, "publish"):
        found = results[f"publish-{size}"]
        cells = [f"{found[what][name]:.1f}" for what in ("changed", "gone", "unchanged") for name in ("seconds", "cpu")]
        lines.append(f"| {size:,} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def bad_inputs(results: Results) -> str:
    """Return a table of each kind of bad input beside an ordinary corpus of the same passages."""
    lines = [
        "| input | chain | passages | characters | ingest CPU s | CPU ms a passage | peak MiB | answer p50 ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in (name for name in results if name.startswith("bad-")):
        for chain in ("ours", "usual"):
            run, asked = results[name]["ingest"][chain], results[name]["ask"][chain]
            each = 1000 * run["cpu"] / run["passages"]
            lines.append(
                f"| {name.removeprefix('bad-')} | {chain} | {run['passages']:,} | {run['characters']:,} |"
                f" {run['cpu']:.1f} | {each:.2f} | {run['peak_mib']:,} | {percentile(asked['ms'], 0.5):.0f} |"
            )
    for size in sizes(results, "odd"):
        for what, found in results[f"odd-{size}"].items():
            lines.append(f"| a question {what} | ours | {size:,} | | | | | {found['ms'][0]:.0f} |")
    return "\n".join(lines) + "\n"


def _p95(results: Results, size: int) -> float:
    return percentile(results[f"ask-{size}"]["ours"]["ms"], 0.95)


def _spread(found: Mapping[str, float]) -> str:
    return f"{found['low']:.2f} to {found['high']:.2f}"
