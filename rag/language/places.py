"""Names of countries, continents and large cities, and of their peoples: from Unicode's CLDR, by way of Babel.

CLDR's territories and languages have English names; of cities it has those that time zones are named after.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from babel import Locale
from babel.core import get_global
from babel.languages import get_official_languages

_EVERYDAY = {
    form: forms.split()[0]
    for forms in """
    america american us usa; britain british briton uk; denmark danish dane; england english; europe european eu;
    netherlands dutch holland; portugal portuguese; scotland scottish scot; spain spaniard; switzerland swiss;
    turkey turkiye turkish turk; wales welsh
    """.split(";")
    for form in forms.split()
}
"""What CLDR lacks: short names, parts of the United Kingdom, and peoples named unlike country and language."""
_SHORT = frozenset({*_EVERYDAY.values(), "us", "usa", "uk", "holland", "eu", "uae", "korea"})
"""Short names of countries and unions that CLDR has in full only."""
_COMMON_PREFIX = 2
"""Letters that the name of a language and that of its country share: "Greek" is Greece's, "Tamil" is not India's."""
_TERRITORY_PARTS = re.compile(r" SAR China$| - |[()]")
_PERSON = re.compile(r"(?:s|m[ae]n|wom[ae]n)$")


@lru_cache(maxsize=1)
def _territories() -> dict[str, str]:
    """Return the English names of territories by their code."""
    return {code: str(name) for code, name in Locale("en").territories.items()}


@lru_cache(maxsize=1)
def _peoples() -> dict[str, str]:
    """Return the countries, in one lower-case word, by their own name and by that of their language."""
    countries = {
        code: _folded(name) for code, name in _territories().items() if len(code) == len("FR") and name.isalpha()
    }
    countries = {code: _EVERYDAY.get(country, country) for code, country in countries.items()}
    peoples = {country: country for country in countries.values()}
    likely = get_global("likely_subtags")
    for code, name in Locale("en").languages.items():
        territory = str(likely.get(code, "")).rpartition("_")[2]
        people, country = _folded(str(name)), countries.get(territory, "")
        official = country and code in get_official_languages(territory, regional=True, de_facto=True)
        if official and people[:_COMMON_PREFIX] == country[:_COMMON_PREFIX]:
            peoples.setdefault(people, country)
    return peoples | _EVERYDAY


@lru_cache(maxsize=1)
def _places() -> frozenset[str]:
    names = {part for name in _territories().values() for part in _TERRITORY_PARTS.split(name)}
    zones = (zone for zone in get_global("zone_territories") if not zone.startswith("Etc/"))
    cities = {zone.rpartition("/")[2].replace("_", " ") for zone in zones}
    return frozenset(_folded(name.strip()) for name in names | cities if name.strip()) | _SHORT


def country_of(lower: str) -> str:
    """Return the country that a lower-case word names, or whose people or language it names; "" if none."""
    peoples = _peoples()
    return peoples.get(lower) or peoples.get(_PERSON.sub("", lower), "")


def is_place(name: str) -> bool:
    """Return whether `name` is that of a country, a continent or a city that a time zone is named after."""
    return _folded(name) in _places()


def _folded(name: str) -> str:
    """Return `name` in lower case and without accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c)).casefold()
