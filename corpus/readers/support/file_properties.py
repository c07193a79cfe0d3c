"""What a file says of itself, its title and author as far as they can be believed, and titles that name a kind."""

import posixpath
import re
from collections.abc import Iterable
from itertools import islice
from typing import Final, NamedTuple
from urllib.parse import unquote

from ...cleaning.lines import ends_sentence
from ...description.head.labels import is_label
from .decode import tidy
from .markup import Element, local_name, parse_xml, plain_text
from .packed import Package

_NO_TITLE = re.compile(
    r"""microsoft\s(?:office\s)?(?:word|powerpoint|excel)\b.*        # "Microsoft Word - letter_v3.doc"
    |  (?:powerpoint\s|pr[eé]sentation\s)?(?:presentation|powerpoint|pr[eé]sentation|präsentation)
    |  .*\.\w{2,5}                                                   # the name of a file
    |  \S*[_/\\]\S*                                                  # and one without its end
    |  (?:no|without|insert|enter|document|your|the|<|\[)?\s?title
       (?:\s?(?:here|of\s(?:the\s)?document|goes\shere|>|\]))?
    |  (?:titre|título|titolo|titel|название|заголовок)\s(?:du|do|del|des|van\shet)?\s?(?:document|dokument|документ)\w*
    |  (?:dokument|document)(?:en)?titel
    |  (?:untitled|unbenannt|sans\s(?:titre|nom)|sin\st[ií]tulo|senza\s(?:titolo|nome)|без\s(?:имени|названия)|naamloos
       |sem\st[ií]tulo|bez\stytu[łl]u|namnl[oö]s|無題|无标题|제목\s?없음)\b.*
    |  (?:(?:new|microsoft|word|office|neues|nouveau|nuevo|novo|nuovo|nieuw|новый)\s){0,3}
       (?:document|dokument|documento|документ|layout|slide|folie|book|sheet|page|doc|文[档書])\s?\d*
    |  (?:template|letterhead|memo\stemplate|normal|blank|print|printing|fax|scan\w*|image\w*)\s?\d*
    |  (?=\S*\d)\S*                                                  # one word with a number in it
    |  \S
    |  \W*""",
    re.IGNORECASE | re.VERBOSE,
)
_NO_AUTHOR = re.compile(
    r"(?:microsoft\s)?(?:office|windows|word|pc|mac|home|default|local|guest)?\s?(?:user|benutzer|utilisateur|usuario)\w*"
    r"|.*\b(?:admin\w*|template|scanner|copier|unknown|anonymous|python-docx|apache\spoi|openxml)\b.*",
    re.IGNORECASE,
)
_LONGEST: Final = 300
_KIND = re.compile(
    r"""(?:[\w’'-]+\s){0,3}(?:statement|declaration|communiqu[eé]|memorandum(?:\sof\s(?:conversation|understanding))?
       |agreement|treaty|protocol|convention|resolution|agenda|minutes|report|note\sverbale|non-paper|aide-m[eé]moire
       |[ée]rkl[äa]rung|vermerk|protokoll|abkommen|vertrag|bericht|vereinbarung|niederschrift
       |d[eé]claration|m[eé]morandum|accord|trait[eé]|proc[eè]s-verbal|rapport|compte\srendu
       |declaraci[oó]n|comunicado|acuerdo|tratado|informe|acta|declara[cç][aã]o|dichiarazione|comunicato|accordo|trattato
       |заявление|меморандум|соглашение|договор|протокол|отчёт|коммюнике)
       (?:\s[\w’'-]+){0,2}
    |  .{0,10}(?:声明|聲明|公报|公報|备忘录|備忘錄|協定|协定|条約|条约|共同宣言|覚書)
    |  .{0,10}(?:성명|공동성명|양해각서|조약|협정|보고서)
    |  .{0,20}(?:بيان|مذكرة|اتفاق|معاهدة|הצהרה|מזכר|הסכם)(?:\s\w+){0,2}""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a text may be called by its kind alone: "Memorandum", "Joint Statement"."""

_MOST_ABOVE: Final = 12


def core_properties(package: Package) -> dict[str, object]:
    """What an Office file says of itself. Its dates are those of the file, not of what is written in it."""
    if "docProps/core.xml" not in package:
        return {}
    properties = {local_name(each): plain_text(each) for each in parse_xml(package.read("docProps/core.xml"))}
    return {
        "title": stated_title(properties.get("title", "")),
        "author": stated_author(properties.get("creator", "")),
        "language": properties.get("language", ""),
        "topics": properties.get("keywords", "").replace(";", ","),
    }


class Part(NamedTuple):
    """What a part of an Office file refers to: the kind of the reference, and the member of the archive."""

    kind: str
    name: str


def related_parts(package: Package, name: str) -> dict[str, Part]:
    """The parts of an Office file that one of them refers to, by the ids of the references."""
    folder, file = posixpath.split(name)
    listed = posixpath.join(folder, f"_rels/{file}.rels")
    found: dict[str, Part] = {}
    if listed in package:
        for each in parse_xml(package.read(listed)):
            target = posixpath.normpath(posixpath.join("/", folder, unquote(each.get("Target") or ""))).lstrip("/")
            if each.get("TargetMode") != "External":
                found[each.get("Id") or ""] = Part((each.get("Type") or "").rpartition("/")[2], target)
    return found


def relation_of(element: Element) -> str:
    """The id of the reference by which an element of an Office file refers to a part."""
    found = next((key for key in element.keys() if key.endswith("}id")), None)  # noqa: SIM118
    return element.get(found, "") if found else ""


def stated_title(title: str) -> str:
    """The title that a file's properties state, on one line; "" if it is a program's, or the name of a file."""
    title = " ".join(tidy(title).replace("\u00ad", "").split())
    return "" if len(title) > _LONGEST or _NO_TITLE.fullmatch(title) else title


def names_kind(line: str) -> bool:
    """Whether a line only says what kind of text a document is."""
    return len(line) <= 80 and _KIND.fullmatch(line) is not None


def kind_above(lines: Iterable[str]) -> str:
    """The kind that a text has as its title: a line that names it, with only labels between it and running text.

    Args:
        lines: The lines of the text. "" is returned if another line may be the title.
    """
    found = ""
    for line in islice((each.strip() for each in lines if each.strip()), _MOST_ABOVE):
        if names_kind(line) and not found:
            found = line
        elif not is_label(line):
            return found if ends_sentence(line) else ""
    return ""


def stated_author(author: str) -> str:
    """The author that a file's properties state; "" if it is no name but that of an account, such as "jdoe"."""
    author = " ".join(tidy(author).split())
    is_account = author.isascii() and " " not in author
    return "" if is_account or _NO_AUTHOR.fullmatch(author) else author
