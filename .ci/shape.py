"""The shape of the product's code: no function too complex (radon's cyclomatic complexity), no file too long."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from radon.complexity import cc_visit
from radon.visitors import Function

HOME = Path(__file__).resolve().parent.parent
PRODUCT = ("app.py", "settings.py", "commands", "index", "rag", "evaluation", "web")
COMPLEXITY = 15
LINES = 300


def files() -> Iterator[Path]:
    """Yield the Python files of the product."""
    for name in PRODUCT:
        place = HOME / name
        yield from sorted(place.rglob("*.py")) if place.is_dir() else [place]


def faults(path: Path) -> Iterator[str]:
    """Yield a line for each thing in the file at `path` that is out of shape."""
    text = path.read_text(encoding="utf-8")
    name = path.relative_to(HOME)
    if (count := text.count("\n")) > LINES:
        yield f"{name}: {count} lines, at most {LINES}"
    for block in cc_visit(text):
        if isinstance(block, Function) and block.complexity > COMPLEXITY:
            yield f"{name}:{block.lineno}: {block.fullname} has complexity {block.complexity}, at most {COMPLEXITY}"


def main() -> int:
    """Print what is out of shape. Returns 1 if anything is."""
    lines = [line for path in files() for line in faults(path)]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.write(f"shape: {len(lines)} functions or files are too large\n")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
