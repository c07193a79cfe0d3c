"""Questions in one language among documents in many: what they find, and what is marked in it."""

import json
import shutil
from contextlib import ExitStack
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dragoman.corpus.document import Document
from dragoman.search.collection import open_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dragoman.search.collection import Collection

    MakeCollection = Callable[[Iterable[Document]], Collection]
    Asks = Callable[[str], dict[str, list[str]]]

CASES = Path(__file__).parents[2] / "../shared/cases/asking"

TEXTS = {
    "en-1": "Ford Motor reported good news: the factory in Detroit stays open, and the union welcomed the decision.",
    "en-2": "Lee spoke with the President about the war, and the men who were captured in the mine at dawn.",
    "en-3": "The director of the museum in Paris showed the delegation a picture of Le Havre.",
    "de-1": "Die Gewerkschaften fordern höhere Löhne; die Regierung war dagegen und forderte Geduld von allen.",
    "de-2": "Die Verhandlungen der Minister waren schwierig, und die Unterhändler des Präsidenten schwiegen.",
    "fr-1": "La nouvelle convention a été signée hier; les ministres ont déposé leurs lettres de créance à Paris.",
    "fr-2": "Le général est arrivé; les généraux négociaient déjà les termes de l'armistice avec l'ennemi.",
    "es-1": "El canciller negociaría un acuerdo; los cancilleres llegarán mañana a Montevideo.",
    "es-2": "El año pasado los niños españoles visitaron la embajada; la señora leyó un discurso sobre la paz.",
    "it-1": "I ministri hanno firmato gli accordi; la città ospiterà le trattative.",
    "tr-1": "Büyükelçiler görüşmelerin sonuçlarını açıkladı; ülkelerin dışişleri bakanları İstanbul'da toplandı.",
    "ru-1": "Переговоры завершились; посол заявил, что ещё один молодой министр поехал в Китай на ёлку.",
    "ru-2": "Войска покинули город; воины вернулись домой, а послы встретились с премьерами.",
    "ar-1": "أعلن الوزير أن المفاوضات ستبدأ غدا في القاهرة بحضور السفراء والوزراء من الدول العربية.",
    "ar-2": "ناقش وزير الخارجية في بيروت اتفاق السلام، وبالمفاوضات وحدها يعود.",
    "el-1": "Οι υπουργοί υπέγραψαν τις συμφωνίες ειρήνης στην Αθήνα παρουσία των πρέσβεων.",
    "uk-1": "Міністри підписали угоди про мир у Києві; війна закінчилася, їхні посли повернулися.",
    "sv-1": "Ministrarna undertecknade avtalen om freden; förhandlingarna var svåra.",
    "th-1": "รัฐมนตรีต่างประเทศลงนามในข้อตกลงสันติภาพที่กรุงเทพมหานครเมื่อวานนี้",
    "th-2": "ราคาข้าวสูงขึ้นในช่วงฤดูหนาวของปีที่แล้ว",
    "km-1": "រដ្ឋមន្ត្រីបានចុះហត្ថលេខាលើកិច្ចព្រមព្រៀងសន្តិភាព",
}  # fmt: skip


def marked(collection: "Collection", question: str) -> dict[str, list[str]]:
    """What a question by words finds, best first, with what is marked in each document's text."""
    hits = collection.search(question, mode="keyword", fold=False, per_document=True)
    return {hit.document.id: [hit.document.text[mark.start : mark.end] for mark in hit.highlights] for hit in hits}


@pytest.fixture(scope="module")
def make(empty_collections: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> "Iterator[MakeCollection]":
    """Makes collections that are kept for all tests of this module."""
    with ExitStack() as stack:

        def of(documents: "Iterable[Document]") -> "Collection":
            folder = tmp_path_factory.mktemp("languages") / "collection"
            shutil.copytree(empty_collections[0], folder)
            collection = stack.enter_context(open_collection(folder))
            collection.add(documents)
            return collection

        yield of


@pytest.fixture(scope="module")
def asks(make: "MakeCollection") -> "Asks":
    documents = [Document(name, text, language=name[:2].replace("en", "")) for name, text in TEXTS.items()]
    return partial(marked, make(documents))


@pytest.fixture(scope="module")
def asks_cases(make: "MakeCollection") -> "Callable[[str], Asks]":
    """Asks the documents of one of the files of cases."""

    @cache
    def of(file: str) -> "Asks":
        if not (CASES / file).exists():
            pytest.skip(f"the test data are not here: {CASES / file}")
        rows = map(json.loads, (CASES / file).read_text("utf-8").splitlines())
        return partial(marked, make(_documents(rows)))

    return of


def _documents(rows: "Iterable[dict[str, str]]") -> "Iterable[Document]":
    for row in rows:
        language = row.get("lang", row.get("language", ""))
        yield Document(row["id"], row["text"], title=row.get("title", ""), language=language)


@pytest.mark.shared("cases")
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Lee", {"en-a": ["Lee"], "en-b": ["Lee"]}),
        ("war", {"en-b": ["war"], "en-a": ["war"]}),
        ("waren", {"de-a": ["waren", "war", "Waren waren"]}),
        ("война", {"ru-a": ["войне"]}),
        ("молодой дипломат", {"ru-c": ["молодыми дипломатами"]}),
        ("российский", {"ru-c": ["Российский"], "ru-a": ["российской"]}),
        ("rechazar", {"es-a": ["rechazaría"], "es-b": ["rechazaron"]}),
        ("déposer", {"fr-b": ["déposé", "déposée"]}),
        ("anlaşmaları", {"tr-a": ["Anlaşmaların"]}),
    ],
)
def test_the_cases_that_were_wrong(
    asks_cases: "Callable[[str], Asks]", question: str, expected: dict[str, list[str]]
) -> None:
    assert asks_cases("languages.jsonl")(question) == expected


@pytest.mark.shared("cases")
def test_a_name_finds_no_french_article(asks_cases: "Callable[[str], Asks]") -> None:
    assert asks_cases("lee.jsonl")("Lee") == {"en": ["Lee"]}


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ford", {"en-1": ["Ford"]}),
        ("news", {"en-1": ["news"]}),
        ("war", {"en-2": ["war"]}),
        ("mine", {"en-2": ["mine"]}),
        ("Lee", {"en-2": ["Lee"]}),
        ("director", {"en-3": ["director"]}),
        ("Le Havre", {"en-3": ["Le Havre"]}),
        ("fordern", {"de-1": ["fordern"]}),
        ("ministri", {"it-1": ["ministri"]}),
    ],
)
def test_languages_do_not_mix(asks: "Asks", question: str, expected: dict[str, list[str]]) -> None:
    assert asks(question) == expected


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Verhandlung", {"de-2": ["Verhandlungen"]}),
        ("Unterhändlern", {"de-2": ["Unterhändler"]}),
        ("généraux", {"fr-2": ["général", "généraux"]}),
        ("cancilleres", {"es-1": ["canciller", "cancilleres"]}),
        ("niño", {"es-2": ["niños"]}),
        ("español", {"es-2": ["españoles"]}),
        ("accordo", {"it-1": ["accordi"]}),
        ("görüşme", {"tr-1": ["görüşmelerin"]}),
        ("ülke", {"tr-1": ["ülkelerin"]}),
        ("İSTANBUL", {"tr-1": ["İstanbul'da"]}),
        ("переговорами", {"ru-1": ["Переговоры"]}),
        ("молодая", {"ru-1": ["молодой"]}),
        ("υπουργός", {"el-1": ["υπουργοί"]}),
        ("ειρήνη", {"el-1": ["ειρήνης"]}),
        ("avtal", {"sv-1": ["avtalen"]}),
        ("förhandling", {"sv-1": ["förhandlingarna"]}),
        ("війна", {"uk-1": ["війна"]}),
    ],
)
def test_a_word_is_also_its_other_forms(asks: "Asks", question: str, expected: dict[str, list[str]]) -> None:
    found = asks(question)
    assert found.keys() == expected.keys()
    assert all(set(expected[name]) >= set(found[name]) for name in found), found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("ano", ["año"]),
        ("ninos espanoles", ["niños españoles"]),
        ("елка", ["ёлку"]),
        ("еще", ["ещё"]),
        ("citta", ["città"]),
        ("buyukelciler", ["Büyükelçiler"]),
    ],
)
def test_what_is_typed_without_its_accents_is_found(asks: "Asks", question: str, expected: list[str]) -> None:
    assert list(asks(question).values()) == [expected]


SPELT = {
    "es": ("El ministro habló del {} durante la reunión con el embajador.", "año ano niños ninos español espanol"),
    "fr": ("Le ministre a parlé de {} pendant la réunion avec l'ambassadeur.", "Élysée Elysee résumé resume maïs mais"),
    "de": ("Der Minister sprach über {} während der Sitzung mit ihm.", "schön schon Köln Koln Straße Strasse"),
    "ru": ("Министр говорил про {} во время встречи с послом.", "ещё еще Хрущёв Хрущев самолёт самолет"),
    "tr": ("Bakan toplantı sırasında {} konusunda elçiyle konuştu.", "kâr kar ülke ulke barış baris"),
    "pt": ("O ministro falou sobre {} durante a reunião com ele.", "avó avo país pais nação nacao"),
    "vi": ("Bộ trưởng nói về {} trong cuộc họp với đại sứ.", "bán ban mạ ma hòa hoa"),
}  # fmt: skip
"""By language, a sentence and words for it: every second one differs from the one before it in its accents alone."""


@pytest.fixture(scope="module")
def asks_spelt(make: "MakeCollection") -> "Asks":
    pairs = {language: (sentence, words.split()) for language, (sentence, words) in SPELT.items()}
    documents = (
        Document(word, sentence.format(word), language=language)
        for language, (sentence, words) in pairs.items()
        for word in words
    )
    return partial(marked, make(documents))


@pytest.mark.parametrize("template", ["{}", "={}", '"{}"', "{} {}", ""])
@pytest.mark.parametrize("language", SPELT)
def test_a_word_as_it_is_written_ranks_first(asks_spelt: "Asks", language: str, template: str) -> None:
    sentence, words = SPELT[language][0], SPELT[language][1].split()
    for word, other in [*zip(words[::2], words[1::2], strict=True), *zip(words[1::2], words[::2], strict=True)]:
        found = [name for name in asks_spelt((template or sentence).format(word, word)) if name in (word, other)]
        assert found == [word, other]


def test_another_form_of_a_word_is_met_as_it_is_written(asks_spelt: "Asks") -> None:
    assert list(asks_spelt("niño")) == ["niños", "ninos"]
    assert list(asks_spelt("españoles")) == ["español", "espanol"]


def test_a_word_that_nobody_writes_so_ranks_by_what_it_says(asks_spelt: "Asks") -> None:
    assert asks_spelt("kôln").keys() == {"Köln", "Koln"}


def test_a_word_with_other_accents_is_said_to_count_less(make: "MakeCollection") -> None:
    collection = make([Document("so", "El año nuevo.", language="es"), Document("not", "El ano nuevo.", language="es")])
    first, second = collection.search("año", mode="keyword", fold=False, explain=True)
    assert (first.document.id, second.document.id) == ("so", "not")
    assert first.explanation is not None
    assert second.explanation is not None
    passage = second.explanation.standing.detail("keyword", "passage")
    assert passage == first.explanation.standing.detail("keyword", "passage")
    assert second.explanation.standing.detail("keyword", "otherwise") == pytest.approx(-passage / 2)
    assert first.explanation.standing.detail("keyword", "otherwise") == 0


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("anlasmalari", {"tr-a": ["anlaşmaları"], "tr-b": ["Anlaşmaların"]}),
        ("negociacao", {"pt-a": ["negociação"], "pt-b": ["negociações"]}),
        ("negociacion", {"es-a": ["negociación"], "es-b": ["negociaciones"]}),
        ("depose", {"fr-a": ["déposé"], "fr-b": ["déposaient"]}),
        ("evenements", {"fr-a": ["événements"], "fr-b": ["événement"]}),
        ("gorusme", {"tr-a": ["görüşme"], "tr-b": ["görüşmeler"]}),
    ],
)
def test_forms_are_found_of_what_is_typed_without_accents(
    asks_bare: "Asks", question: str, expected: dict[str, list[str]]
) -> None:
    assert asks_bare(question) == expected


@pytest.fixture(scope="module")
def asks_bare(make: "MakeCollection") -> "Asks":
    texts = {
        "tr-a": "Bakan anlaşmaları imzaladı, görüşme bitti.",
        "tr-b": "Anlaşmaların metni açıklandı, görüşmeler sürüyor.",
        "pt-a": "A negociação continua.",
        "pt-b": "As negociações terminaram.",
        "es-a": "La negociación continúa.",
        "es-b": "Las negociaciones terminaron.",
        "fr-a": "Le texte est déposé après ces événements.",
        "fr-b": "Les ministres déposaient leurs lettres, un événement rare.",
    }
    return partial(marked, make(Document(name, text, language=name[:2]) for name, text in texts.items()))


def test_short_i_is_a_letter_of_its_own(asks: "Asks") -> None:
    assert asks("воин") == {"ru-2": ["воины"]}
    assert asks("война") == {}, "not the warriors"


@pytest.mark.parametrize("question", ["مفاوضات", "المفاوضات", "والمفاوضات", "للمفاوضات", "كالمفاوضات", "بمفاوضات"])
def test_arabic_words_have_an_article_and_clitics(asks: "Asks", question: str) -> None:
    assert asks(question) == {"ar-1": ["المفاوضات"], "ar-2": ["وبالمفاوضات"]}


@pytest.mark.parametrize(
    ("question", "right"), [("ข้อตกลง", "th-1"), ("สันติภาพ", "th-1"), ("ข้าว", "th-2"), ("សន្តិភាព", "km-1")]
)
def test_scripts_without_blanks_are_searched_by_character(asks: "Asks", question: str, right: str) -> None:
    found = asks(question)
    assert list(found) == [right]
    assert question in found[right]


def test_function_words_of_the_question_count_in_its_language_and_are_not_marked(asks: "Asks") -> None:
    found = asks("les lettres de la convention")
    assert next(iter(found)) == "fr-1"
    assert found["fr-1"] == ["convention", "lettres"]
    assert not found.keys() & {"es-1", "es-2", "it-1", "en-3"}


def test_a_question_of_function_words_alone_is_asked_by_them(asks: "Asks") -> None:
    assert asks("waren") == {"de-2": ["waren"], "de-1": ["war"]}
    assert asks("les").keys() == {"fr-1", "fr-2"}


def test_an_exact_word_is_met_in_any_language(asks: "Asks") -> None:
    assert asks("=war").keys() == {"en-2", "de-1"}
