"""Patterns of what an English follow-up points at: persons by what they are, things, issues, places, one of several."""

from __future__ import annotations

import re

from rag.language.english import WH
from rag.language.verbs import AUX

ORDINAL = re.compile(
    r"\bthe (?P<nth>first|second|third|fourth|last) ones?\b|\bthe (?P<side>former|latter)\b"
    r"|(?<=about )the (?P<about>first|second|third|fourth|last)(?=[ ?.!]*$)",
    re.IGNORECASE,
)
"""One of several that were named, by its place among them: "the first one", "the latter"."""
LISTED = re.compile(r"(?:[\s,;.:•\"“”\[\]&\d*-]|\b(?:and|or|the)\b)*")
"""What stands between the names of a list, marks of citations among it."""
WHICH_ONE = re.compile(
    r"^(?!.*(?:[,:]| of) .* or )"
    r"which(?: ones?(?= )|(?= (?:is|was|has|had|[a-z]+s) (?:the )?(?:most|least|more|less|[a-z]+(?:est|er))\b))",
    re.IGNORECASE,
)
"""A choice among those that were named: "Which one", "Which is the cheapest"."""
THEN = re.compile(r"\b(?:(?:in |on |at )?th(?:at|is) (?:year|month|day|time|quarter)|(?<!\w )then)\b", re.IGNORECASE)
"""A time named before: "then", "that year"."""
THERE = re.compile(r"\bthere\b(?! (?:is|are|was|were|be|any)\b)(?<!are there)(?<!is there)", re.IGNORECASE)
"""A place named before: "there"."""
DEMONSTRATIVE = re.compile(
    rf"\b(?:this|these|those)\b|\b(?:{AUX}|of|after|before|by|for|about|with|to|on|in|from) that\b|\bthat[?.]?$",
    re.IGNORECASE,
)
"""What points at something said before: "this", "of that"."""
SHE = re.compile(r"(?:she|her|hers|herself)\b", re.IGNORECASE)
"""Of the words for a person those for a woman."""
THEM = re.compile(r"\bthem\b", re.IGNORECASE)
"""Of the words for several those that nothing is said of."""
ACTS_OF_IT = re.compile(
    rf"\b{AUX} it (?P<verb>[a-z]+)"
    r"|\bits (?:[a-z-]+ )?(?:boss|ceo|chairman|chairwoman|chief|director|employees|founder|lawyer|lender|management"
    r"|owner|president|rivals?|shareholders|speaker|spokes(?:man|woman|person)|staff|union|workers)\b",
    re.IGNORECASE,
)
"""What "it" is said to do or have as companies and countries do: "When did it sell ...?", "its founder"."""
ASKS_WHERE = re.compile(
    r"^(?:where|(?:in |at |to |from )?(?:which|what) (?:area|city|country|island|market|nation|place|province|region"
    r"|state|town|village))(?:['’]s)?\b",
    re.IGNORECASE,
)
"""A question whose answer is a place."""
GROUP = re.compile(r"^(?:who|what) (?:are|were) (?P<group>(?:the|all) [^:?]+)$", re.IGNORECASE)
"""A question for those of a group: "Who were the defendants in the trial?"."""
SOME_OF_THEM = re.compile(r"\bof (?:them|those|these|it)\b", re.IGNORECASE)
"""A part of what was named before: "of them"."""
THAT_ONE = re.compile(r"\bth(?:at|is|e same) (?:company|firm|brand|maker|person|man|woman)\b", re.IGNORECASE)
"""A company or person named before: "that company"."""
DEBATED = re.compile(r"\b(?:argue|debate|decide|discuss|say|speak|talk|think|vote|write)\b", re.IGNORECASE)
"""What is done about an issue."""
HIS_NAME = re.compile(r"what(?:['’]s| is| was) (?:his|her) (?:full )?name", re.IGNORECASE)
"""A question for the name of somebody who was spoken of as the mayor, the founder ..."""
ROLE = (
    r"(?P<role>architect|author|boss|brother|captain|ceo|chairman|chairwoman|chief(?: executive)?|coach|curator"
    r"|daughter|deputy|director|editor|father|founder|goalkeeper|head|husband|keeper|leader|manager|mayor|minister|mother|owner"
    r"|president|secretary|sister|son|successor|treasurer|widow|wife)"
)
"""What somebody is to others."""
SOMEBODY = re.compile(rf"(?:(?:the|a) )?(?:[a-z-]+ )?{ROLE}", re.IGNORECASE)
"""Somebody by what they are: "the curator"."""
PERSON_OF = re.compile(rf"\bthe (?:[a-z-]+ )?{ROLE} of (?:the )?$", re.IGNORECASE)
"""What makes a person of the name after it: "the founder of"."""
PERSON_BY = re.compile(rf"['’]s (?:[a-z-]+ )?{ROLE}\b", re.IGNORECASE)
"""What makes a person of the name before it: "'s chief executive"."""
ARTICLE_ABOUT = re.compile(r"the (?:article|piece|story|text)s? (?:about|on) (?=\S)", re.IGNORECASE)
"""What leads to the subject of an article, which what is asked next is about."""
OF_WRITING = re.compile(
    r"\b(?:articles?|authors?|long|new|newest|old|published|read|summari[sz]e|titles?|wr[io]tes?|written)\b",
    re.IGNORECASE,
)
"""Words for what is done with an article rather than with its subject."""
ASKS_WHICH_ONE = re.compile(
    r"^(?:what|which)(?: [a-z-]+){0,2} (?:is|was)\b|^which [a-z-]+[^\Ws] [a-z]+\b", re.IGNORECASE
)
"""A question whose answer is one thing: "What is Onvo's first car?", "Which company bought it?"."""
ASKS_WHO = re.compile(r"^(?:[Ww]ho|[Ww]hom)\b(?! (?:is|was) [A-ZÀ-ÖØ-ÞĀ-ž](?!.*['’]s ))")
"""A question for somebody's name, which "Who is NAME?" is not."""
STANCE = re.compile(r"\b(?:against|about|on|over|in favou?r of|for|with) it\b", re.IGNORECASE)
"""Words by which "it" is what was spoken of or voted on."""
ISSUE = re.compile(
    r"\b(?:about|against|on|over|in favou?r of) (?P<issue>(?:the|an?) (?:[\w-]+ )??[\w-]+)"
    r"(?= (?:in|at|of|by|end|go|turn)\b|[ ?.!]*$)",
    re.IGNORECASE,
)
"""What is spoken of or voted on: "the tram"."""
STATED = re.compile(
    rf"^(?i:{WH})(?: [a-z]+)? (?:is|was|are|were) (?P<subject>(?:(?:the|an?) )?[a-z][a-z -]*?)"
    r"(?= (?:at|for|from|in|of|on)\b|[ ?.!]*(?:\(|$))"
)
"""A question of what something is, or when or where: "Where was the first shop?"."""
GROWS = re.compile(
    rf"\b(?:{AUX} )?it (?:ris|rose|fall|fell|grow|grew|increas|decreas|drop|declin|shr[iau]nk|doubl|halv|chang"
    r"|go (?:up|down))",
    re.IGNORECASE,
)
"""What numbers do: "Why did it rise?"."""
WHERE_IS = re.compile(r"^where(?:['’]s| (?:is|are|was|were)) (?P<thing>(?:the )?[^?]+?)[ ?.!]*$", re.IGNORECASE)
"""A question for the place of a thing."""
MAKES = re.compile(
    r"(?:builds?|built|creates?d?|founds?|founded|heads?|leads?|led|makes?|made|owns?|owned|runs?|ran|starts?|started)$",
    re.IGNORECASE,
)
"""What somebody does with a company or a thing, never with a person."""
