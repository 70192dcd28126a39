"""The commands that put Quoth in front of people and programs: `serve`, `mcp` and `snippet`."""

from __future__ import annotations

from argparse import Namespace
from contextlib import AbstractContextManager, closing, nullcontext
from typing import TYPE_CHECKING

from commands.console import out
from commands.parser import Commands
from index.errors import UsageError
from settings import EXCERPT_CHARACTERS, LOGS, Settings, origin

if TYPE_CHECKING:
    from index.embed import EmbeddingModel


def add(commands: Commands) -> None:
    """Add the three commands."""
    serve = commands.add("serve", "the web chat (what happens without a command)", run_serve)
    serve.add_argument("--host", help="address to listen on (default 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to listen on (default 7860)")
    serve.add_argument("--public-chat", action="store_true", default=None, help="open the chat to everybody")
    serve.add_argument(
        "--excerpts-only", dest="excerpt_characters", nargs="?", type=int, const=EXCERPT_CHARACTERS, metavar="N",
        help=f"others than the owner read N characters around a quote (default {EXCERPT_CHARACTERS}), not all",
    )  # fmt: skip
    serve.add_argument("--api-docs", action="store_true", default=None, help="describe the HTTP interface at /api-docs")
    serve.add_argument("--log", choices=LOGS, help="what is written to standard error (default lines)")
    serve.add_argument("--log-questions", action="store_true", default=None, help="write what is asked there, too")
    serve.add_argument(
        "--allow-network", action="store_true", default=None, help="let sources and the owner fetch from the web"
    )
    serve.add_argument("--no-sources", action="store_true", help="run no sources")

    commands.add(
        "mcp",
        "answer an assistant's questions over the Model Context Protocol, on standard input and output",
        run_mcp,
    )

    snippet = commands.add("snippet", "the line that puts the widget into a page of another site", run_snippet)
    snippet.add_argument("--url", metavar="URL", help="where this server is reached (default: where serve listens)")


def run_serve(settings: Settings, options: Namespace) -> int:
    """Serve the web chat until it is stopped."""
    from commands.feedback import expire
    from commands.store import open_chain, ready_store
    from web.listener import listen

    with listen(settings.host, settings.port) as listener:  # a port in use is said before an index is built
        ready_store(settings, wait=True)
        from web.monitoring.logs import set_up
        from web.serve import serve  # takes a while to import

        expire(settings)
        set_up(settings)
        with closing(open_chain(settings)) as chain:
            said = f"Quoth answers on {settings.address} (Ctrl-C stops it)"
            with _sources(settings, options, chain.embeddings):
                serve(chain, settings, listener, lambda: out.print(said))
    return 0


def _sources(settings: Settings, options: Namespace, model: EmbeddingModel) -> AbstractContextManager[None]:
    """Keep the sources in step, unless that is not wanted."""
    from index.sync.schedule import in_step

    if options.no_sources:
        return nullcontext()
    return in_step(settings.store, lambda: model, allow_network=settings.allow_network)


def run_mcp(settings: Settings, options: Namespace) -> int:
    """Offer the articles as tools to an assistant, until it closes standard input."""
    from commands.store import open_chain, ready_store

    ready_store(settings)
    from web.mcp import mcp_server

    with closing(open_chain(settings)) as chain:
        mcp_server(chain, settings.address).run("stdio")
    return 0


def run_snippet(settings: Settings, options: Namespace) -> int:
    """Print the line that puts the widget into a page, and what to set on the server for it."""
    try:
        server = origin((options.url or settings.address).removesuffix("/"))
    except ValueError as error:
        raise UsageError(str(error), "give the address of the server, without a path") from error
    sites = " ".join(settings.embed_origins)
    out.print(f'<script src="{server}/widget.js" async data-title="Ask our articles"></script>')
    out.print("\nPut this line into your pages. It is shown on those of the sites that the server is started with:")
    out.print(f'\n  QUOTH_EMBED_ORIGINS="{sites or "https://your.site"}" python app.py serve')
    out.print("\ndocs/embed.md has the rest: looks, events, Content-Security-Policy, nginx and Caddy.")
    return 0
