"""The command `keys`: lets programs ask, each with a key and a rate of its own. See docs/http.md."""

from __future__ import annotations

import sys
from argparse import Namespace

from commands.console import err, out
from commands.parser import Commands
from index.article import collection_name
from index.errors import UsageError
from settings import Settings


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("keys", "what programs show to be let in: list, add, revoke", run)
    parser.add_argument("words", nargs="*", metavar="WORD", help="list, add NAME or revoke NAME")
    parser.add_argument(
        "--collections", default="", metavar="NAMES", help="what it sees, with commas between them (default everything)"
    )
    parser.add_argument("--per-minute", type=int, default=60, metavar="N", help="how often it may be used (default 60)")


def run(settings: Settings, options: Namespace) -> int:
    """Do what the words say. A new key is all that standard output gets, so that a script can take it."""
    from rich.markup import escape
    from rich.table import Table

    from web.security.keys import Keys

    keys = Keys(settings.store)
    match options.words:
        case [] | ["list"]:
            table = Table("name", "per minute", "made", "collections", box=None)
            for key in keys.list():
                shown = escape(", ".join(key.collections) or "everything")
                table.add_row(escape(key.name), str(key.per_minute), key.created[:10], shown)
            out.print(table if keys.list() else "There are no keys.")
        case ["add", name]:
            sys.stdout.write(keys.add(name, options.per_minute, _collections(options.collections)) + "\n")
            err.print(
                "quoth: keep this key now, it is not shown again; programs send it as `Authorization: Bearer KEY`"
            )
        case ["revoke", name]:
            keys.revoke(name)
            out.print(f"{name} is revoked", markup=False)
        case _:
            raise UsageError(
                "`keys` does not know these words", "write `keys list`, `keys add NAME` or `keys revoke NAME`"
            )
    return 0


def _collections(said: str) -> list[str]:
    """Return the names of collections as they are kept. Raises UsageError for one of which nothing is left."""
    names = [collection_name(name) for name in said.split(",")] if said else []
    if "" in names:  # else a key that was to see little would see everything
        raise UsageError(f"{said!r} are no names of collections", "write them with commas between them: news,help")
    return list(dict.fromkeys(names))
