"""reStructuredText, by docutils: rendered as HTML, which is then read as books are. Other files are not read in."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Properties, compose, tags_of
from index.readers.decode import decode
from index.readers.front_matter import split
from index.readers.markup import element_blocks, parsed
from index.readers.metadata import name_of

if TYPE_CHECKING:
    from docutils.nodes import document
    from lxml.etree import _Element

_SETTINGS: dict[str, Any] = {
    "file_insertion_enabled": False,
    "raw_enabled": False,
    "_disable_config": True,
    "report_level": 3,
    "warning_stream": False,
    "halt_level": 5,
    "doctitle_xform": True,
    "math_output": "MathML",
    "syntax_highlight": "none",
    "toc_backlinks": False,
    "footnote_references": "superscript",
    "embed_stylesheet": False,
    "smart_quotes": False,
}
_DIRECTIVE = re.compile(r"(?m)^[ \t]*\.\.[ \t]+(?:\|[^|\n]+\|[ \t]+)?([\w:+-]+)::")
_ROLE = re.compile(r":(?:\w+:)*(\w+):`([^`<]*?)(?:[ \t]*<[^`>]*>)?`")
_KNOWN_ROLES = frozenset(
    "abbreviation ac acronym code emphasis literal math pep rfc strong sub subscript sup superscript t title".split()
)
_LEFT_OUT = frozenset("toctree index highlight currentmodule literalinclude".split())
"""Directives of Sphinx that hold names of files and settings."""
_SAID = re.compile(r"(?m)^\.\. (title|date|author|tags):[ \t]+(\S.*?)[ \t]*$")
_FRONT_CHARACTERS = 2_000
_BARE = re.compile(r"[A-Z][\w-]*: \S")
_NUMBER_OF_NOTE = frozenset({"label", "backrefs"})


def read_rst(data: bytes, source: str) -> Article:
    """Return the document's text with its title, and author, date and tags of its list of fields."""
    from docutils.core import publish_doctree, publish_from_doctree

    front, text = _front(decode(data, source), source)
    _know_directives(text)
    tree = publish_doctree(_ROLE.sub(_words_of_role, text), settings_overrides=_SETTINGS)
    _keep_malformed(tree)
    said = {**front, **_fields(tree)}
    root = parsed(publish_from_doctree(tree, writer="html5", settings_overrides=_SETTINGS).decode())
    blocks = [] if root is None else list(element_blocks(root, _is_number_of_note))
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text of its own", "remove it or give it some text")
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    properties = Properties(
        title=front.get("title") or first or name_of(source),
        author=said.get("author") or said.get("authors"),
        date=said.get("date") or said.get("created"),
        tags=tags_of(said.get("tags") or said.get("keywords")),
    )
    return compose(source, properties, blocks)


def _front(text: str, source: str) -> tuple[dict[str, str], str]:
    """Return what lines at the beginning say, in comments (Nikola) or bare (PEPs), and the text without the latter."""
    said = {found[1]: found[2] for found in _SAID.finditer(text[:_FRONT_CHARACTERS])}
    if said:
        return said, text
    front, rest = split(text, source) if _BARE.match(text) else ({}, text)
    return {name: str(value) for name, value in front.items()}, rest


def _words_of_role(match: re.Match[str]) -> str:
    """Return the words alone of a role that docutils does not know, as Sphinx has many."""
    if match[1] in _KNOWN_ROLES:
        return match[0]
    return match[2].rpartition(".")[2] if match[2].startswith("~") else match[2].lstrip("!")


def _know_directives(text: str) -> None:
    """Have docutils keep the content of directives that it does not know, and take all options of others."""
    from docutils.parsers.rst import Directive, directives
    from docutils.parsers.rst.languages import en
    from docutils.utils import new_document

    class Content(Directive):
        has_content = True
        optional_arguments = 1
        final_argument_whitespace = True
        option_spec: ClassVar[dict[str, Any] | None] = {"name": directives.unchanged}

        def run(self) -> list[Any]:
            from docutils.nodes import container, paragraph

            if self.name in _LEFT_OUT:
                return []
            kept = container()
            if self.arguments:
                kept += paragraph(self.arguments[0], self.arguments[0])
            self.state.nested_parse(self.content, self.content_offset, kept)
            return [kept]

    language: Any = en
    for name in set(_DIRECTIVE.findall(text)):
        known = directives.directive(name, language, new_document(""))[0] if name in en.directives else Content
        known = known or Content
        if not isinstance(known.option_spec, defaultdict):
            options = defaultdict(lambda: directives.unchanged, known.option_spec or {"name": directives.unchanged})
            directives.register_directive(name, type(known.__name__, (known,), {"option_spec": options}))


def _keep_malformed(tree: document) -> None:
    """Put what docutils cannot parse, such as a table that is too narrow, in the place of its message about that."""
    from docutils.nodes import literal_block, system_message

    for message in list(tree.findall(system_message)):
        is_error = message["level"] >= _SETTINGS["report_level"]
        kept = [child for child in message.children if is_error and isinstance(child, literal_block)]
        message.parent.replace(message, kept)


def _fields(tree: document) -> dict[str, str]:
    """Return the fields at the beginning, and take them out of the document."""
    from docutils.nodes import authors, docinfo, field

    said: dict[str, str] = {}
    for info in list(tree.findall(docinfo)):
        for child in info.children:
            if isinstance(child, field):
                said.setdefault(child.children[0].astext().lower(), child.children[1].astext())
            else:
                people = [part.astext() for part in child.children] if isinstance(child, authors) else [child.astext()]
                said.setdefault(type(child).__name__, "; ".join(people))
        info.parent.remove(info)
    return said


def _is_number_of_note(element: _Element) -> bool:
    return element.get("class") in _NUMBER_OF_NOTE
