"""Cleaning: what stands around an article goes, and nothing of a well-behaved text does."""

import json
import lzma
import time
from pathlib import Path

import pytest

from dragoman.corpus.clean import clean

SHARED = Path(__file__).resolve().parents[2] / "shared"
SEEDS = sorted((SHARED / "seeds").glob("*.txt"))
needs_shared = pytest.mark.skipif(not SEEDS, reason="the shared texts are not here")

PARAGRAPH = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."


@needs_shared
@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_the_scraped_articles_lose_their_surroundings_and_nothing_else(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    cleaned = clean(text)
    for unwanted in ("bookmarks", "Indian Idol", "Sabalenka", "Copyright", "Connect with us", "Stay tuned", "Trending"):
        assert unwanted not in cleaned.text
    # Every line is either kept or among what was cut.
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    kept = [line.strip() for line in cleaned.text.split("\n") if line.strip()]
    assert sorted([*kept, *cleaned.cut]) == sorted(lines)
    # All paragraphs but a disclaimer are the article's.
    paragraphs = [line for line in lines if len(line) > 160 and not line.startswith("Copyright")]
    assert [line for line in kept if len(line) > 160] == paragraphs


@needs_shared
def test_key_points_are_kept_and_their_labels_cut() -> None:
    cleaned = clean(SEEDS[0].read_text(encoding="utf-8"))
    assert cleaned.cut == ("Synopsis", "Key Takeaways")
    assert "- Strategic Partnership: South Korea aims" in cleaned.text


@pytest.mark.parametrize("corpus", ["frus-dev/corpus.jsonl.xz", "modern/statepr.corpus.jsonl.xz"])
@needs_shared
def test_archives_and_press_releases_come_through_unchanged(corpus: str) -> None:
    with lzma.open(SHARED / corpus, "rt") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    cut = sum(len(line) for text in texts for line in clean(text).cut)
    assert cut / sum(map(len, texts)) < 1e-5


@pytest.mark.parametrize(
    "text",
    [
        "Seoul agreed.",
        f"{PARAGRAPH}\n\nSeoul agreed.\n\n{PARAGRAPH}",
        f"{PARAGRAPH}\n\nParticipants:\n\nMr. Rusk\n\nMr. Bundy\n\nAmbassador Reischauer\n\nMr. Bell",
        f"{PARAGRAPH}\n1. Trade\n2. Fisheries\n3. The status of forces\n4. Claims of property",
        "The river slept,\nthe soldiers wept;\nNo word was kept\nof all they said",
        "QUESTION: Did he agree?\n\nMR PRICE: He did.\n\nQUESTION: On\n\nMR PRICE: On trade.\n\nQUESTION: Thank you.",
        f"Published\n\n{PARAGRAPH}",
        f"{PARAGRAPH}\n\nPrint",
        "Save\n\nour\n\nSouls",
        f"They asked readers to follow us on the road to peace.\n{PARAGRAPH}\nCopyright law came up as well.",
        "Copyright © 2025",
        "",
        "\n\n \n",
    ],
)
def test_well_behaved_text_is_not_touched(text: str) -> None:
    assert clean(text).text == text
    assert clean(text).cut == ()


@pytest.mark.parametrize(
    "line",
    [
        "You have not yet added any article to your bookmarks!",
        "Join 10k+ people to get notified about new posts, news and tips.",
        "Do not worry we don't spam!",
        "Post by : Saif Rahman",
        "Subscribe to our newsletter",
        "Follow us on Facebook, X and Instagram",
        "Share this article",
        "Advertisement",
        "Also read: Lee to visit Tokyo next week",
    ],
)
def test_what_a_site_says_of_itself_is_cut_wherever_it_stands(line: str) -> None:
    for text in (f"{line}\n{PARAGRAPH}", f"{PARAGRAPH}\n{line}\n{PARAGRAPH}", f"{PARAGRAPH}\n\n{line}"):
        cleaned = clean(text)
        assert cleaned.cut == (line,)
        assert cleaned.text.replace("\n", "") == text.replace(line, "").replace("\n", "")


def test_headlines_under_a_label_at_the_end_are_cut() -> None:
    related = ["Related", "Japan and Korea Agree on New Fisheries Treaty", "France Sends Envoy to Islands Forum",
               "Markets Rise After Summit Between Leaders in Seoul"]  # fmt: skip
    assert clean("\n".join([PARAGRAPH, *related])).cut == tuple(related)


def test_closing_lines_are_cut_one_after_the_other() -> None:
    end = ["Stay tuned for more.", "Trending", "Copyright © 2025 Example. All rights reserved."]
    cleaned = clean("\n\n".join([PARAGRAPH, *end]))
    assert cleaned.text == PARAGRAPH
    assert cleaned.cut == tuple(end)


@pytest.mark.parametrize(
    "unit", ["\n", "a\n", "Aa Bb Cc Dd Ee Ff\n", "join 1 people ", "share ", " ", "© ", "this site "]
)
def test_cleaning_takes_linear_time(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    begun = time.perf_counter()
    clean(text)
    assert time.perf_counter() - begun < 8
