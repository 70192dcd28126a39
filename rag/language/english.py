"""Short tables of English (and a few Chinese) words: numbers, units, months, irregular forms, peoples, opposites."""

from __future__ import annotations

MONTHS = "january february march april may june july august september october november december".split()
MONTH = {name[:n]: i for i, name in enumerate(MONTHS, 1) for n in (3, 4, len(name))}
SMALL = {
    word: n
    for n, words in enumerate(
        "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
        "|eighteen|nineteen".split("|")
    )
    for word in words.split()
} | {word: 20 + 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "bn": 10**9}
CJK_SCALES = {"百": 100, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
ROMAN = {
    numeral: n for n, numeral in enumerate("II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII".split(), 2)
}
LETTERS = str.maketrans("łŁøØđĐ", "lLoOdD")
ODD = {"half": "0.5", "twice": "2", "double": "2", "triple": "3", "dozen": "12", "both": "2"}
UNITS = {
    form: forms.split()[0]
    for forms in (
        "% percent percentage 百",
        "$ dollar dollars usd",
        "€ euro euros eur",
        "£ pound pounds gbp",
        "¥ yuan yen rmb renminbi 元",
        "km kilometre kilometres kilometer kilometers",
        "mi mile miles",
        "metre metres meter meters",
        "ft foot feet",
        "kg kilogram kilograms",
        "ton tons tonne tonnes",
        "year years",
        "month months",
        "week weeks",
        "day days",
        "hour hours",
        "minute minutes",
        "century centuries",
    )
    for form in forms.split()
}
IRREGULAR = {
    form: forms.split()[0]
    for forms in """
    be; become became; begin began begun; bring brought; build built; buy bought; catch caught;
    choose chose chosen; come came; draw drew drawn; drive drove driven; fall fell fallen; feel felt;
    fight fought; find found; fly flew flown; get got gotten; give gave given; go went gone; grow grew grown;
    hear heard; hold held; keep kept; know knew known; lead led; leave left; lose lost loss; make made;
    mean meant; meet met; pay paid; rise rose risen; run ran; say said; see saw seen; sell sold sale; send sent;
    shoot shot; show shown; speak spoke spoken; spend spent; stand stood; strike struck; take took taken;
    teach taught; tell told; think thought; understand understood; win won; write wrote written; bear born birth;
    die death dead; live life; child children; man men; woman women; person people; foot feet;
    throw threw thrown; good better best well; bad worse worst badly; wear wore worn; break broke broken;
    steal stole stolen; eat ate eaten; sing sang sung song
    """.split(";")
    for form in forms.split()
}
PEOPLES = {
    form: forms.split()[0]
    for forms in """
    france french frenchman frenchmen; spain spanish spaniard spaniards; britain british; germany german germans;
    england english; netherlands dutch holland; poland polish pole poles; china chinese; japan japanese;
    greece greek greeks; turkey turkish turks; sweden swedish; denmark danish danes; ireland irish;
    scotland scottish scots; wales welsh; switzerland swiss; america american americans us usa;
    europe european europeans; portugal portuguese; norway norwegian; finland finnish
    """.split(";")
    for form in forms.split()
}
MERELY = frozenset(
    "located situated based lies lay stands stood took take takes place happened occurred held passed"
    " created established named called known became become began started ended came been".split()
)
"""Words that say hardly more than that something is or was."""
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
OPENS_CLAUSE = frozenset(
    "which who because although while when where after before and but that as by with in to".split()
)
