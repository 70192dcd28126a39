"""What the commands do. Each takes the settings and its own options and returns an exit code."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from index.article import Failure
from index.embed import DEFAULT, load_embeddings
from index.errors import StoreOutdatedError, UsageError
from index.layout import GENERATIONS, STARTER
from index.publish import ingest as ingest_articles
from index.publish import rebuild
from index.status import Facts, read_facts, read_status
from index.vectors import is_complete
from index.writer import Progress as Told
from settings import SEEDS, Settings, origin

if TYPE_CHECKING:
    from index.embed import EmbeddingModel
    from rag.answer import Answer
    from rag.chain import AnswerChain

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def serve(settings: Settings, options: Namespace) -> int:
    """The web chat, until it is stopped."""
    ready_store(settings)
    from thumbs import expire  # which leans on this file
    from web.logs import set_up
    from web.serve import serve as serve_web  # takes a while to import

    expire(settings)
    set_up(settings)
    out.print(f"Quoth answers on http://{settings.host}:{settings.port} (Ctrl-C stops it)")
    with closing(open_chain(settings)) as chain:
        serve_web(chain, settings)
    return 0


def ingest(settings: Settings, options: Namespace) -> int:
    """Articles into the index."""
    from storing import ingest as run  # which leans on this file

    return run(settings, options)


def export(settings: Settings, options: Namespace) -> int:
    """The store as one file."""
    from storing import export as run

    return run(settings, options)


def import_(settings: Settings, options: Namespace) -> int:
    """A store from such a file."""
    from storing import import_ as run

    return run(settings, options)


def articles(settings: Settings, options: Namespace) -> int:
    """The list of articles, or one article's exact text."""
    from rag.index import Index

    index = Index(settings.store)
    if options.id is None:
        infos = [{k: v for k, v in asdict(info).items() if k != "path"} for info in index.articles()]
        if options.json:
            print_json(infos)
        else:
            for info in index.articles():
                out.print(f"{info.id}  {info.date or '':10}  {info.title}  ({info.source})", markup=False)
        return 0
    article = index.article(options.id)
    if article is None:
        raise UsageError(f"there is no article {options.id}", "`python app.py articles` lists them")
    if options.json:
        print_json(asdict(article))
    else:
        sys.stdout.write(article.text)
    return 0


def ask(settings: Settings, options: Namespace) -> int:
    """One answer, or those to a file of questions."""
    if (options.question is None) == (options.questions is None):
        raise UsageError("one question is needed", 'write `python app.py ask "QUESTION"` or `ask --questions FILE`')
    from rag.filters import Filters

    source, author, tag = (tuple(each or ()) for each in (options.source, options.author, options.tag))
    filters = Filters(source, author, options.after, options.before, tag=tag)
    if filters and options.questions is not None:
        raise UsageError("a file of questions is not filtered", "write the filters into its questions (`after:2024`)")
    if options.questions is not None:
        from evaluation.questions import read_questions
        from evaluation.run import answer_all

        rows = read_questions(options.questions)
        if any(row.contexts is None for row in rows):
            ready_store(settings)
        with closing(open_chain(settings)) as chain:
            for answer in answer_all(chain, rows, trace=options.trace):
                print_json(answer.to_dict())
        return 0
    ready_store(settings)
    with closing(open_chain(settings)) as chain:
        answer = chain.invoke({"question": options.question, "filters": filters, "trace": options.trace})
    if options.json:
        print_json(answer.to_dict())
    else:
        _print_answer(answer)
    return 0


def eval(settings: Settings, options: Namespace) -> int:
    """Scores of a question set."""
    from scoring import score

    return score(settings, options)


def feedback(settings: Settings, options: Namespace) -> int:
    """What people thought of answers: listed, exported, deleted."""
    from thumbs import feedback as run  # which leans on this file

    return run(settings, options)


def keys(settings: Settings, options: Namespace) -> int:
    """What programs show to be let in."""
    from keys import keys as run  # which leans on this file

    return run(settings, options)


def mcp(settings: Settings, options: Namespace) -> int:
    """The articles as tools for an assistant, until it closes standard input."""
    ready_store(settings)
    from web.tools import server

    with closing(open_chain(settings)) as chain:
        server(chain, settings.address).run("stdio")
    return 0


def status(settings: Settings, options: Namespace) -> int:
    """What is indexed, and whether it is healthy."""
    found = read_status(settings.store, verify=options.verify)
    if options.json:
        print_json(asdict(found))
    else:
        for name, value in asdict(found).items():
            if value is not None:
                out.print(f"{name.replace('_', ' ')}: {value}", markup=False)
    return 0 if found.healthy else 4


def snippet(settings: Settings, options: Namespace) -> int:
    """The line that puts the widget into a page, and what to set on the server for it."""
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


def doctor(settings: Settings, options: Namespace) -> int:
    """Checks of the installation, one line each; exit code 2 if something has to be done."""
    from diagnosis import diagnose

    found = diagnose(settings)
    for check in found:
        mark = "ok  " if check.ok else "FAIL"
        out.print(f"{mark}  {check.name}: {check.text}" + (f" -> {check.hint}" if check.hint else ""), markup=False)
    return 0 if all(check.ok for check in found) else 2


def ready_store(settings: Settings) -> None:
    """Have an index to answer from: build it if there is none, mend it if its vectors are damaged.

    Raises UsageError if it was built from other articles than those asked for.
    """
    facts = _facts(settings)
    origin = str(settings.articles.expanduser().resolve()) if settings.articles else STARTER
    if facts.generation is None:
        model = embedding_model(settings)
        with progress() as told:
            report = ingest_articles(settings.store, [settings.articles or SEEDS], model, origin=origin, progress=told)
        print_failures(report.errors)
    elif settings.articles and facts.origin != origin:
        raise UsageError(
            f"the store {settings.store} was built from {facts.origin}, not from {origin}",
            "give another --store, or leave --articles out",
        )
    elif not is_complete(settings.store / GENERATIONS / facts.generation):
        err.print("The vectors are damaged or missing; building them again from the store.")
        rebuild(settings.store)


def embedding_model(settings: Settings) -> EmbeddingModel:
    """The embedding model asked for, else the store's, else the default, ready to load."""
    name = settings.embedding_model or _facts(settings).embedding_model or DEFAULT
    if name == DEFAULT and not (settings.models / DEFAULT / "model.onnx").is_file():
        from index.export import export_default

        err.print("Preparing the embedding model (once, about 15 seconds)...")
        export_default(settings.models)
    return load_embeddings(name, settings.models, settings.threads)


def _facts(settings: Settings) -> Facts:
    """What the store says of itself; one of an earlier version is brought up to date first."""
    try:
        return read_facts(settings.store)
    except StoreOutdatedError:
        copy = rebuild(settings.store).upgraded
        err.print(f"The store has been brought up to date; as it was, it is kept in {copy} until `ingest --erase`.")
        return read_facts(settings.store)


def open_chain(settings: Settings) -> AnswerChain:
    """The chain over the store, for `closing`."""
    from rag.chain import build_chain

    return build_chain(settings, embedding_model(settings))


@contextmanager
def progress() -> Iterator[Told]:
    """A progress bar on standard error; gone when done."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)


def print_json(data: Any) -> None:
    """One line of JSON on standard output."""
    sys.stdout.write(json.dumps(data) + "\n")  # ASCII: no line separator of any kind inside
    sys.stdout.flush()


def print_failures(failures: Sequence[Failure]) -> None:
    """The articles that could not be read, a line each, on standard error."""
    for failure in failures:
        err.print(f"quoth: {failure.error}: {failure.hint}", markup=False)


def _print_answer(answer: Answer) -> None:
    for sentence in answer.sentences:
        out.print(str(sentence), markup=False)
    if answer.abstained:
        out.print(answer.answer, markup=False)
    if answer.notice:
        out.print(answer.notice, markup=False)
    for citation in answer.citations:
        details = ", ".join(part for part in (citation.title, citation.author, citation.date) if part)
        out.print(f"\\[{citation.n}] {escape(details)}  [dim]{escape(citation.source)}[/dim]")
    if answer.nearest:
        out.print("\nNearest passages:")
    for near in answer.nearest:
        out.print(f"- {' '.join(near.text.split())[:160]}... ({near.title})", markup=False)
