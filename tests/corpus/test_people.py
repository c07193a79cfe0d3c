"""People: those whom a text names with their office, and nobody else."""

import pytest

from dragoman.corpus.description.people import find_people
from dragoman.corpus.document import Person

REST = " in the capital on Monday, and the two of them spoke at some length about trade."


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("President Lee Jae Myung met Foreign Minister Cho Hyun",
         [("Lee Jae Myung", "President", ""), ("Cho Hyun", "Foreign Minister", "")]),
        ("South Korean President Lee Jae-myung met Japan’s Prime Minister Sanae Takaichi",
         [("Lee Jae-myung", "President", "South Korea"), ("Sanae Takaichi", "Prime Minister", "Japan")]),
        ("Prime Minister Sanae Takaichi of Japan was met", [("Sanae Takaichi", "Prime Minister", "Japan")]),
        ("Secretary of State Antony J. Blinken was met", [("Antony J. Blinken", "Secretary of State", "")]),
        ("Crown Prince Mohammed bin Salman met European Commission President Ursula von der Leyen",
         [("Mohammed bin Salman", "Crown Prince", ""), ("Ursula von der Leyen", "President", "")]),
        ("Former President Moon Jae-in was met", [("Moon Jae-in", "Former President", "")]),
        ("President Donald Trump Monday met him", [("Donald Trump", "President", "")]),
        ("President Lee and Prime Minister Takaichi met", []),
        ("The President Hotel and the Premier League were met", []),
        ("He praised the Secretary General United Nations staff met", []),
    ],
)  # fmt: skip
def test_who_is_named_with_an_office(text: str, people: list[tuple[str, str, str]]) -> None:
    assert find_people(text + REST) == tuple(Person(*each) for each in people)


def test_one_person_is_named_once_and_with_the_country_wherever_it_stands() -> None:
    text = f"Foreign Minister Cho Hyun came{REST} South Korean Foreign Minister Cho Hyun left."
    assert find_people(text) == (Person("Cho Hyun", "Foreign Minister", "South Korea"),)


def test_headlines_and_other_languages_are_left_alone() -> None:
    headline = "Can South Korean President Lee Strengthen Ties with France During Discussions with Macron Next Week?"
    assert find_people(headline) == ()
    assert find_people("Le Ministre des affaires, President Emmanuel Macron" + REST, "fr") == ()


def test_a_list_of_delegates_is_cut_off_and_takes_no_long_time() -> None:
    text = " ".join(
        f"Ambassador {chr(65 + number % 26)}xyl Qu{'a' * (number // 26 + 1)} came and sat down at the table."
        for number in range(500)
    )
    assert len(find_people(text)) == 40
    assert find_people("President " + "A" * 300_000 + REST) == ()
    assert find_people("President Al-" * 20_000 + REST) == ()
    assert find_people("Vice " * 40_000 + REST) == ()  # a quadratic step would take minutes
