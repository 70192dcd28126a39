"""Words of English that stand for themselves: question words, pronouns, opposites, what opens a clause or denies."""

from __future__ import annotations

import re

WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
"""A question word, as a pattern."""
HE = re.compile(r"\b(?:he|him|his|himself|she|her|hers|herself)\b", re.IGNORECASE)
IT = re.compile(r"\b(?:it(?! (?:takes?|took|true|possible|likely|worth|legal)\b)|its|itself)\b", re.IGNORECASE)
THEY = re.compile(r"\b(?:they|them|their|theirs|themselves)\b", re.IGNORECASE)
PRONOUNS = frozenset("he him his she her hers it its they them their this these that those who which such both".split())
"""Words that mean what was said before."""
GENITIVE_PRONOUNS = frozenset("his her hers its their theirs".split())
NEGATIONS = frozenset("no not never none nobody nothing neither nor cannot without barely unable".split())
NEGATING_VERB = re.compile(r"(?:fail|refus|den(?:y|ie)|lack|reject|prevent|declin(?=ed$))(?:s|es|ed|d|al|ing|e)?")
ENDS_NEGATION = frozenset("but because although though which who while whereas and however then".split())
"""Words beyond which a negation does not reach."""
OPENS_CLAUSE = frozenset(
    "which who because although while when where after before and but that as by with in to".split()
)
COMMON_WORD = re.compile(
    r"(?:s|ing|ion|ment|ness|ity|ism|ly|ers|one|ic|al|first|last|half|most|many|people|men|women)$"
)
"""The end of a word that, at the beginning of a sentence, is hardly a name."""
ABSTRACT_WORD = re.compile(r"(?:[ae]nce|age|cy|er|ght|gy|ing|ion|ism|ment|ness|ort|ry|ship|th|ty|ure)$")
"""The end of a word for a quality or the like, rather than for a thing, a person or a company."""
STATING_WORDS = frozenset(
    "located situated based lies lay stands stood took take takes place happened occurred held passed"
    " created established named called known became become began started ended came been".split()
)
"""Words that say hardly more than that something is or was."""
PREPOSITIONS = frozenset(
    "in on at by for from to with of about as into under during until over against through after before within"
    " near between around since throughout immediately along below above behind outside inside upon".split()
)
DETERMINERS = (
    frozenset("the a an his her its their this that these those no any some of in and or most".split()) | PREPOSITIONS
)
COMPANY_WORDS = frozenset(
    "airlines airways association auto bank brewery capital club college committee company construction corporation"
    " corp council energy foundation future gallery group holdings hospital inc industries institute league library ltd"
    " media ministry mobile motor motors museum orchestra partners party research robotics rovers school securities"
    " society software systems technologies theatre trust union united university works".split()
)
"""Last words of names that are no person's."""
OPPOSITE_PAIRS = """
rise increase grow gain climb up more higher high most|fall decrease decline drop down less lower low fewer least
expand|shrink
above over exceed|reduce below under
before earlier prior|after later since
first|last
good|bad
win victory|lose defeat
new|old ancient
big large great|small little
begin start open|end stop close finish
north northern|south southern
east eastern|west western
left|right
male man|female woman
allow permit legal|forbid ban prohibit illegal
accept agree support approve|reject refuse oppose deny
early|late
major|minor
rich wealthy|poor
strong|weak
true|false
public|private
always|never rarely
often frequently commonly|rarely seldom
many|few
import|export
success succeed|fail failure
buy|sell
live survive|die
love|hate
same similar|different unlike
all every|some few
internal|external
maximum|minimum
positive|negative
friend ally|enemy
war|peace
hot warm|cold cool
fast quick|slow
easy|difficult hard
include|exclude
join|leave
create found build|destroy abolish demolish
"""
"""One pair of sides in a line: the words of one contradict those of the other."""
