"""Whose words the parts of a mail are: the sender's own, quoted ones, and mails that were forwarded within."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.etree import _Element

from index.readers.markup import parsed

_SAYS_WHO = (
    r"(?:On|Am|Le|El|Il|Op|Em|W dniu|Den|På)\b.{5,300}\b(?:wrote|writes|schrieb|écrit|escribió|ha scritto|schreef|"
    r"escreveu|napisał\(?a?\)?|skrev)\b.{0,120}:|.{2,100} (?:wrote|writes|schrieb|a écrit) ?:|"
    r".{2,100} (?:wrote on|schrieb am) .{5,60}:|(?:W dniu|Dne|Den)\b.{5,200}\b(?:pisze|napsal\(?a?\)?|skrev):|"
    r"[^\n]{0,100}\d[^\n]{0,150}<[^<>\s]{1,100}@[^<>\s]{1,100}>\)?[^\n:]{0,30}:|"
    r"在?.{4,100}(?:写道|寫道)[:：]"
)
_WHO = re.compile(rf"(?s)\A[ \t]*(?:{_SAYS_WHO})[ \t]*\Z")
_DATED = re.compile(r"[ \t]*(?:On|Am|Le|El|Il|Op|Em|W dniu|Den|På)\b.*\d.*[^.!?\s]\s*\Z")
"""The first of several lines that say whose the quoted words are: no sentence before them is lost."""
_ANSWERED = re.compile(
    r"(?m)^[ \t]*(?:On|Am|Le|El|Il|Op|Em|W dniu|Den|På)\b[^\n\d]{0,100}\d(?:[^\n<]|\n(?=\S)){0,200}"
    r"<[^<>\s]{1,100}@[^<>\s]{1,100}>[^\n:]{0,40}:[ \t]*$(?=\s*(?P<next>\S))"
)
_FORWARDED = re.compile(
    r"(?im)^[ \t]*(?:-{2,} ?(?:forwarded message|original message|weitergeleitete nachricht|ursprüngliche nachricht|"
    r"message transféré|mensaje reenviado|转发邮件|原始邮件) ?-{2,}|begin forwarded message:|_{20,})[ \t]*$|"
    r"^(?=[ \t]*(?:from|von|de|发件人)[ \t\xa0]?[:：].*\n"
    r"[ \t]*(?:sent|date|gesendet|datum|envoyé|发送时间)[ \t\xa0]?[:：])"
)
_HEADER = re.compile(
    r"(?i)^[ \t*>]*(from|von|de|da|发件人|sent|date|gesendet|datum|envoyé|发送时间|to|an|à|收件人|cc|kopie|抄送|"
    r"subject|betreff|objet|主题)\*?[ \t\xa0]*[:：][ \t*]*(.*)$"
)
_NAMES = {
    **dict.fromkeys(("from", "von", "de", "da", "发件人"), "from"),
    **dict.fromkeys(("sent", "date", "gesendet", "datum", "envoyé", "发送时间"), "date"),
    **dict.fromkeys(("subject", "betreff", "objet", "主题"), "subject"),
}
_FEWEST_HEADERS = 2
_QUOTES = (
    "//blockquote[@type='cite']|//blockquote[contains(@class,'quote')]|//*[contains(@class,'gmail_quote')]"
    "|//*[contains(@class,'yahoo_quoted')]|//*[contains(@class,'moz-cite-prefix')]|//*[contains(@class,'protonmail_quote')]"
)
_OUTLOOK = "//*[@id='divRplyFwdMsg' or @id='appendonsend' or contains(@class,'OutlookMessageHeader')]"


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A mail within a mail: what its headers say, and its text."""

    author: str
    date: str
    subject: str
    text: str


def unflowed(text: str, deletes_space: bool) -> str:
    """Return a text of format=flowed with its paragraphs on one line each (RFC 3676)."""
    lines: list[str] = []
    is_open, depth_before = False, 0
    for raw in text.split("\n"):
        depth = len(raw) - len(raw.lstrip(">"))
        line = raw[depth:].removeprefix(" ")
        if is_open and depth == depth_before and line != "-- ":
            lines[-1] += line
        else:
            lines.append(">" * depth + (" " if depth else "") + line)
        is_open = line.endswith(" ") and line != "-- "
        depth_before = depth
        if is_open and deletes_space:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


def own_words(text: str) -> str:
    """Return the text without lines that quote another mail and without the line that says whose they are."""
    lines = _before_answered(text).split("\n")
    kept: list[str] = []
    for n, line in enumerate(lines):
        if not line.lstrip().startswith(">"):
            kept.append(line)
        elif n and not lines[n - 1].lstrip().startswith(">"):
            _drop_attribution(kept)
    return "\n".join(kept).strip("\n")


def _before_answered(text: str) -> str:
    """Return the words above a line that names the writer, day and address of a mail that stands below as it is."""
    for match in _ANSWERED.finditer(text):
        if _WHO.match(match[0].strip()) and text[: match.start()].strip() and not match["next"].startswith(">"):
            return text[: match.start()].rstrip()
    return text


def _drop_attribution(kept: list[str]) -> None:
    """Take away `On 2 April Ann wrote:` at the end, which may run over three lines."""
    blank = 0
    while blank < len(kept) and not kept[-1 - blank].strip():
        blank += 1
    for count in (3, 2, 1):
        said = kept[len(kept) - blank - count : len(kept) - blank]
        begins = count == 1 or _DATED.match("".join(said[:1]))
        if len(said) == count and begins and _WHO.match("\n".join(said)):
            del kept[len(kept) - blank - count :]
            return


def forwarded(text: str) -> tuple[str, Forwarded | None]:
    """Return the text before a forwarded or answered mail that is written below, and that mail."""
    for match in _FORWARDED.finditer(text):
        if found := _with_headers(text[match.end() :].lstrip("\n")):
            return text[: match.start()].rstrip(), found
    return text, None


def _with_headers(text: str) -> Forwarded | None:
    said: dict[str, str] = {}
    lines = text.split("\n")
    count = 0
    for line in lines:
        if not (match := _HEADER.match(line)):
            break
        count += 1
        said.setdefault(_NAMES.get(match[1].lower(), ""), match[2].strip().strip("*"))
    if count < _FEWEST_HEADERS or "from" not in said:
        return None
    rest = "\n".join(lines[count:]).strip("\n")
    return Forwarded(said["from"], said.get("date", ""), said.get("subject", ""), rest)


def own_markup(page: str) -> str:
    """Return a mail's HTML without what it quotes of others; as it is where nothing would be left."""
    root = parsed(page)
    if root is None:
        return page
    for element in _found(root, _OUTLOOK):
        _drop_from_here(element)
    for element in _found(root, _QUOTES):
        if element.getparent() is not None and not _FORWARDED.search("\n".join(map(str, element.itertext()))):
            _drop(element)
    own = "".join(map(str, root.itertext())).strip()
    return etree.tostring(root, encoding="unicode", method="html") if own else page


def _found(root: _Element, path: str) -> list[_Element]:
    found = root.xpath(path)
    return [element for element in found if isinstance(element, _Element)] if isinstance(found, list) else []


def _drop(element: _Element) -> None:
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None and _WHO.match(" ".join("".join(map(str, before.itertext())).split())):
        parent.remove(before)
    _keep_tail(element)
    parent.remove(element)


def _keep_tail(element: _Element) -> None:
    before, parent = element.getprevious(), element.getparent()
    if not element.tail or parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + element.tail
    else:
        parent.text = (parent.text or "") + element.tail


def _drop_from_here(element: _Element) -> None:
    """Take away an answered mail's headers and all that stands after them."""
    parent = element.getparent()
    if parent is None:
        return
    for sibling in list(element.itersiblings()):
        parent.remove(sibling)
    parent.remove(element)
