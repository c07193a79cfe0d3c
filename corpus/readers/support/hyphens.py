"""Words that are broken at the end of a line, made whole: which hyphens are their own, and which the line's.

What the text itself writes elsewhere decides; then what is known of a few words; and then a hyphen is the line's.
"""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_BROKEN: Final = re.compile(
    # It is looked for where a word begins alone, and no piece of it is tried twice.
    r"(?<![^\W\d_])[^\W\d_]++[-\u00ad\u2010¬][^\S\n]*+\n\s*+[^\W\d_]+"
)

# A hyphen behind these is the word's own.
_FIRST: Final = frozenset(
    "non long short counter well self vice half high low full all semi quasi anti post mid cross cease "
    "first second third fourth two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy "
    "eighty ninety north south east west air sea land light left right hard soft free near large small old new "
    "one anglo franco sino indo afro russo "
    "à peut sous demi contre outre avant après tout vingt trente quarante cinquante soixante grand "
    "celui celle ceux celles "
    "по из кое во в".split()
)
# And before these.
_SECOND: Final = frozenset(
    "term called made based style like range level scale standing old ranking known held wide free elect making "
    "owned sponsored sided minded reaching flung general generals chief up off là même mêmes être dire "
    "то либо нибудь ка за под".split()
)
# The first parts of many other words as well, and what is behind them where the hyphen is their own.
_FIRST_BEFORE: Final = {
    "ex": "president minist premier ambassad soldier service king wife husband offici member prisoner communis nazi "
    "chief leader combat employ general officer chancel président député yougoslav",
    "pro": "govern west east communis independen democra war peace gouvern gobiern europ forma rata occident russ",
    "pre": "war independen elect exist emi emp dawn arrang school coloni industr revolution negotia",
    "euro": "atlant asia mediterr méditerr arab missil",
    "mi": "temps chemin mandat parcours hauteur voix journée année",
    "ci": "dessus dessous après joint contre devant",
    "au": "delà dessus dessous devant dedans dehors",
    "re": "e",
    "de": "e",
}
# What a French verb asks after, by how it ends: dit-il, avez-vous, est-ce.
_ASKED: Final = {"t": "il ils elle elles on ce", "d": "il ils elle elles on", "z": "vous", "s": "nous je tu", "i": "je"}
# No hyphen is behind these, though both parts may be words.
_GROWN: Final = frozenset(
    "any some every no with in out on there here where how what who when never not under over fore for to be can "
    "may him her my your them our it mean more further other al an dis un mis up".split()
)
# Nor before these.
_ENDINGS: Final = frozenset(
    "ly er ers est ness ish ist ists en ened ening ing ings ed ship ships ward wards teen teenth ty tieth ary aine dom "
    "ware eur".split()
)
# Nor in these, though one is behind what they begin with in others: counter-proposal.
_GROWN_WORDS: Final = tuple(
    "counterpart counteract counterfeit counterbalanc counterclaim nonetheless nonsense longer longest selfish "
    "shortage halfway highway highland lowland lowest fullest northern southern eastern western postpone "
    "crossing aircraft airfield airport airline airspace landing landed landscape landlord rightful softly hardly "
    "freedom freeway allied allies allian allow alleg alloc anticip antiq antidot antig antibio middl midst midnight "
    "midday season tension tender tendency tentativ tenant oneself viceroy seminar newspaper newcomer lightning "
    "righteous indones worldwide nationwide notwithstanding souscri soustra avantag".split()
)
# German and English leave out the second part of a compound before these: Nord- und Südkorea.
_LISTED: Final = frozenset("und oder bis sowie bzw and or og och en et".split())
_HYPHENS: Final = "-\u2010"


class Hyphens:
    """Tells how the words of one text are written.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        # A word that is broken itself is no witness.
        self._words = frozenset(_WORD.findall(_BROKEN.sub(" ", text.casefold())))

    def whole(self, first: str, hyphen: str, second: str) -> str:
        """What two parts of a word are together.

        Args:
            first: The part at the end of a line, without its hyphen; of "cease-fire-", the last of its parts.
            hyphen: What stands behind it. A soft one is the line's.
            second: What the next line begins with, a word.
        """
        if hyphen not in _HYPHENS:
            return first + second
        if second.casefold() in _LISTED:
            return f"{first}{hyphen} {second}"
        if second == "to" and first.casefold() in _FIRST:  # a two- to three-year term
            return f"{first}{hyphen} {second}"
        return f"{first}{hyphen}{second}" if self._is_own(first, second) else first + second

    def _is_own(self, first: str, second: str) -> bool:
        if not second[0].islower() or (len(first) > 1 and first.isupper()):
            return True
        head, tail = first.casefold(), second.casefold()
        if head + tail in self._words:
            return False
        if f"{head}-{tail}" in self._words:
            return True
        if head in _GROWN or tail in _ENDINGS or (head + tail).startswith(_GROWN_WORDS):
            return False
        if behind := _FIRST_BEFORE.get(head):
            return tail.startswith(tuple(behind.split()))
        if head in _FIRST or tail in _SECOND or tail in _ASKED.get(head[-1], "").split():
            return True
        if tail == "led":  # Saudi-led, and hand-led
            return first[0].isupper()
        return len(head) > 2 and len(tail) > 2 and head in self._words and tail in self._words
