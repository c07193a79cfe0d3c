"""The language of a text: whole documents and single passages of many languages, short texts, and what is unloaded."""

import json
import lzma
import subprocess
import sys
from itertools import islice

import pytest

from dragoman.corpus.description.languages import detect_language, language_code
from support.places import SHARED

MULTI = SHARED / "multi"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("The two presidents met in the capital and spoke of trade.", "en"),
        ("Les deux présidents se sont rencontrés dans la capitale.", "fr"),
        ("Die beiden Präsidenten trafen sich in der Hauptstadt.", "de"),
        ("Los dos presidentes se reunieron en la capital.", "es"),
        ("Президенты двух стран встретились в столице.", "ru"),
        ("Президенти двох країн зустрілися у столиці й говорили про торгівлю.", "uk"),
        ("رئیس‌جمهور ایران با وزیر خارجهٔ چین در تهران گفتگو کرد.", "fa"),
        ("대통령은 프랑스를 방문했다", "ko"),
        ("Hai tổng thống đã gặp nhau tại thủ đô.", "vi"),
        ("REFERENCE EMBTEL 404. AMBASSADOR SAW FONMIN THIS MORNING AND CONVEYED SUBSTANCE OF DEPTEL.", "en"),
    ],
)
def test_a_sentence_is_enough(text: str, code: str) -> None:
    assert detect_language(text) == code


@pytest.mark.parametrize(
    "text", ["", "G20", "2025-11-23 10:00", "Lee, Macron", "Elite League: Dundee Stars 5-3 Belfast Giants"]
)
def test_names_and_numbers_are_in_no_language(text: str) -> None:
    assert detect_language(text) == ""


@pytest.mark.shared("multi")
@pytest.mark.parametrize("corpus", ["ntrex", "xquad"])
def test_news_stories_and_single_paragraphs(corpus: str) -> None:
    with lzma.open(MULTI / f"{corpus}.corpus.jsonl.xz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for line in islice(lines, 0, None, 7)]
    assert len({record["lang"] for record in records}) >= 12
    wrong = [
        (record["id"], found)
        for record in records
        if (found := detect_language(record["text"])) != language_code(record["lang"])
    ]
    assert not wrong


@pytest.mark.process
def test_a_question_is_asked_without_loading_the_detector() -> None:
    script = "import sys, dragoman.search.cli.search, dragoman.search.collection; sys.exit('py3langid' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
