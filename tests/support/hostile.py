"""Documents that mean no good: to terminals, tables and pages."""

from typing import Final

FARAWAY: Final = "The envoy of Freedonia left the conference on fisheries."
HOSTILE: Final = [
    {
        "id": "evil`#1",
        "title": '=HYPERLINK("http://evil.example","\x1b[31m") \x9b2J `x` <script>alert(1)</script> [a](b) *b* _c_',
        "text": f"- {FARAWAY} \x1b[2J\x1b]0;title\x07 He said \u202egnp.exe\u202c. \x00\x9b31m He <b>came</b> back.",
        "outlet": "@SUM(A1)",
        "url": "https://evil.example/\x1b[31m?q=\u202e>",
        "date": "2026-01-02",
    },
    {
        "id": "cjk",
        "title": "李在明總統與高市早苗首相在奈良舉行會談並就穿梭外交達成一致意見",
        "text": "兩國領導人在奈良會面，討論貿易與安全。" * 12,
    },
    {"id": "plain", "title": "+1 for fisheries", "text": "Fisheries are discussed. " * 5 + "No\u0301thing else was."},
]
