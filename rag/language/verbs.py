"""The one table of English verbs: irregular forms, and the regular verbs that an agent does."""

from __future__ import annotations

import re

_IRREGULAR = """
be was been; bear bore born; become became become; begin began begun; break broke broken; bring brought;
build built; buy bought;
catch caught; choose chose chosen; come came come; cost cost; cut cut; draw drew drawn; drive drove driven;
eat ate eaten; fall fell fallen; feel felt; fight fought; find found; fly flew flown; get got gotten; give gave given;
go went gone; grow grew grown; have had; hear heard; hold held; keep kept; know knew known; lay laid; lead led;
leave left; lend lent; let let; lose lost; make made; mean meant; meet met; overtake overtook overtaken; pay paid;
put put; rise rose risen; run ran run; say said; see saw seen; sell sold; send sent; set set; shoot shot;
show showed shown; shut shut; sing sang sung; speak spoke spoken; spend spent; stand stood; steal stole stolen;
strike struck; take took taken; teach taught; tell told; think thought; throw threw thrown; understand understood;
wear wore worn; win won; withdraw withdrew withdrawn; write wrote written
"""
PAST = {forms.split()[0]: forms.split()[1] for forms in _IRREGULAR.split(";")}
"""Past tense of the irregular verbs by their base form."""
PARTICIPLE = {forms.split()[0]: forms.split()[-1] for forms in _IRREGULAR.split(";")}
"""Past participle of the irregular verbs by their base form."""
BASE = {form: base for forms in (PAST, PARTICIPLE) for base, form in forms.items()} | {base: base for base in PAST}
"""Base form of the irregular verbs by each of their forms."""
IRREGULAR_FORMS = frozenset(form for form, base in BASE.items() if form != base)
AGENT_VERBS = frozenset(
    """
    abandon accuse acquire add adopt agree allow announce appoint apply approve ask attack award ban block call cancel
    claim close collect complete confirm consider create criticise criticize decide declare defeat defend deliver
    demand describe design develop discover dismiss double earn elect employ end enter establish estimate exceed
    expand explain export finish fire form found halt halve hire import impose improve increase inform install
    introduce invent invest invite issue join kill launch leave lift limit list lower manufacture mention merge move
    name note notice obtain offer open operate order organise organize overtake pass plan praise predict present
    produce promise propose publish purchase raise reach receive recommend record reduce refuse release remove replace
    report request require resign respond restore resume retire return reveal reject secure select serve settle ship
    show sign start state stop study succeed suggest support suspend test threaten transfer unveil urge use visit vote
    warn welcome
    become begin break bring build buy choose cut draw fall fight give hold lay lead leave lend lose make meet pay put
    rise say see send set shut sell spend speak take teach tell go withdraw win write
    """.split()
)
"""Base forms of verbs that somebody does, so that "who" and "when did" fit."""
_DOUBLED = frozenset("admit ban cancel commit control drop occur permit plan refer ship stop transfer".split())
BE = ("is", "are", "was", "were")
"""Finite forms of "be"."""
FORMS_OF_BE = frozenset((*BE, "be", "been", "being"))
AUXILIARIES = frozenset(
    "is are was were has have had do does did will would can could shall should may might must".split()
)
AUX = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|may|might)"
"""An auxiliary that may begin a question, as a pattern."""


def past(verb: str) -> str:
    """Return the past tense of a base form."""
    if verb in PAST:
        return PAST[verb]
    if verb.endswith("e"):
        return f"{verb}d"
    if verb in _DOUBLED:
        return f"{verb}{verb[-1]}ed"
    return f"{verb[:-1]}ied" if re.search(r"[^aeiou]y$", verb) else f"{verb}ed"


def third_person(verb: str) -> str:
    """Return the third person singular of a base form."""
    if verb in ("have", "be"):
        return {"have": "has", "be": "is"}[verb]
    if re.search(r"(?:[sxz]|ch|sh|o)$", verb):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if re.search(r"[^aeiou]y$", verb) else f"{verb}s"


def base_of(third: str) -> str:
    """Return the base form of a third person singular."""
    if third in ("has", "is"):
        return {"has": "have", "is": "be"}[third]
    if third.endswith("ies"):
        return f"{third[:-3]}y"
    return third[:-2] if re.search(r"(?:[sxz]|ch|sh|o)es$", third) else third.removesuffix("s")


AGENT_PAST = {past(verb): verb for verb in sorted(AGENT_VERBS)}
"""Base form of the verbs of agents by their past tense."""
