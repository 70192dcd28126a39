"""LaTeX's macros, as far as their arguments are words: what pylatexenc must know to parse them, and what is shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

_WITH_ARGUMENTS = {
    "href": "{{", "caption": "*[{", "thanks": "{", "footnotetext": "[{", "bibitem": "[{", "multicolumn": "{{{",
    "multirow": "[{[{{", "parbox": "[{{", "resizebox": "*{{{", "scalebox": "{{", "raisebox": "{{", "colorbox": "{{",
    "texorpdfstring": "{{", "textsuperscript": "{", "textsubscript": "{", "cline": "{", "cmidrule": "[{",
    "frametitle": "{", "hypertarget": "{{", "label": "{", "prompt": "{{{{",
    "hyperref": "[{", "nameref": "{", "cref": "{", "Cref": "{", "autoref": "{", "eqref": "{", "pageref": "{",
    "parencite": "[[{", "textcite": "[[{", "autocite": "[[{", "footcite": "[[{", "nocite": "{", "vspace": "*{",
    "hspace": "*{", "setlength": "{{", "addtolength": "{{", "setcounter": "{{", "addtocounter": "{{", "pagestyle": "{",
    "thispagestyle": "{", "bibliography": "{", "bibliographystyle": "{", "addbibresource": "{", "hypersetup": "{",
    "graphicspath": "{", "index": "{", "graphicx": "[{", "rule": "[{{", "pdfbookmark": "[{{", "newtheorem": "*{[{[",
    "addcontentsline": "{{{", "markboth": "{{", "phantom": "{", "hphantom": "{", "vphantom": "{", "captionsetup": "[{",
    "author": "[{", "title": "[{", "include": "{", "subfile": "{", "lstinputlisting": "[{", "includepdf": "[{",
    "DeclareMathOperator": "*{{", "definecolor": "{{{", "theoremstyle": "{", "vskip": "", "selectlanguage": "{",
    "foreignlanguage": "{{", "SI": "[{{", "si": "[{", "num": "[{", "fontsize": "{{", "geometry": "{", "ensuremath": "{",
    "inst": "{", "affil": "[{", "IEEEauthorblockA": "{", "IEEEauthorblockN": "{", "framesubtitle": "{",
    "addsec": "*[{", "addchap": "*[{", "addpart": "*[{", "minisec": "{",
    "qty": "[{{", "unit": "[{", "ang": "[{",
}  # fmt: skip
_ENVIRONMENTS = {
    "minipage": "[[[{", "tabular*": "{[{", "longtable": "[{", "multicols": "{", "wrapfigure": "[{[{", "theorem": "[",
    "proof": "[", "lemma": "[", "definition": "[", "adjustbox": "{", "thebibliography": "{", "column": "[{",
    "frame": "[", "Highlighting": "[", "tcolorbox": "[", "alignat": "{", "tblr": "[{", "abstract": "[",
}  # fmt: skip
_SILENT = frozenset(
    "label ref cref Cref autoref eqref pageref nameref cite citep citet citealp citealt citeauthor citeyear parencite"
    " textcite autocite footcite nocite vspace hspace setlength addtolength setcounter addtocounter pagestyle"
    " thispagestyle bibliography bibliographystyle addbibresource hypersetup graphicspath index rule pdfbookmark"
    " newtheorem addcontentsline markboth phantom hphantom vphantom captionsetup includegraphics include input subfile"
    " lstinputlisting includepdf usepackage documentclass newcommand renewcommand providecommand newenvironment"
    " renewenvironment DeclareMathOperator definecolor theoremstyle color cline cmidrule hline toprule midrule"
    " bottomrule selectlanguage fontsize geometry today tableofcontents centering raggedright noindent"
    " RequirePackage PassOptionsToPackage newlength newcounter def let prompt inst".split()
)
"""These show no words of their own, or such as only LaTeX knows (numbers, citations, the day)."""
_LAST_ONLY = frozenset(
    "href multicolumn multirow parbox resizebox scalebox raisebox colorbox textcolor hyperref foreignlanguage"
    " hypertarget".split()
)
_DEFINING = frozenset({"newcommand", "renewcommand", "providecommand"})
_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_NAMES = {"LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX", "LaTeXe": "LaTeX2e", "XeTeX": "XeTeX"}
"""Macros that pylatexenc has no text for."""
_UNITS = {
    "metre": "m", "meter": "m", "second": "s", "minute": "min", "hour": "h", "day": "d", "gram": "g", "kilogram": "kg",
    "tonne": "t", "litre": "L", "liter": "L", "ampere": "A", "volt": "V", "watt": "W", "ohm": "Ω", "joule": "J",
    "newton": "N", "pascal": "Pa", "bar": "bar", "hertz": "Hz", "kelvin": "K", "celsius": "°C", "degreeCelsius": "°C",
    "degree": "°", "percent": "%", "mole": "mol", "bit": "bit", "byte": "B", "electronvolt": "eV", "hectare": "ha",
    "tera": "T", "giga": "G", "mega": "M", "kilo": "k", "hecto": "h", "deci": "d", "centi": "c", "milli": "m",
    "micro": "µ", "nano": "n", "pico": "p", "per": "/", "squared": "²", "cubed": "³", "square": "²", "cubic": "³",
}  # fmt: skip
"""siunitx's own, which have a meaning only inside its macros."""
_MEASURES = frozenset("SI si qty unit".split())
_SWITCHES = _SILENT | frozenset(
    "bf it em rm sf tt sl sc normalfont bfseries itshape slshape scshape upshape mdseries rmfamily sffamily ttfamily"
    " tiny scriptsize footnotesize small normalsize large Large LARGE huge Huge".split()
)
"""These change what follows, and take the blank that ends their name with them."""
_ACCENTS = frozenset("`'^\"~=.uvHtcdbrk")


_COMMENT = re.compile(r"\\begin\{comment\}.*?\\end\{comment\}", re.DOTALL)
_LISTING = re.compile(
    r"\\begin\{(lstlisting|Verbatim|minted)\}[ \t]*(?:\[[^\]\n]*\])?(?:\{\w+\})?(.*?)\\end\{\1\}", re.DOTALL
)
_VERBATIM = re.compile(r"(\\begin\{verbatim\}.*?\\end\{verbatim\})", re.DOTALL)
_GROUP = r"(\{(?:[^{}]|\{[^{}]{0,500}\}){0,1000}\})"
_UNUSUAL = (
    (re.compile(r"\\def\s{0,9}\\([A-Za-z]{1,50})\s{0,9}(?=\{)"), r"\\newcommand{\\\1}"),
    # Beamer's: on which slides something is shown, and titles beside the environment's name.
    (re.compile(r"(\\(?:item|only|onslide|uncover|visible|alert|begin\{[a-z]{1,30}\*?\}))<[^<>\n]{0,40}>"), r"\1"),
    (
        re.compile(rf"\\begin\{{frame\}}(?:\[[^\]\n]{{0,200}}\]){{0,2}}\s{{0,9}}{_GROUP}"),
        r"\\begin{frame}\\frametitle\1",
    ),
    (re.compile(rf"(\\begin\{{(?:alert|example)?block\}}){_GROUP}"), r"\1\\minisec\2"),
    (re.compile(r"\\begin\{frame\}\[[^\]\n]{0,200}\]"), r"\\begin{frame}"),
    # What follows an author's name is no part of it.
    (re.compile(r"(?=\\(?:IEEEauthorblockA|affil)\b)"), r"\\\\"),
)


@cache
def _context() -> Any:
    from pylatexenc.latexwalker import get_default_latex_context_db
    from pylatexenc.macrospec import EnvironmentSpec, MacroSpec

    database = get_default_latex_context_db()
    macros = [MacroSpec(name, arguments) for name, arguments in _WITH_ARGUMENTS.items()]
    environments = [EnvironmentSpec(name, arguments) for name, arguments in _ENVIRONMENTS.items()]
    database.add_context_category("words", macros=macros, environments=environments, prepend=True)
    return database


def parsed(text: str) -> list[Any]:
    """Return the nodes of a document; what is not well formed is read as far as it goes."""
    from pylatexenc.latexwalker import LatexWalker

    # pylatexenc looks for the end of every listing and comment at the next \end{verbatim}.
    text = _LISTING.sub(r"\\begin{verbatim}\2\\end{verbatim}", _COMMENT.sub("", text))
    parts = _VERBATIM.split(text)
    parts[::2] = map(_as_usual, parts[::2])
    text = "".join(parts)
    nodes, _, _ = LatexWalker(text, latex_context=_context(), tolerant_parsing=True).get_latex_nodes()
    return list(nodes)


def _as_usual(text: str) -> str:
    """Return the source with what pylatexenc has no way to parse written otherwise."""
    for pattern, usual in _UNUSUAL:
        text = pattern.sub(usual, text)
    return text


@cache
def _converter() -> Any:
    from pylatexenc.latex2text import LatexNodes2Text

    return LatexNodes2Text(math_mode="text", strict_latex_spaces=True)


def text_of(node: Any) -> str:
    """Return a symbol, an accented letter or a formula as characters; as it is written where that is not known."""
    try:
        text = str(_converter().node_to_text(node))
    except (IndexError, AttributeError, TypeError, ValueError, KeyError):  # formulas that do not fit the macros in them
        text = str(node.latex_verbatim())
    return text


def symbol(node: Any) -> str:
    """Return what a macro without words shows; of one that nobody knows, nothing."""
    verbatim = getattr(node.nodeargd, "verbatim_text", None)
    if verbatim is not None:
        return str(verbatim)
    return _NAMES.get(node.macroname) or text_of(node)


def unit_of(node: Any) -> str | None:
    r"""Return the unit of a macro of siunitx, `km/h` of `\kilo\metre\per\hour`; None for other macros."""
    if node.macroname not in _MEASURES:
        return None
    said = arguments_of(node)[-1].latex_verbatim().strip("{}")
    said = re.sub(r"\\(square|cubic)\s*((?:\\[a-zA-Z]+\s*)*?\\[a-zA-Z]+)(?=\s*(?:\\per\b|$))", r"\2\\\1", said)
    return re.sub(r"\\([a-zA-Z]+)\s*", lambda found: _UNITS.get(found[1], found[1]), said).replace("~", " ")


def eats_blank(name: str, shown: str) -> bool:
    """Return whether the blank after a macro only ends its name: a letter or a switch of fonts."""
    return (len(shown) == 1 and shown.isalpha()) or name in _SWITCHES


def arguments_of(node: Any) -> list[Any]:
    """Return the arguments that a macro has."""
    return [each for each in (node.nodeargd.argnlist if node.nodeargd else None) or () if each is not None]


def group_text(node: Any) -> str:
    """Return what is inside an environment as it is written."""
    return "".join(each.latex_verbatim() for each in node.nodelist)


def shifted(name: str, words: str) -> str:
    """Return what a raised or lowered number is as one: 10⁶, not 106."""
    return words.translate(_RAISED if name == "textsuperscript" else _LOWERED) if words.isalnum() else words


class Macros:
    """What a document's macros stand for, with those that it defines itself and that take no arguments."""

    def __init__(self, nodes: Sequence[Any]) -> None:
        self.walked = list(_walked(nodes))
        self._defined: dict[str, list[Any]] = {}
        for node in self.walked:
            arguments = node.nodeargd.argnlist if _macro_of(node) in _DEFINING and node.nodeargd else None
            if arguments and arguments[1] is not None and arguments[2] is None and arguments[-1] is not None:
                self._define(re.sub(r"[{}\s\\]", "", arguments[1].latex_verbatim()), arguments[-1])

    def _define(self, name: str, body: Any) -> None:
        """Keep a macro unless it uses itself, which would have no end."""
        used = {_macro_of(node) for node in _walked([body])}
        if name not in used and not any(name in self._uses(each) for each in used):
            self._defined[name] = [body]

    def _uses(self, name: str) -> set[str]:
        """Return the macros that a defined one uses, at any depth."""
        direct = {_macro_of(node) for node in _walked(self._defined.get(name, ()))} - {""}
        return direct.union(*(self._uses(each) for each in direct if each in self._defined))

    def meant_by(self, node: Any) -> Sequence[Any] | None:
        """Return the nodes whose words a macro shows; None if it is a symbol itself."""
        name = node.macroname
        if name in self._defined:
            return self._defined[name]
        if name in _SILENT:
            return ()
        arguments = (node.nodeargd.argnlist if node.nodeargd else None) or ()
        if not arguments or name in _ACCENTS or name == "verb":
            return None
        given = [each for each in arguments if each is not None and getattr(each, "chars", "") != "*"]
        braced = [each for each in given if getattr(each, "delimiters", ("{",))[0] != "["]
        if name == "texorpdfstring":
            return braced[:1]
        return braced[-1:] if name in _LAST_ONLY else braced


def _macro_of(node: Any) -> str:
    return str(getattr(node, "macroname", "") or "")


def _walked(nodes: Sequence[Any]) -> Iterator[Any]:
    """Return the nodes and all below them, but for those in formulas."""
    for node in nodes:
        yield node
        yield from _walked(getattr(node, "nodelist", None) or ())
        if _macro_of(node):
            yield from _walked([each for each in (node.nodeargd.argnlist if node.nodeargd else ()) or () if each])
