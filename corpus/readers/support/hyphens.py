"""Words that are broken at the end of a line, made whole: which hyphens are their own, and which the line's.

What the text itself writes elsewhere decides; then what is known of a few words; and then a hyphen is the line's.
"""

import re
from typing import Final

_WORD: Final = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

# A hyphen behind these is the word's own.
_FIRST: Final = frozenset(
    "non long short counter well self ex vice so half high low full all semi quasi pro anti multi post pre mid cross "
    "cease "
    "first second third fourth two three four five six seven eight nine ten twenty thirty forty fifty sixty seventy "
    "eighty ninety north south east west air sea land light left right hard soft free far near large small old new "
    "one re- co- anglo franco sino indo afro euro russo "
    "peut vis quelque au ci sous demi mi contre outre avant après tout vingt trente quarante cinquante soixante grand "
    "celui celle ceux celles est sont a- ont dit "
    "по из кое во в".split()
)
# And before these.
_SECOND: Final = frozenset(
    "term called made based style like range level scale standing year old ranking known born led held wide free elect "
    "mile hour day week month man page point party power sponsored sided minded "
    "il elle on je tu nous vous ils elles ce ci là la le les moi toi lui leur y en t même mêmes être ce "
    "то либо нибудь ка за под".split()
)
# No hyphen is behind these, though both parts may be words.
_GROWN: Final = frozenset(
    "any some every no with in out up on there here where how what who when never not under over fore for to be can "
    "may him her my your them our it mean more further other there al an dis un mis".split()
)
# Nor in these, though one is behind what they begin with in others: counter-proposal.
_GROWN_WORDS: Final = tuple(
    "counterpart counteract counterfeit counterbalanc counterclaim nonetheless nonsense longer longest selfish "
    "shortage halfway highway highland lowland lowest fullest northern southern eastern western postpone preced "
    "prevent present crossing airport airline landing landed rightful softly hardly freedom".split()
)
# German and English leave out the second part of a compound before these: Nord- und Südkorea.
_LISTED: Final = frozenset("und oder bis sowie bzw and or to og och en et".split())
_HYPHENS: Final = "-\u2010"


class Hyphens:
    """Tells how the words of one text are written.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        # A word that is broken itself is no witness.
        found = _WORD.findall(re.sub(r"[^\W\d_]+[-\u00ad\u2010¬]\s*\n\s*[^\W\d_]+", " ", text.casefold()))
        self._words = frozenset(found)

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
        return f"{first}{hyphen}{second}" if self._is_own(first, second) else first + second

    def _is_own(self, first: str, second: str) -> bool:
        if not second[0].islower():
            return True
        head, tail = first.casefold(), second.casefold()
        if head + tail in self._words:
            return False
        if f"{head}-{tail}" in self._words:
            return True
        if head in _GROWN or (head + tail).startswith(_GROWN_WORDS):
            return False
        if head in _FIRST or tail in _SECOND:
            return True
        return len(head) > 2 and len(tail) > 2 and head in self._words and tail in self._words
