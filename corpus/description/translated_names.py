"""Countries and languages by their names in other languages.

Those of countries are the ones that texts are searched for; those of languages come with pycountry.
"""

import gettext
from functools import lru_cache
from typing import Any, Final

from .abroad.country_tables import country_table, table_languages
from .countries import usual_name
from .languages import language_code

_LANGUAGES: Final = ("de", "fr", "es", "it", "pt", "nl", "sv", "pl", "ru", "uk", "tr", "ar", "fa", "zh_CN", "ja", "ko")
_LONGEST: Final = 64  # characters of a name


def translated_country(name: str) -> str | None:
    """The usual English name of a country that is given by its name in another language, or None."""
    return _countries().get(name.strip().casefold()) if len(name) <= _LONGEST else None


def translated_language(name: str) -> str | None:
    """The ISO 639-1 code of a language that is given by its name in another language, or None."""
    return _languages().get(name.strip().casefold()) if len(name) <= _LONGEST else None


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    names: dict[str, str] = {}
    for language in table_languages():
        for code, others in country_table(language).words["names"].items():
            names |= {name.casefold(): usual_name(code) for name in others if name.casefold() not in names}
    return names


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    import pycountry

    languages: Any = pycountry.languages
    names: dict[str, str] = {}
    for catalogue in _catalogues("iso639-3"):
        for each in languages:
            if code := language_code(getattr(each, "alpha_2", "")):
                names.setdefault(catalogue.gettext(each.name).split(" (")[0].casefold(), code)
    return names


def _catalogues(domain: str) -> list[gettext.NullTranslations]:
    import pycountry

    return [gettext.translation(domain, pycountry.LOCALES_DIR, [each], fallback=True) for each in _LANGUAGES]
