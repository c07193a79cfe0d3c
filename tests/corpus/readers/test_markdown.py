"""Markdown: footnotes are notes, what is no markup is text, and front matter may be TOML."""

import io

import pytest

from dragoman.corpus.document import Document, Note
from dragoman.corpus.fields import OwnField
from dragoman.corpus.intake import read_stream
from dragoman.corpus.readers.contract import ReadOptions, Skipped, Source
from dragoman.corpus.readers.registry import format_named
from dragoman.corpus.readers.support.markdown_text import readable_text


def reading(markdown: str) -> Document | Skipped:
    source = Source(io.BytesIO(markdown.encode()), "x.md", "x", "x.md")
    (found,) = read_stream(source, format_named("markdown"), ReadOptions())
    return found


def test_footnotes_are_notes_where_their_marks_stand() -> None:
    page = (
        "# Nara\n\nThe ministers met[^1] in Nara^[An *old* capital.] on\nTuesday.[^long]\n\n"
        "[^1]: For an hour.\n[^long]: The first note.\n\n    Its second paragraph.\n[^spare]: Nobody's.\n\nAfter.\n"
    )
    document = reading(page)
    assert isinstance(document, Document)
    assert document.text == "The ministers met in Nara on Tuesday.\n\nAfter."
    assert document.notes == (
        Note("1", document.text.index(" in Nara"), "For an hour."),
        Note("2", document.text.index(" on"), "An old capital."),
        Note("long", document.text.index("\n"), "The first note. Its second paragraph."),
        Note("spare", len(document.text), "Nobody's."),
    )


def test_notes_stay_at_their_marks_under_a_title_of_the_front_matter() -> None:
    for heading, kept in (("Nara", ""), ("Another heading", "Another heading\n\n")):
        document = reading(f"---\ntitle: Nara\n---\n# {heading}\n\nThey met[^1] there.\n\n[^1]: Once.\n")
        assert isinstance(document, Document)
        assert document.text == f"{kept}They met there."
        assert document.notes == (Note("1", document.text.index(" there"), "Once."),)


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("a<b and c>d, x < y > z", "a<b and c>d, x < y > z"),
        ("<redacted> said <Person A> to <b>him</b>", "<redacted> said <Person A> to him"),
        ("Tel. <+49 30 1234>, <a@e.org>", "Tel. <+49 30 1234>, a@e.org"),
        ("line<br>break<br/>again", "line\nbreak\nagain"),
        ("H~2~O, 5^th^, m<sup>2</sup>, met<sup>1</sup> there", "H2O, 5th, m2, met 1 there"),
        ("Hotline\n: A line for ministers.\n: Also a film.", "Hotline\nA line for ministers.\nAlso a film."),
        ("<div align=center>\n<p>One</p><p>Two</p>\n</div>", "One\nTwo"),
        ("<table><tr><td>Japan</td><td>Korea</td></tr></table>", "Japan\nKorea"),
        ("両外相は\n奈良で\n*会談*した。\nThe end", "両外相は奈良で会談した。 The end"),
        ("co\u00adope\u00adrate", "cooperate"),
        ("a[^9]", "a"),
        ("2^10^ and 10^-3^, m^2^, the 20^th^", "2^10 and 10^-3, m2, the 20th"),
        ("2<sup>10</sup> and 1951^3^, at war.^3^ Ca^2+^", "2^10 and 1951^3, at war. 3 Ca2+"),
        ("H~2~O, 10~2~, CO<sub>2</sub>", "H2O, 10_2, CO2"),
        ("| a | b |\n|---|---|\n| 1 | 2 | *3* | [4](x) |\n| 5 |", "a | b\n1 | 2 | 3 | 4\n5 |"),
        ("> | a |\n> |---|\n> | 1 \\| 2 | 3 |\n\nb", "a\n1 | 2 | 3\n\nb"),
        ("- x\n\n  | a |\n  |---|\n  | 1 | 2", "- x\n\na\n1 | 2"),
        ("a | b\n-|-\n1 | 2 | | 3", "a | b\n1 | 2 | | 3"),
        ("a regular [^a-z]+ expression", "a regular [^a-z]+ expression"),
        ("`[^x]` and [[ -f a ]]", "[^x] and -f a"),
        (">>>> deep\n>>> quote", "deep quote"),
    ],
)
def test_what_markdown_shows(markdown: str, text: str) -> None:
    assert readable_text(markdown).text == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("[[Nara|the city]] and [[Seoul]], [[Seoul#Bridges]]", "the city and Seoul, Seoul > Bridges"),
        ("![[map.png|300]] ![[Annex|the annex]]", "map.png the annex"),
        ("| a | b |\n|---|---|\n| [[Nara\\|the city]] | c |", "a | b\nthe city | c"),
        ("They met. ^abc123\n\nIt was 2 ^2", "They met.\n\nIt was 2 ^2"),
        ("> [!warning] Be careful\n> Squid.\n\n> [!note]-\n> Other.", "Be careful\nSquid.\n\nNote\nOther."),
        ("The ==zebra corridor== of #Nara", "The zebra corridor of #Nara"),
    ],
)
def test_obsidian_s_own_marks(markdown: str, text: str) -> None:
    assert readable_text(markdown).text == text


def test_a_line_of_tags_is_the_page_s_topics() -> None:
    document = reading("#hotline #asia/japan\n\nThey met in Nara.\n\n#年度\n")
    assert isinstance(document, Document)
    assert (document.topics, document.text) == (("hotline", "asia/japan", "年度"), "They met in Nara.")
    document = reading("---\ntopics: [trade]\n---\n#hotline\n\nThey met in Nara. Item #12.\n")
    assert isinstance(document, Document)
    assert document.topics == ("trade",)


@pytest.mark.parametrize("tags", ["[hotline, asia]", "hotline, asia", "\n  - hotline\n  - '#asia'"])
def test_tags_of_the_front_matter_are_topics(tags: str) -> None:
    document = reading(f"---\ntags: {tags}\n---\nThey met in Nara.\n\n#fisheries\n")
    assert isinstance(document, Document)
    assert (document.topics, document.unused) == (("hotline", "asia", "fisheries"), ())
    document = reading(f"---\ntopics: [trade]\ntags: {tags}\n---\nThey met in Nara.")
    assert isinstance(document, Document)
    assert (document.topics, document.unused) == (("trade",), ("tags",))


def test_tags_may_be_a_field_of_the_collection_s_own() -> None:
    source = Source(io.BytesIO(b"---\ntags: [hotline]\n---\nThey met in Nara."), "x.md", "x", "x.md")
    (found,) = read_stream(source, format_named("markdown"), ReadOptions(own=(OwnField("tags", "tags"),)))
    assert isinstance(found, Document)
    assert (found.extra, found.topics) == ({"tags": ("hotline",)}, ())


TOML = """+++
title = "Nara: a summit"
date = 2026-01-13T09:00:00+09:00
topics = ["hotline", "fisheries"]
draft = false

[params]
weight = 3
+++
"""


@pytest.mark.parametrize(
    "opening",
    [
        "First: a thought that opens the page",
        "Date: 3 May 1951\nTo: the Minister",
        "[Seoul](https://example.org): the ministers",
        "[Seoul, May 3] They met",
        "note: the ministers met",
        "Ziel: Frieden",
    ],
)
def test_a_rule_at_the_top_is_no_front_matter(opening: str) -> None:
    shown = opening.replace("](https://example.org)", "").replace("\n", " ").replace("[Seoul:", "Seoul:")
    document = reading(f"---\n{opening}\n\nThey met in Nara.")
    assert isinstance(document, Document)
    assert document.text == f"{shown}\n\nThey met in Nara."
    parted = reading(f"---\n{opening}\n\nThey met in Nara.\n\n---\n\nIn spring.")
    assert isinstance(parted, Document)
    assert "They met in Nara." in parted.text


@pytest.mark.parametrize("fields", ["title: x", "# draft\ndate: 2025", "layout: post", "desk: asia\nurgent: yes"])
def test_front_matter_without_an_end_is_told(fields: str) -> None:
    source = Source(io.BytesIO(f"---\n{fields}\n\nThey met in Nara.".encode()), "x.md", "x", "x.md")
    (skipped,) = read_stream(source, format_named("markdown"), ReadOptions())
    assert "not closed" in str(skipped)


def test_front_matter_may_be_toml() -> None:
    document = reading(TOML + "They met in Nara.")
    assert isinstance(document, Document)
    assert (document.title, str(document.dates), document.text) == ("Nara: a summit", "2026-01-13", "They met in Nara.")
    assert (document.topics, document.unused) == (("hotline", "fisheries"), ("draft", "params"))
    for wrong, reason in (
        ("+++\n= 'x'\n+++\ntext", "x.md: its front matter is not TOML"),
        ("+++\ntitle = 'x'\n\ntext", "x.md: its front matter is not closed: a line of +++ has to follow it"),
    ):
        assert str(reading(wrong)).startswith(reason)
    assert isinstance(reading("+++\n\nThey met in Nara."), Document)


def test_one_wrong_field_of_toml_costs_no_other() -> None:
    fields = "title = Nara: a summit\ndate = 2026-01-13\ntopics = ['hotline',\n  fisheries]\nauthor = 'Jane Doe'"
    document = reading(f"+++\n{fields}\n+++\nThey met in Nara.")
    assert isinstance(document, Document)
    assert (document.title, document.author, str(document.dates)) == ("Nara: a summit", "Jane Doe", "2026-01-13")
    assert [remark.kind for remark in document.remarks] == ["topics was left open (no TOML)"]


@pytest.mark.parametrize("mark", ["[", "![", "[[", "[^", "<", "*", "`", "~", "^[", "> ", "- "])
def test_marks_without_end_take_no_forever_and_lose_nothing(mark: str) -> None:
    text = readable_text(f"{mark * 20_000}\n\nThey met in Nara.\n").text
    assert text.endswith("They met in Nara.")
