"""Which language a text is in: by its script, or by the small words that no sentence does without."""

from __future__ import annotations

import re
from collections import Counter

_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af\u1100-\u11ff]")),
    ("zh", re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
)
_SMALL_WORDS = {
    "en": """a about an and any are as at been but by can could did do does for from had has have he her his how i in
        into is it its many more much not of on or she so than that the their them there they this to was were what
        when where which who whose why will with would you""",
    "es": """al como con cual cuando cuanto cuanta cuantos cuantas cuántos cuántas cuánto cuál cuándo cómo de del donde
        dónde el en es está fue ha han hay la las lo los más muchos para pero por porque qué que quién quien se sobre su
        sus un una y""",
    "fr": """a-t-elle a-t-il au aux avec ce ces comment combien dans de des du elle en est et il la le les leur mais où
        par pas pour pourquoi qu quand que quel quelle quelles quels qui sa ses son sont sur un une""",
    "de": """als am auf aus bei das dem den der des die ein eine einen einer es für gegen gibt hat haben im in ist man
        mehr mit nach nicht sein sich sie sind über um und viel viele von vor wann warum was welche welcher welches wer
        werden wie wieso wird wo wurde wurden zu zum zur""",
    "it": """al alla anche che chi come con cosa da dal dei del della delle di dove e gli ha hanno i il in la le lo ma
        nel non per perché più quale quali quando quanti quante quanto si sono su un una è""",
    "pt": """a ao as com como da das de do dos e em é foi há mais mas na não nas no nos o onde os para pelo por porque
        quais qual quando quanto quantos quantas que quem se são sobre sua um uma""",
    "nl": """aan als bij dat de deze die dit door een en er het hoe hoeveel in is met naar niet om op te tot van voor
        waar waarom wanneer wat welke werd wie wordt zijn""",
}
_KNOWN = {language: frozenset(words.split()) for language, words in _SMALL_WORDS.items()}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_SCRIPT_SHARE = 0.3
_MARGIN = 2
"""So many more small words than English has in it: one alone may be part of a name."""


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of a text's language; None where too little speaks for any."""
    letters = sum(map(str.isalpha, text))
    for code, letter in _SCRIPTS:
        if letters and len(letter.findall(text)) >= _SCRIPT_SHARE * letters:
            return code
    words = [word.lower() for word in _WORD.findall(text)]
    counts = Counter({language: sum(word in known for word in words) for language, known in _KNOWN.items()})
    best, count = counts.most_common(1)[0]
    if best != "en":
        return best if count >= counts["en"] + _MARGIN else "en" if counts["en"] else None
    return "en" if count else None
