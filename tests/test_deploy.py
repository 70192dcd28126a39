"""The files of deploy/ and around it, as far as they can be checked without Docker, a proxy or root."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from app import build_parser
from settings import HOME, Settings
from tests.web.standins import free_port

DOCKERFILE = (HOME / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((HOME / "compose.yaml").read_text())
SCALE_DOCS = (HOME / "docs" / "scale.md").read_text()
SCALE: dict[str, Any] = yaml.safe_load((HOME / "compose.scale.yaml").read_text())
UNIT = (HOME / "deploy" / "quoth.service").read_text()
SENT = [line[1:] for line in (HOME / ".dockerignore").read_text().splitlines() if line.startswith("!")]


def test_the_image_is_made_of_what_the_app_needs() -> None:
    project = tomllib.loads((HOME / "pyproject.toml").read_text())
    assert {*project["tool"]["importlinter"]["root_packages"], "*.py", "prompts", "seeds", "models"} <= {*SENT}
    for pattern in SENT:
        assert pattern == "models" or list(HOME.glob(pattern)), pattern
    for sources in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for source in sources.split():
            assert (HOME / source).exists(), source
            assert source == "." or any(Path(source).match(pattern) for pattern in SENT), source
    assert not {".venv", ".store", ".git", ".models", "tests"} & {*SENT}


def test_the_image_is_run_by_nobody_special_and_works_offline() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER quoth$", last, re.MULTILINE) and "HEALTHCHECK" in last and "HF_HUB_OFFLINE=1" in last
    assert "-m index.onnx_export" in DOCKERFILE.rpartition("\nFROM ")[0]
    assert not re.search(r"(TOKEN|KEY|SECRET|PASSWORD)=", DOCKERFILE)
    assert "--no-deps --require-hashes -r requirements-light.lock" in DOCKERFILE


def test_only_caddy_is_published_and_nothing_is_writable() -> None:
    services = COMPOSE["services"]
    assert "ports" not in services["quoth"] and services["quoth"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for service in services.values():
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
    for volume in (*services["quoth"]["volumes"], *services["caddy"]["volumes"]):
        source, _, *mode = volume.split(":")
        assert source in COMPOSE["volumes"] or mode == ["ro"], volume
    subnet = COMPOSE["networks"]["inside"]["ipam"]["config"][0]["subnet"]
    assert services["quoth"]["environment"]["QUOTH_PROXIES"] == subnet


def test_the_settings_in_them_are_settings() -> None:
    environment = {"SITE": "ask.example.org", "QUOTH_OWNER_TOKEN": "a" * 32}

    def filled(value: str) -> str:
        return re.sub(r"\$\{(\w+)(?::[-?]([^}]*))?\}", lambda each: environment.get(each[1], ""), value)

    given = {name: filled(value) for name, value in COMPOSE["services"]["quoth"]["environment"].items()}
    image = dict(re.findall(r"(QUOTH_\w+)=(\S+)", DOCKERFILE))
    unit = dict(re.findall(r"(QUOTH_\w+)=(\S+)", UNIT))
    for values in (given | image, unit):
        names = {name.lower().removeprefix("quoth_") for name in values}
        assert names <= {*Settings.__dataclass_fields__}
        assert Settings.read({}, values).log == "json"
    assert Settings.read({}, given).hosts == ("ask.example.org",)


def test_several_servers_are_as_closed_as_one() -> None:
    services = SCALE["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["caddy"]
    assert SCALE["networks"]["inside"]["internal"] is True
    ours = {name: service for name, service in services.items() if name.startswith(("quoth", "worker"))}
    assert len(ours) == 4
    for service in (*ours.values(), services["caddy"]):
        assert service["read_only"] is True and service["cap_drop"] == ["ALL"]
    for service in services.values():
        assert service["security_opt"] == ["no-new-privileges:true"]
        for volume in service["volumes"]:
            source, _, *mode = volume.split(":")
            assert source in SCALE["volumes"] or mode == ["ro"], volume
    for service in ours.values():
        assert service["networks"] == ["inside"]
        assert (HOME / service["build"]["args"]["EXTRA"]).is_file()
        given = {name: value for name, value in service["environment"].items() if name.startswith("QUOTH_")}
        given |= {"QUOTH_HOSTS": "ask.example.org", "QUOTH_OWNER_TOKEN": "a" * 32, "QUOTH_EMBED_ORIGINS": ""}
        settings = Settings.read({}, given | {"QUOTH_PUBLIC_CHAT": "false"})
        assert (str(settings.store), settings.folder) == ("postgresql://quoth@postgres/quoth", Path(".store"))
        assert settings.proxies == (SCALE["networks"]["inside"]["ipam"]["config"][0]["subnet"],)
    assert services["caddy"]["image"] == COMPOSE["services"]["caddy"]["image"] == "caddy:2.11"
    for upstream in services["caddy"]["environment"]["UPSTREAM"].split():
        assert upstream.partition(":")[0] in ours


def test_both_are_what_the_specification_of_compose_allows() -> None:
    pytest.importorskip("check_jsonschema", reason="requirements-dev.txt has check-jsonschema")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    files = [str(HOME / name) for name in ("compose.yaml", "compose.scale.yaml")]
    checked = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_what_their_services_run_are_commands_of_ours() -> None:
    services = {name: service for name, service in SCALE["services"].items() if "build" in service}
    ran = {name: arguments(service) for name, service in services.items()}
    assert [words[0] if words else "serve" for words in ran.values()] == ["serve", "serve", "worker", "worker"]
    asked = re.findall(r"docker compose -f compose.scale.yaml run --rm (\S+) (.+?) +#", SCALE_DOCS)
    assert asked
    for service, words in asked:
        ran[f"{service} {words}"] = shlex.split(words)
        mounted = [volume.split(":")[1] for volume in services[service]["volumes"]]
        assert [word for word in shlex.split(words) if word.startswith("/")] == mounted
    for words in ran.values():
        build_parser().parse_args(words or ["serve"])


def arguments(service: dict[str, Any]) -> list[str]:
    """Return what app.py is started with; an entrypoint in the file has the image's CMD forgotten."""
    [entrypoint] = re.findall(r"^ENTRYPOINT (.+)$", DOCKERFILE, re.MULTILINE)
    [command] = re.findall(r"^CMD (.+)$", DOCKERFILE, re.MULTILINE)
    program = service.get("entrypoint") or json.loads(entrypoint)
    assert program[:1] == ["python"] and (HOME / program[1].removeprefix("/app/")).is_file()
    image = service.get("working_dir", "/app") == "/app" or program[1].startswith("/app/")
    assert image, "app.py is found from any folder, or the folder is its own"
    return [*service.get("command", [] if "entrypoint" in service else json.loads(command))]


def test_what_has_to_be_given_is_said() -> None:
    text = (HOME / "compose.scale.yaml").read_text()
    needed = {*re.findall(r"\$\{(\w+)(?::\?[^}]*)?\}", text)}
    head = text.partition("x-quoth")[0]
    assert needed and all(name in head and name in SCALE_DOCS for name in needed)


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (None, 1)])
def test_the_image_knows_whether_it_is_well(status: int | None, code: int) -> None:
    [found] = re.findall(r"^HEALTHCHECK .*\\\n +CMD (.+)$", DOCKERFILE, re.MULTILINE)
    command = [sys.executable, *json.loads(found)[1:]]

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status or 0 if self.path == "/healthz" else 404)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_port if status else free_port()
        command = [word.replace("7860", str(port)) for word in command]
        assert subprocess.run(command, capture_output=True, check=False).returncode == code
        server.shutdown()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")
def test_systemd_finds_the_unit_right_and_tight(tmp_path: Path) -> None:
    path = tmp_path / "quoth.service"
    path.write_text(UNIT.replace("/opt/quoth/.venv/bin/python", sys.executable))
    verified = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
    assert (verified.returncode, verified.stderr) == (0, "")
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(path)]
    tight = subprocess.run(command, capture_output=True, text=True, check=False)
    assert tight.returncode == 0, tight.stdout[-300:]
