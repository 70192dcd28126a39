"""What the command line does before it runs a command: it answers at once, and says which release it is."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib

import pytest

import app
from commands import parser
from settings import HOME

HEAVY = {
    "chromadb", "chromadb_rust_bindings", "fastapi", "gradio", "langchain", "langchain_core", "numpy", "onnx", "onnxruntime", "openai",
    "pydantic", "rich", "starlette", "tokenizers", "torch", "trafilatura", "transformers",
}  # fmt: skip
REPORT = "import json, sys; sys.stderr.write(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"


@pytest.mark.parametrize(
    "code",
    [
        "import app",
        "import app, contextlib\nwith contextlib.suppress(SystemExit): app.main(['--help'])",
        "import app, contextlib\nwith contextlib.suppress(SystemExit): app.main(['eval', '--help'])",
        "import app, contextlib\nwith contextlib.suppress(SystemExit): app.main(['--version'])",
    ],
)
def test_help_imports_nothing_heavy(code: str) -> None:
    command = [sys.executable, "-c", f"{code}\n{REPORT}"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=True)
    modules = set(json.loads(done.stderr))
    assert "app" in modules
    assert modules & HEAVY == set()


def test_the_version_is_that_of_the_project(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_:
        app.main(["--version"])
    project = tomllib.loads((HOME / "pyproject.toml").read_text("utf-8"))["project"]
    assert exit_.value.code == 0
    assert capsys.readouterr().out == f"Quoth {project['version']}\n"


def test_where_there_is_no_checkout_the_version_is_the_installed_one(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(parser, "HOME", tmp_path)
    monkeypatch.setattr("importlib.metadata.version", lambda name: f"9 of {name}")
    assert parser.quoth_version() == "9 of quoth"


def test_every_command_says_what_its_options_are() -> None:
    [commands] = [action for action in app.build_parser()._actions if action.choices]
    for name, command in dict(commands.choices or {}).items():
        for action in command._actions:
            assert action.help or not action.option_strings or action.dest == "help", f"{name} {action.option_strings}"
