"""A store as one file: a zip with its SQLite file and a digest of that. Chroma's files are made again."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import StoreDamagedError, StoreError, UsageError
from index.publisher import Publisher
from index.store.database import SqliteDatabase
from index.store.durable import replacing, require_space
from index.store.layout import DATABASE
from index.store.place import open_store
from index.store.schema import VERSION
from index.store.search import SqliteReader
from index.store.sqlite import has_our_tables, upgrade
from settings import StorePlace

_MANIFEST = "manifest.json"
_MANIFEST_BYTES = 10_000
_COPY_BYTES = 2**20
_EXPORT_HINT = "export a store with `python app.py export FILE`"


def export_store(store: StorePlace, target: Path) -> int:
    """Write the store as it is now, also while it is read and written. Returns how many articles it has."""
    if target.is_dir():
        raise UsageError(f"{target} is a folder", "give the name of a file in it")
    opened = open_store(store)
    if not opened.exists():
        raise StoreError(f"there is no store in {opened}", "run `python app.py ingest PATH` to make one")
    with tempfile.TemporaryDirectory(dir=opened.scratch, prefix=".export-") as temporary:
        copy = Path(temporary, DATABASE)
        opened.save(copy)
        with closing(SqliteReader(copy)) as database:
            count = database.counts()[0]
        with copy.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        manifest = {"format": VERSION, "sha256": digest, "bytes": copy.stat().st_size, "articles": count}
        try:
            with replacing(target) as out, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
                packed.writestr(_MANIFEST, json.dumps(manifest))
                packed.write(copy, DATABASE)
        except OSError as error:
            raise UsageError(
                f"{target} cannot be written ({error.strerror})", "check its folder and the disk"
            ) from error
    return count


def import_store(store: StorePlace, source: Path, *, replace: bool = False) -> int:
    """Replace the store by what was exported to `source`, all of it or nothing. Returns how many articles it has.

    Raises UsageError for a file that is no export, and for a store that has articles unless they are to be replaced.
    """
    with _replacing(store, replace=replace) as (publisher, path):
        _unpack(source, path)
        upgrade(path)
        if not has_our_tables(path):
            raise UsageError(f"{source} is not a store's export", _EXPORT_HINT)
        with closing(SqliteDatabase(path)) as database:
            problem = database.check()
        if problem:
            raise StoreDamagedError(f"the store in {source} is damaged ({problem})", "take another export")
        publisher.take_over(path)
        return publisher.database.counts()[0]


def move_store(source: StorePlace, target: StorePlace, *, replace: bool = False) -> int:
    """Replace the store `target` by what `source` holds, all of it or nothing; `source` stays.

    Either may be a folder or a database. Returns how many articles there are; raises UsageError as `import_store` does.
    """
    opened = open_store(source)
    if source == target:
        raise UsageError(f"the store {opened} cannot be moved to itself", "name another place with --to")
    if not opened.exists():
        raise StoreError(f"there is no store in {opened}", "run `python app.py ingest PATH` to make one")
    with _replacing(target, replace=replace) as (publisher, path):
        opened.save(path)
        publisher.take_over(path)
        return publisher.database.counts()[0]


@contextmanager
def _replacing(store: StorePlace, *, replace: bool) -> Iterator[tuple[Publisher, Path]]:
    """Yield who writes to the store, and where the SQLite file is to be made that takes its place.

    Raises UsageError where it has articles, unless they are to be replaced.
    """
    opened = open_store(store)
    with (
        Publisher(store) as publisher,
        tempfile.TemporaryDirectory(dir=opened.scratch, prefix=".import-") as temporary,
    ):
        if publisher.database.counts()[0] and not replace:
            raise UsageError(
                f"the store {opened} has articles", "give another --store, or --replace to have them replaced"
            )
        yield publisher, Path(temporary, DATABASE)
        publisher.sweep()


def _unpack(source: Path, target: Path) -> None:
    """Unpack the SQLite file, if it is what its manifest says. No name in the zip is ever used as a path."""
    try:
        with zipfile.ZipFile(source) as packed:
            with packed.open(_MANIFEST) as file:
                manifest = json.loads(file.read(_MANIFEST_BYTES))
            size, digest = int(manifest["bytes"]), str(manifest["sha256"])
            require_space(target.parent, 2 * size)
            with packed.open(DATABASE) as file, target.open("wb") as out:
                for at in range(0, size + 1, _COPY_BYTES):  # one byte more than there should be, at most
                    out.write(file.read(min(_COPY_BYTES, size + 1 - at)))
        with target.open("rb") as file:
            same = hashlib.file_digest(file, "sha256").hexdigest() == digest
    except FileNotFoundError as error:
        raise UsageError(f"{source} does not exist", "give a file that `export` has written") from error
    except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError) as error:
        raise UsageError(f"{source} is not a store's export ({error})", _EXPORT_HINT) from error
    if not same:
        raise UsageError(f"{source} is not what was exported: its digest is another one", "take another copy of it")
