"""Is a text read as it was written, in an encoding that nobody names, and in UTF-8 with something wrong in it?

    python benchmarks/legacy_encodings.py ../shared [--save]

News stories of NTREX and paragraphs of XQuAD, 25 of each language, and the first line or sentence of each, are written
in the encodings that their languages had before UTF-8, and read again; the same is asked of charset-normalizer. Then
bytes are put into the same texts in UTF-8 at random, and it is counted which are still read as UTF-8.
"""

import json
import lzma
import random
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from charset_normalizer import from_bytes
from record import Record, arguments

from dragoman.corpus.readers.support.decode import decode
from dragoman.errors import UnreadableSource

TEXTS = 25
HEADLINE = 100
LANGUAGES = {
    "eng": "en", "fra": "fr", "deu": "de", "spa": "es", "rus": "ru", "arb": "ar", "jpn": "ja", "kor": "ko", "ind": "id",
    "vie": "vi", "zho-CN": "zh", "zho-TW": "zh-TW", "el": "el", "hi": "hi", "ro": "ro", "th": "th", "tr": "tr",
}  # fmt: skip
ENCODINGS = {
    "windows-1252": "en fr de es id",
    "windows-1250": "ro",
    "ISO-8859-2": "ro",
    "windows-1254": "tr",
    "ISO-8859-9": "tr",
    "windows-1251": "ru",
    "KOI8-R": "ru",
    "ISO-8859-5": "ru",
    "windows-1253": "el",
    "windows-1256": "ar",
    "windows-874": "th",
    "GB18030": "zh",
    "Big5": "zh-TW",
    "Shift_JIS": "ja",
    "EUC-JP": "ja",
    "ISO-2022-JP": "ja",
    "EUC-KR": "ko",
    "UTF-16LE": "en fr de es id ro tr ru el ar th hi zh zh-TW ja ko vi",
    "UTF-16BE": "en fr de es id ro tr ru el ar th hi zh zh-TW ja ko vi",
}
CODECS = {"windows-874": "cp874", "Shift_JIS": "cp932", "EUC-KR": "cp949"}
WRONG = (1, 2, 10)
SEED = 14


def main() -> None:
    """Read all texts in all encodings."""
    (folder,) = arguments()
    texts = stories(Path(folder) / "multi")
    columns = ["encoding", "languages", "texts", "whole", "first lines", "charset-normalizer: whole", "its first lines"]
    with Record("encodings", columns) as record:
        for encoding, languages in ENCODINGS.items():
            row(record, encoding, languages.split(), texts)
        repairs(record, texts)


def stories(folder: Path) -> dict[str, list[str]]:
    """Some texts of each language."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in ("ntrex", "xquad"):
        with lzma.open(folder / f"{name}.corpus.jsonl.xz", "rt", encoding="utf-8") as lines:
            for line in lines:
                each = json.loads(line)
                language = LANGUAGES.get(each["lang"], "")
                if len(found[language]) < TEXTS:
                    found[language].append(each["text"].strip().removeprefix("\ufeff"))
    return found


def row(record: Record, encoding: str, languages: list[str], texts: dict[str, list[str]]) -> None:
    """How many texts are read as they were written in an encoding, whole and their first lines alone."""
    codec = CODECS.get(encoding, encoding)
    right: Counter[str] = Counter()
    for whole in (each for language in languages for each in texts[language]):
        for kind, text in (("whole", whole), ("first", first_line(whole))):
            # Encodings of old had one kind of s and t with a mark below.
            text = text.translate(str.maketrans("șțȘȚ", "şţŞŢ")) if languages == ["ro"] else text
            data = text.encode(codec, "ignore")
            written = data.decode(codec)
            if data.isascii() and encoding != "ISO-2022-JP" and not encoding.startswith("UTF-16"):
                continue
            right[kind] += 1
            right[f"ours {kind}"] += same(ours, data, written)
            right[f"theirs {kind}"] += same(theirs, data, written)
    shown = [share(right[f"{who} {kind}"], right[kind]) for who in ("ours", "theirs") for kind in ("whole", "first")]
    record.row(encoding, " ".join(languages), str(right["whole"]), *shown)


def first_line(text: str) -> str:
    """The headline of a story, or the first sentence of a paragraph."""
    line = text.split("\n")[0]
    return (line if line != text else line.split(". ")[0])[:HEADLINE]


def ours(data: bytes) -> str:
    """As Dragoman reads it."""
    return decode(data).text


def theirs(data: bytes) -> str:
    """As charset-normalizer reads it."""
    best = from_bytes(data).best()
    return data.decode(best.encoding) if best else ""


def same(read: Callable[[bytes], str], data: bytes, written: str) -> bool:
    """Whether the text is read as it was written, accents composed or not."""
    try:
        found = read(data)
    except (UnreadableSource, UnicodeError, LookupError):
        return False
    return unicodedata.normalize("NFC", found) == unicodedata.normalize("NFC", written)


def repairs(record: Record, texts: dict[str, list[str]]) -> None:
    """Of texts in UTF-8 with bytes put into them at random, the share that is read as UTF-8."""
    chance = random.Random(SEED)
    for count in WRONG:
        right: Counter[bool] = Counter()
        of: Counter[bool] = Counter()
        for text in (each for language in texts.values() for each in language):
            is_ascii = len(text) - len(text.encode("ascii", "ignore")) < 3
            of[is_ascii] += 1
            right[is_ascii] += is_repaired(text, count, chance)
        name = f"{count} wrong byte{'s' * (count > 1)}"
        record.figure(name, share(right[False], of[False]))
        record.figure(f"{name} in ASCII", share(right[True], of[True]))


def is_repaired(text: str, count: int, chance: random.Random) -> bool:
    """Whether a text is read as UTF-8 although so many bytes are wrong in it."""
    data = bytearray(text.encode())
    for at in inner_ends(data, count, chance):
        data.insert(at, chance.randrange(0x80, 0x100))
    try:
        found = decode(bytes(data)).text
    except UnreadableSource:
        return False
    return found.replace("\N{REPLACEMENT CHARACTER}", "") == text


def inner_ends(data: bytearray, count: int, chance: random.Random) -> Iterator[int]:
    """Positions between characters, at random."""
    for _ in range(count):
        at = chance.randrange(len(data))
        while at < len(data) and 0x80 <= data[at] < 0xC0:
            at += 1
        yield at


def share(part: int, whole: int) -> str:
    """A share with three places, as the documentation has it."""
    return "–" if not whole else f"{part / whole:.3f}".removeprefix("0")


if __name__ == "__main__":
    main()
