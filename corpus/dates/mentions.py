"""Dates as people ask for them: the value of a date, and dates in the words of a question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from ...frozen import frozen
from ..document import Span
from .periods import Period
from .points import Points
from .ranges import Range, Ranges
from .tables.calendar_words import Words, languages
from .tokens import Token, tokens_of

LONGEST_DATE = 80
"""The most characters that a date has."""

_TIME = re.compile(r"(?<=\d\d)[T ]\d\d?:\d\d.*")  # of a timestamp
_MOST = 12  # dates in a question: more are a list, and tell nothing
_LONGEST_QUESTION = 200  # tokens: what is longer is a pasted text, in which dates say little
_CURRENCIES = frozenset("$€£¥₩₽₺#№")
_JOINING = frozenset("-–/_+=@%&~*") | _CURRENCIES
_EARLIEST = 1000  # of years that stand with a month
_EARLIEST_ALONE = 1500  # of those that stand alone
_AHEAD = 1, 15  # how many years from today a year alone may be; and one that is said to be a year


@frozen
class DateMention:
    """A date in a text.

    Attributes:
        span: Where it stands, with the "in" or "on" before it.
        period: The days that it means.
        words: The span without these.
        weak: Whether it may be something else: a year without anything that says so, or "today".
        other: What it means if the month comes first, where nothing tells whether the day does.
    """

    span: Span
    words: Span
    period: Period
    weak: bool = False
    other: Period | None = None


@frozen
class DateValue:
    """What a value means.

    Attributes:
        period: The days; None for what has no date.
        sides: How many ends of them are named, such as 2 by "2024 to 2025"; 0 for a date.
        other: What it means if the month comes first, where nothing tells whether the day does.
    """

    period: Period | None
    sides: int = 0
    other: Period | None = None


def parse_period(text: str, today: date | None = None) -> Period | None:
    """The days that a date means, in any of the languages that words.toml has.

    Args:
        text: `2025`, `2025-11`, `2025/11/22`, `22.11.2025`, "Nov 2025", "22nd of November 2025", `1960s`, `2025-W47`,
            "Q3 2025", "early 1962", "yesterday", "last week", "last 30 days"; two of them around `..`, "to" or a dash;
            `>=2025`, `<2024-03`, "since 2024", "before June 2025", `2025..`; or "none". Where nothing tells whether
            the day or the month comes first, as in `05/06/2025`, the day does.
        today: The day from which "yesterday" is told; by default the real one.

    Returns:
        The period, whose sides may be open, and which may end before it begins; None for what has no date.

    Raises:
        ValueError: It is no date; the message says why, as far as the calendar is at fault, and is empty otherwise.
    """
    return parse_value(text, today).period


def parse_value(text: str, today: date | None = None) -> DateValue:
    """The days that a date means, as `parse_period`, and whether it is a range."""
    if len(text) > LONGEST_DATE:
        raise ValueError("")
    faults: list[str] = []
    tokens = tokens_of(_TIME.sub("", text))
    for words in languages().values():
        points = Points(tokens, words, today or date.today(), lenient=True)
        if tokens and (none := points.word(0, "undated")) and none[0] == len(tokens):
            return DateValue(None)
        start = points.skip(0, "in", "of") if tokens else 0
        for at in dict.fromkeys((0, start)):
            found = Ranges(points, lenient=True).range(at)
            if found and found.end == len(tokens):
                return DateValue(found.period, found.sides, found.other)
        faults += points.faults
    raise ValueError(faults[0] if faults else "")


def longest_date(text: str, today: date | None = None) -> int:
    """The number of characters of the longest date that a text begins with; 0 if it begins with none."""
    tokens = tokens_of(text[:LONGEST_DATE])
    longest = 0
    for words in languages().values():
        ranges = Ranges(Points(tokens, words, today or date.today(), lenient=True), lenient=True)
        for at in {0, ranges.points.skip(0, "in", "of")}:
            if tokens and (found := ranges.range(at)):
                longest = max(longest, found.end)
    return tokens[longest - 1].end if longest else 0


def find_dates(text: str, today: date | None = None) -> Iterator[DateMention]:
    """The dates in a text that is not known to hold any, in order.

    What may be something else is left out: "2000 troops", "resolution 1973", "may" and "march", "1,200".

    Args:
        text: The text.
        today: The day from which "yesterday" is told; by default the real one.
    """
    tokens = tokens_of(text)[:_LONGEST_QUESTION]
    today = today or date.today()
    spoken = [_InText(tokens, words, today, own=code == "en") for code, words in languages().items()]
    at = found = 0
    while at < len(tokens) and found < _MOST:
        mentions = [each for one in spoken if (each := one.mention(at))]
        if not mentions or any(one.is_numbered(at) for one in spoken):
            at += 1
            continue
        # The longest, in the language that knows the words before it as well, and nothing else in them.
        end, mention, bare = max(mentions, key=lambda each: (each[0], -each[1].span.start, each[1].weak))
        last, at, found = end - 1, end, found + 1
        if not bare:
            yield mention
        elif not any(one.is_no_year(last) for one in spoken):
            sure = [one.is_sure(last, said=not mention.weak) for one in spoken]
            if None not in sure:
                yield mention if all(sure) else replace(mention, weak=True)


class _InText:
    """Finds dates in a text of one language.

    Args:
        tokens: Those of the text.
        words: Those of the language.
        today: The day from which "yesterday" is told.
        own: Whether this is the language for dates of numbers alone, which are of none.
    """

    def __init__(self, tokens: Sequence[Token], words: Words, today: date, *, own: bool) -> None:
        self._own = own
        self._tokens = tokens
        self._points = Points(tokens, words, today, lenient=False)
        self._ranges = Ranges(self._points, lenient=False)
        self._today = today

    def mention(self, at: int) -> tuple[int, DateMention, bool] | None:
        """The token after the date that begins with a token, the date, and whether it is of years alone; or None."""
        if not self._points.begins(at) or not self._stands_free(at):
            return None
        found = self._ranges.range(at)
        if found is None or not self._ends_free(found.end):
            return None
        small = self._tokens[at].text.islower()
        if small and self._points.word(at, "names") and self._points.word(at - 1, "subjects"):
            return None
        worded = any(token.kind == "word" for token in self._tokens[at : found.end])
        start = self._extended(at, worded=worded)
        said = start < at and self._is_said(start, at)
        if found.lacks_year and not (said and self._is_month(at, found)):
            return None
        alone = found.end == at + 1 and self._tokens[at].kind == "number"
        if not self._is_likely(found, at, alone=alone, said=said):
            return None
        end = self._with_genitive(found.end)
        span = Span(self._tokens[start].start, self._tokens[end - 1].end)
        words = Span(self._tokens[at].start, self._tokens[end - 1].end)
        weak = (found.weak and not said) or (start == at and self._is_name(at))
        return end, DateMention(span, words, found.period, weak, found.other), found.bare

    def is_numbered(self, at: int) -> bool:
        """Whether what stands before a token numbers things: resolution 1973, No. 1967."""
        if self._tokens[at].kind != "number":
            return False
        before = at - 1
        listed = self._points.token(at + 1).text == "," or self._points.word(at + 1, "and")
        while before > 0 and self._tokens[before - 1].kind == "number":
            if self._points.word(before, "and"):
                listed = True  # resolutions 1701, 1929 and 1973
            elif not listed or self._tokens[before].text != ",":
                break
            before -= 2
        while before >= 0 and self._tokens[before].text in (".", ":", "+"):
            before -= 1
        return before >= 0 and self._points.word(before, "numbered") is not None

    def is_no_year(self, at: int) -> bool:
        """Whether a number is none of a year: 2025 words, the 1718 Committee, +82 2 2025 1962."""
        if self._points.word(at + 1, "measured", "numbered_post"):
            return True
        first = last = at
        while self._points.token(first - 1).kind == "number":
            first -= 1
        while self._points.token(last + 1).kind == "number":
            last += 1
        return last - first >= 2 or self._points.token(first - 1).text == "+"

    def is_sure(self, at: int, *, said: bool) -> bool | None:
        """Whether a number is surely no count of anything: 2000 troops, 2000 new troops. None: it surely is one.

        Args:
            at: The number of its token.
            said: Whether something says that a date follows: in 2003 troops left.
        """
        hundreds = self._tokens[at].value % 100 == 0
        if self._points.word(at + 1, "counted"):
            return None if hundreds or not said else False
        if self._points.word(at + 2, "counted") and self._points.token(at + 1).kind == "word":
            return None if not said else not hundreds
        return True

    def _is_name(self, at: int) -> bool:
        """Whether a month or season may be part of a name: Theresa May, Prague Spring, Black September."""
        before = self._points.token(at - 1)
        if self._points.word(at - 1, "epithets") and self._points.word(at, "month_name", "season"):
            return True
        named = self._points.word(at, "names") and before.kind == "word"
        return bool(named and before.text[0].isupper() and not self._points.word(at - 1, "in", "of"))

    def _stands_free(self, at: int) -> bool:
        """Whether a token is no part of a name or amount: F-2025, $2025, 1,200, S/2015/546."""
        token, before = self._tokens[at], self._points.token(at - 1)
        if token.kind != "number" or not before.kind or before.kind == "end":
            return True
        if before.text in _CURRENCIES:
            return False
        if before.end < token.start:
            return True
        if before.kind == "word":
            return _is_character(before)
        return before.kind == "mark" and before.text not in _JOINING and before.text not in (".", ",", ":")

    def _ends_free(self, end: int) -> bool:
        """Whether what ends before a token is no part of a name or amount: 2025km, 2025-style, 1962.5, 2000%."""
        last, token, after = self._tokens[end - 1], self._points.token(end), self._points.token(end + 1)
        if last.kind != "number" or token.kind == "end" or token.start > last.end:
            return True
        if token.kind == "mark":
            joined = token.text in _JOINING or (token.text in (".", ",", ":") and after.kind == "number")
            return token.text != "%" and not (joined and after.kind in ("number", "word") and after.start == token.end)
        return token.kind == "word" and _is_character(token)

    def _extended(self, at: int, *, worded: bool) -> int:
        """The token at which the words before a date begin that belong to it: in, on the, im, en.

        Args:
            at: The number of the date's first token.
            worded: Whether the date has words, which tell its language.
        """
        kinds = ("in", "of") if worded or self._own else ("in",)
        for _ in range(3):
            word = self._points.word(at - 1, *kinds) if at else None
            token, before = self._points.token(at - 1), self._points.token(at - 2)
            if not word or word[0] != at:
                break
            # Part of a name: Annex D, World War I, Shangri-La
            if (at > 1 and len(token.text) == 1 and token.text.isupper()) or (token.glued and before.text in _JOINING):
                break
            at -= 1
        return at

    def _is_said(self, start: int, at: int) -> bool:
        """Whether one of some words says that a date follows: in, on, im; not "the" or "of"."""
        return any(self._points.word(number, "in") for number in range(start, at))

    def _is_month(self, at: int, found: Range) -> bool:
        """Whether a date without a year is one: with a day, or a month as names are written."""
        token = self._tokens[at]
        return not found.lacks_day or token.kind == "number" or (len(token.text) > 3 and token.text[0].isupper())

    def _is_likely(self, found: Range, at: int, *, alone: bool, said: bool) -> bool:
        first, last = found.period.first, found.period.last
        if any(each and each.year < _EARLIEST for each in (first, last)):
            return False
        if any(each and each.year > self._today.year + 200 for each in (first, last)):
            return False
        if not alone:
            return True
        year = self._tokens[at].value
        if not _EARLIEST_ALONE <= year <= self._today.year + _AHEAD[said]:
            return False
        return not (year % 100 == 0 and not said and self._is_plural(found.end))

    def _is_plural(self, at: int) -> bool:
        token = self._points.token(at)
        return token.kind == "word" and token.text.islower() and len(token.text) > 3

    def _with_genitive(self, end: int) -> int:
        token = self._points.token(end)
        return end + 1 if token.text == "s" and token.glued else end


def _is_character(token: Token) -> bool:
    """Whether a word is a character of Chinese, Japanese or Korean, which are written without blanks."""
    return len(token.text) == 1 and ord(token.text) > 0x3000
