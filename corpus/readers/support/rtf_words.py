"""The control words of RTF that bear on what is read."""

from typing import Final

CHARSETS: Final = {
    0: "", 1: "", 2: "cp1252", 77: "mac_roman", 78: "shift_jis", 79: "johab", 80: "gb2312", 81: "big5", 83: "mac_greek",
    84: "mac_turkish", 89: "mac_cyrillic", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk", 136: "cp950",
    161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251",
    222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp437",
}  # fmt: skip
"""The encodings of a font's text, by the number of its character set; "" for the document's own."""

ENCODINGS: Final = {"ansi": "cp1252", "mac": "mac_roman", "pc": "cp437", "pca": "cp850"}
"""The encodings of a document, by the word that names them."""

SIGNS: Final = {
    "\\": "\\", "{": "{", "}": "}", "~": " ", "_": "-", "tab": " ", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": " ", "enspace": " ", "qmspace": " ",
    "mden": "/",
}  # fmt: skip
"""What some words stand for in the text."""

SKIPPED: Final = frozenset(
    "fonttbl colortbl stylesheet info pict objdata fldinst nonshppict xe tc tcn shprslt "
    "private txe rxe bkmkstart bkmkend datafield formfield pgptbl rsidtbl filetbl revtbl listtable "
    "listoverridetable ftnsep ftnsepc ftncn aftnsep aftnsepc aftncn nextfile template "
    # how the parts of a formula are set
    "maccpr mbarpr mborderboxpr mboxpr mctrlpr mdpr meqarrpr mfpr mfuncpr mgroupchrpr mlimlowpr mlimupppr mmpr mnarypr "
    "mphantpr mradpr mspepr mspreprpr mssubpr mssubsuppr mssuppr".split()
)
"""Destinations whose text is not shown."""

STARRED: Final = frozenset("shpinst shptxt annotation do dptxbxtext footnote momath momathpara".split())
"""Destinations that older programs may pass over, and that we read."""

CUT: Final = frozenset("header headerl headerr headerf footer footerl footerr footerf annotation".split())
"""Destinations that stand around the text."""

BOXES: Final = frozenset({"shptxt", "dptxbxtext"})
"""Destinations whose text stands in a box beside the paragraph."""

DRAWN: Final = frozenset({"sn", "sv"})
"""Destinations that hold the name and the value of a property of what is drawn."""

LETTERS: Final = "gtextUNICODE"
"""What the property is called that holds letters drawn as a picture, such as a water mark."""

LABELS: Final = frozenset({"listtext", "pntext"})
"""Destinations that hold the number or bullet of a list's item."""

SET_APART: Final = CUT | BOXES | DRAWN | LABELS | {"footnote"}
"""Destinations whose text is no part of the sentence that they stand in."""

INFORMATION: Final = frozenset({"title", "author", "keywords"})
"""Destinations in which the file says something of itself."""
