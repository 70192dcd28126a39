"""What the commands open: the store, built or mended where it has to be, the embedding model, the chain."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from commands.console import err, print_failures, progress
from index.errors import StoreBusyError, StoreOutdatedError, UsageError
from settings import SEEDS, Settings

if TYPE_CHECKING:
    from index.embed import EmbeddingModel
    from index.status import StoreFacts
    from rag.chain import AnswerChain

_STARTER = "There was no index in {store}: it holds the starter articles now, until `ingest PATH` brings in yours."

_WAIT_SECONDS = 1.0


def ready_store(settings: Settings, *, wait: bool = False) -> None:
    """Have an index to answer from: build it if there is none, mend it if its vectors are damaged.

    With `wait`, another process that is at it, such as a server that was started in the same moment, is waited for.
    Raises UsageError if it was built from other articles than those asked for.
    """
    told = False
    while True:
        try:
            _make_ready(settings)
        except StoreBusyError as error:
            if not wait:
                raise
            if not told:
                err.print(f"Waiting: {error.message}.", markup=False)
            told = True
            time.sleep(_WAIT_SECONDS)
        else:
            return


def refuse_articles_as_store(settings: Settings) -> None:
    """Raise UsageError for a store that would be made among somebody's articles: `--articles` was meant."""
    from index.readers.sniff import is_supported
    from index.store.layout import DATABASE

    folder = settings.store
    if not isinstance(folder, Path) or (folder / DATABASE).exists() or not folder.is_dir():
        return
    found = next((path.name for path in sorted(folder.iterdir()) if path.suffix and is_supported(path.name)), None)
    if found:
        raise UsageError(
            f"{folder} is no store but holds files of yours ({found})",
            f"name a folder for the index with --store; what is asked is --articles {folder}",
        )


def _make_ready(settings: Settings) -> None:
    from index.store.layout import STARTER
    from index.store.place import open_store

    facts = _facts(settings)
    origin = str(settings.articles.expanduser().resolve()) if settings.articles else STARTER
    if facts.generation is None:
        refuse_articles_as_store(settings)
        from index.ingest import ingest
        from index.options import IngestOptions

        model = embedding_model(settings)
        with progress() as told:
            places = [settings.articles or SEEDS]
            report = ingest(settings.store, places, model, IngestOptions(origin=origin), progress=told)
        print_failures(report.errors)
        if not settings.articles:
            err.print(_STARTER.format(store=settings.store), markup=False)
    elif settings.articles and facts.origin != origin:
        raise UsageError(
            f"the store {settings.store} was built from {facts.origin}, not from {origin}",
            "give another --store, or leave --articles out",
        )
    elif not open_store(settings.store).is_whole(facts.generation):
        from index.ingest import rebuild

        err.print("The vectors are damaged or missing; building them again from the store.")
        rebuild(settings.store)


def embedding_model(settings: Settings) -> EmbeddingModel:
    """Return the embedding model asked for, else the store's, else the default, ready to load."""
    from index.embed import DEFAULT, is_exported, load_embeddings

    name = settings.embedding_model or _facts(settings).embedding_model or DEFAULT
    if name == DEFAULT and not is_exported(settings.models / DEFAULT):
        from index.onnx_export import export_default

        err.print("Preparing the embedding model (once)...")
        export_default(settings.models)
    return load_embeddings(name, settings.models, settings.threads)


def open_chain(settings: Settings) -> AnswerChain:
    """Return the chain over the store, for `closing`."""
    from rag.chain import AnswerChain

    return AnswerChain.open(settings, embedding_model(settings))


def _facts(settings: Settings) -> StoreFacts:
    """Return what the store says of itself; one of an earlier version is brought up to date first."""
    from index.status import read_facts

    try:
        return read_facts(settings.store)
    except StoreOutdatedError:
        from index.ingest import rebuild

        copy = rebuild(settings.store).upgraded
        kept = f"; as it was, it is kept in {copy} until `ingest --erase`" if copy else ""
        err.print(f"The store has been brought up to date{kept}.")
        return read_facts(settings.store)
