"""A collection as a retriever of LangChain. Needs `langchain-core`, the extra `langchain`."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from ...errors import MissingExtra
from ..collection import Collection
from ..ranking.engine import Mode
from .retrieval import OPTIONS, Retrieval, check_filters, check_known, metadata_of

try:
    from langchain_core.callbacks import AsyncCallbackManagerForRetrieverRun, CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import run_in_executor
    from pydantic import ConfigDict, Field, PrivateAttr, field_validator
except ImportError:
    raise MissingExtra("the retriever for LangChain needs langchain-core: pip install 'dragoman[langchain]'") from None


class DragomanRetriever(BaseRetriever):
    """Finds the passages that answer a question, best first, as LangChain's documents.

        retriever = DragomanRetriever(collection="summits.idx", k=5, filters={"country": "France"})
        for passage in retriever.invoke("who proposed a hotline"):
            print(passage.metadata["title"], passage.page_content)

    `collection` is an open one, or its path; `k` is how many passages to return, `mode` which legs find and rank.
    `filters` are options of `Collection.search` (after, before, country, person, outlet …). With `literal`, a question
    is taken word for word, as is best for what people or models write freely; without, it is in the query language.
    What is set later, in a copy (`model_copy`) or with one question (`retriever.invoke(question, k=3)`) holds from then
    on, in that copy, for that question. The metadata are those of `retrieval.metadata_of`.

    Asynchronous calls search in a thread, by LangChain's own executor. Raises DragomanErrors, as the collection does.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid", validate_assignment=True)

    collection: Collection | str | Path
    k: int = Field(default=10, ge=1)
    mode: Mode = "hybrid"
    filters: Mapping[str, Any] = Field(default_factory=dict)
    literal: bool = False
    _retrieval: Retrieval = PrivateAttr(default_factory=Retrieval)

    @field_validator("filters")
    @classmethod
    def _known(cls, filters: Mapping[str, Any]) -> Mapping[str, Any]:
        check_filters(filters)
        return filters

    def model_post_init(self, context: Any, /) -> None:  # noqa: D102
        super().model_post_init(context)
        self._retrieval.collection(self.collection)  # now, so that a wrong path is an error now

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        del run_manager
        options.pop("verbose", None)  # which is for LangChain itself
        check_known("option", options, OPTIONS)
        chosen = {name: getattr(self, name) for name in OPTIONS} | options
        return [
            Document(id=hit.passage, page_content=hit.text, metadata=metadata_of(hit))
            for hit in self._retrieval(self.collection, query, **chosen)
        ]

    async def _aget_relevant_documents(
        self, query: str, *, run_manager: AsyncCallbackManagerForRetrieverRun, **options: Any
    ) -> list[Document]:
        search = partial(self._get_relevant_documents, query, run_manager=run_manager.get_sync(), **options)
        return await run_in_executor(None, search)
