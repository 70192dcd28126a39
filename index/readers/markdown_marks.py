"""Marks that site generators and Pandoc add to Markdown, for markdown-it: none of them is a word of the text.

`## A {#a}`, `{: .b}` and `[A]{.c}` are A; `{{< d >}}`, `{% e %}` and `{/* f */}` nothing, but for a picture's caption;
`10^6^` and `H~2~O` are raised and lowered; `::: note A`, `!!! note "A"` and `=== "A"` begin a box that is called A.
"""

from __future__ import annotations

import re
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.rules_block import StateBlock
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin

from index.readers.obsidian import take

_PAIR = r"[\w-]+=(?:\"[^\"\n]*\"|'[^'\n]*'|[\w.%#:/-]+)"
_NAMED = r"(?:[#.][A-Za-z][\w:-]*|-)"
_ATTRIBUTES = re.compile(rf"\{{[ ]*{_NAMED}(?:[ ]+(?:{_NAMED}|{_PAIR}))*[ ]*\}}|\{{:[ ]*[\w#.][^{{}}\n]*\}}")
_INSIDE = r"(?:(?!\{[{%/#]).){0,2000}?"
_TEMPLATE = re.compile(
    rf"(?s)\{{\{{(?P<mark>[<%]){_INSIDE}[>%]\}}\}}|\{{%{_INSIDE}%\}}|\{{/\*{_INSIDE}\*/\}}|\{{#\s{_INSIDE}\s#\}}"
)
_SHOWN = re.compile(r"\b(?:caption|title)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
_TEMPLATE_LINK = re.compile(
    r"!?\[([^\[\]\n]{0,500})\]\([^()\s]{0,500}(?:\{\{[^{}\n]{1,500}\}\}|\{%[^{}\n]{1,500}%\})[^()\s]{0,500}\)"
)
_RAISED = re.compile(r"(?<=[\w)\]])\^([-+−]?\w{1,10})\^(?![\w^])")
_LOWERED = re.compile(r"(?<=[A-Za-z)\]])~(\d{1,3}[-+]?)~(?!~)")
_SCRIPTS = re.compile(
    r"(?:(?:import\b[^\n]*?(?:\bfrom[ \t]+)?|export[ \t]+\*[ \t]+from[ \t]+)[\"'][^\"'\n]+[\"'];?[ \t]*"
    r"|export[ \t]+const[ \t]+\w+[ \t]*=[^\n]*;?)"
)
_CONTENTS = re.compile(r"(?i)(?:toc\s*)?\{:\s*toc\b[^}]*\}|\[_?toc_?\]|\[\[_?toc_?\]\]")
_BOX = re.compile(
    r"[ ]*(?:\{(?P<directive>[\w:.-]+)\}|(?:[a-z][\w-]*)?(?=[\[{ ]|$))?(?:\[(?P<label>[^\]]*)\])?"
    r"[ ]*(?P<words>[^{}]*?)[ ]*(?P<more>\{[^{}]*\})?[ ]*"
)
_INDENTED_BOX = re.compile(r"(?:!!!|\?\?\?\+?|===[!+]?)[ \t]+(?:[\w -]*?[ \t]*\"(?P<title>[^\"]*)\"|[\w -]+)[ \t]*")
_INDENT = 4


def marks_plugin(markdown: MarkdownIt) -> None:
    """Add the rules to a parser."""
    markdown.use(deflist_plugin).use(attrs_plugin, spans=True, allowed=())
    container_plugin(markdown, "box", validate=_is_box, render=_box)
    markdown.block.ruler.before("fence", "indented_box", _indented_box, {"alt": ["paragraph", "reference", "list"]})
    markdown.inline.ruler.before("link", "template_link", _template_link)
    markdown.inline.ruler.before("link", "template", _template)
    markdown.inline.ruler.before("link", "attributes", _attributes)
    markdown.inline.ruler.before("strikethrough", "raised", _raised)
    markdown.core.ruler.before("inline", "scripts", _without_scripts)


def _template_link(state: StateInline, silent: bool) -> bool:
    match = _TEMPLATE_LINK.match(state.src, state.pos) if state.src[state.pos] in "![" else None
    return take(state, silent, match, match[1] if match and not match[0].startswith("!") else "")


def _template(state: StateInline, silent: bool) -> bool:
    match = _TEMPLATE.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    shown = {first or second for first, second in _SHOWN.findall(match[0])} if match and match["mark"] else set()
    return take(state, silent, match, " ".join(sorted(shown)))


def _attributes(state: StateInline, silent: bool) -> bool:
    match = _ATTRIBUTES.match(state.src, state.pos) if state.src[state.pos] == "{" else None
    return take(state, silent, match)


def _raised(state: StateInline, silent: bool) -> bool:
    pattern, tag = {"^": (_RAISED, "sup"), "~": (_LOWERED, "sub")}.get(state.src[state.pos], (None, ""))
    match = pattern.match(state.src, state.pos) if pattern else None
    if match is None or match.end() > state.posMax:
        return False
    if not silent:
        state.push(f"{tag}_open", tag, 1)
        state.push("text", "", 0).content = match[1]
        state.push(f"{tag}_close", tag, -1)
    state.pos = match.end()
    return True


def _without_scripts(state: StateCore) -> None:
    """Empty paragraphs that only import parts of a page, or ask for a table of contents."""
    for n, token in enumerate(state.tokens):
        if token.type == "inline" and state.tokens[n - 1].type == "paragraph_open":
            is_script = all(_SCRIPTS.fullmatch(line) for line in token.content.split("\n"))
            if is_script or _CONTENTS.fullmatch(token.content.strip()):
                token.content = ""


def _is_box(params: str, _: str) -> bool:
    return _BOX.fullmatch(params) is not None


def _box(_: Any, tokens: Any, at: int, *__: Any) -> str:
    """Return a box's mark-up, with its title as a paragraph."""
    if tokens[at].nesting != 1:
        return "</div>"
    found = _BOX.fullmatch(tokens[at].info)
    said = "" if found is None else found["label"] or found["words"] or "".join(_titles(found["more"] or found[0]))
    return f"<div><p>{escapeHtml(said)}</p>"


def _titles(attributes: str) -> list[str]:
    return [first or second for first, second in _SHOWN.findall(attributes)][:1]


def _indented_box(state: StateBlock, first: int, end: int, silent: bool) -> bool:
    """Take a line that names a box, below which the content is indented."""
    line = state.src[state.bMarks[first] + state.tShift[first] : state.eMarks[first]]
    match = _INDENTED_BOX.fullmatch(line) if line[:1] in "!?=" else None
    indent = state.sCount[first] + _INDENT
    inside = first + 1
    while inside < end and state.isEmpty(inside):
        inside += 1
    if match is None or inside >= end or state.sCount[inside] < indent:
        return False
    if silent:
        return True
    last = inside
    while last < end and (state.isEmpty(last) or state.sCount[last] >= indent):
        last += 1
    if match["title"]:
        state.push("paragraph_open", "p", 1)
        title = state.push("inline", "", 0)
        title.content, title.children = match["title"], []
        state.push("paragraph_close", "p", -1)
    outer = state.blkIndent, state.lineMax
    state.blkIndent, state.lineMax = indent, last
    state.md.block.tokenize(state, inside, last)
    state.blkIndent, state.lineMax = outer
    state.line = last
    return True
