"""The tools of assistants, used by the SDK's own client: over standard input and output, and in this process."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from mcp import Client, StdioServerParameters

from index.errors import StoreBusyError
from index.status import read_status
from settings import HOME, SEEDS
from tests.web.standins import ARTICLE, QUOTE, TEXT, FakeChain
from web.mcp import READ_CHARACTERS, mcp_server
from web.pages.article import article_page
from web.permalink import parse

SITE = "http://127.0.0.1:7860"


def used(with_server: Any, use: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Client(with_server) as client:
            await use(client)

    asyncio.run(run())


@pytest.mark.process
def test_the_command_answers_over_standard_input_and_output(tmp_path: Path) -> None:
    """Nothing but the protocol may come out of it, and each quote is what the article says at these offsets."""
    (tmp_path / "articles").mkdir()
    shutil.copy(SEEDS / "jia-yueting-on-xiaomi.md", tmp_path / "articles")
    program = StdioServerParameters(
        command=sys.executable,
        args=["app.py", "mcp", "--store", str(tmp_path / "store"), "--articles", str(tmp_path / "articles")],
        cwd=HOME,
        env={"HF_HUB_OFFLINE": "1"},
    )

    async def use(client: Client) -> None:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert set(tools) == {"ask", "search", "read_article"}
        assert all(tool.description and tool.annotations.read_only_hint for tool in tools.values())
        answer = (await client.call_tool("ask", {"question": "What did Jia Yueting criticize?"})).structured_content
        found = (await client.call_tool("search", {"query": "copycat culture", "limit": 3})).structured_content
        assert not answer["abstained"] and "[1]" in answer["answer"]
        assert [quote["n"] for quote in answer["quotes"]] == list(range(1, len(answer["quotes"]) + 1))
        assert len(found["passages"]) == 3
        for quote in [*answer["quotes"], *found["passages"]]:
            where = {"article_id": quote["article_id"], "start": quote["start"]}
            read = await client.call_tool("read_article", {**where, "characters": quote["end"] - quote["start"]})
            assert read.structured_content["text"] == quote["quote"]

    used(program, use)
    assert read_status(tmp_path / "store").healthy


def test_a_quote_has_a_permalink(chain: FakeChain) -> None:
    async def use(client: Client) -> None:
        result = await client.call_tool("ask", {"question": "What did he criticize?", "history": ["Who is he?"]})
        [quote] = result.structured_content["quotes"]
        assert quote["quote"] == QUOTE == TEXT[quote["start"] : quote["end"]]
        assert quote["permalink"].startswith(f"{SITE}/articles/{ARTICLE.id}#q=")
        marked = [tuple(each.split("=")) for each in urlsplit(quote["permalink"]).fragment.split("&")]
        assert f">{QUOTE[:9]}" in article_page(ARTICLE, parse(marked))
        assert json.loads(result.content[0].text) == result.structured_content
        nothing = (await client.call_tool("ask", {"question": "Who won?"})).structured_content
        assert nothing["abstained"] and not nothing["quotes"]
        assert [near["quote"] for near in nothing["nearest"]] == [TEXT[:10]]

    used(mcp_server(chain, SITE), use)  # type: ignore[arg-type]
    assert [each.get("history") for each in chain.asked] == [("Who is he?",), ()]


@pytest.mark.parametrize(
    ("start", "characters", "text"),
    [(0, 10, TEXT[:10]), (15, 5, TEXT[15:20]), (len(TEXT) - 3, 100, TEXT[-3:]), (10**6, 5, "")],
)
def test_an_article_is_read_in_parts(chain: FakeChain, start: int, characters: int, text: str) -> None:
    async def use(client: Client) -> None:
        asked = {"article_id": ARTICLE.id, "start": start, "characters": characters}
        read = (await client.call_tool("read_article", asked)).structured_content
        assert (read["text"], read["start"], read["end"]) == (text, start, start + len(text))
        assert (read["characters"], read["title"]) == (len(TEXT), ARTICLE.title)

    used(mcp_server(chain, SITE), use)  # type: ignore[arg-type]


def test_mistakes_are_told_and_crashes_are_not(chain: FakeChain) -> None:
    async def use(client: Client) -> None:
        for name, asked, said in (
            ("read_article", {"article_id": "none"}, "there is no article none"),
            ("read_article", {"article_id": ARTICLE.id, "characters": READ_CHARACTERS + 1}, "less than or equal"),
            ("read_article", {"article_id": ARTICLE.id, "start": -1}, "greater than or equal"),
            ("search", {"query": "a", "limit": 51}, "less than or equal"),
        ):
            refused = await client.call_tool(name, asked)
            assert refused.is_error and said in refused.content[0].text
        chain.error = StoreBusyError("the store is busy", "wait")
        assert "the store is busy: wait" in (await client.call_tool("ask", {"question": "a"})).content[0].text
        chain.error = RuntimeError("secret path")
        crashed = await client.call_tool("ask", {"question": "a"})
        assert crashed.is_error and "secret" not in crashed.content[0].text

    used(mcp_server(chain, SITE), use)  # type: ignore[arg-type]
