"""Cleaning: what stands around an article goes, and nothing of a well-behaved text does."""

import json
import lzma
from pathlib import Path

import pytest

from dragoman.corpus.cleaning.clean import clean
from support.places import SHARED

SEEDS = sorted((SHARED / "seeds").glob("*.txt"))

PARAGRAPH = "The two leaders met in Seoul on Monday and agreed to hold a further round of talks on trade in the spring."


@pytest.mark.shared("seeds")
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


@pytest.mark.shared("seeds")
def test_key_points_are_kept_and_their_labels_cut() -> None:
    cleaned = clean(SEEDS[0].read_text(encoding="utf-8"))
    assert cleaned.cut == ("Synopsis", "Key Takeaways")
    assert "- Strategic Partnership: South Korea aims" in cleaned.text


@pytest.mark.shared("frus-dev", "modern")
@pytest.mark.parametrize("corpus", ["frus-dev/corpus.jsonl.xz", "modern/statepr.corpus.jsonl.xz"])
def test_archives_and_press_releases_come_through_unchanged(corpus: str) -> None:
    with lzma.open(SHARED / corpus, "rt") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert [cut for text in texts if (cut := clean(text).cut)] == []


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


SHORT_AND_GENUINE = [
    "Seoul agreed.",
    "He declined.",
    "Tokyo did not.",
    "No date was set.",
    "“We are ready,” he said.",
    "Why now?",
    "Talks failed.",
    "The reply: no.",
    "Not so.",
    "Beijing, too, was silent.",
    "They shook hands…",
    "Nobody asked.",
    "QUESTION: Thank you.",
    "MR PRICE: Yes.",
    "- Denuclearisation of the peninsula",
    "- Trade and supply chains",
    "1. Respect for sovereignty;",
    "(b) the return of abductees;",
    "What the communiqué says",
    "东京拒绝了。",
    "서울은 동의했다.",
    "Séoul a accepté.",
]
MENU = """Skip to main content
Home
World
Politics
Business
Asia
Europe
Africa
Opinion
Sport
Video
Podcasts
Search
Log in
Subscribe
Menu
Latest
Weather
Puzzles
Letters
Shop
Corrections"""
FOOTER = """Share
Facebook
Twitter
WhatsApp
Related articles
Japan and Korea Agree on New Fisheries Treaty
France Sends Envoy to Islands Forum
Markets Rise After Summit Between Leaders
Contact us
About us
Privacy policy
Terms of use
Careers
© 2025 Example Media"""


@pytest.mark.parametrize("line", SHORT_AND_GENUINE)
def test_a_short_genuine_line_survives_wherever_it_stands(line: str) -> None:
    body = [PARAGRAPH, PARAGRAPH.replace("trade", "arms"), line, PARAGRAPH.replace("Monday", "Friday")]
    for text in (
        "\n".join(body),
        "\n".join([*body, line]),
        "\n".join(["Share this article", *body, line, "Advertisement"]),
        "\n".join([MENU, *body, FOOTER]),
    ):
        assert clean(text).text.count(line) == text.count(line)


@pytest.mark.parametrize("line", [each for each in SHORT_AND_GENUINE if each[-1] in ".?…。" or each[0] in "-1("])
def test_a_short_sentence_or_item_ends_an_article_in_the_middle_of_a_page(line: str) -> None:
    body = [PARAGRAPH, PARAGRAPH.replace("trade", "arms"), line]
    assert line in clean("\n".join([MENU, *body, FOOTER])).text


def test_a_page_loses_its_menus_and_keeps_its_headline_and_its_article() -> None:
    headline = "Leaders meet in Seoul and agree to more talks on trade"
    body = [PARAGRAPH, "Seoul agreed.", PARAGRAPH.replace("trade", "arms"), "Background", PARAGRAPH.replace("two", "2")]
    cleaned = clean("\n".join([MENU, headline, "By Jane Doe", "23 November 2025", *body, FOOTER]))
    assert cleaned.text.split("\n") == [headline, *body]
    assert list(cleaned.cut) == [*MENU.split("\n"), "By Jane Doe", "23 November 2025", *FOOTER.split("\n")]


def test_an_article_goes_on_behind_what_was_put_into_it() -> None:
    inserted = ["Related articles", "Japan and Korea Agree on New Fisheries Treaty", "France Sends Envoy to Forum"]
    body = [PARAGRAPH, PARAGRAPH.replace("trade", "arms"), *inserted, PARAGRAPH.replace("Monday", "Friday")]
    text = clean("\n".join([MENU, *body, FOOTER])).text
    assert text.count("The two leaders met") == 3
    assert "Related articles" not in text


def test_few_labels_in_a_short_text_do_not_make_it_a_page() -> None:
    verse = ["The river slept,", "the soldiers wept", "no word was kept", "Search", "Share", "of all they said"]
    text = "\n".join([PARAGRAPH, PARAGRAPH.replace("trade", "arms"), *verse, PARAGRAPH.replace("Monday", "Friday")])
    assert clean(text).cut == ()
    assert clean("\n".join([*verse, PARAGRAPH])).text.startswith(
        "The river slept,\nthe soldiers wept\nno word was kept\n"
    )


def test_a_list_of_names_is_no_menu() -> None:
    names = "\n".join(f"Ambassador {name}" for name in "Kim Lee Park Choi Jung Kang Cho Yoon Jang Lim Han Oh".split())
    text = f"Participants\n{names}\n{names.replace('Ambassador', 'Minister')}\nComment\n{PARAGRAPH}\nThey left."
    assert clean(text).cut == ()


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
    "unit",
    [
        "\n",
        "a\n",
        "Share\nHome\nab\n",
        "Jane on x at ",
        "Aa Bb Cc Dd Ee Ff\n",
        "join 1 people ",
        "share ",
        " ",
        "© ",
        "this site ",
    ],
)
def test_a_hostile_megabyte_is_cleaned_in_seconds_rather_than_hours(unit: str) -> None:
    text = unit * (1_000_000 // len(unit))
    assert len(clean(text).text) <= len(text)
