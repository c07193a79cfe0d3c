# ruff: noqa: E501  # an input a line
"""Questions that mean no good: as long as one may be, and much of one thing."""

from typing import Final

MOST: Final = 20_000
"""About as many characters as a question may have."""


def _numbered(pattern: str, count: int = 256, joint: str = " ") -> str:
    return joint.join(pattern.format(n) for n in range(count))[:MOST]


QUESTIONS: Final = {
    "words": _numbered("word{}"), "unknown words": _numbered("qzvx{}k", 10_000), "misspelt words": _numbered("ministr{}"),
    "one long word": "a" * MOST, "long words": _numbered("a" * 70 + "{}"), "phrases": _numbered('"the {} of"'),
    "a long phrase": '"' + "the of " * 2_800 + '"', "a phrase of gaps": '"' + "the * " * 250 + '"',
    "phrases far apart": _numbered('"the of {}"~100', 200), "beginnings": " ".join(f"{a}{b}*" for a in "abcdefghij" for b in "aeiouylrst"),
    "beginnings of one letter": " ".join(f"{a}*" for a in "abcdefghijklmnopqrstuvwxyz" * 9), "ends": " ".join(f"*{a}{b}" for a in "abcdefghij" for b in "aeiouylrst"),
    "any letters": "a*b*c*d*e*f*g*h*" * 30, "stars": "*" * MOST, "question marks": "?" * MOST, "stars between": "a" + "*a" * 500,
    "about": _numbered("minist{}~2", 200), "near": " NEAR/100 ".join(["the"] * 200), "near each other": _numbered("the NEAR/{} of", 99, " OR "),
    "near groups": "(the OR of OR a) NEAR/100 " * 60 + "in", "brackets": "(" * 9_000 + "a" + ")" * 9_000, "brackets begun": "(" * MOST,
    "brackets around brackets": "(a OR " * 255 + "b" + ")" * 255, "not not": "NOT " * 5_000 + "a", "minus": "-" * MOST, "minuses": "- " * 9_000,
    "or": " OR ".join(["a"] * 5_000), "and": " AND ".join(["the"] * 250), "nothing but or": "OR " * 6_000,
    "filters": _numbered("country:c{}"), "values misspelt": _numbered('person:"Lee Jae Mung {}"'), "filters about": _numbered("person:taka{}*"), "dates": _numbered("date:{}", 256),
    "days": _numbered("on {} March 1950"), "a field of many letters": "a" * 9_000 + ":b", "colons": ":" * MOST, "colons between": "a:" * 9_000,
    "dates back": "date:" + "9" * 9_000, "a distance of many digits": '"a b"~' + "9" * 9_000, "equals": "=" * MOST, "exactly": _numbered("=word{}"),
    "quotes": '"' * MOST, "a quote begun": '"' + "a " * 9_000, "curly quotes": "“" * MOST, "tildes": "~" * MOST,
    "combining marks": "e" + "\u0301" * 15_000, "combined letters": "e\u0301" * 9_000, "zero width": "\u200b" * MOST, "zero width between": "a\u200b" * 9_000,
    "right to left": "\u202e" * MOST, "right to left between": "a\u202e" * 9_000, "Arabic": "مرحبا " * 3_000, "kashida": "ـ" * MOST, "Hebrew points": "א\u05b0" * 9_000,
    "Chinese": "中" * MOST, "a phrase of Chinese": '"' + "中" * 19_000 + '"', "demands of Chinese": "中" * 9_000 + " AND " + "国" * 9_000, "Chinese near Chinese": "中" * 9_000 + " NEAR/5 " + "国" * 9_000,
    "a field of Chinese": "title:" + "中" * 19_000, "a value of Chinese": "person:" + "中" * 19_000, "not Chinese": "a -" + "中" * 19_000, "a phrase of Chinese far apart": '"' + "中国" * 9_000 + '"~100', "about Chinese": "中" * 9_000 + "~", "a beginning of Chinese": "中" * 9_000 + "*", "different Chinese": "".join(chr(0x4E00 + n) for n in range(MOST)), "Thai": "ก" * MOST, "Korean": "한국의 " * 5_000, "Hindi": "क्" * 9_000,
    "ligatures": "ﷺ" * MOST, "Turkish": "İ" * MOST, "emoji": "👩\u200d" * 9_000, "surrogates": "\ud800" * MOST, "nulls": "\0" * MOST, "lines": "a\n" * 9_000,
    "prose": "The envoy met the minister in Geneva on Monday, and they spoke of trade. " * 270, "capitals": "TRUMP AND XI " * 1_500, "acronyms": "U.S. " * 4_000,
    "numbers": "1,000," * 3_000, "digits": "9" * MOST, "hyphens": "a-" * 9_000, "apostrophes": "l'" * 9_000, "measures": "5 km " * 4_000,
    "compounds": "Donaudampfschifffahrtsgesellschaft" * 500, "names": "Lee Jae-myung " * 1_400, "variants": "ROK South Korea Türkiye " * 800,
    "carets": "a^2 " * 5_000, "other languages": "title:(a AND [b TO c]) && {!x} || /re/ " * 400, "slashes": "/" * MOST, "backslashes": "\\" * MOST,
}  # fmt: skip
"""By what they are of."""
