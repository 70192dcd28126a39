"""The command `status`: what is indexed, by which models, and whether it is healthy."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict

from commands.console import out, print_failures, print_json
from commands.parser import Commands, add_json_option
from settings import Settings


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("status", "what is indexed, by which models, and whether it is healthy", run)
    parser.add_argument("--verify", action="store_true", help="look every vector up")
    add_json_option(parser)


def run(settings: Settings, options: Namespace) -> int:
    """Print the status; exit code 4 if the store is damaged."""
    from index.status import read_status

    status = read_status(settings.store, verify=options.verify)
    if options.json:
        print_json(asdict(status))
    else:
        for name, value in asdict(status).items():
            if value is not None and name != "failures":
                out.print(f"{name.replace('_', ' ')}: {value}", markup=False)
        print_failures(status.failures or ())
    return 0 if status.healthy else 4
