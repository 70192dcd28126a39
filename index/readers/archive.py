"""zip and tar archives, and single compressed files: what is inside is read as if it lay in a folder of that name.

Nothing is written anywhere, so a member's name can only mislead those who read it.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

from index.article import Article, Failure, LeftOut
from index.errors import ArticleError
from index.readers.package import BROKEN_ZIP, open_zip
from index.readers.sniff import HEAD, is_supported
from index.readers.source_metadata import ReadInner, SourceMetadata
from index.readers.unpack_budget import RATIO, RATIO_FROM, UnpackBudget

_OPEN: dict[str, Callable[[io.BytesIO], gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    "gz": lambda file: gzip.GzipFile(fileobj=file),
    "bz2": bz2.BZ2File,
    "xz": lzma.LZMAFile,
}
_LINK = 0xA
"""What begins the attributes of a symbolic link."""
BROKEN = (*BROKEN_ZIP, EOFError, lzma.LZMAError, tarfile.TarError)


def read_zip(data: bytes, source: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return the articles in a zip file; what is encrypted or damaged is named."""
    names = Names(source)
    with deeper(source, budget), open_zip(data, source) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            name = names.of(info.filename)
            if (info.external_attr >> 28) == _LINK:
                yield LeftOut(name, "it is a link in an archive")
                continue
            try:
                if info.flag_bits & 1:
                    raise ArticleError(f"{name} is encrypted", "unpack it and ingest the folder")
                budget.take(name, info.compress_size, info.file_size)
                inner = archive.read(info)
            except ArticleError as error:
                yield Failure(name, error.message, error.hint)
            except BROKEN as error:
                yield damaged(name, error)
            else:
                yield from _inner(inner, source, name, budget, read)
            if budget.spent:
                return


def read_tar(data: bytes, source: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return the articles in a tar file; links and devices are passed over."""
    names = Names(source)
    with deeper(source, budget):
        try:
            with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
                for info in archive:
                    if info.isdir():
                        continue
                    name = names.of(info.name)
                    if not info.isreg():
                        yield LeftOut(name, "it is a link or a device in an archive")
                        continue
                    budget.take(name, info.size, info.size)
                    if (file := archive.extractfile(info)) is not None:
                        yield from _inner(file.read(), source, name, budget, read)
        except BROKEN as error:
            yield damaged(source, error)


def read_squeezed(
    kind: str, data: bytes, source: str, budget: UnpackBudget, read: ReadInner
) -> Iterator[Article | Failure]:
    """Return what a .gz, .bz2 or .xz holds: one file, or a tar."""
    with deeper(source, budget):
        try:
            with _OPEN[kind](io.BytesIO(data)) as file:
                inner = file.read(min(budget.bytes, max(RATIO_FROM, RATIO * len(data))) + 1)
        except BROKEN as error:
            raise ArticleError(f"{source} is damaged ({error})", "copy it again from where it came") from error
        budget.take(source, len(data), len(inner))
        if inner[257:262] == b"ustar":
            yield from read_tar(inner, source, budget, read)
        else:
            yield from read(inner, f"{source}/{PurePath(source).stem}", budget, SourceMetadata())


class Names:
    """The names of what is inside a file, each only once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._taken: dict[str, int] = {}

    def of(self, inner: str) -> str:
        """`inner` below the file's name, without what leads elsewhere or cannot be shown."""
        shown = inner.encode("utf-8", "backslashreplace").decode()
        parts = [re.sub(r"[\0-\x1f\x7f-\x9f]", "\ufffd", part).strip() for part in re.split(r"[/\\]", shown)]
        name = "/".join([self._source, *(part for part in parts if part not in ("", ".", ".."))])
        self._taken[name] = count = self._taken.get(name, 0) + 1
        return name if count == 1 else f"{name}#{count}"


@contextmanager
def deeper(source: str, budget: UnpackBudget) -> Iterator[None]:
    """One archive deeper; raises ArticleError if that is too deep."""
    if budget.depth == 0:
        raise ArticleError(f"{source} lies too deep in archives", "unpack them and ingest the folder")
    budget.depth -= 1
    try:
        yield
    finally:
        budget.depth += 1


def _inner(data: bytes, source: str, name: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return a member's articles, by the rules for folders: hidden files are passed over, other formats left out."""
    if any(part.startswith((".", "__MACOSX")) for part in name.removeprefix(source).split("/")):
        return
    if is_supported(name, data[:HEAD]):
        yield from read(data, name, budget, SourceMetadata())
    else:
        yield unread(name)


def unread(name: str) -> LeftOut:
    """Return what is said of a file whose format is not read."""
    return LeftOut(name, f"{PurePath(name).suffix.lower() or 'it'} is no format that is read")


def damaged(name: str, error: Exception) -> Failure:
    """Return the one failure of what raised BROKEN."""
    return Failure(name, f"{name} is damaged ({error or type(error).__name__})", "copy it again from where it came")
