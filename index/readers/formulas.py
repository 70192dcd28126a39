"""Formulas as linear text, in reading order: MathML of web pages, books and OpenDocument, OMML of Word."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from lxml.etree import _Element

from index.readers.notation import fraction, index, power, root

_LEFT_OUT = frozenset("annotation annotation-xml mphantom none mprescripts".split())
"""The formula's source in another notation, and what only takes up room."""
_NO_TEXT = frozenset("rPr ctrlPr fPr sSupPr sSubPr sSubSupPr radPr naryPr dPr funcPr mPr accPr barPr eqArrPr".split())


def mathml_text(element: _Element) -> str:
    """Return the words and symbols of a `math` element on one line."""
    return " ".join(_mathml(element).split())


def omml_text(element: _Element) -> str:
    """Return the words and symbols of an `m:oMath` element on one line."""
    return _omml(element)


def _name(element: _Element) -> str:
    return element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""


def _children(element: _Element) -> list[_Element]:
    return [child for child in element if _name(child) and _name(child) not in _LEFT_OUT]


def _mathml(element: _Element) -> str:
    name, children = _name(element), _children(element)
    if not children:
        text = " ".join((element.text or "").split())
        return f" {text} " if name == "mo" and text in _SPACED else text
    rule, count = _MATHML.get(name, (None, 0))
    if rule is not None and len(children) == count:
        return rule([_mathml(child) for child in children])
    if name == "semantics":
        return _mathml(children[0])
    parts = [element.text or ""]
    for child in children:
        parts += [_mathml(child), child.tail or ""]
    return _joined(name, parts, element)


def _joined(name: str, parts: list[str], element: _Element) -> str:
    filled = [part for part in parts if part.strip()]
    match name:
        case "mtr" | "mtable":
            return (" | " if name == "mtr" else "; ").join(filled)
        case "msqrt":
            return root("".join(parts))
        case "mfenced":
            return f"{element.get('open', '(')}{', '.join(filled)}{element.get('close', ')')}"
        case _:
            return "".join(parts)


_SPACED = frozenset("= + − - < > ≤ ≥ ≈ →".split())
_Rule = Callable[[Sequence[str]], str]
_MATHML: dict[str, tuple[_Rule, int]] = {
    "mfrac": (lambda part: fraction(part[0], part[1]), 2),
    "msup": (lambda part: power(part[0], part[1]), 2),
    "msub": (lambda part: index(part[0], part[1]), 2),
    "msubsup": (lambda part: power(index(part[0], part[1]), part[2]), 3),
    "munder": (lambda part: index(part[0], part[1]), 2),
    "mover": (lambda part: part[0] + part[1].strip(), 2),
    "munderover": (lambda part: power(index(part[0], part[1]), part[2]) + " ", 3),
    "mroot": (lambda part: root(part[0], part[1]), 2),
}


def _omml(element: _Element) -> str:
    name = _name(element)
    if name == "t":
        return element.text or ""
    if name in _OMML_LISTS:
        begin, between, end = _OMML_LISTS[name](element)
        inside = (_omml(child) for child in element if _name(child) in ("e", "mr"))
        return begin + between.join(inside) + end
    shown = [child for child in element if _name(child) and _name(child) not in _NO_TEXT]
    if name not in _OMML:
        return "".join(_omml(child) for child in shown)
    return _OMML[name](defaultdict(str, {_name(child): _omml(child) for child in shown}), element)


_OMML: dict[str, Callable[[Mapping[str, str], _Element], str]] = {
    "f": lambda part, _: fraction(part["num"], part["den"]),
    "sSup": lambda part, _: power(part["e"], part["sup"]),
    "sSub": lambda part, _: index(part["e"], part["sub"]),
    "sPre": lambda part, _: power("", part["sup"]) + index("", part["sub"]) + part["e"],
    "limLow": lambda part, _: f"{index(part['e'], part['lim'])} ",
    "limUpp": lambda part, _: f"{power(part['e'], part['lim'])} ",
    "del": lambda *_: "",
    "sSubSup": lambda part, _: power(index(part["e"], part["sub"]), part["sup"]),
    "rad": lambda part, _: root(part["e"], part["deg"]),
    "func": lambda part, _: f"{part['fName']} {part['e']}",
    "acc": lambda part, element: part["e"] + _property(element, "accPr", "chr", "\u0302"),
    "nary": lambda part, element: (
        f"{power(index(_property(element, 'naryPr', 'chr', '∫'), part['sub']), part['sup'])} {part['e']}"
    ),
}
_OMML_LISTS: dict[str, Callable[[_Element], tuple[str, str, str]]] = {
    "m": lambda _: ("", "; ", ""),
    "eqArr": lambda _: ("", "; ", ""),
    "mr": lambda _: ("", " | ", ""),
    "d": lambda element: (
        _property(element, "dPr", "begChr", "("),
        _property(element, "dPr", "sepChr", "|"),
        _property(element, "dPr", "endChr", ")"),
    ),
}


def _property(element: _Element, group: str, name: str, default: str) -> str:
    """Return the `m:val` of a property; an empty one is meant."""
    for child in element:
        if _name(child) == group:
            for said in child:
                if _name(said) == name:
                    return next((str(value) for key, value in said.attrib.items() if str(key).endswith("val")), "")
    return default
