"""What a text is called that nobody gave a title: its subject, its headline, or its first sentence."""

import re
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Final

from ...dates.written import plain
from ...scripts import SENTENCE_ENDS, WIDE
from ...splitting.sentences import split_sentences
from .datelines import after_dateline, has_dateline
from .labels import is_label, is_name, is_of_address, is_signature
from .telegrams import find_subject

LONGEST_TITLE: Final = 120
"""A title that is made from the first sentence is no longer than this; a headline may be half as long again."""

_LONGEST_WIDE: Final = 80
"""How many characters a headline of Chinese or Japanese has at most."""

_SHORTEST_WIDE: Final = 6
"""With fewer signs a line may be a section of a newspaper, if a headline follows."""

_SHORTEST_SENTENCE: Final = 40
"""A line without a full stop that is shorter than this names something, and tells nothing."""

_HEAD: Final = 4000
_MOST_LABELS: Final = 24
"""How many lines at the top may be labels."""

_WIDE: Final = re.compile(f"[{WIDE}\uac00-\ud7af]")
_SPEAKER: Final = re.compile(
    r"^(?:[A-Z][A-Z.’'-]++(?: [A-Z][A-Z.’'-]*+){0,4} ?(?:\([^)]{1,40}\))?: +|\([^)]{1,40}\) +(?=\S))"
)
_INNER_END: Final = re.compile(r"[^\W\d_]{3}[.?!] [^\W_]")
_LINE_OF_TEXT: Final = re.compile(r"^[^\S\n]*+\S[^\n]*", re.MULTILINE)
_GREETING: Final = re.compile(
    r"(?:well, |so, |and |okay, )*(?:good (?:morning|afternoon|evening|day)|hello|hi|thank you|thanks|welcome|dear\b"
    r"|happy \w+day|(?:it.s |it is )?(?:very |so )?(?:good|great|nice) to (?:see|have|be)\b"
    r"|ladies and gentlemen|excellencies|mr\.? (?:president|chairman|secretary)|distinguished|bonjour|bonsoir|mesdames"
    r"|guten (?:tag|morgen|abend)|(?:sehr geehrte|meine|liebe)\b[^.]*(?:herren|kollegen)|buenos días|buenas tardes"
    r"|señoras y señores|уважаемые|добрый (?:день|вечер))\b.{0,100}",
    re.IGNORECASE,
)


def find_title(text: str, language: str) -> tuple[str, str]:
    """A title for a text, and whether it is "extracted", as it stands there, or "inferred", made of a sentence.

    Args:
        text: The text.
        language: Its ISO 639-1 code, empty if unknown.

    Returns:
        Its subject where it names one, else its first line that is no label if that looks like a headline, else its
        first sentence, shortened with "…" where it is long.
    """
    head = text[:_HEAD]
    if subject := find_subject(line.strip() for line in head.split("\n")):
        return _shortened(subject) if len(subject) > LONGEST_TITLE * 1.5 else subject, "extracted"
    start, first, has_more = _first_line(text)
    body = text[start : start + _HEAD]
    paragraph = _wrapped(first, text[start + len(first) :]) if has_more else ""
    if paragraph:
        body = " ".join(paragraph.split()) + body[len(paragraph) :]
    elif has_more:
        first = _with_its_rest(first, text[start + len(first) :])
        if _looks_like_headline(first, text[start + len(first) :]):
            return " ".join(first.split()), "extracted"
    sentences = (" ".join(body[begin:end].split()) for begin, end in split_sentences(body, language))
    told = (_SPEAKER.sub("", _SPEAKER.sub("", each, count=1), count=1) for each in sentences if not is_label(each))
    candidates = (each for each in told if _tells_something(each))
    sentence = next(candidates, " ".join(first.split()))
    return _shortened(after_dateline(sentence, text)), "inferred"


def _first_line(text: str) -> tuple[int, str, bool]:
    """Where the first line stands that is no label, the line, and whether more follows; the first if all are labels."""
    signed, first = False, None
    for found in islice(_LINE_OF_TEXT.finditer(text), _MOST_LABELS):
        line = plain(found[0])
        first = first or found
        if is_signature(line):
            signed = True
        elif not (
            is_label(line)
            or (signed and is_name(line))
            or _is_section(line, text[found.end() :])
            or is_of_address(line, text[found.end() : found.end() + _HEAD])
        ):
            return found.start(), found[0].strip(), bool(text[found.end() :].strip())
    return (first.start(), first[0].strip(), False) if first else (0, "", False)


def _with_its_rest(first: str, below: str) -> str:
    """A line with those right below it that go on in small letters: a headline in two lines, or a paragraph in many."""
    lines = (line.strip() for line in below.removeprefix("\n").split("\n"))
    rest = takewhile(lambda line: line[:1].islower() and not is_label(line), lines)
    return "\n".join([first, *islice(rest, 5)])


def _looks_like_headline(line: str, below: str) -> bool:
    line = plain(line)
    if line.endswith((".", ":", ";", ",", "。", "-", "—", "।", "۔", "。」", "。』", "：")) or has_dateline(line):
        return False
    if line.startswith(("-", "*", "•", "–", "(", "[", "·", "※", "▲", "■")) or line[0].islower():
        return False
    if _SPEAKER.match(line) and line.endswith((*SENTENCE_ENDS, ")")):
        return False
    if signs := len(_WIDE.findall(line)):
        return _is_wide_headline(line, signs, below)
    words = line.split()
    return 10 <= len(line) <= LONGEST_TITLE * 1.5 and (len(words) >= 3 or not line.isascii())


def _wrapped(line: str, below: str) -> str:
    """The paragraph of several lines that a line begins, which had no room for the next one's first word; or ""."""
    rest = list(takewhile(str.strip, below[:_HEAD].removeprefix("\n").split("\n")))
    if not rest or is_label(rest[0].strip()) or not rest[-1].rstrip("\"'”’»)").endswith(tuple(SENTENCE_ENDS)):
        return ""
    if len(rest) > 1:
        width = max(len(each.strip()) for each in [line, *rest])
        is_wrapped = width <= LONGEST_TITLE and len(line) + 1 + len(rest[0].split()[0]) > width
    else:
        is_wrapped = _INNER_END.search(line) is not None and len(rest[0]) < len(line)
    return "\n".join([line, *rest]) if is_wrapped else ""


def _is_wide_headline(line: str, signs: int, below: str) -> bool:
    """Whether a line of Chinese, Japanese or Korean is a headline: a short one is if no better stands below it."""
    longest = LONGEST_TITLE * 1.5 if " " in line else _LONGEST_WIDE
    return signs >= 2 and len(line) <= longest and not _is_section(line, below)


def _is_section(line: str, below: str) -> bool:
    """Whether a few signs are the name of a newspaper's section, below which the headline stands."""
    if len(line) >= _SHORTEST_WIDE or not _WIDE.search(line):
        return False
    following = next((each for each in _lines(below) if not is_label(each)), "")
    return 0 < len(following) <= _LONGEST_WIDE and not following.endswith(tuple(SENTENCE_ENDS))


def _lines(text: str) -> Iterator[str]:
    return (plain(found[0]) for found in islice(_LINE_OF_TEXT.finditer(text), _MOST_LABELS))


def _tells_something(sentence: str) -> bool:
    """Whether a title can be made of a sentence: it is one, not "Good morning.", "Treaty Room" or "He said:"."""
    if sum(map(str.isalnum, sentence)) < 12 and not len(_WIDE.findall(sentence)) >= 6:
        return False
    if plain(sentence).endswith(":") or _GREETING.fullmatch(sentence):
        return False
    return len(sentence) >= _SHORTEST_SENTENCE or sentence.endswith(tuple(SENTENCE_ENDS))


def _shortened(sentence: str) -> str:
    """At most LONGEST_TITLE characters: up to the last comma or the like in the second half, else the last word."""
    if len(sentence) <= LONGEST_TITLE:
        return sentence.rstrip(".。")
    head = sentence[:LONGEST_TITLE]
    clause = max(head.rfind(mark) for mark in (", ", "; ", ": ", " – ", " — ", "，", "、"))
    end = clause if clause >= LONGEST_TITLE / 2 else head.rfind(" ") if " " in head else LONGEST_TITLE - 1
    return head[:end].rstrip(" ,;:–—") + "…"
