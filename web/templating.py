"""The pages as Jinja2 templates in web/pages/templates. Whatever a template is given is text, and is escaped there.

What goes through Gradio's Markdown is escaped by web/render.py instead, as Markdown needs.
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from web import render
from web.locales import DEFAULT, Language, count, say

TEMPLATES = Path(__file__).resolve().parent / "pages" / "templates"
# A lone surrogate cannot be sent, and other controls vanish: U+FFFD shows that there was one.
_CONTROLS = dict.fromkeys(
    [*range(9), 0xB, 0xC, *range(0xE, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}"
)


def render_template(name: str, language: Language = DEFAULT, **values: object) -> str:
    """Return the template filled in; in it `say` and `count` speak this language (web/locales)."""
    template = _environment().get_template(name)
    return template.render(language=language, say=partial(say, language), count=partial(count, language), **values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_without_controls,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {"exact": _exact, "in_markdown": _in_markdown}
    return environment


def _without_controls(value: object) -> object:
    return value.translate(_CONTROLS) if type(value) is str else value


def _exact(text: str) -> Markup:
    """Escape an article's words to the letter: an HTML parser would make a line feed of a carriage return."""
    return escape(text).replace("\r", Markup("&#13;"))


def _in_markdown(text: str) -> Markup:
    """Escape text for HTML that a Markdown renderer reads first."""
    return Markup(render.text(text))  # noqa: S704
