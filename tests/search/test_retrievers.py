"""Dragoman as a retriever of LangChain and of LlamaIndex: both give the same passages, and the collection's own."""

import asyncio
import copy
import os
import pickle
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from dragoman.errors import CollectionNotFound, DragomanError, InvalidArgument, QueryError
from dragoman.search.collection import Collection, open_collection

if TYPE_CHECKING:
    from support.programs import Programs

QUESTION = "Lee Macron strategic partnership"


class Found(NamedTuple):
    """A passage as either framework gives it."""

    id: str
    text: str
    metadata: dict[str, Any]
    score: float


class Framework(NamedTuple):
    """One of the two: how a retriever is made, and asked."""

    make: Callable[..., Any]
    ask: Callable[[Any, str], list[Found]]
    ask_async: Callable[[Any, str], list[Found]]


def langchain() -> Framework:
    pytest.importorskip("langchain_core", reason="not installed: pip install 'dragoman[langchain]'")
    from dragoman.search.retrievers.langchain import DragomanRetriever

    def as_found(documents: list[Any]) -> list[Found]:
        return [Found(each.id, each.page_content, each.metadata, each.metadata["score"]) for each in documents]

    return Framework(
        lambda collection, **options: DragomanRetriever(collection=collection, **options),
        lambda retriever, question: as_found(retriever.invoke(question)),
        lambda retriever, question: as_found(asyncio.run(retriever.ainvoke(question))),
    )


def llamaindex() -> Framework:
    pytest.importorskip("llama_index.core", reason="not installed: pip install 'dragoman[llamaindex]'")
    from dragoman.search.retrievers.llamaindex import DragomanRetriever

    def as_found(nodes: list[Any]) -> list[Found]:
        return [Found(each.node_id, each.text, each.metadata, each.score) for each in nodes]

    return Framework(
        DragomanRetriever,
        lambda retriever, question: as_found(retriever.retrieve(question)),
        lambda retriever, question: as_found(asyncio.run(retriever.aretrieve(question))),
    )


@pytest.fixture(params=[langchain, llamaindex], ids=lambda each: each.__name__)
def framework(request: pytest.FixtureRequest) -> Framework:
    return request.param()


@pytest.fixture(scope="module")
def collection(programs: "Programs") -> Iterator[Collection]:
    with open_collection(programs.collection) as opened:
        yield opened


def test_the_passages_are_the_collections_own_with_all_that_is_known(
    framework: Framework, collection: Collection
) -> None:
    expected = collection.search(QUESTION, limit=4, country="France", after="2025-11")
    found = framework.ask(framework.make(collection, k=4, filters={"country": "France", "after": "2025-11"}), QUESTION)
    assert [each.id for each in found] == [hit.passage for hit in expected]
    first, hit = found[0], expected.hits[0]
    assert first.text == hit.text
    assert first.score == hit.score
    assert first.metadata == {
        "id": hit.passage,
        "source": hit.document.id,
        "title": hit.document.title,
        "date": "2025-11-22",
        "outlet": "Dragoman briefs",
        "url": "",
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "reason": hit.reason,
    }


def test_a_path_is_opened_and_asked_from_any_thread(framework: Framework, programs: "Programs") -> None:
    retriever = framework.make(str(programs.collection), k=2, mode="keyword")
    found = framework.ask(retriever, QUESTION)
    assert len(found) == 2
    assert found[0].metadata["reason"] == "keyword 1st"
    assert framework.ask_async(retriever, QUESTION) == found


def test_asynchronous_questions_do_not_hold_up_the_event_loop(
    framework: Framework, collection: Collection, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked_in: list[threading.Thread] = []
    search = Collection.search

    def watched(*arguments: Any, **options: Any) -> Any:
        asked_in.append(threading.current_thread())
        return search(*arguments, **options)

    monkeypatch.setattr(Collection, "search", watched)
    assert framework.ask_async(framework.make(collection), QUESTION)
    assert asked_in
    assert threading.main_thread() not in asked_in


def test_the_query_language_or_the_very_words(framework: Framework, collection: Collection) -> None:
    strict, literal = framework.make(collection), framework.make(collection, literal=True)
    assert all("Macron" not in each.text for each in framework.ask(strict, "Lee partnership -Macron"))
    asked_freely = 'What did "Macron propose? (country: unknown)'
    assert framework.ask(strict, asked_freely)
    assert framework.ask(literal, asked_freely)
    asked_freely = "Macron open^4"
    with pytest.raises(QueryError, match=r"\^ means nothing here"):
        framework.ask(strict, asked_freely)
    assert framework.ask(literal, asked_freely)


def test_what_is_wrong_is_said_when_the_retriever_is_made(
    framework: Framework, collection: Collection, tmp_path: Path
) -> None:
    with pytest.raises(QueryError, match="there is no filter 'contry': use after, before, country"):
        framework.make(collection, filters={"contry": "France"})
    with pytest.raises(CollectionNotFound):
        framework.make(tmp_path / "nowhere")


def sources(found: list[Found]) -> set[str]:
    return {each.metadata["source"] for each in found}


def test_what_is_set_later_is_obeyed(framework: Framework, collection: Collection, programs: "Programs") -> None:
    retriever = framework.make(str(programs.collection), k=20)
    assert len(sources(framework.ask(retriever, QUESTION))) > 1
    retriever.filters = {"document": "briefs/macron-seoul-state-visit"}
    assert sources(framework.ask(retriever, QUESTION)) == {"briefs/macron-seoul-state-visit"}
    retriever.filters["document"] = "briefs/lee-macron-johannesburg"
    assert sources(framework.ask(retriever, QUESTION)) == {"briefs/lee-macron-johannesburg"}
    retriever.filters = {}
    retriever.k, retriever.mode = 1, "keyword"
    (found,) = framework.ask(retriever, QUESTION)
    assert found.metadata["reason"] == "keyword 1st"
    retriever.literal = True
    assert len(framework.ask(retriever, 'Macron "propose')) == 1
    retriever.collection = collection
    assert framework.ask(retriever, QUESTION) == [found]


def test_what_means_nothing_is_refused_when_it_is_set(
    framework: Framework, collection: Collection, tmp_path: Path
) -> None:
    retriever = framework.make(collection)
    with pytest.raises(QueryError, match="there is no filter 'contry'"):
        retriever.filters = {"contry": "France"}
    for name in ("filter", "search_kwargs", "similarity_top_k"):
        with pytest.raises((QueryError, ValueError)):
            setattr(retriever, name, 3)
    assert len(framework.ask(retriever, QUESTION)) > 3

    def move() -> None:
        retriever.collection = tmp_path / "nowhere"
        framework.ask(retriever, QUESTION)

    with pytest.raises(CollectionNotFound):
        move()


@pytest.mark.parametrize("nothing", ["", [], ()])
def test_a_filter_that_names_nothing_does_not_let_everything_pass(
    nothing: Any, framework: Framework, collection: Collection
) -> None:
    retriever = framework.make(collection)
    with pytest.raises(QueryError, match="the filter 'outlet' is empty"):
        retriever.filters = {"outlet": nothing}
    retriever.filters["outlet"] = nothing  # what is within cannot be watched, and is looked at before each question
    with pytest.raises(QueryError, match="the filter 'outlet' is empty"):
        framework.ask(retriever, QUESTION)
    retriever.filters = {"outlet": None, "document": "briefs/macron-seoul-state-visit"}
    assert sources(framework.ask(retriever, QUESTION)) == {"briefs/macron-seoul-state-visit"}


def test_a_retriever_goes_to_another_process(
    framework: Framework, programs: "Programs", collection: Collection
) -> None:
    for where in (str(programs.collection), collection):
        retriever = framework.make(where, k=2)
        expected = [each.id for each in framework.ask(retriever, "summit")]
        again = pickle.loads(pickle.dumps(retriever))
        assert [each.id for each in framework.ask(again, "summit")] == expected


def test_a_copy_of_a_retriever_has_options_of_its_own(framework: Framework, collection: Collection) -> None:
    retriever = framework.make(collection, k=2)
    for copied in (copy.copy(retriever), copy.deepcopy(retriever), pickle.loads(pickle.dumps(retriever))):
        copied.k = 1
        assert [len(framework.ask(each, "summit")) for each in (copied, retriever)] == [1, 2]


@pytest.mark.parametrize("literal", [False, True])
@pytest.mark.parametrize("question", ["", "  ", "\n", "\u3000", "\u200b", "?", "…", '""'])
def test_a_blank_question_finds_nothing(
    question: str, literal: bool, framework: Framework, collection: Collection
) -> None:
    retriever = framework.make(collection, literal=literal, filters={"country": "France"})
    assert framework.ask(retriever, question) == []
    assert framework.ask_async(retriever, question) == []


@pytest.mark.parametrize("question", [None, 5, b"Nara", ["Nara"], {"question": "Nara"}], ids=repr)
def test_a_question_that_is_no_text_is_named_in_one_line(
    question: Any, framework: Framework, collection: Collection
) -> None:
    retriever = framework.make(collection)
    for ask in (framework.ask, framework.ask_async):
        with pytest.raises(InvalidArgument) as refused:
            ask(retriever, question)
        assert str(refused.value).startswith(f"the question is {question!r}, and must be a text")


def test_a_copy_of_langchains_retriever_has_its_own_options(collection: Collection) -> None:
    framework = langchain()
    first = framework.make(collection, k=20)
    second = first.model_copy(update={"filters": {"document": "briefs/macron-seoul-state-visit"}})
    assert sources(framework.ask(second, QUESTION)) == {"briefs/macron-seoul-state-visit"}
    assert len(sources(framework.ask(first, QUESTION))) > 1
    with pytest.raises(QueryError, match="there is no filter 'contry'"):
        framework.ask(first.model_copy(update={"filters": {"contry": "France"}}), QUESTION)


def test_options_may_go_with_one_question_of_langchains(collection: Collection) -> None:
    retriever = langchain().make(collection, k=20)
    narrowed = {"document": "briefs/macron-seoul-state-visit"}
    for found in (
        retriever.invoke(QUESTION, filters=narrowed),
        retriever.bind(filters=narrowed).invoke(QUESTION),
        asyncio.run(retriever.ainvoke(QUESTION, filters=narrowed)),
        retriever.batch([QUESTION], filters=narrowed)[0],
    ):
        assert {each.metadata["source"] for each in found} == {"briefs/macron-seoul-state-visit"}
    assert len(retriever.invoke(QUESTION, k=1)) == 1
    with pytest.raises(QueryError, match="there is no option 'filter': use k, mode, filters, literal"):
        retriever.invoke(QUESTION, filter=narrowed)


@pytest.mark.parametrize("name", ["filters", "mode", "limit", "path", "settings", "generation"])
def test_a_collection_does_not_ignore_what_is_set(name: str, collection: Collection) -> None:
    with pytest.raises(AttributeError):
        setattr(collection, name, {"country": "France"})


def test_it_works_in_a_chain(collection: Collection) -> None:
    made = langchain().make(collection, k=2)
    from langchain_core.runnables import RunnableLambda

    def sources(passages: list[Any]) -> list[str]:
        return [each.metadata["source"] for each in passages]

    chain = made | RunnableLambda(sources)
    assert chain.invoke(QUESTION)[0] == "briefs/lee-macron-johannesburg"
    assert [len(each) for each in chain.batch([QUESTION, "Nara"])] == [2, 2]


def test_a_model_is_told_the_source_but_not_our_bookkeeping(collection: Collection) -> None:
    pytest.importorskip("llama_index.core", reason="not installed: pip install 'dragoman[llamaindex]'")
    from llama_index.core.schema import MetadataMode

    from dragoman.search.retrievers.llamaindex import DragomanRetriever

    found = DragomanRetriever(collection, k=1).retrieve(QUESTION)[0]
    told = found.get_content(MetadataMode.LLM)
    assert "title: Lee hopes for strategic partnership" in told
    assert "score:" not in told
    assert found.node.source_node is not None
    assert found.node.source_node.node_id == "briefs/lee-macron-johannesburg"


@pytest.mark.parametrize(
    ("module", "library", "extra"),
    [("langchain", "langchain_core", "langchain"), ("llamaindex", "llama_index", "llamaindex")],
)
def test_a_missing_library_is_named_with_its_extra(
    module: str, library: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == library]:
        monkeypatch.delitem(sys.modules, name)
    for name in (f"dragoman.search.{module}", f"dragoman.search.retrievers.{module}"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, library, None)  # as the import system marks what is not there
    with pytest.raises(DragomanError, match=rf"pip install 'dragoman\[{extra}\]'") as missing:
        __import__(f"dragoman.search.{module}")
    assert isinstance(missing.value, ImportError)
    assert os.linesep not in str(missing.value)
