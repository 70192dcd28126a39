"""PATHs as a user gives them -> files, each with the name it is shown under."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from index.article import LeftOut
from index.errors import ArticleError, UsageError
from index.readers.archive import unread
from index.readers.sniff import HEAD, is_supported
from index.sources.fetch import is_url
from index.store.layout import UPLOADED

FILE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class File:
    """A file to read. `name` starts with the folder that was given: `news/2024/march.md`."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class FoundFiles:
    """The files to read under the PATHs, and those that are left out."""

    files: tuple[File, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def passed_over(self) -> int:
        """Return how many files are left out."""
        return len(self.left_out)


def find_files(paths: Sequence[Path], *, pictures: bool = False) -> FoundFiles:
    """Return the files under `paths`, sorted, each once; pictures only on request.

    In folders, hidden files, unknown formats and links that lead out of the folder are left out.

    Raises UsageError for a path that does not exist.
    """
    files: dict[Path, File] = {}
    left_out: list[LeftOut] = []
    for given in paths:
        path = given.expanduser().resolve()
        if path.is_dir():
            start = len(f"{path}".rstrip("/")) + 1
            for file in _files_below(path):
                name = f"{path.name}/{str(file)[start:]}"
                if file.is_symlink() and not _is_inside(file, path):
                    left_out.append(LeftOut(name, "it is a link out of the folder"))
                elif is_supported(file.name, pictures=pictures) or is_supported(file.name, _first_bytes(file)):
                    files.setdefault(file, File(file, name))
                else:
                    left_out.append(unread(name))
        elif path.exists():
            files.setdefault(path, File(path, path.name))
        else:
            raise UsageError(f"{given} does not exist", "give files or folders of articles")
    return FoundFiles(tuple(files[path] for path in sorted(files)), tuple(left_out))


def read_bytes(file: File) -> bytes:
    """Return the file's bytes. Raises ArticleError if it cannot be read, or is no plain file, or too large."""
    shown = file.name.encode("utf-8", "backslashreplace").decode()
    if shown != file.name:
        raise ArticleError(f"the name of {shown} is not UTF-8", "rename the file")
    try:
        if not file.path.is_file():
            if file.path.exists():
                raise ArticleError(f"{file.name} is a pipe, a device or the like", "give the file that it leads to")
            raise ArticleError(f"{file.name} is not a file any more", "ingest again once it is there")
        # Should it have become a pipe since, opening it would wait for ever.
        with os.fdopen(os.open(file.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as opened:
            before = os.fstat(opened.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise ArticleError(f"{file.name} is not a file any more", "ingest again once it is there")
            if before.st_size > FILE_BYTES:
                raise ArticleError(f"{file.name} is larger than {FILE_BYTES // 2**20} MiB", "split it")
            data = opened.read(before.st_size + 1)
            after = os.fstat(opened.fileno())
    except OSError as error:
        raise ArticleError(f"{file.name} cannot be read ({error.strerror})", "check its permissions") from error
    if len(data) != after.st_size or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise ArticleError(f"{file.name} changed while it was read", "ingest again once it is whole")
    return data


def unique_names(files: Iterable[File], taken: Mapping[str, Path | str]) -> Iterator[File]:
    """Iterate over the files under names that are theirs alone.

    `taken` maps the names in use to the paths they stand for. A file whose name belongs to another
    file that still exists gets more of its path; one that has only been moved keeps its name, and
    with it its id.
    """
    used = {name: str(path) for name, path in taken.items()}  # to make a Path of each of many takes seconds
    known = {path: name for name, path in used.items()}
    for file in files:
        name = known.get(str(file.path), file.name)
        parents = file.path.parents
        depth = name.count("/") + 1
        while name in used and used[name] != str(file.path) and _is_there(used[name]) and depth < len(parents):
            name = file.path.relative_to(parents[depth]).as_posix()
            depth += 1
        used[name] = str(file.path)
        yield File(file.path, name)


def _is_there(path: str) -> bool:
    """Return whether a file still exists; one that came by way of a database is its own."""
    return path.startswith(UPLOADED) or Path(path).exists()


def file_name(source: str, path: Path) -> str:
    """Return the name of the file that an article called `source` was read from: all of that, or a part.

    An article in an archive is called `news/old.zip/2024/march.md` where its path is `.../news/old.zip`.
    """
    parts = source.split("/")
    if is_url(source):
        prefixes = ("/".join(parts[:n]) for n in range(len(parts), 0, -1))
        return next((prefix for prefix in prefixes if Path(prefix) == path), source)
    names = ["/".join(parts[:n]) for n in range(len(parts), 0, -1) if parts[n - 1] == path.name]
    return next((name for name in names if path.as_posix().endswith(f"/{name}")), names[-1] if names else source)


def _files_below(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder, onerror=_raise_unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _is_inside(link: Path, folder: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(folder)
    except (OSError, RuntimeError):  # a loop of links, or one that leads nowhere
        return False


def _first_bytes(path: Path) -> bytes:
    """Return the first bytes of a plain file, if it can be read; nothing else is opened."""
    try:
        if not path.is_file():
            return b""
        with path.open("rb") as file:
            return file.read(HEAD)
    except OSError:
        return b""


def _raise_unreadable(error: OSError) -> NoReturn:
    """Raise UsageError: a folder left out in silence would look empty, and --prune would remove its articles."""
    raise UsageError(
        f"the folder {error.filename} cannot be read ({error.strerror})", "check its permissions"
    ) from error
