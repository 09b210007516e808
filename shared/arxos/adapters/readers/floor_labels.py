"""Reads a storey's number out of its name, in the languages building files come in."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

LabelKind = Literal["ground", "numbered", "roof", "site", "between", "attic", "unknown"]


@dataclass(frozen=True, slots=True)
class FloorLabel:
    """What a storey's name says: `number` for ground and numbered ones, otherwise None.

    `between`: a mezzanine, a ceiling and the like; `attic`: a storey under the roof.
    """

    kind: LabelKind
    number: int | None = None


_LARGEST_NUMBER = 300
_MINUS = str.maketrans({"−": "-", "–": "-", "—": "-", "‐": "-", "‑": "-"})

_ORDINALS = {
    1: "first|erst(?:e[rs]?)?|eerste|premi[eè]re?|primer[oa]?|primo|prima",
    2: "second|zweit(?:e[rs]?)?|tweede|deuxi[eè]me|segund[oa]|secondo",
    3: "third|dritt(?:e[rs]?)?|derde|troisi[eè]me|tercer[oa]?|terzo",
    4: "fourth|viert(?:e[rs]?)?|vierde|quatri[eè]me|cuart[oa]|quarto",
    5: "fifth|f[uü]nft(?:e[rs]?)?|vijfde|cinqui[eè]me|quint[oa]|quinto",
    6: "sixth|sechst(?:e[rs]?)?|zesde|sixi[eè]me|sext[oa]|sesto",
    7: "seventh|siebt(?:e[rs]?)?|zevende|septi[eè]me|s[eé]ptim[oa]|settimo",
    8: "eighth|acht(?:e[rs]?)?|achtste|huiti[eè]me|octav[oa]|ottavo",
    9: "ninth|neunt(?:e[rs]?)?|negende|neuvi[eè]me|noven[oa]|nono",
    10: "tenth|zehnt(?:e[rs]?)?|tiende|dixi[eè]me|d[eé]cim[oa]|decimo",
}
_ORDINAL_WORDS = {n: re.compile(rf"\b(?:{words})\b") for n, words in _ORDINALS.items()}
_KANJI = {c: n for n, c in enumerate("一二三四五六七八九十", start=1)}

_STOREY_WORD = (
    r"(?:floor|level|lvl|storey|story|stock(?:werk)?|geschoss|obergeschoss|og|etage|ebene"
    r"|verdieping|bouwlaag|niveau|[eé]tage|planta|piso|nivel|piano|plan|v[aå]ning|sal|kat"
    r"|kerros|pi[eę]tro|etasje|patro|этаж|l|e|f|fl)"
)
_BELOW_WORD = (
    r"(?:untergeschoss|kellergeschoss|tiefgeschoss|keller|kelder|ug|kg|basement|sous[- ]?sol"
    r"|s[oó]tano|interrato|subsuelo|k[aæ]lder|k[aä]llare|kjeller|kellari|sub[- ]?level|u\. etasje"
    r"|u\.g|подвал)"
)
_N = r"0*(\d{1,3})"
_CJK = "階層层楼樓층"
_ORDINAL_MARK = r"(?:\.|st|nd|rd|th|e|de|er|[eè]re?|eme|[eè]me|ste|º|ª|o|a|°|:a|:e)?"

# Below ground comes first: "2. Untergeschoss" also ends in "geschoss".
_BELOW = [
    re.compile(rf"(?<![\d.,]){_N}\s*{_ORDINAL_MARK}[\s_-]*{_BELOW_WORD}\b"),
    re.compile(rf"\b{_BELOW_WORD}[\s_.:-]*{_N}\b(?![.,]\d)"),
    re.compile(rf"^(?:{_STOREY_WORD}\s)?b\s?{_N}(?:f|fl|[{_CJK}])?(?!\w)(?![.,]\d)"),
    re.compile(rf"\b(?:r\s?-|u){_N}\b(?![.,]\d)"),
    re.compile(rf"(?:地下|지하|负|負)\s*{_N}\s*[{_CJK}f]"),
]
_BELOW_ALONE = re.compile(rf"\b{_BELOW_WORD}\b|地下|地階|지하|负|負|\blower ground\b|\blg\b")
# A dash between words is not a minus: "Level 2 - 3 flats".
_SIGNED = [
    re.compile(rf"^-\s?{_N}\b(?![.,]\d)"),
    re.compile(rf"\b{_STOREY_WORD}\s-{_N}\b(?![.,]\d)"),
    re.compile(rf"\s-{_N}$"),
]
_GROUND = re.compile(
    r"\b(?:ground(?:\s?floor|\s?level)?|g/?f|gf|eg|erdgescho(?:ss|ß)|parterre|begane\s?grond|bg"
    r"|rez[- ]?de[- ]?chauss[eé]e|r\.?d\.?c\.?|planta\s?baja|pb|piano\s?terra|t[eé]rreo"
    r"|stueplan|stueetage|stuen|bottenv[aå]ning|entr[eé]plan|parter|gl)\b|\be\.g(?:\.|\b)"
    r"|^(?:level |floor )?g$|地上階|首层|首層"
)
_ABOVE = [
    re.compile(rf"\br\s?\+\s?{_N}\b"),
    # "Building 1 Level 2": the number after the word counts.
    re.compile(rf"\b{_STOREY_WORD}[\s_.:#-]*\+?\s?{_N}\b(?![.,]\d)"),
    re.compile(rf"(?<![\w.,+-])\+?{_N}\s*{_ORDINAL_MARK}[\s_-]*{_STOREY_WORD}\b"),
    re.compile(rf"(?<![\d.,]){_N}\s*[{_CJK}]"),
]
_BARE = [
    re.compile(rf"^\+?{_N}$"),
    re.compile(rf"^\+?{_N}(?:\.(?!\d)|[\s_:)]|\s?-\s)"),
]
_UPPER_ALONE = re.compile(r"\b(?:obergescho(?:ss|ß)|og)\b")
_ROOF = re.compile(
    r"\b(?:roof|rooftop|dach|dachaufsicht|attika|dak|toit(?:ure)?|toiture|terrasse|cubierta"
    r"|azotea|copertura|tag|tak|penthouse roof|r\.?f|rfl)\b|屋上|屋根|^r$"
)
# Storeys under the roof; their height says which number they have.
_ATTIC = re.compile(
    r"^(?:\d\.\s?)?"
    r"(?:attic|loft|penthouse|dachgeschoss|dg|dachboden|spitzboden|zolder|combles|grenier|[aá]tico"
    r"|sottotetto|mansarda?|vind|屋根裏)(?:\s?(?:floor|level|storey))?$"
)
_SITE = re.compile(
    r"^(?:site|the site|terrain|topography|grade|gel[aä]nde|grundst[uü]ck|au(?:ss|ß)enanlagen?"
    r"|terrein|maaiveld|landscape|grounds|external works|敷地|外構)$"
)
_BETWEEN = re.compile(
    r"\b(?:mezz(?:anine)?|zwischengescho(?:ss|ß)|zg|entresol|entreplanta|entresuelo|tussen"
    r"(?:verdieping|laag)?|intermediate|half|ceiling|t\.?o\.?s?|top of|foundation|footing|fdn)\b"
    r"|中[二2]階"
)


def read_label(name: str | None) -> FloorLabel:
    """The label of a storey called `name`.

    "Ground Floor", "EG", "0" are the ground; "Level 2", "2. OG", "R+2", "2階" are numbered 2;
    "B1", "1. UG", "Sous-sol" are -1. A number with decimals is an elevation, not a label.
    """
    text = unicodedata.normalize("NFKC", name or "").translate(_MINUS).strip().casefold()
    text = text.replace("_", " ").replace("geschoß", "geschoss")
    if not text:
        return FloorLabel("unknown")
    if _BETWEEN.search(text):
        return FloorLabel("between")
    # "1. Dachgeschoss" is the first under the roof, not the first floor.
    if _ATTIC.search(text):
        return FloorLabel("attic")
    number = _number_in(text)
    if number is not None and abs(number) <= _LARGEST_NUMBER:
        if _ROOF.search(text):
            return FloorLabel("roof")
        return FloorLabel("ground" if number == 0 else "numbered", number)
    if _ROOF.search(text):
        return FloorLabel("roof")
    return FloorLabel("site" if _SITE.search(text) else "unknown")


def _number_in(text: str) -> int | None:
    for pattern in _BELOW:
        if found := pattern.search(text):
            return -int(found[1])
    for pattern in _SIGNED:
        if found := pattern.search(text):
            return -int(found[1])
    ordinal = next((n for n, words in _ORDINAL_WORDS.items() if words.search(text)), None)
    kanji = re.search(rf"([一二三四五六七八九十])[{_CJK}]", text)
    if _BELOW_ALONE.search(text):
        return -(ordinal or (_KANJI[kanji[1]] if kanji else 1))
    for pattern in _ABOVE:
        if found := pattern.search(text):
            return int(found[1])
    if _GROUND.search(text):
        return 0
    if kanji:
        return _KANJI[kanji[1]]
    if ordinal is not None:
        return ordinal
    for pattern in _BARE:
        if found := pattern.search(text):
            return int(found[1])
    return 1 if _UPPER_ALONE.search(text) else None
