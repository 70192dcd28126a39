"""Patterns of English follow-ups: how a question leans on what was said before it."""

from __future__ import annotations

import re

from rag.language.english import WH
from rag.language.names import VARIANT
from rag.language.verbs import AUX

OPENING = re.compile(
    r"^(?:(?:(?:and|but|so|or|also|then|well|ok|okay|please|thanks|thank you)\b[,:!.]?"
    r"|(?:great|good|nice|perfect|hi|hello)\b[,!.]+)\s+)+(?=\S)",
    re.IGNORECASE,
)
"""Words before a follow-up that add nothing: "And", "ok, but"."""
ABOUT = re.compile(r"^(?:what|how) about\s+|^(?:same (?:for|with))\s+", re.IGNORECASE)
"""What leads to a new subject: "what about", "same for"."""
CORRECTION = re.compile(
    r"^(?:(?:no|nope|sorry|wait|actually|oh)\b[,.!]?\s+)*(?:i (?:mean|meant)|rather|not that,?)\s+"
    r"|^(?:no|sorry|wait|actually)[,.]\s+(?=[^?]*$)"
    r"|^(?:(?:no|sorry|wait)\b[,.]?\s+)+(?=.*\bi (?:mean|meant)\b)",
    re.IGNORECASE,
)
"""What leads to a corrected word: "no, I meant"."""
MEANT = re.compile(r",?\s*(?:is what )?\bi (?:mean|meant)\b", re.IGNORECASE)
"""What stands after a corrected word: "is what I meant"."""
BACK_TO = re.compile(r"^(?:(?:going|coming|get(?:ting)?) )?back to (?P<what>[^:,]+)[:,]\s*(?P<rest>.+)$", re.IGNORECASE)
"""A return to an earlier subject: "Back to X: was it ...?"."""
FRONTED = re.compile(rf"^(?P<what>(?:(?! or )[^,?:])+), (?P<rest>{WH}\b.+)$", re.IGNORECASE)
"""A subject named before the question: "X, when did he ...?", but not "X or Y, who ...?", which compares."""
QUESTION = re.compile(
    rf"^(?P<wh>(?:\w+ )?{WH}\b(?:(?! {AUX}\b)[^?:])*?) (?P<rest>{AUX}\b.+)$",
    re.IGNORECASE,
)
"""A question word with its noun, then what begins with an auxiliary."""
BEGINS_QUESTION = re.compile(
    rf"^(?:{AUX}|(?:\w+ )?{WH}|tell|show|explain|list|compare|describe|summari[sz]e)\b", re.IGNORECASE
)
"""The beginning of a whole question or request."""
YES_NO = re.compile(rf"^{AUX}\b", re.IGNORECASE)
_WHICH_TIME = r"(?:in )?(?:what|which) (?:day|month|place|town|year)"
BARE_QUESTION = re.compile(
    rf"^(?:(?:after|against|at|before|by|for|from|in|of|on|since|to|until|with|within) {WH}(?: (?!many)[a-z]+){{0,2}}"
    rf"|(?:{_WHICH_TIME}|who|whom|when|where|why|how|what|which one|how (?:much|many|long|often|old|far|big|fast)"
    r"|whose [a-z]+)"
    r"(?: by| so| for| exactly| then)?|how so|how come|why not|since when|until when)$",
    re.IGNORECASE,
)
"""A question word alone: "Why?", "Since when?", "How many?"."""
OF_THAT = re.compile(
    rf"(?P<wh>(?:since |until )?(?:when|where|why|how)|{_WHICH_TIME})(?:['’]s| (?:is|was|did|were)) (?:that|this)"
    r"(?: happen(?:ed)?)?",
    re.IGNORECASE,
)
"""A question word for what was said before: "When was that?"."""
VERB_LEFT_OUT = re.compile(
    rf"(?:(?P<wh>{WH}(?: else)?) )?(?P<aux>{AUX}(?:n['’]t)?) (?:he|she|it|they|that|this)(?: also| too| then| not)?",
    re.IGNORECASE,
)
"""A question without its verb: "When will it?"."""
SUBJECT_LEFT_OUT = re.compile(rf"(?P<aux>{AUX}) (?P<rest>(?:be )?(?P<participle>[a-z]+)\b.*)", re.IGNORECASE)
"""What follows a question word that is the subject itself: "was removed in 4.0"."""
ASKED_NOUN = re.compile(
    rf"^(?:what|which|whose|how (?:many|much)) (?P<noun>(?!{AUX}\b)[\w' -]+?) (?={AUX}\b|[a-z]+ed\b)", re.IGNORECASE
)
"""The noun that a question asks for: "pledge" in "Which pledge did makers sign?"."""
COUNTED = re.compile(r"^how many (?P<noun>[a-z]+s)\b", re.IGNORECASE)
"""What a question counts: "doses" in "How many doses a year?"."""
ASKS_WHICH = re.compile(r"^(?:which|what) (?P<noun>[\w-]+s) (?P<verb>[a-z]+) (?P<rest>.+)$", re.IGNORECASE)
"""A question for those of a kind that do or are something: "Which countries voted against it?"."""
PLACES = re.compile(r"(?:areas|cities|countries|markets|nations|places|provinces|regions|states|towns)$", re.IGNORECASE)
"""Kinds of places."""
ELSE = re.compile(r"(?P<wh>who|whom|where|when|why|how) else", re.IGNORECASE)
"""A wish for others than were named: "Who else?"."""
ONE_ABOUT = re.compile(r"^the (?:one|article|text|story|piece)s? (?=(?:about|by|from|in|of|on)\b)", re.IGNORECASE)
"""Another thing of the kind: "the one about"."""
_COMPARED = r"(?:(?:more|less) [a-z]+|[a-z]{2,}er|better|worse)"
COMPARATIVE = re.compile(_COMPARED, re.IGNORECASE)
COMPARING = re.compile(rf"\b{_COMPARED}(?= than\b|,)", re.IGNORECASE)
"""The quality that a question compares: "faster" in "Is X faster than Y?"."""
PREPOSITION = re.compile(
    r"^(?:in|at|for|on|from|to|with|by|of|about|against|during|after|before|under|without)\b", re.IGNORECASE
)
"""A fragment that begins with a preposition: "in China"."""
MORE = re.compile(
    r"(?:explain(?: (?:it|this|that))?(?: to me)?|what do you mean(?: by that)?)(?:,? please)?"
    r"|(?:(?:can|could) you )?(?:please )?(?:(?:tell me|say|give me|show me|i want(?: to know)?) )?"
    r"(?:some |a bit |a little )?"
    r"(?:more(?: (?:details?|info(?:rmation)?))?|details|go on|continue|(?:what|anything) else)"
    r"(?:,? please)?(?: about (?:it|this|that))?",
    re.IGNORECASE,
)
"""A wish for more: "Tell me more", "anything else?"."""
SURE = re.compile(
    r"(?:are you (?:really |quite |absolutely )?(?:sure|certain)(?: about (?:it|this|that))?|(?:oh )?really|sure"
    r"|seriously|is (?:that|this|it) (?:really )?(?:true|right|correct|so|certain))",
    re.IGNORECASE,
)
"""A doubt about an answer: "Are you sure?"."""
_COUNT = r"(?:an?|the|one|two|three|four|five|six|seven|eight|nine|ten|twelve|[0-9]{1,2})"
OTHER_YEAR = re.compile(
    r"(?:(?:in |during |for )?the same [a-z]+ (?:of |in )?)?(?:in |during |for )?"
    r"(?:the year (?:before|earlier|after|later)(?: that)?"
    r"|the (?:previous|prior|preceding|next|following) year"
    rf"|{_COUNT} years? (?:before|earlier|after|later)(?: that)?)",
    re.IGNORECASE,
)
"""A year counted from the one that was asked about: "the year before", "two years later"."""
RELATIVE_TIME = re.compile(
    rf"{_COUNT} (?:days?|weeks?|months?|quarters?|years?|decades?) (?:before|earlier|after|later)(?: that)?",
    re.IGNORECASE,
)
"""A time counted from another that is not a year: "a week earlier"."""
COMPARE_WITH = re.compile(
    r"(?:compare (?:it|that|this|them|him|her) (?:with|to|and)|compared (?:with|to)"
    r"|how does (?:it|that|this) compare (?:with|to))"
    r" (?:(?:that|those) (?:of|in|at|from) )?(?P<other>[^,?]+)",
    re.IGNORECASE,
)
"""A wish for the same of something else: "Compare it with XPeng"."""
AS_MANY = re.compile(
    r"how (?:many|much)(?: (?:is|was|were|are) (?:it|they|that|there))? (?P<part>(?:in|for|at|on|from|of|by) "
    rf"(?:(?!\b{AUX}\b).)+)",
    re.IGNORECASE,
)
"""The last question of something else, which asked for a number: "How many in 2023?"."""
MORE_THAN = re.compile(
    r"(?:(?:is|was|were|are) (?:it|that|this|they) )?(?P<more>more|less|fewer)(?: than)? (?P<other>.+)", re.IGNORECASE
)
"""A wish to have the figure compared: "More than in 2022?"."""
WHICH_ONES = re.compile(
    r"which(?: ones?)?|(?:can you )?(?:name|list) (?:them|those)|(?:what|which) (?:are|were) (?:they|those)",
    re.IGNORECASE,
)
"""A wish for what was counted: "Which ones?"."""
SUBJECT_ALONE = re.compile(
    rf"(?i:{AUX}) (?P<subject>(?:the )?[A-Z][\w-]*(?: [A-Z][\w-]*)*(?: {VARIANT})?)(?: too| also| as well)?"
)
"""A question of somebody else without its verb: "Does Orvo?"."""
RECKONED_FROM_NOW = re.compile(
    r"(?:(?:in|at|during|for) )?"
    r"(?:(?:last|this|next) (?:year|month|week|time|season|quarter|spring|summer|autumn|winter)"
    r"|today|now|nowadays|tomorrow|yesterday)",
    re.IGNORECASE,
)
"""A time that is counted from today: "last year"."""
SIDE = re.compile(r"\b(?:against|for|in favou?r(?: of)?)\b", re.IGNORECASE)
"""One of two sides in a vote."""
LOOKS_ON = re.compile(r"(?<=before|.after) .+$")
"""What something is before or after."""
WITH_NUMBER = re.compile(r"(?<=[^\W\d_] )v?[0-9]+(?:\.[0-9]+)*(?=\W|$)")
VERSION_ALONE = re.compile(r"(?:(?:the )?(?:version|release) )?v?(?P<number>[0-9]+(?:\.[0-9]+)+)", re.IGNORECASE)
"""A version by its number: "4.0" after a question about "Tidemark 4.1"."""
INDEFINITE = re.compile(r"an? (?:[a-z-]+ ){0,2}[a-z-]+", re.IGNORECASE)
"""One thing of a kind: "a board game"."""
INDEFINITE_THING = re.compile(
    r"\b(?:an?) (?!year|month|week|day|lot\b)[a-z-]+(?: [a-z-]+(?= (?:cost|from|in|at|for|of)\b))?"
)
"""One thing of a kind in a question, with a word before it."""
NUMBERED = re.compile(r"(?P<kind>[a-z]{2,}) [0-9][\w.]*", re.IGNORECASE)
"""One of several that have numbers: "version 4"."""
OWNED = re.compile(r"(?:its|their|his|her|the(?! other))\b(?!.* ones?$)", re.IGNORECASE)
"""The beginning of a fragment for what belongs to something: "its price"."""
STAND_IN = re.compile(r"(?:(?:to|for|of|at|by|from|in) )?(?:the ones?|that|those) (?:of|in|from|at) (?:the )?(?=[A-Z])")
"""What stands for the thing that was asked about before the name of another owner or place: "the one in"."""
ONES = re.compile(r"(?<=\w) ones?$")
"""What stands for the thing in a fragment: "the 16-gigabyte one"."""
ELIDED = re.compile(rf"^how (?:many|much) (?={AUX}\b)", re.IGNORECASE)
"""A question for a number without what is counted: "How many has he prevented?"."""
_ATTRIBUTES = (
    r"(?:age|author|ceo|costs?|date|deliveries|employees|founder|goal|headquarters|height|length|loss|name|number|owner"
    r"|place|population|prices?|profit|range|reasons?|results?|revenue|salary|sales|share|size|speed|target|time"
    r"|turnover|value|weight|width|year)"
)
ATTRIBUTE = re.compile(rf"(?:the )?(?:\w+ )?{_ATTRIBUTES}", re.IGNORECASE)
"""What something else has, so that the word alone asks for that of what was spoken of: "Price?"."""
LEANING = re.compile(
    r"(?:its|his|her|their|the|this|that|these|those|which|whose|same|other|both|any|all|only)\b", re.IGNORECASE
)
"""The beginning of a fragment that leans on what was said."""
GENERIC = re.compile(
    rf"^(?:what|who|how|why|where) (?:is|are|do|does) (?!(?:his|its|hers|{_ATTRIBUTES})\b)"
    r"(?:an? [a-z-]+|[a-z-]*[^\Wsui]s)\b",
    re.IGNORECASE,
)
"""A question about things of a kind, which stands by itself: "What are tariffs?"."""
OF_ANOTHER_TIME = re.compile(
    r"^(?:what|how (?:much|many|high|large|big)) (?:is|was|were|are|will|did)"
    r" (?:it|that|they|the (?:figure|number))(?: be)? (?P<time>(?:in|on|during|at|for) .+?)[ ?.!]*$",
    re.IGNORECASE,
)
"""The last question of another time, in full: "What was it in 2022?"."""
VERSIONED = re.compile(r" (?P<version>(?:(?:version|release) )?v?[0-9]+(?:\.[0-9]+)+)(?=\W*$)", re.IGNORECASE)
"""The version that a question ends with: "What was removed in 4.0?"."""
WHY_THING = re.compile(rf"^why (?!{AUX}\b)", re.IGNORECASE)
"""A question for the reason of a thing: "Why the delay?"."""
WHO_DID = re.compile(r"^who (?P<verb>[a-z]+) (?P<rest>(?!(?:he|him|her|it|them)\b)[^():,]+)$", re.IGNORECASE)
"""A question for who did something: "Who founded X?"."""
ASKS_FURTHER = re.compile(r"(?:(?:\w+ )?(?:when|where|why|what|which)|how(?! many\b)|for how much)\b", re.IGNORECASE)
"""Question words that fit what somebody did: "When was X founded?", "For how much?"."""
OF_THIS_ARTICLE = re.compile(
    r"(?:what(?:['’]s| is) (?:this|that|the) (?:article|piece|story|text) about"
    r"|(?:please )?summari[sz]e (?:this|that|the) (?:article|piece|story|text))(?:,? please)?",
    re.IGNORECASE,
)
"""A wish to know what the article is about of which an answer came."""
