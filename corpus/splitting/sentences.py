"""Where sentences begin and end, and how many tokens of an encoder's window a text will about fill.

Rules, not a model: they cost nothing to load, treat a text of any length in linear time, and where they are in
doubt they join two sentences rather than tear one apart, since a torn sentence is what a reader notices.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from ..document import Span
from ..scripts import FULL_WIDTH_ENDS, ONE_TOKEN_EACH, OTHER_ENDS, SENTENCE_ENDS
from .sizes import LONGEST_SENTENCE

# ---------------------------------------------------------------------------------------------------------- cost

_UNIT = re.compile(rf"[A-Za-z0-9_\u00c0-\u036f\u1e00-\u1eff]{{1,24}}|[{ONE_TOKEN_EACH}]|\w\w?|[^\w\s]")
# Mean number of wordpieces of an English word by its length, measured on despatches and press releases with the
# MiniLM vocabulary; from 16 letters on (URLs, run-together words) four letters make about one.
_SHORT_WORDS = (0.0, 1.0, 1.0, 1.04, 1.05, 1.05, 1.08, 1.1, 1.1, 1.15, 1.22, 1.3, 1.35, 1.45, 1.5, 2.0)
_COST: Final = (*_SHORT_WORDS, *(length / 4 for length in range(16, 25)))


def estimate_tokens(text: str) -> float:
    """Estimate how many wordpieces an encoder makes of a text, without asking any.

    A short word counts 1 and longer ones more, a Chinese, Japanese or Korean character 1, two letters of any other
    script than Latin 1, a punctuation mark 1. The estimate of a text is the sum of its words' estimates, and never
    more than its number of characters.
    """
    return sum(map(_COST.__getitem__, map(len, _UNIT.findall(text))))


# ----------------------------------------------------------------------------------------------------- the rules

_CLOSING = "\"'”’»›)\\]}」』】）》〉］"
_EVENT = re.compile(rf"([{SENTENCE_ENDS}‥｡॥]++)(?:[{_CLOSING}]|\[\d{{1,3}}\]|[¹²³⁰-⁹])*+|\n\s*+")
_NEXT = re.compile(r"\s*+[\"'“‘„«‹(\[{「『【（¿¡]*+")
_VISIBLE = re.compile(r"\S")
_BLANK_LINE = re.compile(r"\n[^\S\n]*+\n")
_ENUMERATOR = re.compile(r"[(\[]?(?:\d{1,3}|[A-Za-z]|[ivxIVX]{1,5})[)\]]?")
_ROMAN = re.compile(r"[IVXLC]+\b")
_NOT_OPENING = frozenset(".,;:!?…)]}”’»›")
_FULL_WIDTH = frozenset(FULL_WIDTH_ENDS + "｡")
_UNSPACED = frozenset(OTHER_ENDS + "॥")
# A Japanese quotation that one of these follows is the object of its sentence, not its end.
_AFTER_QUOTATION = frozenset("とっなのはがをにもや、，,")
_FULL_LINE_ENDS = frozenset(".!?:;…")
_CLAUSE_ENDS = frozenset(",;:—–，；：、،؛")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEVER_LAST = _set("e.g i.e z.b d.h u.a p.ej т.е v vs cf viz ca")
_TITLES = _set(
    "Mr Mrs Ms Mx Dr Prof Gen Lt Col Maj Brig Capt Cmdr Cdr Adm Sgt Cpl Pvt Sen Rep Gov Pres Hon Rev Msgr Fr Amb Messrs"
    " Mme Mlle MM Sr Sra Srta Dra Dña Hr Frau Ing Mgr St Ste Mt Ft EE Supt Comdr Vice-Adm"
)
_NUMBERED = _set("No Nos no nos Art art Arts Sec sec p pp Vol vol vols ch Ch para paras par Fig fig Nr nr núm")
_ABBREVIATIONS = _set(
    "Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Mon Tue Tues Wed Thu Thur Thurs Fri Sat Sun Inc Ltd Co Corp Bros"
    " Jr Dept Govt Gov't Dep't Univ Assn Asst Est Ave Blvd Rd Bldg Bn Div Regt etc al ed eds trans approx ext Tel tel"
    " usw bzw etc Abs Ass Cía dpto Ud Uds im ul г гг тыс млн млрд руб ул им"
)
# Words that open a sentence and hardly ever follow an abbreviation within one: "in the U.S. The president".
_OPENERS: Final = {
    "en": "The A An He She It They We You I This That These Those There His Her Its Their Our My In On At But And"
    " However When While After Before As If For From With By To Both Since Although Though Despite During Such Some"
    " Many Most Now Then Thus Yet Not Meanwhile What Who Why How Where Asked Later Earlier Also Another Each Every",
    "fr": "Le La Les Il Elle Ils Elles Un Une Des Ce Cette Ces Nous Vous On Mais Et En Au Aux Dans Pour Par Selon",
    "de": "Der Die Das Er Sie Es Wir Ein Eine Dieser Diese Dieses Aber Und In Im Am Auf Für Mit Nach Bei Zu Als Wenn",
    "es": "El La Los Las Un Una Este Esta Estos Estas Pero Y En Por Para Con Según Ellos Ella Nosotros",
    "pt": "O A Os As Um Uma Este Esta Mas E Em No Na Por Para Com Segundo Ele Ela Eles",
    "it": "Il Lo La I Gli Le Un Una Questo Questa Ma E In Nel Nella Per Con Secondo",
    "ru": "Он Она Они Мы В На Но И По При Для Это Этот Эта Как Если Когда Также Однако",
}
_OPENER = {code: re.compile(rf"(?:{'|'.join(words.split())})(?![\w.])") for code, words in _OPENERS.items()}
_ORDINAL_DOT = _set("de da nb nn no fi et lv cs sk pl hu hr sl sr bs is tr")


def split_sentences(text: str, language: str = "", longest: float = LONGEST_SENTENCE) -> list[Span]:
    """Split a text into sentences. A line break ends one unless the lines are hard-wrapped.

    Args:
        text: The text.
        language: Its ISO 639-1 code, empty if unknown: it settles what differs between languages, such as the dot of
            German ordinals.
        longest: The most estimated tokens that a sentence may cost. A longer one is cut, at the end of a clause or a
            word where it has one.

    Returns:
        The spans of the sentences, in order and without white space around them. They do not overlap, and leave out
        nothing but white space.
    """
    spans: list[Span] = []
    for start, end in _whole_sentences(text, language):
        # A text costs at most its length, so that most sentences need no estimate.
        if end - start <= longest or estimate_tokens(text[start:end]) <= longest:
            spans.append(Span(start, end))
        else:
            spans.extend(_cut(text, start, end, longest))
    return spans


def _whole_sentences(text: str, language: str) -> Iterator[tuple[int, int]]:
    start = _visible(text, 0)
    lines = _Lines(text)
    for event in _EVENT.finditer(text, start):
        if event[1] is None:
            if lines.continue_across(event):
                continue
            end, following = event.span()
        elif _ends_sentence(text, event, start, language):
            end, following = event.end(), -1
        else:
            continue
        if start < end:
            yield start, start + len(text[start:end].rstrip())
            start = _visible(text, end) if following < 0 else following
    if start < len(text):
        yield start, start + len(text[start:].rstrip())


def _visible(text: str, position: int) -> int:
    """The position of the next character that is no white space, or the text's length."""
    found = _VISIBLE.search(text, position)
    return found.start() if found else len(text)


class _Lines:
    """Which line breaks are only where a line was full, so that the sentence goes on across them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_start = 0
        self._block_end = -1
        self._wrapped = False

    def continue_across(self, newline: re.Match[str]) -> bool:
        text, (start, end) = self._text, newline.span()
        line_start, self._line_start = self._line_start, end
        if end == len(text) or (end - start > 1 and text.count("\n", start, end) > 1):
            return False
        if start >= self._block_end:
            blank = _BLANK_LINE.search(text, start)
            self._block_end = blank.start() if blank else len(text)
            self._wrapped = _is_hard_wrapped(text[line_start : self._block_end])
        if self._wrapped:
            return True
        if not text[end].islower():
            return False
        line = text[line_start:start].rstrip()
        return len(line) >= 40 and line.rstrip(_CLOSING)[-1:] not in _FULL_LINE_ENDS


def _is_hard_wrapped(block: str) -> bool:
    """Whether each line but the last of a block ends because the next line's first word had no room on it."""
    head = block[:4096]  # enough to judge by, and a block may be a whole book
    lines = [line.strip() for line in head.split("\n")]
    if len(head) < len(block):
        lines.pop()
    width = max(map(len, lines), default=0)
    if len(lines) < 3 or not 45 <= width <= 100:
        return False
    pairs = list(pairwise(lines))
    return any(after[:1].islower() for _, after in pairs) and all(
        len(line) + 1 + len(after.split(" ", 1)[0]) > width for line, after in pairs
    )


def _ends_sentence(text: str, event: re.Match[str], start: int, language: str) -> bool:
    """Whether the full stop, question mark or the like that `event` found ends the sentence begun at `start`."""
    end, mark_end = event.end(), event.end(1)
    if end == len(text):
        return True
    mark, after = text[mark_end - 1], text[end]
    if mark in _FULL_WIDTH:
        return not (end > mark_end and after in _AFTER_QUOTATION)
    if mark in _UNSPACED:
        return True
    if not after.isspace():
        return mark in "?!" and "\u3040" <= after <= "\u9fff"
    following = _NEXT.match(text, end)
    position = following.end() if following else end
    if position == len(text):
        return True
    character = text[position]
    if character.islower() or character in _NOT_OPENING:
        return False
    if mark != "." or mark_end - event.start() > 1:
        return True
    return _full_stop_ends(text, event.start(), start, position, language)


def _full_stop_ends(text: str, stop: int, start: int, position: int, language: str) -> bool:
    """Whether a single full stop at `stop` is more than the dot of an abbreviation; the next word is at `position`."""
    words = text[max(start, stop - 24) : stop].split()
    if not words or text[stop - 1].isspace():
        return True
    token = words[-1].lstrip("([{\"'“‘«")
    if stop - start <= 7 and _ENUMERATOR.fullmatch(text, start, stop):
        return False
    opens = _OPENER.get(language, _OPENER["en"]).match(text, position) is not None
    if token.lower() in _NEVER_LAST:
        return False
    if len(token) == 1 and (token.isupper() or token.islower()):
        return opens
    if "." in token and all(part.isalpha() and len(part) <= 3 for part in token.split(".") if part):
        return opens
    return _word_ends(token.rpartition("-")[2], text, position, opens, language)


def _word_ends(token: str, text: str, position: int, opens: bool, language: str) -> bool:
    """Whether a word or number with a full stop ends its sentence; `opens` says that the next word opens one."""
    if token in _TITLES:
        return False
    if token in _NUMBERED:
        return not (text[position].isdigit() or _ROMAN.match(text, position))
    if token in _ABBREVIATIONS:
        return opens
    if token.isdigit():
        if language == "ko":  # 2025. 11. 23.
            return not text[position].isdigit()
        return opens or len(token) > 2 or language not in _ORDINAL_DOT
    return True


# -------------------------------------------------------------------------------------------------- long sentences


def _cut(text: str, start: int, end: int, longest: float) -> Iterator[Span]:
    """Pieces of at most `longest` of a sentence too long: to the end of a clause, else of a word, else anywhere."""
    piece, cost = start, 0.0
    word, word_cost = start, 0.0  # the last position where a word begins, and what the piece costs up to there
    clause, clause_cost = start, 0.0
    for unit in _UNIT.finditer(text, start, end):
        position, unit_cost = unit.start(), _COST[unit.end() - unit.start()]
        if text[position - 1].isspace():
            word, word_cost = position, cost
            if text[position - 2] in _CLAUSE_ENDS:
                clause, clause_cost = position, cost
        if cost + unit_cost > longest and position > piece:
            if clause > piece and clause_cost >= longest / 2:
                cut, cut_cost = clause, clause_cost
            elif word > piece:
                cut, cut_cost = word, word_cost
            else:
                cut, cut_cost = position, cost
            if cut != position or not _joins(text, position) or cost > longest * 1.25:
                yield Span(piece, piece + len(text[piece:cut].rstrip()))
                piece, cost = cut, cost - cut_cost
                word_cost, clause_cost = word_cost - cut_cost, clause_cost - cut_cost
        cost += unit_cost
    yield Span(piece, end)


def _joins(text: str, position: int) -> bool:
    """Whether the character at `position` is drawn together with the one before it."""
    character = text[position]
    return (
        unicodedata.category(character)[0] == "M"
        or character == "\u200d"
        or text[position - 1] == "\u200d"
        or "\U0001f3fb" <= character <= "\U0001f3ff"
    )
