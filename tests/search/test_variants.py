"""Names of the same: across spellings and scripts, in words and in filters, and those that an owner gives."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document, Person
from dragoman.errors import UnreadableSource
from dragoman.index.analysis import analyze
from dragoman.search.collection import Collection, open_collection
from dragoman.search.language.words.variants import MOST_GROUPS, name_at, read_variants
from dragoman.search.making import create_collection, reindex_collection
from dragoman.search.ranking.settings import Settings

if TYPE_CHECKING:
    from support.programs import Ran

Making = Callable[..., Collection]

NAMES = {
    "Putin": (
        "Vladimir Putin arrived.",
        "Владимир Путин прибыл.",
        "О визите Путина.",
        "プーチン大統領",
        "وصل بوتين أمس.",
    ),
    "Xi Jinping": ("Xi Jinping spoke.", "习近平在北京。", "習近平国家主席は", "Си Цзиньпин прибыл."),
    "Lee Jae-myung": ("Lee Jae Myung spoke.", "이재명 대통령은", "李在明大統領は", "Yi Jae-myeong spoke."),
    "Zelensky": ("Zelenskyy spoke.", "Zelenskiy spoke.", "Зеленський приїхав.", "Зеленский прибыл.", "زيلينسكي أمس"),
    "Merkel": ("Angela Merkel spoke.", "Меркель прибыла.", "メルケル首相は"),
    "Erdogan": ("Erdoğan spoke.", "Эрдоган прибыл.", "أردوغان أمس"),
    "Japan": ("Japan agreed.", "日本は", "일본과 한국이", "Япония согласна."),
    "Türkiye": ("Turkey agreed.", "Турция согласна.", "تركيا اليوم", "土耳其同意"),
    "Kyiv": ("Kiev was quiet.", "Kyiv was quiet."),
}


def documents(*lines: str) -> list[Document]:
    """A document for each line, whose id is the number of the line."""
    return [
        Document(str(number), text, language="ru" if "а" <= text[-2] <= "я" else "")
        for number, text in enumerate(lines, 1)
    ]


def found(collection: Collection, question: str, *, person: str = "") -> set[str]:
    """The ids of all documents that have the words of a question."""
    hits = collection.search(question, mode="keyword", limit=100, fold=False, person=person or ()).hits
    return {hit.document.id for hit in hits}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_found_in_any_spelling_and_script(make_collection: Making, name: str) -> None:
    texts = NAMES[name]
    everywhere = {str(number) for number in range(1, len(texts) + 1)}
    with make_collection(documents(*texts, "Rain fell all day.")) as collection:
        assert found(collection, name) == everywhere
        assert found(collection, f'"{name}"') < everywhere, "a name in quotation marks is that name"
    with make_collection(documents(*texts), name="off", settings=Settings(variants=False)) as collection:
        assert found(collection, name) < everywhere


@pytest.mark.parametrize("asked", ["Путин", "Путина", "プーチン", "بوتين", "Putin"])
def test_it_can_be_asked_in_any_of_them(make_collection: Making, asked: str) -> None:
    with make_collection(documents(*NAMES["Putin"])) as collection:
        results = collection.search(asked, mode="keyword", fold=False)
        assert {hit.document.id for hit in results.hits} == {"1", "2", "3", "4", "5"}
        assert all(hit.highlights for hit in results.hits)


def test_people_and_countries_are_filtered_by_in_any_spelling(make_collection: Making) -> None:
    given = [
        Document("1", "One.", people=(Person("Volodymyr Zelenskyy"),)),
        Document("2", "Two.", people=(Person("Владимир Зеленский"),)),
        Document("3", "Three.", people=(Person("Olena Zelenska"),)),
        Document("4", "Four.", countries=("Japan",)),
    ]
    with make_collection(given) as collection:
        assert found(collection, "person:Zelensky") == found(collection, "", person="Zelenskiy") == {"1", "2"}
        assert found(collection, 'person:="Volodymyr Zelenskyy"') == {"1"}, "an exact value is that value"
        assert found(collection, "country:日本") == {"4"}


def test_a_value_of_many_names_is_as_fast_as_any(make_collection: Making) -> None:
    with make_collection([Document("1", "One.", people=(Person("Владимир Путин"),))]) as collection:
        assert found(collection, 'person:"Vladimir Putin"') == {"1"}
        assert found(collection, f'person:"{"Vladimir Putin Japan Merkel " * 15}"') == set()


def test_the_table_has_its_names_as_texts_have_them() -> None:
    from dragoman.search.language.words import variants

    text = Path(variants.__file__).with_name("across_scripts.txt").read_text("utf-8")
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        for name in line.split(","):
            if name.isascii() or not any("\u3040" <= letter <= "\ud7af" for letter in name):
                assert " ".join(token.term for token in analyze(name)) == name
                assert name_at(name.split(" "), 0)


# The owner's own


def test_a_collections_own_names_count_at_once_and_are_kept(make_collection: Making) -> None:
    lines = ("The Blue House denied it.", "Cheong Wa Dae denied it.", "청와대는 부인했다.", "Seoul slept.")
    with make_collection(documents(*lines)) as collection:
        folder = Path(collection.path)
        assert found(collection, "Blue House") == {"1"}
        collection.keep_variants(["Blue House, Cheong Wa Dae,  청와대"])
        assert collection.variants == ("Blue House, Cheong Wa Dae, 청와대",)
        assert found(collection, "Blue House") == found(collection, "청와대") == {"1", "2", "3"}
        assert found(collection, '"Blue House"') == {"1"}
    reindex_collection(folder)
    with open_collection(folder) as collection:
        assert found(collection, "cheong wa dae") == {"1", "2", "3"}
        collection.keep_variants([])
        assert found(collection, "Blue House") == {"1"}


def test_own_names_join_those_that_everybody_has(make_collection: Making) -> None:
    with make_collection(documents("Putin spoke.", "The tsar of the Kremlin spoke.", "Путин.")) as collection:
        collection.keep_variants(["tsar of the Kremlin, Putin"])
        assert found(collection, "Putin") == {"1", "2", "3"}


def test_a_collection_is_made_with_them(tiny_models: tuple[Path, Path], tmp_path: Path) -> None:
    with create_collection(tmp_path / "c", model=str(tiny_models[0]), variants=["Spree, Havel"]) as collection:
        assert collection.variants == ("Spree, Havel",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# names\n\nROK, South Korea\nBlue House,, 청와대\n", "line 4: a name is missing before or after a comma"),
        ("ROK, South Korea\n..., !!\n", "line 2: '...' is no name"),
        (" ".join(["long"] * 25), "line 1: 'long long long long long long long long '… has 25 words, 24 at most"),
        ("a, " * 1000 + "b", "line 1: the group has 3,001 characters, 2,000 at most"),
        ("a, b\n" * (MOST_GROUPS + 1), "line 10001: there are more than 10,000 groups of names"),
        (b"\xff\xfe", "is not in UTF-8: save it as such"),
    ],
)
def test_what_is_no_list_of_names_is_refused_with_its_line(tmp_path: Path, text: str | bytes, said: str) -> None:
    file = tmp_path / "names.txt"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(UnreadableSource) as refused:
        read_variants(file)
    assert said in str(refused.value)


def test_lines_and_blanks_are_forgiven(tmp_path: Path) -> None:
    file = tmp_path / "names.txt"
    file.write_text("\ufeff# ours\n\n  ROK ,South   Korea\r\nLatin America\n", "utf-8")
    assert read_variants(file) == ("ROK, South Korea", "Latin America")


def test_the_commands_take_a_file_of_names(command: "Callable[..., Ran]", tmp_path: Path) -> None:
    news, names, folder = tmp_path / "news", tmp_path / "names.txt", tmp_path / "c"
    news.mkdir()
    (news / "a.txt").write_text("Cheong Wa Dae denied on Monday that the talks had failed.", "utf-8")
    names.write_text("Blue House, Cheong Wa Dae\n", "utf-8")
    assert command("index", news, "--collection", folder, "--variants", names).code == 0
    with open_collection(folder) as collection:
        assert len(found(collection, "Blue House")) == 1
    names.write_text("", "utf-8")
    assert command("add", "--variants", names, "--collection", folder).code == 0
    with open_collection(folder) as collection:
        assert collection.variants == ()
    names.write_text("a,,b", "utf-8")
    refused = command("add", "--variants", names, "--collection", folder)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert f"{names}, line 1: a name is missing" in refused.err
    assert command("add", "--collection", folder).code == 2
