"""Makes corpus/dates/tables/cldr.toml: the months and days of the week in the languages that words.toml has not got.

    pip install 'babel>=2.19'
    python benchmarks/make_calendar_names.py

The names are those of the Unicode Common Locale Data Repository, as Babel (BSD licence) carries it. The repository's
licence stands beside the table.
"""

import unicodedata
from pathlib import Path
from typing import Final

import babel
from babel import Locale

from dragoman.corpus.dates.tables.calendar_words import fold

TARGET: Final = Path(__file__).parents[1] / "corpus/dates/tables/cldr.toml"
LOCALES: Final = {
    "ar": ["ar", "ar_SY", "ar_DZ", "ar_MA", "ar_EG"],
    "bg": ["bg"],
    "cs": ["cs"],
    "da": ["da"],
    "el": ["el"],
    "fa": ["fa"],
    "fi": ["fi"],
    "he": ["he"],
    "hi": ["hi"],
    "hu": ["hu"],
    "id": ["id", "ms"],
    "ja": ["ja"],
    "ko": ["ko"],
    "nb": ["nb", "nn"],
    "nl": ["nl"],
    "pl": ["pl"],
    "ro": ["ro"],
    "sk": ["sk"],
    "sr": ["sr", "sr_Latn"],
    "sv": ["sv"],
    "th": ["th"],
    "uk": ["uk"],
    "ur": ["ur"],
    "vi": ["vi"],
    "zh": ["zh", "zh_Hant"],
}
"""Which of the repository's locales a language's words are taken from."""

SPELT_OUT: Final = ("cs",)
"""Languages whose abbreviations are left out: nobody writes them, and they are other words."""

VARIANTS: Final = {"hi": {9: "सितम्बर", 10: "अक्तूबर", 11: "नवम्बर", 12: "दिसम्बर"}}
"""Months as they are written as often, which the repository has not got, by language and number."""

HEADER: Final = """\
# Months from January and days of the week from Monday, each with its forms, as written with a day and alone, and their
# abbreviations. Blanks divide the forms; _ stands for a blank within one. Made by benchmarks/make_calendar_names.py of
# Babel {version} from the Unicode Common Locale Data Repository, © 2004-2025 Unicode, Inc.: do not edit. Its licence is
# in cldr.LICENSE.
"""


def forms(locales: list[str], kind: str, numbers: range) -> list[str]:
    """The forms of each month or day of the week, without those that are numbers."""
    found: list[dict[str, str]] = [{} for _ in numbers]
    for locale in map(Locale.parse, locales):
        tables = getattr(locale, kind)
        for context in ("format", "stand-alone"):
            for width in ("wide",) if locale.language in SPELT_OUT else ("wide", "abbreviated"):
                for place, number in enumerate(numbers):
                    form = unicodedata.normalize("NFC", tables[context][width][number].lower())
                    key = fold(form).replace(".", "")
                    if not any(map(str.isdecimal, form)):
                        found[place].setdefault(key, "_".join(form.split()))
    return [" ".join(each.values()) for each in found]


def main() -> None:
    """Write the table."""
    lines = [HEADER.format(version=babel.__version__)]
    for language, locales in LOCALES.items():
        lines.append(f"[{language}]")
        for name, kind, numbers in (("months", "months", range(1, 13)), ("weekdays", "days", range(7))):
            values = forms(locales, kind, numbers)
            if kind == "months":
                values = [
                    f"{each} {VARIANTS.get(language, {}).get(at, '')}".strip() for at, each in enumerate(values, 1)
                ]
            if all(values):
                quoted = ", ".join(f'"{each}"' for each in values)
                lines.append(f"{name} = [{quoted}]")
        lines.append("")
    TARGET.write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
