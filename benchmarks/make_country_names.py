"""Makes corpus/description/abroad/country_names.txt: the names of countries in other languages, from CLDR.

    pip install babel
    python benchmarks/make_country_names.py

The names are those of the Unicode Common Locale Data Repository as babel brings them. What it writes in parentheses is
another name; special regions of China, whose names there are long, have theirs in country_words.txt.
"""

import re
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pycountry
from babel import Locale

TARGET: Final = Path(__file__).resolve().parents[1] / "corpus" / "description" / "abroad" / "country_names.txt"
LANGUAGES: Final = (
    "de fr es it pt nl sv da nb fi pl cs sk hu ro bg hr sr uk ru el tr ar fa he hi th vi id ms zh zh_Hant ja ko"
).split()
LEFT_OUT: Final = frozenset(("HK", "MO"))
HEAD: Final = """\
# Names of countries in other languages, a language a line, by ISO 3166 code; several names with bars between them.
# Made on {day} by benchmarks/make_country_names.py of babel {version}: do not edit. The data are from the Unicode
# Common Locale Data Repository, Copyright (c) 1991-2025 Unicode, Inc. All rights reserved, under the Unicode License:
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of data files and any associated
# documentation (the "Data Files") or software and any associated documentation (the "Software") to deal in the Data
# Files or Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
# distribute, and/or sell copies of the Data Files or Software, and to permit persons to whom the Data Files or Software
# are furnished to do so, provided that either (a) this copyright and permission notice appear with all copies of the
# Data Files or Software, or (b) this copyright and permission notice appear in associated Documentation.
#
# THE DATA FILES AND SOFTWARE ARE PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT
# LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT OF THIRD PARTY
# RIGHTS. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR HOLDERS INCLUDED IN THIS NOTICE BE LIABLE FOR ANY CLAIM, OR ANY
# SPECIAL INDIRECT OR CONSEQUENTIAL DAMAGES, OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS,
# WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR
# PERFORMANCE OF THE DATA FILES OR SOFTWARE. Except as contained in this notice, the name of a copyright holder shall
# not be used in advertising or otherwise to promote the sale, use or other dealings in these Data Files or Software
# without prior written authorization of the copyright holder.
"""


def main() -> None:
    """Write the table anew."""
    codes = [*sorted({each.alpha_2 for each in pycountry.countries} - LEFT_OUT), "EU", "XK"]
    lines = [HEAD.format(day=datetime.now(UTC).date(), version=version("babel"))]
    for language in LANGUAGES:
        names = Locale.parse(language).territories
        given = "; ".join(f"{code}={'|'.join(several(names[code]))}" for code in codes if code in names)
        lines.append(f"{language} names {given}\n")
    TARGET.write_text("".join(lines), "utf-8")


def several(name: str) -> list[str]:
    """A name, and the one that stands in parentheses behind it if it is a whole one."""
    found = re.fullmatch(r"(.*?) ?[(（](.*)[)）]", name)
    if not found:
        return [re.sub(r" [-–] ", "-", name)]
    first, second = found.groups()
    return [first, second] if len(second) > 3 and first not in ("Congo", "Конго", "剛果", "刚果") else [first + second]


if __name__ == "__main__":
    main()
