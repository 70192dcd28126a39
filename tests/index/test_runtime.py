"""What runs the models keeps nothing of the machine and tells nobody."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from settings import HOME

OPEN = """
import sys
from pathlib import Path
from index.runtime import open_session
session = open_session(Path(sys.argv[1]), 1)
print(len(session.get_inputs()))
"""


def test_a_session_leaves_no_identifier_of_the_machine(models: Path, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment = {name: value for name, value in environment.items() if not name.startswith("XDG_")}
    model = models / "all-MiniLM-L6-v2" / "model.onnx"
    said = subprocess.run(
        [sys.executable, "-c", OPEN, str(model)],
        cwd=HOME,
        env=environment | {"HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
    assert said == "2\n"
    assert not list(tmp_path.rglob("*"))
