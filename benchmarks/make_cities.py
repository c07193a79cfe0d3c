"""Makes corpus/description/head/cities.txt: cities by their names in the languages that news is written in.

    pip install 'babel>=2.19'
    python benchmarks/make_cities.py

The cities are those that time zones are named after in the Unicode Common Locale Data Repository, as Babel (BSD
licence) carries it. Those that datelines name besides are in places.toml, which is ours.
"""

import re
import unicodedata
from pathlib import Path
from typing import Final
from zoneinfo import available_timezones

import babel
from babel.dates import get_timezone_location

TARGET: Final = Path(__file__).parents[1] / "corpus/description/head/cities.txt"
LOCALES: Final = (
    "en de fr es it pt nl sv da nb fi pl cs sk hu ro bg el ru uk sr tr ar fa he hi ur id vi th ko ja zh zh_Hant".split()
)
WANTED: Final = re.compile(r"(?:Africa|America|Asia|Atlantic|Australia|Europe|Indian|Pacific)/[^/]+")
NO_CITIES: Final = frozenset(
    "Azores Bermuda Canary Cape_Verde Cayman Chagos Christmas Cocos Comoro Creston Curacao Easter Eirunepe Enderbury "
    "Faeroe Faroe Fiji Galapagos Gambier Grenada Guadeloupe Guam Jamaica Jersey Johnston Kerguelen Kosrae Kwajalein "
    "Madeira Mahe Marquesas Martinique Mauritius Mayotte Midway Nauru Niue Norfolk Palau Pitcairn Puerto_Rico Reunion "
    "Saipan Samoa South_Georgia Tarawa Truk Chuuk Wake Wallis Winnipeg Isle_of_Man Bougainville Kanton Lindeman "
    "Currie Troll Oral Resolute Nome Regina".split()
)

HEADER: Final = """\
# Cities by their names in many languages, one city a line. Made by benchmarks/make_cities.py of Babel {version} from
# the Unicode Common Locale Data Repository, © 2004-2025 Unicode, Inc.: do not edit. Its licence is in cities.LICENSE.
"""


def main() -> None:
    """Write the table."""
    lines: set[str] = set()
    for zone in sorted(available_timezones()):
        if not WANTED.fullmatch(zone) or zone.partition("/")[2] in NO_CITIES:
            continue
        names = (get_timezone_location(zone, locale=locale, return_city=True) for locale in LOCALES)
        told = dict.fromkeys(unicodedata.normalize("NFC", name) for name in names if not re.search(r"[(),\d\[]", name))
        if told:
            lines.add("|".join(told))
    TARGET.write_text(HEADER.format(version=babel.__version__) + "\n".join(sorted(lines)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
