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


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("The French president, Emmanuel Macron, met US president Donald Trump and Chinese foreign minister Wang Yi",
         [("Emmanuel Macron", "President", "France"), ("Donald Trump", "President", "United States"),
          ("Wang Yi", "Foreign Minister", "China")]),
        ("The foreign minister of Turkey, Hakan Fidan, and ex-chancellor Angela Merkel met prime minister Theresa May",
         [("Hakan Fidan", "Foreign Minister", "Türkiye"), ("Angela Merkel", "Former Chancellor", ""),
          ("Theresa May", "Prime Minister", "")]),
        ("President-elect Lula da Silva met Britain’s defence secretary John Healey and ex-premier Shinzo Abe Monday",
         [("Lula da Silva", "President-elect", ""), ("John Healey", "Defence Secretary", "United Kingdom"),
          ("Shinzo Abe", "Former Premier", "")]),
        ("Meanwhile Élisabeth Borne, France’s prime minister, met Ahmed al-Sharaa (president of Syria)",
         [("Élisabeth Borne", "Prime Minister", "France"), ("Ahmed al-Sharaa", "President", "Syria")]),
        ("The minister for foreign affairs of Australia, Penny Wong, met JD Vance, the vice president",
         [("Penny Wong", "Minister for Foreign Affairs", "Australia"), ("JD Vance", "Vice President", "")]),
        ("We met foreign ministers Sergey Lavrov, Hakan Fidan and Wang Yi",
         [("Sergey Lavrov", "Foreign Minister", ""), ("Hakan Fidan", "Foreign Minister", ""),
          ("Wang Yi", "Foreign Minister", "")]),
        ("King Charles III and Pope Leo XIV met the governor of California, Gavin Newsom",
         [("Charles III", "King", ""), ("Leo XIV", "Pope", ""), ("Gavin Newsom", "Governor of California", "")]),
        ("The president, Congress leaders and the minister, Hong Kong said, met the foreign secretary London sent", []),
        ("After a word with the president, Rajiv Gandhi Foundation staff and their guests left", []),
        ("With prime minister Shigeru Ishiba Tokyo wants a deal", [("Shigeru Ishiba", "Prime Minister", "")]),
        ("The president West Virginia elected and the ambassador New York knows met general Electric managers", []),
    ],
)  # fmt: skip
def test_offices_in_small_letters_and_behind_a_name(text: str, people: list[tuple[str, str, str]]) -> None:
    assert find_people(text + REST) == tuple(Person(*each) for each in people)


def test_an_office_is_named_with_all_that_it_is_for() -> None:
    text = (
        "Assistant Secretary for East Asian and Pacific Affairs Daniel Kritenbrink met Special Envoy for Yemen Tim "
        "Lenderking, U.S. Ambassador to Costa Rica Dr. Cynthia A. Telles, and Cambodian Deputy Prime Minister/Foreign "
        "Minister Prak Sokhonn. Special Representative for the DPRK Sung Kim was "
        "there, with First Lady Jill Biden and the president of the Philippines, Bongbong Marcos."
    )
    assert find_people(text) == (
        Person("Daniel Kritenbrink", "Assistant Secretary for East Asian and Pacific Affairs"),
        Person("Tim Lenderking", "Special Envoy"),
        Person("Cynthia A. Telles", "Ambassador", "United States"),
        Person("Prak Sokhonn", "Foreign Minister", "Cambodia"),
        Person("Sung Kim", "Special Representative"),
        Person("Jill Biden", "First Lady"),
        Person("Bongbong Marcos", "President", "Philippines"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "Deputy Secretary Wendy Sherman, Foreign Minister Dmytro Kuleba, and Ambassador John F. Kennedy attended.",
        "PARTICIPANTS: Wendy Sherman, Deputy Secretary; Dmytro Kuleba, Foreign Minister; Ambassador John F. Kennedy",
        "Wendy Sherman, Deputy Secretary\nDmytro Kuleba, Foreign Minister\nJohn F. Kennedy, Ambassador",
        "Deputy Secretary Wendy Sherman, Foreign Minister Dmytro Kuleba, Ambassador John F. Kennedy",
        "Deputy Secretary Wendy Sherman, Officer Kim, Foreign Minister Dmytro Kuleba, Ambassador John F. Kennedy",
    ],
)
def test_lines_that_are_dense_with_names(line: str) -> None:
    assert find_people(line) == (
        Person("Wendy Sherman", "Deputy Secretary"),
        Person("Dmytro Kuleba", "Foreign Minister"),
        Person("John F. Kennedy", "Ambassador"),
    )


def test_a_list_of_participants_names_people_without_an_office_too() -> None:
    text = (
        "MEMORANDUM\n\nPARTICIPANTS:\nThe President\nDr. Henry A. Kissinger, Assistant to the President\n"
        "Anatoly Dobrynin, Ambassador\nPeter W. Rodman\nNorth Atlantic Council\n\nPeter Smith opened the door."
    )
    assert [(person.name, person.role) for person in find_people(text)] == [
        ("Henry A. Kissinger", ""),
        ("Anatoly Dobrynin", "Ambassador"),
        ("Peter W. Rodman", ""),
    ]


def test_heads_of_a_schedule_in_capitals() -> None:
    text = (
        "SECRETARY ANTONY J. BLINKEN\n\n10:00 a.m. Secretary Blinken meets with staff.\n\n"
        "DEPUTY SECRETARY FOR MANAGEMENT AND RESOURCES BRIAN P. MCKEON Deputy Secretary McKeon attends.\n\n"
        "PRESIDENT ORDERS STRIKES"
    )
    assert find_people(text) == (
        Person("Antony J. Blinken", "Secretary"),
        Person("Brian P. McKeon", "Deputy Secretary for Management and Resources"),
    )


def test_a_title_makes_a_person_of_a_full_name_and_not_of_a_surname() -> None:
    text = "Thank you. With us is Dr. Michael Carpenter, and Mr. Smith of the embassy, and Ms. Jane Doe" + REST
    assert [person.name for person in find_people(text)] == ["Michael Carpenter", "Jane Doe"]
    assert find_people("MR. SMITH: Thank you. AMBASSADOR KIM: Thank you very much, everyone, and good morning.") == ()


def test_one_person_is_named_once_and_with_the_country_wherever_it_stands() -> None:
    text = f"Foreign Minister Cho Hyun came{REST} South Korean Foreign Minister Cho Hyun left."
    assert find_people(text) == (Person("Cho Hyun", "Foreign Minister", "South Korea"),)


def test_headlines_and_other_languages_are_left_alone() -> None:
    headline = "Can South Korean President Lee Strengthen Ties with France During Discussions with Macron Next Week?"
    assert find_people(headline) == ()
    assert find_people("Foreign Minister Hakan Fidan Visits Washington After President Lee Speaks") == ()
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
    assert find_people("minister of " * 16_000 + REST) == ()
    assert find_people("MINISTER A " * 16_000 + REST) == ()
