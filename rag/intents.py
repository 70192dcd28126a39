"""What a question asks for, which decides the form of its answer. The rules are all in this file.

A rule is a pattern over the question as it stands alone; the first that matches decides. What none matches is a fact.
"""

from __future__ import annotations

import re
from typing import Literal

from index.terms import query_terms
from rag.language.english import HE, IT, THEY

Intent = Literal[
    "fact", "list", "compare", "why", "yes_no", "summary", "overview", "collection", "small_talk", "language"
]

ARTICLES = r"(?:articles?|texts?|documents?|stories|pieces?|posts?|papers?)"
NEWEST, OLDEST = r"(?:newest|latest|most recent|last)", r"(?:oldest|earliest|first)"
_GREETING = r"(?:hello|hi|hey|hiya|howdy|good (?:morning|afternoon|evening|day)|greetings|你好|您好|嗨)"
_THANKS = r"(?:thanks|thank you|thx|cheers|谢谢|多谢)"
_SHOW = r"(?:which|what|what is|what['’]s|list|show|name)(?: me)?(?: is)?(?: all)?(?: of)?(?: the)?"
_MORE = r"(?:more|less|fewer|better|worse|\w{3,}er)"
_PLURAL = r"(?!(?-i:[a-z]+OS\b))(?:people|\w{3,}[^s\W]s|\w+sses|countries|companies)"
_MEASURES = r"(?:many|much|long|old|far|big|large|high|tall|fast|often|late|soon|early|wide|deep|heavy)"
_MENTION = r"(?:mention|name|contain|cover|discuss|deal)"
_POINTS = r"(?:main|key) (?:points?|findings|facts)"
_POINTS_OF = rf"(?:(?:what (?:are|were)|(?:give|tell|show)(?: me)?) (?:the |its )?)?{_POINTS} (?:of|in|from)"
_WHAT_IS = r"what(?:['’]s| (?:is|are|was|were|has been|have been|got))"
_CHANGED = (
    r"(?:new|cut|removed|added|changed|fixed|dropped|deleted|introduced|abolished|excluded|included|missing|left out"
    r"|supported|banned|forbidden|prohibited|allowed)"
)
_NEWS = r"(?:any )?news|info\w*|(?:is there|(?:do|have) you(?: have| got)?) (?:any|some)thing"
_DO_YOU_HAVE = r"(?:do|have) you(?: have| got)?"
_VERB = r"(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may|might|must)"
_PLURAL_VERB = r"(?:are|were|do|does|did|have|had|has|can|could|will|would|should|may|might|must)"
_POLITE = re.compile(
    r"^(?:(?:please|kindly),? )?(?:(?:can|could|would|will) you (?:please )?"
    r"(?=(?:tell|give|show|list|name|explain|summari[sz]e|compare|describe)\b))?(?:explain to me )?"
    r"(?:tell me (?=(?:who|what|when|where|why|how|which)\b))?",
    re.IGNORECASE,
)
"""What a question may begin with and does not change what it asks for."""
_RULES: tuple[tuple[Intent, str], ...] = (
    ("small_talk", rf"^{_GREETING}(?:[,!. ]+(?:there|all|everyone|quoth|you))*$"),
    ("small_talk", rf"^{_THANKS}\b(?! to\b)(?:\W+\w+){{0,8}}$"),
    ("small_talk", r"^(?:test(?:ing)?(?: 1 2 3| 123)?|ok(?:ay)?|(?:good)?bye|see you|great|cool|nice|help|hm+|lol)$"),
    ("small_talk", r"^(?:how are you|how do you do|how is it going)\b.{0,12}$"),
    ("small_talk", r"^(?:(?:who|what) are you|are you (?:an? )?(?:bot|human|robot|real|person|machine)|你是谁)$"),
    ("small_talk", r"^what can (?:you|i|it) (?:do|ask)(?: (?:you|here|for me))*$"),
    ("small_talk", r"^how (?:do|does|can) (?:you|i|this) .{0,20}work$"),
    ("summary", r"^what(?:['’]s| is) (?:this|that|the) (?:article|text|document|story|piece|post|paper) about$"),
    ("collection", rf"^how many (?:of (?:the|your|these) )?{ARTICLES}\b"),
    ("collection", rf"^(?:do|does|did) (?:any|some)(?: of)?(?: the| your| these)? {ARTICLES} {_MENTION}\b"),
    ("collection", r"^(?:which|what) (?:authors?|writers?) (?:have |has )?(?:wrote|written|writes?) (?:about|on)\b"),
    ("collection", rf"^{_SHOW}(?: {NEWEST}| {OLDEST})? {ARTICLES}\b(?! (?:says?|states?|claims?|of)\b)"),
    ("collection", r"^who (?:has |have )?(?:wrote|written|writes?) (?:about|on)\b"),
    ("collection", r"^(?:who (?:writes?|wrote)|who are the (?:authors|writers))(?: here| for you|$)"),
    ("collection", r"^(?:list )?(?:all )?(?:the )?(?:authors|writers)(?: of| here|$)"),
    ("collection", rf"^who (?:wrote|writes|is the author of) (?:the|this|that) {ARTICLES}\b"),
    ("collection", rf"^(?:when (?:was|is)|what is the (?:title|date) of) the (?:{NEWEST}|{OLDEST}) {ARTICLES}\b"),
    ("collection", rf"^(?:(?:is|are) there|{_DO_YOU_HAVE}) (?:an?|any|some) {ARTICLES}\b"),
    (
        "collection",
        rf"^what (?:topics?|subjects?) (?:do|does|are|is) (?:the|your|these|you)\b.*\b(?:{ARTICLES}|cover(?:ed)?)\b",
    ),
    ("collection", rf"^what (?:are|do) (?:the|your|these) {ARTICLES} (?:about|cover)$"),
    ("collection", r"^what (?:has|did|does) [^?]+ (?:written|write|publish(?:ed)?)(?: here| for you| about)?$"),
    ("summary", r"^(?:please |can you |could you )*(?:summari[sz]e|sum up|tl;?dr|give (?:me )?.{0,16}summary)\b"),
    ("summary", rf"^what(?:['’]s| is| was) (?:this|that|the) (?:{ARTICLES} )?.{{0,80}}about$"),
    ("summary", r"\bin (?:a nutshell|short|brief)$|^(?:a )?(?:short |brief )?summary of\b|^\S+(?: \S+){0,7} summary$"),
    ("summary", r"\b(?:gist|overview) (?:of|on)\b|\boverview$|\bwhat is it about$"),
    ("summary", rf"^{_POINTS_OF}\b|\b{_POINTS}$"),
    ("summary", r"\bsum+ar[iy][sz]e\b|\boverv(?:ei|i)w\b|\bwhat(?:['’]s| is| was) the story$"),
    ("overview", rf"^what (?:do|does|did) (?:the|your|these) {ARTICLES} (?:say|tell|write)\b"),
    ("overview", rf"^(?:tell me(?: more)?|what is there|what do you (?:know|have)|{_NEWS}) (?:about|on)\b"),
    ("why", r"^(?:explain )?why\b|^how come\b|^(?:for )?what (?:is|was|are|were)? ?(?:the )?reasons?\b"),
    ("why", r"^what (?:led|leads|made|makes|caused|causes)\b"),
    ("compare", r"\bdifferences? between\b.+ and "),
    ("compare", rf"^(?:when|where|in (?:which|what) \w+)\b.*\b{_MORE}\b.*\bor\b"),
    ("compare", rf"^(?:which|who) of [^?]+ and [^?]+ (?:\w+ )?{_MORE}\b"),
    ("compare", r"\b(?:compare[ds]?|comparison|versus|vs)\b"),
    ("compare", rf"^(?:who|which|what|whose|{_VERB})\b.*\b{_MORE}\b.*\bor\b|^(?:did|does|do)\b.* or .*\b{_MORE}\b"),
    ("compare", r"^(?:[^,?]+ or [^,?]+|between [^?]+ and [^?]+)[,:].*\b(?:who|which|what|whose)\b"),
    ("list", rf"^{_WHAT_IS}(?: (?:all|also|not|never|no longer))* {_CHANGED}\b(?! (?:as|by|about)\b)"),
    ("list", r"^what (?:(?:is|are|was|were|may|must|should|will|can) (?:not|never|no longer)|can(?:not|['’]t)) "),
    ("list", rf"^which(?: \w+){{0,2}}? {_PLURAL} (?:is|was)\b.* (?:in|on|for|at|to|from|by|with|of)$"),
    ("list", r"^(?:list|name|enumerate)\b"),
    ("list", rf"^(?:(?:in|at|from|to|with) )?which(?: \w+){{0,2}}? {_PLURAL}\b(?! (?:was|is|has)\b)"),
    ("list", rf"^(?:(?:in|at|from|to|with) )?what(?: \w+){{0,2}}? {_PLURAL} {_PLURAL_VERB}\b"),
    ("yes_no", rf"^{_VERB}\b"),
    ("why", rf"^how(?! {_MEASURES}\b)"),
    ("overview", r"^(?!.*\b(?:who|whom|whose|what|when|where|why|how|which)\b)\S+(?: \S+){0,5}$"),
)
_KEY_WORDS = re.compile(_RULES[-1][1], re.IGNORECASE)
_TOPIC_WORDS = 2
_COMPILED = tuple((intent, re.compile(pattern, re.IGNORECASE)) for intent, pattern in _RULES)
_EDGES = " \t?!.,;:？！。，；"


def intent_of(question: str) -> Intent:
    """Return what the question asks for. Whether its language is covered, `rag.forms.direct` says."""
    text = _POLITE.sub("", " ".join(question.split()).strip(_EDGES))
    return next((intent for intent, pattern in _COMPILED if pattern.search(text)), "fact")


def is_key_words(question: str) -> bool:
    """Whether it is words without a question in them, too many for a topic: "price of a bus ticket in Ostrava"."""
    text = " ".join(question.split()).strip(_EDGES)
    bare = intent_of(text) == "overview" and bool(_KEY_WORDS.search(text))
    return bare and len(query_terms(text)) > _TOPIC_WORDS


def stands_alone(question: str) -> bool:
    """Whether a question takes nothing over from those before: "hello", or "How many articles are there?"."""
    intent = intent_of(question)
    refers = any(pronoun.search(question) for pronoun in (HE, IT, THEY))
    return intent == "small_talk" or (intent == "collection" and not refers)
