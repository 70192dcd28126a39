"""The command `articles`: the list of articles, or one article's exact text."""

from __future__ import annotations

import sys
from argparse import Namespace
from dataclasses import asdict

from commands.console import one_line, out, print_json
from commands.parser import Commands, add_json_option
from index.errors import UsageError
from settings import Settings


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("articles", "list the articles, or print one", run)
    parser.add_argument("id", nargs="?", metavar="ID", help="print this article's exact text")
    add_json_option(parser)


def run(settings: Settings, options: Namespace) -> int:
    """List the articles, or print one."""
    from rag.snapshot import Index

    index = Index(settings.store)
    if options.id is None:
        infos = index.articles()
        if options.json:
            print_json([{k: v for k, v in asdict(info).items() if k != "path"} for info in infos])
        else:
            for info in infos:
                named = f"{one_line(info.title)}  ({one_line(info.source)})"
                out.print(f"{info.id}  {info.date or '':10}  {named}", markup=False)
        return 0
    article = index.article(options.id)
    if article is None:
        raise UsageError(f"there is no article {options.id}", "`python app.py articles` lists them")
    if options.json:
        print_json(asdict(article))
    else:
        sys.stdout.write(article.text)
    return 0
