# ruff: noqa: E501  # an input a line
"""Pieces of text that are easily slow when they are repeated: what patterns wait for, and what never comes."""

from typing import Final

UNITS: Final[dict[str, str]] = {
    "capitals": "A", "capitals apart": "A ", "capitals, commas": "SEOUL, ", "capitals, dashes": "SEOUL — ",
    "capitals, stops": "U.S.", "capitals in brackets": "(A) ", "Title Case": "Foreign Minister ", "letters": "a",
    "words": "word ", "long words": "word" * 25_000 + " ", "hyphens within words": "a-", "apostrophes": "a'",
    "digits": "1", "digits apart": "1 ", "digits, commas": "1,", "digits, stops": "1.", "thousands": "1,000,",
    "blanks": " ", "tabs": "\t", "wide blanks": "\u3000", "no-break blanks": "\u00a0", "newlines": "\n",
    "carriage returns": "\r", "page breaks": "\f", "blank lines": " \n", "zero width": "\u200b", "marks of order": "\ufeff",
    "commas": ",", "stops": ".", "ellipses": "… ", "dashes": "-", "dashes apart": "- ", "long dashes": "—", "colons": ":",
    "semicolons": "; ", "exclamations": "!", "questions": "? ", "quotes": '"', "curly quotes": "“", "brackets": "(",
    "brackets closed": ")", "square brackets": "[", "square brackets closed": "]", "links": "[a](b)", "notes": "[1] ",
    "links begun": "[a](", "images begun": "![", "stars": "*", "stars apart": "*a ", "underlines": "_",
    "underlines apart": "_a ", "backticks": "`", "backticks apart": "`a ", "tildes": "~", "tildes apart": "~a ", "carets": "^", "carets apart": "^a ", "carets, brackets": "^[a ", "bars twice": "[[a|", "less than": "<",
    "less than, letters": "<a ", "tags": "<b>", "tags closed": "</b>", "comments": "<!--", "sections": "<![CDATA[",
    "ampersands": "&", "references": "&amp;", "references begun": "&#", "bars": "|", "hashes": "#", "greater than": ">",
    "greater than apart": "> ", "equals": "=", "plus": "+", "backslashes": "\\", "slashes": "/", "percents": "%",
    "addresses": "http://a.b/", "addresses begun": "http://", "mail": "a@", "mail addresses": "a@b.c, ",
    "encoded words": "=?utf-8?q?a?= ", "encoded words begun": "=?utf-8?q?", "dates": "1 January ", "days": "January 1, ",
    "dates in numbers": "1/1/", "weekdays": "on Monday, ", "years": "from 1950 to ", "spans": "1-", "times": "10:00 ",
    "dates of dots": "1.1.", "dates in Korean": "1월 1일 ", "dates in Chinese": "二十", "ordinals": "the 1st ",
    "titles": "Mr. ", "offices": "President of ", "particles": "de la ", "names": "Kim Jong-un, ", "names and": "Lee and ",
    "ministers": "Foreign Minister Lee and ", "said": "Lee said ", "initials": "J. R. ", "numbers of": "No. ",
    "countries": "Republic of Korea, ", "countries abroad": "대한민국 대통령 ", "telegrams": "TELEGRAM 1. SECRET. ", "labels": "Subject: ",
    "labels of capitals": "TO: ", "items": "a. ", "items in brackets": "1) ", "pages": "Page 1 ", "pages of dashes": "- 1 - ",
    "combining": "\u0301", "combined": "e\u0301", "bidi": "\u202e", "bidi closed": "\u202c", "emoji": "😀",
    "emoji joined": "👩\u200d", "joiners": "\u200d", "soft hyphens": "\u00ad", "surrogates": "\U00010400", "controls": "\x01",
    "nulls": "\x00", "replaced": "\ufffd", "expanding": "\ufdfa", "Korean": "가", "Chinese": "中", "Thai": "ก",
    "Arabic": "م", "kashida": "ـ", "Hebrew": "א", "Hindi": "क्", "Turkish": "İ", "sharp s": "ß", "ligatures": "ﬀ",
    "roman": "I", "roman, stops": "i. ", "percent of": "1% ", "money": "$1 ", "quoted lines": "> > ", "fences": "```\n",
    "rules": "---\n", "tables": "| a | b |\n", "table rules": "|-|-|\n", "headings": "# a\n", "references of notes": "[^1]",
    "notes told": "[^1]: a\n", "items of lists": "- a\n", "deeper items": "  - a\n", "front matter": "a: b\n",
    "hyphens at ends": "a-\n", "short lines": "ab\n", "single letters": "a\n", "short sentences": "Yes. ", "menus": "Home\n",
    "share": "Share\n", "bylines": "By John Roe\n", "captions": "Photo: Reuters\n", "datelines": "SEOUL (Reuters) - \n",
    "page marks": "Page 1 of 2\n", "long lines": "word " * 200 + "\n", "wrapped": "word " * 14 + "\n",
    "paragraphs": "The envoy met the minister in Geneva on Monday. " * 5 + "\n\n",
}  # fmt: skip
"""By what they are of."""


def run(unit: str, size: int, ends: str = "") -> str:
    """A unit, repeated to so many characters, with something else at the end."""
    return ends if not unit else (unit * (size // len(unit) + 1))[: max(0, size - len(ends))] + ends


def forms(unit: str, size: int) -> dict[str, str]:
    """The forms in which a unit may be repeated: without an end, then in lines and paragraphs."""
    line, paragraph = run(unit, 2_000), run(unit, 200)
    return {
        "": run(unit, size),
        "in lines": run(line + "\n", size),
        "in paragraphs": run(paragraph + "\n\n", size),
        "and something else": run(unit, size // 2) + "\x00x; Monday\n" + run(unit, size // 2, "Z"),
    }
