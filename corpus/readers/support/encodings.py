"""Which encoding bytes are in: what a label means, whether they are UTF-8 for all that is wrong in them, a guess.

Labels mean what they mean to a browser (the table of the WHATWG, as webencodings has it): a page that says iso-8859-1
is in windows-1252. Where nothing is said, chardet weighs the encodings by the languages that the bytes would be in.
"""

import codecs
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

UTF_8: Final = "utf-8"
WESTERN: Final = "cp1252"
_VIETNAMESE: Final = "cp1258"
_EAST_ASIAN: Final = ("gb18030", "big5hkscs", "cp932", "euc_jis_2004", "cp949")

_WINDOW: Final = 100_000
"""How many bytes before and behind the first wrong one tell whether the bytes are UTF-8, and how many a guess is of."""

_GUESSED: Final = (
    "cp1252 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 cp874 iso8859-1 iso8859-2 iso8859-5 iso8859-6 "
    "iso8859-7 iso8859-8 iso8859-9 iso8859-15 iso8859-16 koi8-r koi8-u cp866 "
    "gb18030 big5hkscs euc_jis_2004 euc_kr shift_jis_2004 cp932 cp949 iso2022_jp_2 iso2022_jp_ext "
    "iso2022_jp_2004 iso2022_kr hz utf-32 utf-32-be utf-32-le"
).split()

# Python's codecs of these have fewer characters than the WHATWG's.
_LARGER: Final = {"gbk": "gb18030", "euc-jp": "euc_jis_2004"}
_LATIN: Final = "cp1252 cp1250 cp1254 cp1257 iso8859-1 iso8859-2 iso8859-9 iso8859-15 iso8859-16".split()
_MEANT: Final = {"iso8859-1": "cp1252", "iso8859-9": "cp1254", "euc_kr": "cp949", "shift_jis_2004": "cp932"}

_WRONG = re.compile("[\udc80-\udcff]{1,3}")
_QUOTES = re.compile("[\u2010-\u203a\u20ac]")
_ACCENTED = re.compile("[\xa0-\u024f\u1e00-\u1eff]")
_TWO_BYTES = re.compile("[\xa0-\u07ff]")
_THREE_BYTES = re.compile("[\u0800-\ud7ff\ue000-\ufffd]")
_FOUR_BYTES = re.compile("[\U00010000-\U0010ffff]")
# How much each tells for UTF-8 (for the others: how unlikely it is to come about by chance), and a wrong byte against.
_QUOTE, _LETTER, _TWO, _THREE, _FOUR, _AGAINST = 20.0, 5.0, 2.0, 3.5, 5.0, 4.5
# Among ASCII: a wrong byte that would make no sense in the other encoding either tells for UTF-8, one that would make
# sense tells against it, and to begin with the other encoding is more likely.
_NOISE, _SENSE, _DOUBT = 4.0, 0.9, 2.3

_FEW: Final = 3

_LETTERS = re.compile(rb"[A-Za-z]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_RARE: Final = frozenset("ÿþƒˆ˜¨¯¸˙˘˛˝ˇ")
_WITHIN_WORDS: Final = frozenset("’·–—¬\xa0\xad")

_SAMPLE: Final = 20_000
_SHORTEST: Final = 16
"""Fewer bytes without a zero are not taken for Chinese or Japanese in UTF-16."""

_WORDS: Final = b" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_PRINTABLE: Final = b"\t\n\r" + bytes(range(0x20, 0x7F))
# The first halves of ideographs, kana, their punctuation, full-width forms, and of general punctuation.
_EAST_ASIAN_HALVES: Final = bytes([0x20, 0x30, 0xFF, *range(0x4E, 0xA0)])
_COMMON = re.compile("[\t\n\r -~\xa0\u2010-\u201f\u3000-\u3002\u3008-\u3011\u3041-\u30fc\uff01-\uff1f]")


def codec_of(label: str) -> str:
    """The name of Python's codec for what a label means; "" if nobody knows it."""
    import webencodings

    label = label.strip().strip("\"'").lower()
    known = webencodings.lookup(label) if label.isascii() else None
    if known is not None and known.name != "replacement":
        return _LARGER.get(known.name) or known.codec_info.name or ""
    try:
        found = codecs.lookup(label)
    except (LookupError, ValueError):
        return ""
    # `codecs` also has what turns bytes into bytes.
    is_text = getattr(found, "_is_text_encoding", True)
    return found.name if is_text and found.name not in ("idna", "punycode", "undefined", "unicode_escape") else ""


def is_seven_bit(codec: str) -> bool:
    """Whether an encoding writes everything in ASCII, so that its bytes are valid UTF-8 as well."""
    return codec.startswith(("iso2022", "hz", "utf-7"))


def is_utf8(data: bytes, *, is_declared: bool = False, is_alone: bool = True) -> bool:
    """Whether bytes are UTF-8, perhaps with something wrong in them, rather than in another encoding.

    Args:
        data: The bytes.
        is_declared: Whether they are said to be UTF-8.
        is_alone: Whether no other encoding is said; otherwise there must be much more to tell for UTF-8 than against.
    """
    try:
        data.decode(UTF_8)
    except UnicodeDecodeError as error:
        window = data[max(0, error.start - _WINDOW) : error.start + _WINDOW]
    else:
        return True
    text = window.decode(UTF_8, "surrogateescape")
    runs = list(_WRONG.finditer(text))
    wrong = len(runs)
    two, three, four = (len(each.findall(text)) for each in (_TWO_BYTES, _THREE_BYTES, _FOUR_BYTES))
    right = two + three + four
    letters = len(_LETTERS.findall(window))
    if is_declared:
        return wrong <= right or (20 * wrong < letters and (wrong <= _FEW or 200 * wrong < letters))
    for_it = _TWO * two + _THREE * three + _FOUR * four + _QUOTE * len(_QUOTES.findall(text))
    if 4 * (right + wrong) < letters:
        # Among ASCII, two bytes side by side are hardly ever two letters of another encoding.
        for_it += (_LETTER - _TWO) * len(_ACCENTED.findall(text))
        if is_alone and (other := guess(window)) in (*_LATIN, _VIETNAMESE):
            noise = sum(_is_noise(text, *run.span(), other) for run in runs)
            return for_it + _NOISE * noise > _SENSE * (wrong - noise) + _DOUBT
    return for_it > _AGAINST * wrong


def _is_noise(text: str, start: int, end: int, codec: str) -> bool:
    """Whether a run of wrong bytes would be nothing sensible in another encoding where it stands, either."""
    run = text[start:end]
    if run.startswith("\udce2\udc80"):  # half of a quotation mark or dash
        return True
    shown = text[:start][-2:].rjust(2) + run.encode(UTF_8, "surrogateescape").decode(codec, "replace")
    shown += text[end : end + 2].ljust(2)
    return not all(_is_sensible(*shown[at - 2 : at + 3]) for at in range(2, len(shown) - 2))


def _is_sensible(before_that: str, before: str, char: str, after: str, after_that: str) -> bool:
    """Whether a character that is not in ASCII may stand between these in a text in Latin letters."""
    if char == "\N{REPLACEMENT CHARACTER}" or char in _RARE:
        return False
    if unicodedata.combining(char):
        return before.isalpha()
    if char.isupper():
        begins = not before.isalpha()
        return (begins and not (after.isupper() and after_that.islower())) or (before.isupper() and not after.islower())
    if char.islower() and char not in "ªº":
        beside_digits = before.isdigit() or after.isdigit()
        return not (beside_digits or after.isupper() or (before.isupper() and before_that.isalpha()))
    return not (before.isalpha() and after.isalpha()) or char in _WITHIN_WORDS


def unmarked_utf16(data: bytes) -> str:
    """The codec of UTF-16 that has no byte order mark, as Windows' programs may write it; "" if it is none."""
    sample = data[: 2 * (_SAMPLE // 2)]
    if b"\0" in sample:  # of which ASCII may have a stray one
        is_candidate = 5 * len(sample.translate(None, _WORDS)) > 2 * len(sample)
    else:
        is_candidate = len(sample) >= _SHORTEST and _may_be_utf16(sample)
    if not is_candidate:
        return ""
    best, found = 0.0, ""
    for codec in ("utf-16-le", "utf-16-be"):
        try:
            text = sample[: len(sample) // 2 * 2].decode(codec)
        except UnicodeDecodeError as error:
            # The sample may end between the halves of a character.
            if error.start < len(sample) - 4:
                continue
            text = sample[: error.start].decode(codec)
        share = _commonness(text)
        if share > best:
            best, found = share, codec
    return found or _all_east_asian(sample)


def _may_be_utf16(sample: bytes) -> bool:
    """Whether bytes without a zero may be Chinese or Japanese in UTF-16: every other one is the first half of those."""
    for firsts, seconds in ((sample[0::2], sample[1::2]), (sample[1::2], sample[0::2])):
        if firsts.translate(None, _EAST_ASIAN_HALVES):
            continue
        # In a text of letters, which these may be as well, every other character is a letter or blank, too.
        if 10 * len(seconds.translate(None, _PRINTABLE)) >= len(seconds) and 15 * seconds.count(b" ") <= len(seconds):
            return True
    return False


def _all_east_asian(sample: bytes) -> str:
    """The codec of a headline in UTF-16 that is nothing but ideographs, unless it could be Japanese of another kind."""
    clean = [not half.translate(None, _EAST_ASIAN_HALVES) for half in (sample[1::2], sample[0::2])]
    if sum(clean) != 1 or len(sample) % 2:
        return ""
    try:
        sample.decode("cp932")
    except UnicodeDecodeError:
        return "utf-16-le" if clean[0] else "utf-16-be"
    return ""


def _commonness(text: str) -> float:
    """How much of a text is signs that every text has (blanks, digits, marks, ASCII), 0 if it cannot be text."""
    kinds = Counter(unicodedata.category(char)[0] for char in text if char not in "\t\n\r\f\ufeff")
    if kinds["C"] > len(text) // 100:
        return 0.0
    common = len(_COMMON.findall(text))
    return common / len(text)


def guess(data: bytes) -> str:
    """The codec of bytes that nobody says anything of; "" if none fits."""
    sample = data
    if len(data) > 2 * _WINDOW:
        # A line's end is a character's end in every encoding that is left.
        sample = data[: data.rfind(b"\n", 0, 2 * _WINDOW) + 1] or data[: 2 * _WINDOW]
    runs = _BEYOND_ASCII.findall(sample)
    # A letter here and there within ASCII is one of a Latin alphabet.
    is_latin = 4 * len(runs) < len(_LETTERS.findall(sample)) and max(map(len, runs), default=0) == 1
    among = _LATIN if is_latin else _GUESSED
    found = _detected(sample, among)
    if not is_latin and found not in _EAST_ASIAN:
        found = next(filter(None, (_damaged(sample, codec) for codec in _EAST_ASIAN)), found)
    return codec_of(found) if found else ""


def _detected(data: bytes, among: Sequence[str]) -> str:
    import chardet

    found = chardet.detect(data, compat_names=False, include_encodings=among)["encoding"] or ""
    # "iso8859-1" is windows-1252 here as well, and a text of 2004's kanji is one of Windows' more often.
    return _MEANT.get(found, found)


def _damaged(data: bytes, codec: str) -> str:
    """The codec, if bytes are in it but for a few of them, which the detector would not hear of."""
    for wrong in range(_FEW + 1):
        try:
            data.decode(codec)
        except UnicodeDecodeError as error:
            data = data[: error.start] + data[error.start + 1 :]
        else:
            return codec if wrong and data and _detected(data, _GUESSED) == codec else ""
    return ""
