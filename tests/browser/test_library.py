"""The owner's articles in a real browser: files come in, are searched and go again; narrow, dark, by keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, FilePayload, Page, expect

from index.archive import move_store
from index.worker import queue_of, work
from settings import Settings
from tests.browser.conftest import Open, opening, owners_pages
from tests.fakes import FakeEmbeddings
from tests.postgres import Server
from tests.stores import small_store
from tests.web.pages.test_library import FILES, HOSTILE
from web.pages import local_intake as intake

SLOW = 120_000.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The owner's pages over three articles."""
    settings = Settings(store=small_store(tmp_path_factory.mktemp("library"), FILES), log_questions=True)
    with pytest.MonkeyPatch.context() as patch, owners_pages(settings) as address:
        patch.setattr(intake, "QUIET_SECONDS", 3.0)  # so that all files of a test are one job
        yield address


@pytest.fixture
def visit(browser: Browser, address: str) -> Iterator[Open]:
    """Opens a page of the owner's."""
    with opening(browser, SLOW) as open_page:
        yield lambda path="/owner/articles", **options: open_page(address, path, **options)


def a_file(name: str, text: str) -> FilePayload:
    return cast("FilePayload", {"name": name, "mimeType": "text/plain", "buffer": text.encode()})


def check(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_files_come_in_one_by_one_and_go_with_undo(visit: Open) -> None:
    page = visit()
    files = [a_file("zinc.txt", "Zinc\n\nZinc is mined in Peru."), a_file("film.mp4", "\0\0\0\x18ftyp")]
    page.get_by_label("Files").set_input_files(files=[*files, a_file(".secret.txt", "no"), a_file("void.txt", "")])
    expect(page.locator("#words")).to_have_text("Done: 1 added, 0 changed, 0 removed.")
    entries = page.locator("#entries")
    for words in ("zinc.txt in", "film.mp4 left out", ".secret.txt left out", "void.txt failed"):
        expect(entries.locator("li").filter(has_text=words)).to_have_count(1)
    expect(page.locator(".rows .name").first).to_have_text("Zinc")
    check(page)
    other = visit()
    expect(other.locator("#entries li")).to_have_count(3)  # the hidden one never left the first browser
    page.get_by_role("button", name="Remove Zinc").click()
    expect(page.locator("#pending")).to_contain_text("1 article goes with the next publication")
    page.get_by_role("button", name="Keep Zinc").click()
    expect(page.locator("#pending")).to_be_empty()
    page.get_by_role("checkbox", name="Choose Zinc").check()
    page.get_by_role("button", name="Remove the chosen ones").click()
    expect(page.locator("#list-title")).to_be_focused()
    check(page)
    page.get_by_role("button", name="Remove now").click()
    expect(page.locator(".rows .name")).to_have_text(["Tin", "Tea", "Salt"])
    # The other browser still shows it.
    other.get_by_role("button", name="Remove Zinc").click()
    expect(other.get_by_role("alert")).to_have_text("Already removed by somebody else: 1.")
    expect(other.locator(".rows .name")).to_have_count(3)


def test_a_folder_is_chosen_and_files_are_dropped(visit: Open, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    (folder / "2024").mkdir(parents=True)
    (folder / "2024" / "lead.txt").write_text("Lead\n\nLead is heavy.")
    page = visit()
    page.get_by_label("A folder").set_input_files(folder)
    expect(page.locator("#entries li").filter(has_text="news/2024/lead.txt in")).to_have_count(1)
    expect(page.locator(".rows .facts").first).to_contain_text("news/2024/lead.txt")
    page.evaluate(
        """() => {
        const transfer = new DataTransfer();
        transfer.items.add(new File(["Iron\\n\\nIron rusts."], "iron.txt"));
        const drop = new DragEvent("drop", { dataTransfer: transfer, cancelable: true });
        document.getElementById("drop").dispatchEvent(drop);
        }"""
    )
    expect(page.locator("#entries li").filter(has_text="iron.txt in")).to_have_count(1)
    expect(page.locator(".rows .name").first).to_have_text("Iron")


def test_hostile_names_and_titles_are_shown_as_text(visit: Open) -> None:
    page = visit()
    page.get_by_label("Files").set_input_files(files=[a_file("a<b>&.txt", f"{HOSTILE}\n\nIt is hostile.")])
    expect(page.locator("#entries li").filter(has_text="a<b>&.txt in")).to_contain_text(HOSTILE)
    expect(page.locator(".rows .name").first).to_have_text(HOSTILE)
    page.get_by_role("button", name=f"Remove {HOSTILE}").click()
    expect(page.locator("#pending li")).to_have_text(HOSTILE)
    page.get_by_role("button", name="Undo all").click()
    expect(page.locator("#pending")).to_be_empty()


def test_search_and_filter_work_by_keys_and_without_scripts(visit: Open) -> None:
    page = visit(java_script_enabled=False)
    page.get_by_label("Words in the text").focus()
    page.keyboard.type("mined Cornwall")
    page.keyboard.press("Enter")
    page.wait_for_url("**search=mined+Cornwall**")
    expect(page.locator(".found")).to_have_text("Tin is mined in Cornwall.")
    expect(page.locator("mark")).to_have_text(["mined", "Cornwall"])
    page.locator("summary").click()
    page.get_by_label("Tag").fill("metals")
    page.get_by_label("Words in the text").fill("")
    page.get_by_role("button", name="Search").click()
    expect(page.locator(".rows .name")).to_have_text(["Tin"])
    page.get_by_role("link", name="Tin", exact=True).click()
    page.wait_for_url("**/articles/*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_is_accessible_narrow_and_wide(visit: Open, scheme: str, width: int) -> None:
    for path in ("/owner", "/owner/feedback", "/owner/articles?search=mined&tag=metals", "/owner/articles"):
        page = visit(path, color_scheme=scheme, viewport={"width": width, "height": 700})
        check(page)


def test_over_a_database_two_servers_show_what_a_worker_brings_in(
    browser: Browser, postgres: Server, tmp_path: Path
) -> None:
    place = postgres.place()
    move_store(small_store(tmp_path, FILES), place)
    settings, queue = Settings(store=place), queue_of(place)
    queue.register(["upload"])
    with (
        owners_pages(settings) as one,
        owners_pages(settings) as other,
        pytest.MonkeyPatch.context() as patch,
        opening(browser, SLOW) as open_page,
    ):
        patch.setattr("index.store.postgres.intake.PAUSE_SECONDS", 60)
        page = open_page(one, "/owner/articles")
        expect(page.get_by_text("A file may have 64 MiB.")).to_be_visible()
        page.get_by_label("Files").set_input_files(files=[a_file("zinc.txt", "Zinc\n\nZinc is mined in Peru.")])
        page.get_by_label("Files").set_input_files(files=[a_file("void.txt", "")])
        expect(page.locator("#words")).to_have_text("Waiting for a worker or a server")
        expect(page.locator("#entries li.is-waiting")).to_have_count(2)
        check(page)
        beside = open_page(other, "/owner/articles")
        expect(beside.locator("#entries li.is-waiting")).to_have_count(2)
        work(place, FakeEmbeddings(), until_empty=True)
        for shown in (page, beside):
            expect(shown.locator("#words")).to_have_text("Done: 1 added, 0 changed, 0 removed.")
            expect(shown.locator("#entries li").filter(has_text="zinc.txt in")).to_have_count(1)
            expect(shown.locator("#entries li").filter(has_text="void.txt failed")).to_have_count(1)
            expect(shown.locator(".rows .name").first).to_have_text("Zinc")
        beside.get_by_role("button", name="Remove Zinc").click()
        beside.get_by_role("button", name="Remove now").click()
        expect(beside.locator(".rows .name")).to_have_text(["Tin", "Tea", "Salt"])
        page.reload()
        expect(page.locator(".rows .name")).to_have_text(["Tin", "Tea", "Salt"])
        start = open_page(other, "/owner")
        expect(start.get_by_role("heading", name="Files for the workers")).to_be_visible()
        check(start)
