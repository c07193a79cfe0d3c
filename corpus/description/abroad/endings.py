"""The forms that names of countries, and the words for their people, have in a text of another language.

Where a language has few endings, all forms are written out. Where it has many, a word counts as a form of another if it
begins with the other's stem and goes on for a few letters.
"""

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final

LONGEST_ENDING: Final = 4
SHORTEST_STEM: Final = 4

STEMS_OF_NAMES: Final = frozenset(("uk", "bg", "sr", "hr", "pl", "cs", "sk", "el", "ro", "fi", "hu"))
"""Languages in which a name is known by its stem."""

STEMS_OF_PEOPLES: Final = frozenset(("ru", "uk", "pl", "el", "tr", "ro"))
"""Languages in which an adjective or a people is known by its stem."""

_VOWELS: Final = "aeiouyáéíóúýăâîąęäöüőűаеиоуыэюяіїєъαεηιουωάέήίόύώς"
_GENITIVE: Final = frozenset(("de", "sv", "da", "nb"))
_PEOPLES: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    # By the end of the base form, longest first: what stands in its place.
    "de": {
        "er": ("er", "ern", "ers", "erin", "erinnen"), "e": ("e", "en", "er", "in", "innen"),
        "": ("", "e", "en", "er", "es", "em", "s"),
    },
    "fr": {"e": ("e", "es"), "": ("", "e", "s", "es", "ne", "nes")},
    "es": {
        "o": ("o", "a", "os", "as"), "és": ("és", "esa", "eses", "esas"), "án": ("án", "ana", "anes", "anas"),
        "ón": ("ón", "ona", "ones", "onas"), "í": ("í", "íes", "ís"), "ol": ("ol", "ola", "oles", "olas"),
        "": ("", "s", "es"),
    },
    "it": {"co": ("co", "ca", "ci", "chi", "che"), "o": ("o", "a", "i", "e"), "e": ("e", "i"), "a": ("a", "i", "e")},
    "pt": {
        "o": ("o", "a", "os", "as"), "ês": ("ês", "esa", "eses", "esas"), "ão": ("ão", "ã", "ãos", "ães"),
        "ol": ("ol", "ola", "óis", "olas"), "": ("", "s"),
    },
    "nl": {"": ("", "e", "n", "en", "er", "ers", "s")},
    "hi": {"": ("", "ों")},
}  # fmt: skip
_LOWER_ONLY: Final = frozenset(("es", "it", "pt"))  # in capitals their adjectives are surnames: Greco, Russo, Polaco

_ARABIC_CLITICS: Final = tuple("".join(each) for each in product(("", "و", "ف"), ("", "ب", "ك", "ل")))
_HEBREW_CLITICS: Final = tuple(
    "".join(each) for each in product(("", "ו", "ש"), ("", "ה", "ב", "ל", "מ", "כ", "שב", "מה"))
)


def forms_of_name(name: str, language: str) -> Iterator[str]:
    """The forms that a country's name has in a text."""
    yield name
    if language in _GENITIVE and name[-1] not in "sßzx":
        yield f"{name}s"
    elif language == "ru":
        yield from _russian_cases(name)
    elif language == "ar":
        yield from _with_arabic_clitics(name)
    elif language == "he":
        yield from (f"{clitic}{name}" for clitic in _HEBREW_CLITICS)
    elif language == "fa" and name[-1] not in "هی":
        yield f"{name}یی" if name[-1] in "او" else f"{name}ی"


def forms_of_people(word: str, language: str) -> Iterator[str]:
    """The forms that an adjective or a people has in a text, given the one that the table has."""
    if language == "ar":
        yield from _arabic_adjectives(word)
        return
    if language == "he":
        yield from (f"{clitic}{word}{end}" for clitic in _HEBREW_CLITICS for end in ("", "ת", "ם", "ים", "ות"))
        return
    endings = _PEOPLES.get(language, {"": ("",)})
    end = next((each for each in sorted(endings, key=len, reverse=True) if word.endswith(each)), "")
    stem = word.removesuffix(end) if end else word
    for each in endings.get(end, ("",)):
        yield f"{stem}{each}"
        if language not in _LOWER_ONLY:
            yield f"{stem[:1].upper()}{stem[1:]}{each}"


def stem_of(name: str) -> str:
    """What a name's forms begin with, or "" for one that is too short or has several words."""
    stem = name.rstrip(_VOWELS) if name[-1:] in _VOWELS else name
    stem = name[:-1] if len(name) - len(stem) > 1 else stem
    enough = len(stem) > SHORTEST_STEM or (len(stem) == SHORTEST_STEM and stem == name)  # Iran, but not Chil(e)
    return stem if enough and stem.isalpha() and stem[1:].islower() else ""


def longest_ending(stem: str) -> int:
    """How many letters may follow a stem: a short one says less."""
    return min(LONGEST_ENDING, len(stem) - 1) if len(stem) > SHORTEST_STEM else 2


def _russian_cases(name: str) -> Iterator[str]:
    cases = [_russian_word(word) for word in name.split(" ")]
    for case in zip(*cases, strict=True):
        yield " ".join(case)
    if " " not in name:
        if name.endswith("ы"):
            yield name[:-1]
        if name.endswith("ь"):
            yield from (name[:-1] + end for end in ("я", "ю", "ем", "ём", "е"))


def _russian_word(word: str) -> tuple[str, ...]:
    """A word in six cases: nominative, genitive, dative, accusative, instrumental, prepositional."""
    for end, endings in (
        ("ия", ("ия", "ии", "ии", "ию", "ией", "ии")), ("ая", ("ая", "ой", "ой", "ую", "ой", "ой")),
        ("ый", ("ый", "ого", "ому", "ый", "ым", "ом")), ("ий", ("ий", "ого", "ому", "ий", "им", "ом")),
        ("ые", ("ые", "ых", "ым", "ые", "ыми", "ых")), ("ое", ("ое", "ого", "ому", "ое", "ым", "ом")),
        ("ство", ("ство", "ства", "ству", "ство", "ством", "стве")),
        ("га", ("га", "ги", "ге", "гу", "гой", "ге")), ("ка", ("ка", "ки", "ке", "ку", "кой", "ке")),
        ("а", ("а", "ы", "е", "у", "ой", "е")), ("я", ("я", "и", "е", "ю", "ей", "е")),
        ("й", ("й", "я", "ю", "й", "ем", "е")), ("ы", ("ы", "ов", "ам", "ы", "ами", "ах")),
        ("ь", ("ь", "и", "и", "ь", "ью", "и")),
    ):  # fmt: skip
        if word.endswith(end) and len(word) > 2 and not word.isupper():
            return tuple(word.removesuffix(end) + each for each in endings)
    if word[-1] in "бвгджзклмнпрстфхцчшщ" and not word.isupper():
        return tuple(word + each for each in ("", "а", "у", "", "ом", "е"))
    return (word,) * 6


def _with_arabic_clitics(name: str) -> Iterator[str]:
    for spelling in _arabic_spellings(name):
        for clitic in _ARABIC_CLITICS:
            if spelling.startswith("ال") and clitic.endswith("ل"):
                yield f"{clitic}{spelling[1:]}"
            else:
                yield f"{clitic}{spelling}"


def _arabic_spellings(name: str) -> Iterable[str]:
    """A name with and without its hamzas, which many leave out."""
    return dict.fromkeys((name, name.translate(str.maketrans("أإآ", "ااا"))))


def _arabic_adjectives(word: str) -> Iterator[str]:
    for article, end in product(("", "ال"), ("", "ة", "ين", "ون", "ات", "ا", "تين", "ان")):
        words = word.split(" ")
        if len(words) == 1:
            yield from _with_arabic_clitics(f"{article}{word}{end}")
        elif end in ("", "ة", "ين"):
            yield from _with_arabic_clitics(" ".join(f"{article}{each}{end}" for each in words))
