"""Who and what a document is about, asked in plain words: documents whose description alone says it."""

import json
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from dragoman import open_collection

from .share import Share

_AUTHORS = "Bunker Harriman Quirk Okafor Brandão Weizsäcker Ōta Sørensen Popescu Yıldız Haddad Nguyen".split()
_TOPICS = "shipbuilding whaling fisheries cartography tungsten cholera forestry aviation telegraphy rubber".split()
_PEOPLE = "Rostow Lodge Mansholt Ikeda Bourguiba Senghor Kreisky Trudeau Frei Menzies Nkrumah Debré".split()
_SUBJECTS = ("canal", "harbour", "tariff", "border", "railway", "bank", "dam", "school", "mine", "port", "road", "loan")


def measure(work: Path) -> Iterator[Share]:
    """The share of names and topics, asked as free words, whose document is the first hit."""
    rng = random.Random(3)
    expected: dict[str, str] = {}
    records: list[dict[str, object]] = []
    for number, subject in enumerate(_SUBJECTS):
        author, person, topic = _AUTHORS[number], _PEOPLE[number], _TOPICS[number % len(_TOPICS)]
        year = rng.randrange(1950, 1970)
        text = f"The memorandum sets out a plan for the {subject} in the coming year. It was sent on in {year}."
        people = [{"name": f"John {person}", "role": "Adviser"}]
        topics = [topic] if number < len(_TOPICS) else []
        records.append({"id": subject, "text": text, "author": f"A. {author}", "people": people, "topics": topics})
        expected |= {author: subject, person: subject, f"Who is {person}?": subject}
        expected |= {topic: subject} if topics else {}
        expected |= {f"{subject} {author}": subject}
    file, place = work / "described.jsonl", work / "described.idx"
    file.write_text("".join(f"{json.dumps(each)}\n" for each in records), encoding="utf-8")
    command = [sys.executable, "-m", "dragoman", "index", str(file), "--collection", str(place)]
    subprocess.run(command, check=True, capture_output=True)
    right = 0
    with open_collection(place) as opened:
        for question, subject in expected.items():
            try:
                hits = opened.search(question, limit=1).hits
            except Exception:  # a question that is refused is answered wrongly
                continue
            right += bool(hits) and hits[0].document.id == subject
    yield Share("who and what, in plain words", right, len(expected))
