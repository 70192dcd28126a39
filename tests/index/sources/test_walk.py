from __future__ import annotations

import os
from pathlib import Path

import pytest

from index.errors import ArticleError, UsageError
from index.sources import walk
from index.sources.walk import File, file_name, find_files, read_bytes, unique_names


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    for name in ("b.md", "a.txt", "2024/march.html", ".hidden.md", ".git/note.md", "photo.jpg", "data.bin"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("words")
    return folder


def names(*paths: Path) -> list[str]:
    return [file.name for file in find_files(paths).files]


def test_a_folder_gives_its_visible_articles_sorted_under_its_own_name(news):
    assert names(news) == ["news/2024/march.html", "news/a.txt", "news/b.md"]
    assert find_files([news]).passed_over == 2


def test_a_file_is_taken_as_it_is_called_and_each_only_once(news):
    assert names(news / "photo.jpg") == ["photo.jpg"]
    assert names(news / ".hidden.md") == [".hidden.md"]
    assert names(news, news / "b.md", news / "2024") == ["news/2024/march.html", "news/a.txt", "news/b.md"]


def test_a_folder_given_by_a_relative_path_keeps_its_name(news, monkeypatch):
    monkeypatch.chdir(news)
    assert names(Path()) == names(news)
    assert names(Path("2024")) == ["2024/march.html"]


def test_a_path_that_does_not_exist_is_named(news):
    with pytest.raises(UsageError, match="nowhere does not exist"):
        find_files([news, Path("nowhere")])


@pytest.mark.parametrize("kind", ["vanished", "folder", "pipe", "dangling link", "name too long"])
def test_what_cannot_be_read_is_an_article_error(kind, tmp_path):
    path = tmp_path / ("x" * 300 if kind == "name too long" else "article.md")
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "dangling link":
        path.symlink_to("nowhere")
    with pytest.raises(ArticleError, match=r"news/article\.md"):
        read_bytes(File(path, "news/article.md"))


def test_a_file_that_refuses_to_be_read_is_an_article_error(tmp_path, monkeypatch):
    (tmp_path / "article.md").write_text("words")

    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(ArticleError, match=r"news/article\.md cannot be read \(Permission denied\): check"):
        read_bytes(File(tmp_path / "article.md", "news/article.md"))


def test_a_file_is_read_whole_unless_it_is_too_large(tmp_path, monkeypatch):
    (tmp_path / "article.md").write_bytes(b"words\0\r\n")
    file = File(tmp_path / "article.md", "article.md")
    assert read_bytes(file) == b"words\0\r\n"
    monkeypatch.setattr(walk, "FILE_BYTES", 7)
    with pytest.raises(ArticleError, match="larger"):
        read_bytes(file)


@pytest.mark.parametrize("mode", ["ab", "wb"])
def test_a_file_that_grows_or_is_written_anew_while_it_is_read_is_an_article_error(tmp_path, monkeypatch, mode):
    path = tmp_path / "article.md"
    path.write_bytes(b"words " * 1000)
    real = os.fstat
    looked: list[os.stat_result] = []

    def looking(descriptor: int) -> os.stat_result:
        found = real(descriptor)
        if not looked:
            looked.append(found)
            with path.open(mode) as writer:
                writer.write(b"and more words")
        return found

    monkeypatch.setattr(os, "fstat", looking)
    with pytest.raises(ArticleError, match=r"news/article\.md changed while it was read"):
        read_bytes(File(path, "news/article.md"))
    monkeypatch.undo()
    assert read_bytes(File(path, "news/article.md"))


def test_a_file_that_became_a_pipe_is_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "article.md")
    monkeypatch.setattr(Path, "is_file", lambda path: True)
    with pytest.raises(ArticleError, match="is not a file any more"):
        read_bytes(File(tmp_path / "article.md", "article.md"))


def test_links_in_a_folder_are_followed_only_within_it(tmp_path):
    news = tmp_path / "news"
    news.mkdir()
    (tmp_path / "secret.txt").write_text("words")
    (news / "a.txt").write_text("words")
    for name, target in (("in.txt", "a.txt"), ("out.txt", "../secret.txt"), ("loop.txt", "loop.txt"), ("no.txt", "x")):
        (news / name).symlink_to(target)
    (news / "up").symlink_to("..")
    found = find_files([news])
    assert [file.name for file in found.files] == ["news/a.txt", "news/in.txt"]
    assert found.passed_over == 3
    (tmp_path / "given.txt").symlink_to("secret.txt")
    assert [file.path.name for file in find_files([tmp_path / "given.txt"]).files] == ["secret.txt"]


def test_the_longest_and_oddest_names_are_kept(tmp_path):
    odd = ["船" * 84 + ".md", "new\nline.txt", "evil\u202efdp.txt", '‘quoted’ "name".txt']
    for name in odd:
        (tmp_path / name).write_text("words")
    found = find_files([tmp_path])
    assert sorted(file.name for file in found.files) == sorted(f"{tmp_path.name}/{name}" for name in odd)
    assert all(read_bytes(file) == b"words" for file in found.files)


def test_folders_of_the_same_name_get_names_of_their_own(tmp_path):
    files = []
    for year in ("2023", "2024"):
        path = tmp_path / year / "news" / "a.md"
        path.parent.mkdir(parents=True)
        path.write_text("words")
        files.append(File(path, "news/a.md"))
    assert [file.name for file in unique_names(files, {})] == ["news/a.md", "2024/news/a.md"]
    assert [file.name for file in unique_names(files[:1], {"news/a.md": files[1].path})] == ["2023/news/a.md"]
    taken = {"news/a.md": files[1].path, "2023/news/a.md": files[0].path}
    assert [file.name for file in unique_names(files, taken)] == ["2023/news/a.md", "news/a.md"]


def test_a_folder_that_has_moved_keeps_its_names(tmp_path):
    new = tmp_path / "new" / "news" / "a.md"
    moved = File(new, "news/a.md")
    assert list(unique_names([moved], {"news/a.md": tmp_path / "old" / "news" / "a.md"})) == [moved]


def test_a_file_is_always_called_as_it_was_first_called(tmp_path):
    path = tmp_path / "news" / "a.md"
    assert list(unique_names([File(path, "a.md")], {"news/a.md": path})) == [File(path, "news/a.md")]


@pytest.mark.parametrize(
    ("source", "path", "name"),
    [
        ("news/a.md", "/x/news/a.md", "news/a.md"),
        ("news/old.zip/2024/march.md", "/x/news/old.zip", "news/old.zip"),
        ("news/news", "/x/news/news", "news/news"),
        ("a.zip/a.zip/b.md", "/x/a.zip", "a.zip"),
        ("notes.txt/notes.txt", "/x/notes.txt", "notes.txt"),
        ("moved/a.zip/b.md", "/x/elsewhere/a.zip", "moved/a.zip"),
        ("renamed.md", "/x/a.md", "renamed.md"),
        ("https://a.org/b/b", "https:/a.org/b/b", "https://a.org/b/b"),
        ("https://a.org/feed//Tea", "https:/a.org/feed", "https://a.org/feed/"),
    ],
)
def test_the_file_is_told_from_what_is_in_it(source, path, name):
    assert file_name(source, Path(path)) == name


def test_pipes_and_loops_of_links_in_a_folder_are_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe.bin")
    (tmp_path / "loop.bin").symlink_to("loop.bin")
    (tmp_path / "hidden-pdf.bin").write_bytes(b"%PDF-1.7")
    found = find_files([tmp_path])
    assert [file.path.name for file in found.files] == ["hidden-pdf.bin"]
    assert found.passed_over == 2


def test_a_pipe_is_called_one(tmp_path):
    os.mkfifo(tmp_path / "article.md")
    with pytest.raises(ArticleError, match="is a pipe, a device or the like"):
        read_bytes(File(tmp_path / "article.md", "article.md"))
