# ruff: noqa: E501  # an input a line
"""Files that claim much and are little, or are much of one thing: for each reader, by the end of the file's name."""

import base64
import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from typing import Final, NamedTuple

from .runs import run

PROSE: Final = "The envoy met the minister in Geneva on Monday, and they spoke of trade for an hour. "


class Bomb(NamedTuple):
    """A file of some size.

    Attributes:
        name: What it is much of.
        suffix: The end of its name.
        make: Makes it; it takes about how many bytes there are of what it is much of, unpacked.
    """

    name: str
    suffix: str
    make: Callable[[int], bytes]


def text(begin: str, unit: str, end: str = "") -> Callable[[int], bytes]:
    """A text of a unit again and again."""
    return lambda size: (begin + run(unit, max(0, size - len(begin) - len(end))) + end).encode()


def _nested(begin: str, opened: str, middle: str, closed: str, end: str) -> Callable[[int], bytes]:
    def make(size: int) -> bytes:
        count = size // (len(opened) + len(closed))
        return (begin + opened * count + middle + closed * count + end).encode()

    return make


def numbered(begin: str, unit: Callable[[int], str], end: str = "") -> Callable[[int], bytes]:
    """A text of units, each with its number."""

    def make(size: int) -> bytes:
        pieces, left, number = [begin], size, 0
        while left > 0:
            pieces.append(unit(number))
            left -= len(pieces[-1])
            number += 1
        return ("".join(pieces) + end).encode()

    return make


_TEXTS: Final = [
    Bomb("short lines", ".txt", text("", "ab\n")),
    Bomb("different short lines", ".txt", numbered("", lambda n: f"{n:x}\n")),
    Bomb("one line", ".txt", text("", "word ")),
    Bomb("one word", ".txt", text("", "a")),
    Bomb("paragraphs", ".txt", text("", PROSE + "\n\n")),
    Bomb("menus", ".txt", text("", "Home\nShare\nSign in\nSubscribe\n")),
    Bomb("hard wrapped", ".txt", text("", "the word that is a word and then another of the words in lines\n")),
    Bomb("people", ".txt", numbered("", lambda n: f"Foreign Minister Jane Do{n:x} met President John Ro{n:x}. ")),
    Bomb("countries", ".txt", text("", "Japan, South Korea, France, the United States and Brazil. ")),
    Bomb("dates", ".txt", numbered("", lambda n: f"On {n % 28 + 1} March {1900 + n % 120} they met. ")),
    Bomb("gzip", ".txt.gz", lambda size: gzip.compress(run("ab\n", size).encode())),
    Bomb("xz", ".txt.xz", lambda size: lzma.compress(run("ab\n", size).encode())),
    Bomb("bzip2", ".txt.bz2", lambda size: bz2.compress(run("ab\n", size).encode())),
]

_MARKDOWN: Final = [
    Bomb("front matter of many keys", ".md", lambda size: b"---\n" + b"".join(b"k%d: v\n" % n for n in range(size // 10)) + b"---\nText."),
    Bomb("front matter, one list", ".md", lambda size: b"---\ntopics: [" + run("a, ", min(size, 60_000)).encode() + b"]\n---\nText."),
    Bomb("front matter, nested", ".md", lambda size: b"---\na: " + b"[" * min(size, 60_000) + b"\n---\nText."),
    Bomb("front matter, aliases", ".md", lambda _: ("---\na0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)) + "---\nText.").encode()),
    Bomb("quotes in quotes", ".md", text("", "> ", "a")),
    Bomb("lists in lists", ".md", lambda size: "".join("  " * n + "- a\n" for n in range(int(size**0.5))).encode()),
    Bomb("links", ".md", text("", "[a](http://b) ")),
    Bomb("links begun", ".md", text("", "[a](")),
    Bomb("brackets in brackets", ".md", _nested("", "[", "a", "]", "(b)")),
    Bomb("stars", ".md", text("", "*a **b ")),
    Bomb("backticks of ever more", ".md", numbered("", lambda n: "`" * (n % 1000 + 1) + " ")),
    Bomb("notes", ".md", numbered("", lambda n: f"Word[^{n}].\n\n[^{n}]: Note.\n\n")),
    Bomb("notes referred to", ".md", text("[^1]: Note.\n\n", "Word[^1] ")),
    Bomb("references", ".md", numbered("", lambda n: f"[a{n}][r{n}]\n\n[r{n}]: http://b\n\n")),
    Bomb("less than", ".md", text("", "<a ")),
    Bomb("tables", ".md", text("| a | b |\n|---|---|\n", "| a | b |\n")),
    Bomb("wide tables", ".md", lambda size: ("|" + "a|" * (size // 6) + "\n|" + "-|" * (size // 6) + "\n|" + "b|" * (size // 6)).encode()),
    Bomb("fences", ".md", text("", "```\na\n")),
]  # fmt: skip


def _page(body: Callable[[int], bytes], head: str = "") -> Callable[[int], bytes]:
    begin = f"<html><head><title>Talks</title>{head}</head><body>".encode()
    return lambda size: begin + body(size) + b"</body></html>"


_PAGES: Final = [
    Bomb("elements in elements", ".html", _page(_nested("", "<div>", "Text.", "</div>", ""))),
    Bomb("elements never closed", ".html", _page(text("", "<div>"))),
    Bomb("tables in tables", ".html", _page(text("", "<table><tr><td>a"))),
    Bomb("lists in lists", ".html", _page(text("", "<ul><li>a"))),
    Bomb("formats in formats", ".html", _page(text("", "<b><i><font>a"))),
    Bomb("formats never closed, in paragraphs", ".html", _page(text("", "<p><b><i>a</p>"))),
    Bomb("links in links", ".html", _page(text("", "<a href=b>a"))),
    Bomb("many attributes", ".html", _page(numbered("<p ", lambda n: f"a{n}=b ", ">Text.</p>"))),
    Bomb("a long attribute", ".html", _page(text('<p title="', "a", '">Text.</p>'))),
    Bomb("quotes never closed", ".html", _page(text("", '<a b="'))),
    Bomb("comments never closed", ".html", _page(text("", "<!-- "))),
    Bomb("scripts never closed", ".html", _page(text("", "<script> "))),
    Bomb("references", ".html", _page(text("", "&amp;&#1234567890;"))),
    Bomb("a reference of many digits", ".html", _page(text("&#", "9", ";"))),
    Bomb("paragraphs", ".html", _page(text("", f"<p>{PROSE}</p>"))),
    Bomb("short lines", ".html", _page(text("", "a<br>"))),
    Bomb("cells", ".html", _page(text("<table>", "<tr><td>a<td>b"))),
    Bomb("raised marks", ".html", _page(text("", "a<sup>1</sup> "))),
    Bomb("meta", ".html", lambda size: _page(text("", ""), run('<meta name="author" content="Jane Doe">', size))(0)),
    Bomb("data", ".html", lambda size: _page(text("", ""), '<script type="application/ld+json">' + "[" * size + "</script>")(0)),
    Bomb("scripts of data", ".html", lambda size: _page(text("", ""), run('<script type="application/ld+json">{"author":"a"}</script>', size))(0)),
    Bomb("bylines", ".html", _page(text("", '<span class="byline author">By Jane Doe</span><time datetime="2025-01-01">1 January</time>'))),
    Bomb("frames", ".html", _page(text("", "<iframe><svg><math>"))),
    Bomb("tags begun", ".html", _page(text("", "<a"))),
]  # fmt: skip


_TEI: Final = [
    Bomb("elements in elements", ".xml", _nested("<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body>", "<div>", "<p>a</p>", "</div>", "</body></text></TEI>")),
    Bomb("empty elements", ".xml", text("<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body><p>", "<lb/>a", "</p></body></text></TEI>")),
    Bomb("notes", ".xml", text("<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body><p>", "a<note n='1'>b</note>", "</p></body></text></TEI>")),
    Bomb("pages", ".xml", text("<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body><p>", "<pb n='1'/>a ", "</p></body></text></TEI>")),
    Bomb("documents", ".xml", numbered("<TEI xmlns='http://www.tei-c.org/ns/1.0'><text><body>", lambda n: f"<div xml:id='d{n}' type='document'><head>1. A</head><p>Text.</p></div>", "</body></text></TEI>")),
    Bomb("people of the volume", ".xml", numbered("<TEI xmlns='http://www.tei-c.org/ns/1.0'><teiHeader/><text><front><div xml:id='persons'><list>", lambda n: f"<item><hi><persName xml:id='p{n}'>Doe{n}, Jane</persName></hi>, of State</item>", "</list></div></front><body><div xml:id='d1' type='document'><p>Text <persName corresp='#p1'>Doe</persName>.</p></div></body></text></TEI>")),
    Bomb("many attributes", ".xml", numbered("<TEI><text ", lambda n: f"a{n}='b' ", "><body><p>a</p></body></text></TEI>")),
    Bomb("a long attribute", ".xml", text("<TEI><text a='", "b", "'><body><p>a</p></body></text></TEI>")),
    Bomb("namespaces", ".xml", numbered("<TEI><text ", lambda n: f"xmlns:a{n}='b{n}' ", "><body><p>a</p></body></text></TEI>")),
    Bomb("entities", ".xml", lambda _: ("<!DOCTYPE TEI [<!ENTITY a0 'ha'>" + "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)) + "]><TEI><text><body><p>&a11;</p></body></text></TEI>").encode()),
    Bomb("many entities", ".xml", numbered("<!DOCTYPE TEI [", lambda n: f"<!ENTITY a{n} 'b'>", "]><TEI><text><body><p>a</p></body></text></TEI>")),
    Bomb("a doctype never closed", ".xml", text("<!DOCTYPE TEI [", "<!-- ")),
    Bomb("comments", ".xml", text("<TEI><text><body><p>a", "<!---->", "</p></body></text></TEI>")),
    Bomb("different names", ".xml", numbered("<TEI><text><body>", lambda n: f"<a{n}/>", "</body></text></TEI>")),
]  # fmt: skip


_TABLES: Final = [
    Bomb("many columns", ".csv", lambda size: (",".join(f"c{n}" for n in range(size // 7)) + "\n").encode() + b"x" * 10 + b"\n"),
    Bomb("many columns and rows", ".csv", lambda size: ("id,text," + ",".join(f"c{n}" for n in range(size // 14)) + "\n" + ("1,Text," + "x," * (size // 14) + "\n") * 4).encode()),
    Bomb("empty columns", ".csv", lambda size: b"id,text" + b"," * (size // 2) + b"\n1,Text" + b"," * (size // 2) + b"\n"),
    Bomb("columns, each in quotes", ".csv", lambda size: (",".join(f'"c{n}"' for n in range(size // 10)) + '\n"a').encode()),
    Bomb("rows of one cell", ".csv", text("id,text\n", "a\n")),
    Bomb("rows", ".csv", numbered("id,text\n", lambda n: f"{n},Text.\n")),
    Bomb("rows of empty cells", ".csv", text("id,text\n", ",\n")),
    Bomb("rows too wide", ".csv", text("id,text\n", "1,2,3,4,5,6,7\n")),
    Bomb("one long cell", ".csv", text('id,text\n1,"', "word ", '"\n')),
    Bomb("quotes", ".csv", text("id,text\n1,", '"')),
    Bomb("quotes apart", ".csv", text("id,text\n1,", '"a" ')),
    Bomb("quotes, commas", ".csv", text("id,text\n1,", '"a,')),
    Bomb("quotes in each line", ".csv", text("id,text\n", '1,"a\n')),
    Bomb("quotes torn in each line", ".csv", text("id,text\n", '"a "b" c, "d\n')),
    Bomb("one quote", ".csv", text('id,text\n1,"', "a,b\n")),
    Bomb("lines of quotes and commas", ".csv", text("id,a,b,c,text\n", '1,"x"y",z","w\n2,3\n')),
    Bomb("tabs", ".tsv", text("id\ttext\n", "\t")),
    Bomb("gzip", ".csv.gz", lambda size: gzip.compress(b"id,text\n" + run("1,a\n", size).encode())),
    Bomb("lines", ".jsonl", numbered("", lambda n: f'{{"id": "{n}", "text": "Text."}}\n')),
    Bomb("empty lines", ".jsonl", text('{"id": "1", "text": "a"}', "\n")),
    Bomb("broken lines", ".jsonl", text("", "{\n")),
    Bomb("one long line", ".jsonl", text('{"id": "1", "text": "', "word ", '"}\n')),
    Bomb("a long id", ".jsonl", text('{"text": "a", "id": "', "word", '"}\n')),
    Bomb("many keys", ".jsonl", lambda size: b'{"id": "1", "text": "a"' + b"".join(b',"k%d":"v"' % n for n in range(size // 14)) + b"}\n"),
    Bomb("nested lists", ".jsonl", _nested('{"id": "1", "text": "a", "x": ', "[", "", "]", "}\n")),
    Bomb("nested objects", ".jsonl", _nested('{"id": "1", "text": "a", "x": ', '{"a":', "1", "}", "}\n")),
    Bomb("a number of many digits", ".jsonl", text('{"text": "a", "id": ', "9", "}\n")),
    Bomb("an exponent", ".jsonl", lambda _: b'{"id": "1", "text": "a", "volume": 1e999999999}\n'),
    Bomb("many people", ".jsonl", text('{"id": "1", "text": "a", "people": ["a"', ',"Jane Doe"', "]}\n")),
    Bomb("many different people", ".jsonl", numbered('{"id": "1", "text": "a", "people": ["a"', lambda n: f',"Jane Do{n}"', "]}\n")),
    Bomb("many topics", ".jsonl", numbered('{"id": "1", "text": "a", "topics": "', lambda n: f"t{n}, ", '"}\n')),
    Bomb("many countries", ".jsonl", numbered('{"id": "1", "text": "a", "countries": "', lambda n: f"t{n}, ", '"}\n')),
    Bomb("many notes", ".jsonl", numbered('{"id": "1", "text": "aaaa", "notes": [["1",1,"a"]', lambda n: f',["{n}",{n % 4},"a"]', "]}\n")),
    Bomb("many pages", ".jsonl", numbered('{"id": "1", "text": "aaaa", "pages": [["1",1]', lambda n: f',["{n}",{n % 4}]', "]}\n")),
    Bomb("many references", ".jsonl", text('{"id": "1", "text": "a", "references": ["a"', ',{"title":"a"}', "]}\n")),
    Bomb("a long title", ".jsonl", text('{"id": "1", "text": "a", "title": "', "Word ", '"}\n')),
    Bomb("a long date", ".jsonl", text('{"id": "1", "text": "a", "date": "', "1 January ", '"}\n')),
    Bomb("a long note of the source", ".jsonl", text('{"id": "1", "text": "a", "source_note": "', "Source: Secret; ", '"}\n')),
    Bomb("a page within", ".jsonl", text('{"id": "1", "html": "', "<div>", '"}\n')),
    Bomb("escapes", ".jsonl", text('{"id": "1", "text": "', "\\u0041", '"}\n')),
    Bomb("surrogates", ".jsonl", text('{"id": "1", "text": "', "\\ud800", '"}\n')),
    Bomb("records", ".json", numbered('[{"id": "a", "text": "b"}', lambda n: f',{{"id": "{n}", "text": "Text."}}', "]")),
    Bomb("nested lists", ".json", _nested("", "[", "", "]", "")),
    Bomb("nested objects", ".json", _nested("", '{"a":', "1", "}", "")),
    Bomb("lists never closed", ".json", text("", "[")),
    Bomb("objects never closed", ".json", text("", '{"a":')),
    Bomb("a text never closed", ".json", text('[{"id": "1", "text": "', "a")),
    Bomb("commas", ".json", text("[", ",")),
    Bomb("numbers", ".json", text("[1", ",1", "]")),
    Bomb("blanks", ".json", text("[", " ", "]")),
    Bomb("one long text", ".json", text('[{"id": "1", "text": "', "word ", '"}]')),
    Bomb("many keys", ".json", numbered('{"id": "1", "text": "a"', lambda n: f',"k{n}":"v"', "}")),
    Bomb("lists of records", ".json", numbered('{"a": [{"id": "1", "text": "a"}]', lambda n: f',"k{n}":[{{"id": "{n}", "text": "a"}}]', "}")),
]  # fmt: skip

HEAD: Final = "From: Jane Doe <a@b.c>\nSubject: Talks\nDate: Tue, 13 Jan 2026 10:00:00 +0900\n"


def _mail(head: str, unit: str, end: str = "\n\nThey met.\n") -> Callable[[int], bytes]:
    return text(HEAD + head, unit, end)


def parts(size: int, kind: str, part: str) -> bytes:
    """A message of the same part again and again."""
    unit = f"--b\n{part}\n"
    return (
        HEAD + f'MIME-Version: 1.0\nContent-Type: multipart/{kind}; boundary="b"\n\n' + run(unit, size) + "\n--b--\n"
    ).encode()


def _nested_parts(size: int) -> bytes:
    pieces, number = [HEAD + "MIME-Version: 1.0\n"], 0
    left = size
    while left > 0:
        pieces.append(f'Content-Type: multipart/mixed; boundary="b{number}"\n\n--b{number}\n')
        left -= len(pieces[-1])
        number += 1
    return ("".join(pieces) + "Content-Type: text/plain\n\nThey met.\n").encode()


def _nested_messages(size: int) -> bytes:
    unit = "Content-Type: message/rfc822\n\nSubject: a\n"
    return (HEAD + "MIME-Version: 1.0\n" + run(unit, size // len(unit) * len(unit)) + "\nThey met.\n").encode()


_MAILS: Final = [
    Bomb("header lines", ".eml", lambda size: (HEAD + run("X-A: b\n", size // 7 * 7) + "\nThey met.\n").encode()),
    Bomb("different header lines", ".eml", numbered(HEAD, lambda n: f"X-{n}: b\n", "\nThey met.\n")),
    Bomb("folded header lines", ".eml", lambda size: (HEAD + "X-A: b\n" + run(" b\n", size // 3 * 3) + "\nThey met.\n").encode()),
    Bomb("folded subject", ".eml", lambda size: (HEAD[:-1] + "\nSubject: b\n" + run(" b\n", size // 3 * 3) + "\nThey met.\n").encode()),
    Bomb("a long header", ".eml", _mail("X-A: ", "b")),
    Bomb("a long subject", ".eml", lambda size: ("Subject: " + run("Word ", size) + "\n\nThey met.\n").encode()),
    Bomb("a long subject of encoded words", ".eml", lambda size: ("Subject: " + run("=?utf-8?q?a?= ", size) + "\n\nThey met.\n").encode()),
    Bomb("a long subject of encoded words begun", ".eml", lambda size: ("Subject: " + run("=?utf-8?q?", size) + "\n\nThey met.\n").encode()),
    Bomb("a long date", ".eml", lambda size: ("Date: " + run("Tue, ", size) + "\n\nThey met.\n").encode()),
    Bomb("a long date of brackets", ".eml", lambda size: ("Date: " + run("(", size) + "\n\nThey met.\n").encode()),
    Bomb("many addresses", ".eml", _mail("To: a@b.c", ", Jane Doe <a@b.c>")),
    Bomb("addresses of brackets", ".eml", _mail("To: ", "(")),
    Bomb("addresses of quotes", ".eml", _mail("To: ", '"')),
    Bomb("addresses of groups", ".eml", _mail("To: ", "a:")),
    Bomb("addresses of stops", ".eml", _mail("To: ", "a.")),
    Bomb("many headers of addresses", ".eml", lambda size: (HEAD + run("To: Jane Doe <a@b.c>\n", size // 21 * 21) + "\nThey met.\n").encode()),
    Bomb("many subjects", ".eml", lambda size: (HEAD + run("Subject: Talks on trade\n", size // 24 * 24) + "\nThey met.\n").encode()),
    Bomb("many dates", ".eml", lambda size: (HEAD + run("Date: Tue, 13 Jan 2026 10:00:00 +0900\n", size // 38 * 38) + "\nThey met.\n").encode()),
    Bomb("many headers of raw bytes", ".eml", lambda size: (HEAD.encode() + b"To: \xe9\xe8 <a@b.c>\n" * (size // 18) + b"\nThey met.\n")),
    Bomb("raw bytes in parts", ".eml", lambda size: parts(size, "mixed", "Content-Type: message/rfc822\n\nSubject: a\u0301\nTo: \xe9\n\nThey met.")),
    Bomb("received", ".eml", lambda size: (HEAD + run("Received: from a by b; Tue, 13 Jan 2026 10:00:00 +0900\n", size // 55 * 55) + "\nThey met.\n").encode()),
    Bomb("a content type of many parameters", ".eml", numbered(HEAD + "MIME-Version: 1.0\nContent-Type: text/plain", lambda n: f"; a{n}=b", "\n\nThey met.\n")),
    Bomb("a content type of pieces", ".eml", numbered(HEAD + "MIME-Version: 1.0\nContent-Type: text/plain", lambda n: f"; name*{n}=b", "\n\nThey met.\n")),
    Bomb("a content type of brackets", ".eml", text(HEAD + "MIME-Version: 1.0\nContent-Type: text/plain; ", "(", "\n\nThey met.\n")),
    Bomb("a content type of quotes", ".eml", text(HEAD + "MIME-Version: 1.0\nContent-Type: text/plain; a=", '"', "\n\nThey met.\n")),
    Bomb("many content types", ".eml", lambda size: (HEAD + run("Content-Type: text/plain; charset=utf-8\n", size // 40 * 40) + "\nThey met.\n").encode()),
    Bomb("a disposition of brackets", ".eml", text(HEAD + "Content-Disposition: ", "(", "\n\nThey met.\n")),
    Bomb("a transfer encoding of brackets", ".eml", text(HEAD + "Content-Transfer-Encoding: ", "(", "\n\nThey met.\n")),
    Bomb("a message id of brackets", ".eml", text(HEAD + "Message-ID: ", "<", "\n\nThey met.\n")),
    Bomb("parts in parts", ".eml", _nested_parts),
    Bomb("messages in messages", ".eml", _nested_messages),
    Bomb("parts", ".eml", lambda size: parts(size, "mixed", "Content-Type: text/plain\n\nThey met.")),
    Bomb("empty parts", ".eml", lambda size: parts(size, "mixed", "\n")),
    Bomb("alternatives", ".eml", lambda size: parts(size, "alternative", "Content-Type: text/html\n\n<p>They met.")),
    Bomb("different alternatives", ".eml", lambda size: parts(size, "alternative", "Content-Type: text/html\n\n" + "".join(f"w{n} " for n in range(50)))),
    Bomb("attachments", ".eml", lambda size: parts(size, "mixed", 'Content-Type: text/plain; name="a.txt"\nContent-Disposition: attachment; filename="a.txt"\n\nThey met.')),
    Bomb("attachments of no kind", ".eml", lambda size: parts(size, "mixed", "Content-Type: image/png\n\nx")),
    Bomb("boundaries", ".eml", lambda size: (HEAD + 'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="b"\n\n' + run("--b\n", size)).encode()),
    Bomb("a boundary of many letters", ".eml", lambda size: (HEAD + f'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="{"b" * (size // 2)}"\n\n' + run("--b\n", size // 2)).encode()),
    Bomb("short lines", ".eml", _mail("\n", "ab\n")),
    Bomb("one line", ".eml", _mail("\n", "word ")),
    Bomb("quoted printable", ".eml", text(HEAD + "Content-Transfer-Encoding: quoted-printable\n\n", "=41")),
    Bomb("soft breaks", ".eml", text(HEAD + "Content-Transfer-Encoding: quoted-printable\n\n", "=\n")),
    Bomb("base64", ".eml", lambda size: (HEAD + "Content-Transfer-Encoding: base64\n\n").encode() + base64.encodebytes(run("word ", size * 3 // 4).encode())),
    Bomb("base64 of short lines", ".eml", text(HEAD + "Content-Transfer-Encoding: base64\n\n", "QQ==\n")),
    Bomb("uuencoded", ".eml", text(HEAD + "Content-Transfer-Encoding: x-uuencode\n\nbegin 666 a\n", "#86%A\n", "end\n")),
    Bomb("quotes in quotes", ".eml", _mail("\n", ">")),
    Bomb("messages", ".mbox", text("", f"From a@b.c Tue Jan 13 10:00:00 2026\n{HEAD}\nThey met.\n\n")),
    Bomb("empty messages", ".mbox", text("", "From a@b.c Tue Jan 13 10:00:00 2026\n\n")),
    Bomb("header lines", ".mbox", lambda size: (f"From a@b.c Tue Jan 13 10:00:00 2026\n{HEAD}" + run("X-A: b\n", size // 7 * 7) + "\nThey met.\n").encode()),
    Bomb("lines like envelopes", ".mbox", text(f"From a@b.c Tue Jan 13 10:00:00 2026\n{HEAD}\n", "From a\n")),
    Bomb("lines like envelopes", ".eml", text(f"From a@b.c Tue Jan 13 10:00:00 2026\n{HEAD}\n", "From a 2026\n\n")),
    Bomb("one line", ".mbox", text(f"From a@b.c Tue Jan 13 10:00:00 2026\n{HEAD}\n", "word ")),
    Bomb("header lines", ".mhtml", lambda size: (HEAD + run("X-A: b\n", size // 7 * 7) + "\n<p>They met.\n").encode()),
    Bomb("parts", ".mhtml", lambda size: parts(size, "related", "Content-Type: text/html\n\n<p>They met.")),
    Bomb("parts in parts", ".mhtml", _nested_parts),
    Bomb("elements in elements", ".mhtml", lambda size: (HEAD + "Content-Type: text/html\n\n<html><body>" + run("<div>", size)).encode()),
]  # fmt: skip

_RICH: Final = [
    Bomb("groups", ".rtf", _nested("{\\rtf1 ", "{", "Text.", "}", "}")),
    Bomb("groups never closed", ".rtf", text("{\\rtf1 ", "{")),
    Bomb("groups closed", ".rtf", text("{\\rtf1 ", "}")),
    Bomb("words", ".rtf", text("{\\rtf1 ", "\\b\\i ", "Text.}")),
    Bomb("a long word", ".rtf", text("{\\rtf1 \\", "a", " Text.}")),
    Bomb("a number of many digits", ".rtf", text("{\\rtf1 \\u", "9", " Text.}")),
    Bomb("bytes", ".rtf", text("{\\rtf1 ", "\\'e9", "}")),
    Bomb("letters by number", ".rtf", text("{\\rtf1 ", "\\u233?", "}")),
    Bomb("surrogates", ".rtf", text("{\\rtf1 ", "\\u-10240?", "}")),
    Bomb("fonts", ".rtf", numbered("{\\rtf1{\\fonttbl", lambda n: f"{{\\f{n}\\fcharset204 A;}}", "}Text.}")),
    Bomb("notes", ".rtf", text("{\\rtf1 ", "a{\\footnote b}", "}")),
    Bomb("notes in notes", ".rtf", text("{\\rtf1 ", "a{\\footnote b")),
    Bomb("cells", ".rtf", text("{\\rtf1 ", "\\trowd a\\cell b\\cell\\row ", "}")),
    Bomb("short lines", ".rtf", text("{\\rtf1 ", "ab\\par ", "}")),
    Bomb("binary", ".rtf", text("{\\rtf1 ", "\\bin1 a", "}")),
    Bomb("binary of a huge size", ".rtf", lambda _: b"{\\rtf1 \\bin999999999999 a}"),
    Bomb("fields", ".rtf", text("{\\rtf1 ", "{\\field{\\*\\fldinst a}{\\fldrslt b}}", "}")),
    Bomb("destinations", ".rtf", text("{\\rtf1 ", "{\\*\\x a}", "}")),
    Bomb("pictures", ".rtf", text("{\\rtf1 {\\pict ", "00", "}Text.}")),
    Bomb("headers", ".rtf", numbered("{\\rtf1 ", lambda n: f"{{\\header a{n}}}", "Text.}")),
]  # fmt: skip


def warc(body: bytes, more: str = "", kind: str = "response") -> bytes:
    """A crawl of one record."""
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n" + more.encode() + b"\r\n" + body
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://a.b/\r\nWARC-Date: 2025-12-24T10:00:00Z\r\n"
    head += f"WARC-Record-ID: <urn:uuid:1>\r\nContent-Length: {len(http)}\r\n"
    return f"{head}Content-Type: application/http; msgtype=response\r\n\r\n".encode() + http + b"\r\n\r\n"


_CRAWLS: Final = [
    Bomb("records", ".warc", lambda size: warc(b"<p>They met in Nara on Monday.</p>") * (size // 350 + 1)),
    Bomb("empty records", ".warc", lambda size: warc(b"", kind="request") * (size // 300 + 1)),
    Bomb("header lines of HTTP", ".warc", lambda size: warc(b"<p>They met.", run("X-A: b\r\n", size // 8 * 8))),
    Bomb("header lines", ".warc", lambda size: warc(b"<p>a").replace(b"WARC-Date", run("X-A: b\r\n", size // 8 * 8).encode() + b"WARC-Date")),
    Bomb("a long header", ".warc", lambda size: warc(b"<p>a").replace(b"WARC-Date", b"X-A: " + b"b" * size + b"\r\nWARC-Date")),
    Bomb("a huge length", ".warc", lambda _: warc(b"<p>a").replace(b"Content-Length: ", b"Content-Length: 999999999999")),
    Bomb("chunks", ".warc", lambda size: warc(run("1\r\na\r\n", size // 6 * 6).encode() + b"0\r\n\r\n", "Transfer-Encoding: chunked\r\n")),
    Bomb("encodings", ".warc", lambda size: warc(gzip.compress(b"a" * size), "Content-Encoding: gzip\r\n")),
    Bomb("encodings within encodings", ".warc", lambda size: warc(gzip.compress(b"a" * 1000), "Content-Encoding: " + run("gzip, ", size) + "\r\n")),
    Bomb("gzip", ".warc.gz", lambda size: gzip.compress(warc(b"<p>They met in Nara.") * (size // 350 + 1))),
    Bomb("gzip of many members", ".warc.gz", lambda size: gzip.compress(warc(b"<p>a")) * (size // 250 + 1)),
    Bomb("newlines", ".warc", lambda size: b"WARC/1.0" + b"\r\n" * (size // 2)),
]  # fmt: skip


def _tar(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def _links(size: int) -> bytes:
    members: list[tuple[tarfile.TarInfo, bytes]] = []
    for number in range(max(1, size // 512)):
        info = tarfile.TarInfo(f"{number}.txt")
        info.type = tarfile.SYMTYPE if number % 2 else tarfile.LNKTYPE
        info.linkname = f"{number - 1}.txt" if number else f"{size // 512 - 1}.txt"
        members.append((info, b""))
    return _tar(members)


def _names(size: int) -> bytes:
    info = tarfile.TarInfo("a" * size + ".txt")
    return _tar([(info, b"They met.")])


def _headers(size: int) -> bytes:
    info = tarfile.TarInfo("a.txt")
    info.pax_headers = {f"k{number}": "v" for number in range(size // 12)}
    return _tar([(info, b"They met.")])


def zipped(members: dict[str, bytes]) -> bytes:
    """A zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def _nested_zips(size: int) -> bytes:
    data = zipped({"a.txt": b"They met. " * (size // 10)})
    for number in range(20):
        data = zipped({f"{number}-{each}.zip": data for each in range(10)})
        if len(data) > size:
            break
    return data


def _overlapping(size: int) -> bytes:
    """A zip archive whose members are all the same bytes."""
    data = zipped({"a.txt": b"a" * size})
    entry = data[data.index(b"PK\x01\x02") : data.index(b"PK\x05\x06")]
    count = 1_000
    at = data.index(b"PK\x01\x02")
    end = (
        b"PK\x05\x06\0\0\0\0" + count.to_bytes(2, "little") * 2
        + (len(entry) * count).to_bytes(4, "little") + at.to_bytes(4, "little") + b"\0\0"
    )  # fmt: skip
    return data[:at] + entry * count + end


_ARCHIVES: Final = [
    Bomb("members", ".zip", lambda size: zipped({f"{n}.txt": b"They met." for n in range(size // 120)})),
    Bomb("empty members", ".zip", lambda size: zipped({f"{n}.txt": b"" for n in range(size // 110)})),
    Bomb("members of one name", ".zip", lambda size: zipped({f"{n // 2}.txt" + "/" * (n % 2): b"" for n in range(size // 110)})),
    Bomb("members that nobody reads", ".zip", lambda size: zipped({f"{n}.png": b"" for n in range(size // 110)})),
    Bomb("one large member", ".zip", lambda size: zipped({"a.txt": run("ab\n", size).encode()})),
    Bomb("archives in archives", ".zip", _nested_zips),
    Bomb("members of the same bytes", ".zip", _overlapping),
    Bomb("a long name", ".zip", lambda size: zipped({"a" * min(size, 60_000) + ".txt": b"They met."})),
    Bomb("folders in folders", ".zip", lambda size: zipped({"a/" * min(size // 2, 30_000) + "b.txt": b"They met."})),
    Bomb("members", ".tar", lambda size: _tar([(tarfile.TarInfo(f"{n}.txt"), b"They met.") for n in range(size // 1024)])),
    Bomb("links", ".tar", _links),
    Bomb("a long name", ".tar", _names),
    Bomb("many headers", ".tar", _headers),
    Bomb("zeros", ".tar", lambda size: b"\0" * size),
    Bomb("gzip", ".tar.gz", lambda size: gzip.compress(_tar([(tarfile.TarInfo("a.txt"), run("ab\n", size).encode())]))),
    Bomb("gzip of zeros", ".tar.gz", lambda size: gzip.compress(b"\0" * size)),
]  # fmt: skip

FILES: Final = [*_TEXTS, *_MARKDOWN, *_PAGES, *_TEI, *_TABLES, *_MAILS, *_RICH, *_CRAWLS, *_ARCHIVES]
"""All but those of office programs and PDF."""
