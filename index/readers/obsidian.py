"""Marks of Obsidian and of other notebooks in Markdown, for markdown-it: links become their words, comments go.

`[[a|b]]` is b, `![[picture.jpg]]` nothing, `%%a%%` nothing, `==a==` is a, `[!note] A` above a callout is A, and a
paragraph's name, `^a`, nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline

_LINK = re.compile(r"!?\[\[([^\[\]\n]{1,500})\]\]")
_COMMENT = re.compile(r"(?<![\w%])%%(?!%)(?:[^%]|%(?!%)){0,2000}%%(?!\w)")
_MARK = re.compile(r"(?<![\w=])==(?=[^\s=])([^=`\n]{1,1000})(?<=\S)==(?![\w=])")
_COMMENT_LINES = re.compile(r"(?ms)^%%(?![^\n]*%%)[^\n]*\n.{0,20000}?%%[ \t]*$")
_BLOCK_NAME = re.compile(r"(?m)^[ \t]*(?:id|collapsed)::[ \t]+\S+[ \t]*\n?|[ \t]*\(\([0-9a-f]{8}-[0-9a-f-]{27}\)\)")
"""What Logseq writes below an item, and a mention of one."""
_CODE = re.compile(r"(?ms)^(?P<fence>```+|~~~+).*?^(?P=fence)|\Z")
_CALLOUT = re.compile(r"\A\[!\w[\w-]*\][+-]?[ \t]*")
_NAME = re.compile(r"[ \t]\^(?=[\w-]*[A-Za-z])[\w-]{3,}\s*\Z|\A\^(?=[\w-]*[A-Za-z])[\w-]{3,}\s*\Z")


def obsidian_plugin(markdown: MarkdownIt) -> None:
    """Add the rules to a parser."""
    markdown.inline.ruler.before("link", "wikilink", _wikilink)
    markdown.inline.ruler.before("image", "embedded", _embedded)
    markdown.inline.ruler.before("emphasis", "comment", _comment)
    markdown.inline.ruler.before("emphasis", "highlight", _highlight)
    markdown.core.ruler.before("inline", "callout", _callouts)
    # `text` would run over these, as it ends only at marks that Markdown knows.
    markdown.inline.ruler.at("text", _text)


def without_comments(text: str) -> str:
    """Return the text without comments of several lines and lines of outliners, but for what stands in code."""
    return outside_code(text, lambda part: _BLOCK_NAME.sub("", _COMMENT_LINES.sub("", part)))


def outside_code(text: str, change: Callable[[str], str]) -> str:
    """Return the text with what stands between pieces of code changed."""
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [change(text[at : code.start()]), code[0]]
        at = code.end()
    return "".join(parts)


_TEXT = re.compile(r"(?:(?!%%|==)[^\n!#$&*+\-:<=>@\[\\\]^_`{}~%])+|[%=](?![%=])")


def _text(state: StateInline, silent: bool) -> bool:
    match = _TEXT.match(state.src, state.pos)
    if match is None:
        return False
    if not silent:
        state.pending += match[0]
    state.pos = match.end()
    return True


def take(state: StateInline, silent: bool, match: re.Match[str] | None, words: str = "") -> bool:
    """Go on behind what was matched, with these words in its place; return False for no match."""
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        state.pending += words
    state.pos = match.end()
    return True


def _wikilink(state: StateInline, silent: bool) -> bool:
    match = _LINK.match(state.src, state.pos) if state.src[state.pos] == "[" else None
    return take(state, silent, match, _words(match[1]) if match else "")


def _embedded(state: StateInline, silent: bool) -> bool:
    match = _LINK.match(state.src, state.pos) if state.src[state.pos] == "!" else None
    return take(state, silent, match, "")


def _comment(state: StateInline, silent: bool) -> bool:
    return take(state, silent, _COMMENT.match(state.src, state.pos), "")


def _highlight(state: StateInline, silent: bool) -> bool:
    match = _MARK.match(state.src, state.pos)
    return take(state, silent, match, match[1] if match else "")


def _words(target: str) -> str:
    """Return what is shown of a link: its words, or the page and the place in it."""
    name, mark, shown = target.replace("\\|", "|").partition("|")
    return shown if mark and shown.strip() else re.sub(r"#\^?", " > ", name.strip()).removeprefix(" > ")


def _callouts(state: StateCore) -> None:
    """Take the kind from the first line of a callout, and a paragraph's name from its end."""
    for n, token in enumerate(state.tokens):
        if token.type == "inline":
            if n >= 2 and state.tokens[n - 2].type == "blockquote_open":
                token.content = _CALLOUT.sub("", token.content)
            token.content = _NAME.sub("", token.content)
