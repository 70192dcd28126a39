"""Commands, run in this process or as users type them, and what the articles of their tests say."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import app
from settings import HOME

QUESTION = "What did Jia Yueting criticize?"
JIA = """---
title: A post about copying
author: Ann Lee
date: 2024-04-02
tags: [Cars, the industry]
---
Jia Yueting criticized the copycat culture of the industry. He praised the execution of Xiaomi.

## Prices

The SU7 costs 215,900 yuan in China.
"""
SHIPS = "Ships and cats\n\nThe cook fed the cat with fish. \u2028Every ship had one.\n"


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def run(*words: str | Path) -> Ran:
    """A command in this process."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = app.main([str(word) for word in words])
    return Ran(code, out.getvalue(), err.getvalue())


def run_process(*words: str | Path) -> Ran:
    """A command as a user types it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "app.py", *words], cwd=HOME, env=environment, capture_output=True, check=False, timeout=120
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def is_one_line(text: str) -> bool:
    return text.startswith("quoth: ") and text.endswith("\n") and text.count("\n") == 1


def keys(data: dict[str, Any]) -> set[str]:
    return set(data)
