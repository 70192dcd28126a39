"""The front door: reads the settings, runs a command, turns failures into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from keyword import iskeyword
from pathlib import Path
from typing import NoReturn

import commands
from index.errors import QuothError, UsageError
from index.fetch import is_url
from settings import EXCERPT_CHARACTERS, LOGS, Settings

FORMATS = ("jsonl", "csv", "squad", "beir", "ragas", "datasets")
FILTERS = (
    ("after", "DATE", "of this year, month or day, or later"),
    ("before", "DATE", "from before this year, month or day"),
    ("author", "NAME", "by someone of this name, or part of a name (may be given again)"),
    ("source", "NAME", "whose file or folder has this in its name (may be given again)"),
    ("tag", "TAG", "filed under this tag (may be given again)"),
)
COMMON = (
    "store",
    "articles",
    "models",
    "embedding_model",
    "reader_model",
    "model",
    "base_url",
    "host",
    "port",
    "api_docs",
    "public_chat",
    "excerpt_characters",
    "log",
    "log_questions",
)


def main(arguments: list[str] | None = None) -> int:
    """Run a command; without one, `serve`. Returns the exit code: see docs/commands.md."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help")):
        words.insert(0, "serve")
    try:
        options = _parser().parse_args(words)
        return int(options.run(_settings(options), options))
    except QuothError as error:
        if "--debug" in words:
            raise
        sys.stderr.write(f"quoth: {' '.join(str(error).split())}\n")
        return error.exit_code
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("quoth: stopped; what was published before is unharmed\n")
        return 130


class _Parser(argparse.ArgumentParser):
    """Says in one line what is wrong with the words."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, f"`{self.prog} --help` lists what there is")


def _settings(options: argparse.Namespace) -> Settings:
    try:
        return Settings.read({name: getattr(options, name, None) for name in COMMON})
    except ValueError as error:
        raise UsageError(str(error), "correct the variable or unset it") from error


def _place(text: str) -> Path | str:
    """A path, or the address of a page as it is."""
    return text if is_url(text) else Path(text)


def _parser() -> argparse.ArgumentParser:
    common = _Parser(add_help=False)
    common.add_argument("--store", type=Path, metavar="DIR", help="where the index is kept (default .store)")
    common.add_argument("--articles", type=Path, metavar="DIR", help="build the index from DIR if it is empty")
    common.add_argument("--embedding-model", metavar="NAME", help="a sentence-transformers model, by name or path")
    common.add_argument("--reader-model", metavar="DIR", help="the folder of a reading model, or none")
    common.add_argument(
        "--model", metavar="PROVIDER:MODEL", help="a language model that writes (default: quotes alone)"
    )
    common.add_argument("--base-url", metavar="URL", help="where its server is, if not its provider's usual one")
    common.add_argument("--models", type=Path, metavar="DIR", help="where exported models are kept")
    common.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    parser = _Parser(prog="app.py", description="Answers from your own articles, with exact quotes.")
    parsers = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, text: str) -> argparse.ArgumentParser:
        added = parsers.add_parser(name, parents=[common], help=text, description=text)
        added.set_defaults(run=getattr(commands, f"{name}_" if iskeyword(name) else name))
        return added

    def json_option(added: argparse.ArgumentParser) -> None:
        added.add_argument("--json", action="store_true", help="print JSON")

    serve = command("serve", "the web chat (what happens without a command)")
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

    ingest = command("ingest", "bring articles into the index")
    ingest.add_argument("paths", nargs="*", type=_place, metavar="PATH", help="files, folders, or addresses of pages")
    ingest.add_argument("--allow-network", action="store_true", help="fetch the pages whose addresses are given")
    for name in ("text", "title", "author", "date", "id", "url"):
        ingest.add_argument(f"--{name}-field", metavar="NAME", help=f"the column or key of the {name} in CSV and JSONL")
    ingest.add_argument("--prune", action="store_true", help="remove articles under PATH that are gone")
    ingest.add_argument("--erase", action="store_true", help="have removed vectors leave the disk at once")
    ingest.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
    ingest.add_argument("--watch", action="store_true", help="go on, and bring in what changes under PATH")
    ingest.add_argument("--repair", action="store_true", help="instead, make the index again from the stored articles")
    json_option(ingest)

    export = command("export", "write the store into one file")
    export.add_argument("file", type=Path, metavar="FILE")
    imported = command("import", "make a store from such a file")
    imported.add_argument("file", type=Path, metavar="FILE")
    imported.add_argument("--replace", action="store_true", help="in place of the articles that are there")

    articles = command("articles", "list the articles, or print one")
    articles.add_argument("id", nargs="?", metavar="ID", help="print this article's exact text")
    json_option(articles)

    ask = command("ask", "answer a question")
    ask.add_argument("question", nargs="?", metavar="QUESTION")
    ask.add_argument("--questions", type=Path, metavar="FILE.jsonl", help="answer a file of questions, as JSON lines")
    for name, metavar, text in FILTERS:
        several = "append" if name in ("author", "source", "tag") else "store"
        ask.add_argument(f"--{name}", action=several, metavar=metavar, help=f"search only articles {text}")
    ask.add_argument("--trace", action="store_true", help="add the ranked passages to the JSON")
    json_option(ask)

    score = command("eval", "score the answers to a question set")
    score.add_argument("questions", nargs="?", type=Path, metavar="QUESTIONS", help="a question set")
    score.add_argument("--format", choices=FORMATS, default="jsonl", help="what QUESTIONS is (default jsonl)")
    score.add_argument("--report", type=Path, metavar="FILE.html", help="write a report to read")
    score.add_argument("--json", nargs="?", const="-", metavar="FILE", help="write the run as JSON, or print it")
    score.add_argument("--junit", type=Path, metavar="FILE.xml", help="write the gates for a CI system")
    score.add_argument("--baseline", type=Path, metavar="FILE.json", help="compare; exit code 1 if a gated figure fell")
    score.add_argument("--gate", action="append", default=[], metavar="FIGURE=TOLERANCE", help="gate it, or FIGURE=off")
    score.add_argument("--resume", action="store_true", help="go on with a run that was interrupted")
    score.add_argument("--judge", metavar="PROVIDER:MODEL", help="have a language model judge the citations")
    score.add_argument("--draft", type=int, metavar="N", help="instead, propose N questions (--model writes them)")
    score.add_argument("--pending", action="store_true", help="instead, print what thumbs-down ask for, as drafts")
    score.add_argument("--accept", type=Path, metavar="FILE", help="instead, add edited drafts to QUESTIONS")

    feedback = command("feedback", "what people thought of answers: list it, export it, delete it")
    feedback.add_argument("words", nargs="*", metavar="WORD", help="list, export FILE, delete ID... or delete --all")
    feedback.add_argument("--all", action="store_true", help="with delete: all of it")
    json_option(feedback)

    keys = command("keys", "what programs show to be let in: list, add, revoke")
    keys.add_argument("words", nargs="*", metavar="WORD", help="list, add NAME or revoke NAME")
    keys.add_argument("--per-minute", type=int, default=60, metavar="N", help="how often it may be used (default 60)")

    command("mcp", "answer an assistant's questions over the Model Context Protocol, on standard input and output")

    status = command("status", "what is indexed, by which models, and whether it is healthy")
    status.add_argument("--verify", action="store_true", help="look every vector up")
    json_option(status)

    snippet = command("snippet", "the line that puts the widget into a page of another site")
    snippet.add_argument("--url", metavar="URL", help="where this server is reached (default: where serve listens)")

    command("doctor", "check the installation and say what to do")
    return parser


if __name__ == "__main__":
    sys.exit(main())
