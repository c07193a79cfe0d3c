"""Languages: ISO 639-1 codes from what people write, and the language that a text is written in.

The script comes first, since it is certain and costs nothing. Where many languages share one (Latin, Cyrillic),
py3langid decides: naive Bayes on byte n-grams, 5 MB with its model and no dependency but NumPy. It takes half a second
to load, and so is loaded by the first text that needs it, never by a question.
"""

import re
from functools import lru_cache
from typing import Any, Final

from ..scripts import HAN, HANGUL

_SAMPLE: Final = 4000
"""How much of a text is looked at for its script, in characters."""

_DETECTED: Final = 1000
"""How much of it the detector reads: its time grows with the text, its answers don't change any more."""

_FEWEST_LETTERS: Final = 20
_LEAST_CONFIDENCE: Final = 0.3
"""Below either, no language at all is better than a guess: names alone ("Dundee Stars – Belfast Giants") score .06."""

# Codes of single languages that are meant when people say the name of the larger one.
_MEMBERS: Final = {
    "cmn": "zh", "yue": "zh", "arb": "ar", "arz": "ar", "pes": "fa", "prs": "fa", "zsm": "ms", "swh": "sw", "ekk": "et",
    "lvs": "lv", "khk": "mn", "uzn": "uz", "azj": "az", "als": "sq",
}  # fmt: skip

# A script that one language (or one above all) is written in. Latin, Cyrillic and others tell nothing.
_SCRIPTS: Final = {
    "ko": HANGUL,
    "ja": "\u3041-\u3096\u30a1-\u30fa",
    "zh": HAN,
    "ar": "\u0620-\u064a\u0671-\u06d3",
    "he": "\u05d0-\u05ea",
    "el": "\u0370-\u03ff\u1f00-\u1fff",
    "hi": "\u0904-\u0939",
    "bn": "\u0985-\u09b9",
    "ta": "\u0b85-\u0bb9",
    "te": "\u0c05-\u0c39",
    "th": "\u0e01-\u0e2e",
    "lo": "\u0e81-\u0eae",
    "my": "\u1000-\u102a",
    "km": "\u1780-\u17a2",
    "ka": "\u10a0-\u10ff",
    "hy": "\u0531-\u0587",
    "am": "\u1200-\u135a",
}
_BEYOND_ARABIC = re.compile("[پچژگٹڈےک]")


def language_code(name: str) -> str | None:
    """The ISO 639-1 code of a language given as "eng", "en-GB" or "English"; None if it has none."""
    key = re.split(r"[-_.@]", name.strip().lower(), maxsplit=1)[0] if len(name) < 64 else ""
    return _codes().get(key)


def language_of_script(text: str) -> str:
    """The language that the script of most of a text's letters belongs to, or "" where that tells nothing."""
    sample = text[:_SAMPLE]
    letters = sum(map(str.isalpha, sample))
    if sample.isascii() or not letters or len(re.findall(f"[{''.join(_SCRIPTS.values())}]", sample)) < letters / 2:
        return ""
    counts = {code: len(re.findall(f"[{script}]", sample)) for code, script in _SCRIPTS.items()}
    # Japanese is written in Chinese characters too, but never without kana; a Korean text may quote many of them.
    if counts["ja"] > 0.1 * (counts["ja"] + counts["zh"]):
        counts["ja"] += counts.pop("zh")
    code = max(counts, key=lambda each: counts[each])
    if counts[code] < letters / 2:
        return ""
    return "" if code == "ar" and _BEYOND_ARABIC.search(sample) else code


def detect_language(text: str) -> str:
    """The ISO 639-1 code of the language of most of a text; "" for one too short or too mixed to tell."""
    if code := language_of_script(text):
        return code
    sample = text[:_DETECTED]
    letters = sum(map(str.isalpha, sample))
    if letters < _FEWEST_LETTERS:
        return ""
    if sum(map(str.isupper, sample)) > letters / 2:  # a telegram
        sample = sample.lower()
    code, confidence = _identifier().classify(sample)
    return code if confidence >= _LEAST_CONFIDENCE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    import numpy as np
    from py3langid import langid  # pyright: ignore[reportMissingTypeStubs]

    library: Any = langid
    identifier = library.LanguageIdentifier.from_model_file(library.MODEL_FILE, norm_probs=True)
    # The others are dialects without a two-letter code, which short texts in their larger neighbour are taken for.
    identifier.set_languages([code for code in identifier.labels if len(code) == 2])
    # The choice leaves it column by column, while a text is judged by the rows of what is in it: a third slower.
    identifier.nb_ptc = np.ascontiguousarray(identifier.nb_ptc)
    return identifier


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    import pycountry

    codes = dict(_MEMBERS)
    languages: Any = pycountry.languages
    for each in languages:
        code = getattr(each, "alpha_2", None)
        if code is not None:
            names = (code, each.alpha_3, getattr(each, "bibliographic", code), each.name.split(" (")[0])
            codes.update((name.lower(), code) for name in names)
    return codes | {"greek": "el", "persian": "fa", "mandarin": "zh", "farsi": "fa", "malay": "ms"}
