"""What a file's properties state of title and author, as far as it can be believed."""

import re
from typing import Final

from .decode import tidy

_NO_TITLE = re.compile(
    r"""microsoft\s(?:office\s)?(?:word|powerpoint|excel)\b.*        # "Microsoft Word - letter_v3.doc"
    |  (?:powerpoint\s|pr[eé]sentation\s)?(?:presentation|powerpoint|pr[eé]sentation|präsentation)
    |  .*\.\w{2,5}                                                   # the name of a file
    |  \S*[_/\\]\S*                                                  # and one without its end
    |  (?:no|without|insert|enter|document|your|the|<|\[)?\s?title(?:\s(?:here|of\sdocument|goes\shere|>|\]))?
    |  (?:untitled|unbenannt|sans\s(?:titre|nom)|sin\st[ií]tulo|senza\s(?:titolo|nome)|без\s(?:имени|названия)|naamloos
       |sem\st[ií]tulo|bez\stytu[łl]u|namnl[oö]s|無題|无标题|제목\s?없음)\b.*
    |  (?:new\s)?(?:document|dokument|documento|документ|layout|slide|folie|book|sheet|page|doc|文[档書])\s?\d*
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


def stated_title(title: str) -> str:
    """The title that a file's properties state, on one line; "" if it is a program's, or the name of a file."""
    title = " ".join(tidy(title).replace("\u00ad", "").split())
    return "" if len(title) > _LONGEST or _NO_TITLE.fullmatch(title) else title


def stated_author(author: str) -> str:
    """The author that a file's properties state; "" if it is no name but that of an account, such as "jdoe"."""
    author = " ".join(tidy(author).split())
    is_account = author.isascii() and " " not in author
    return "" if is_account or _NO_AUTHOR.fullmatch(author) else author
