"""Formulas as linear text, in reading order: MathML of web pages, books and OpenDocument, OMML of Word."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from index.readers.notation import fraction, index, power, root

if TYPE_CHECKING:
    from lxml.etree import _Element

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
        return f" {text} " if name == "mo" and text in ("=", "+", "−", "-", "<", ">", "≤", "≥", "≈", "→") else text
    rule, count = _MATHML.get(name, (None, 0))
    if rule is not None and len(children) == count:
        return rule([_mathml(child) for child in children])
    if name == "semantics":
        return _mathml(children[0])
    parts = [element.text or ""]
    for child in children:
        parts += [_mathml(child), child.tail or ""]
    if name in ("mtr", "mtable"):
        return (" | " if name == "mtr" else "; ").join(part for part in parts if part.strip())
    if name == "msqrt":
        return root("".join(parts))
    if name == "mfenced":
        inside = [part for part in parts if part.strip()]
        return f"{element.get('open', '(')}{', '.join(inside)}{element.get('close', ')')}"
    return "".join(parts)


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
    parts = {_name(child): _omml(child) for child in element if _name(child) and _name(child) not in _NO_TEXT}
    match name:
        case "f":
            return fraction(parts.get("num", ""), parts.get("den", ""))
        case "sSup":
            return power(parts.get("e", ""), parts.get("sup", ""))
        case "sSub":
            return index(parts.get("e", ""), parts.get("sub", ""))
        case "sSubSup":
            return power(index(parts.get("e", ""), parts.get("sub", "")), parts.get("sup", ""))
        case "rad":
            return root(parts.get("e", ""), parts.get("deg", ""))
        case "nary":
            sign = _property(element, "naryPr", "chr", "∫")
            return f"{power(index(sign, parts.get('sub', '')), parts.get('sup', ''))} {parts.get('e', '')}"
        case "d" | "m" | "eqArr":
            inside = [_omml(child) for child in element if _name(child) in ("e", "mr")]
            if name != "d":
                return "; ".join(inside)
            begin, end = _property(element, "dPr", "begChr", "("), _property(element, "dPr", "endChr", ")")
            return f"{begin}{_property(element, 'dPr', 'sepChr', '|').join(inside)}{end}"
        case "mr":
            return " | ".join(_omml(child) for child in element if _name(child) == "e")
        case "func":
            return f"{parts.get('fName', '')} {parts.get('e', '')}"
        case "acc":
            return parts.get("e", "") + _property(element, "accPr", "chr", "\u0302")
        case _:
            return "".join(_omml(child) for child in element if _name(child) not in _NO_TEXT)


def _property(element: _Element, group: str, name: str, default: str) -> str:
    """Return the `m:val` of a property; an empty one is meant."""
    for child in element:
        if _name(child) == group:
            for said in child:
                if _name(said) == name:
                    return next((value for key, value in said.attrib.items() if key.endswith("val")), "")
    return default
