"""A collection as a retriever of LangChain. Needs `langchain-core`, the extra `langchain`."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import MissingExtra
from .collection import Collection
from .engine import Mode
from .retrieval import Retrieval, described

try:
    from langchain_core.callbacks import CallbackManagerForRetrieverRun
    from langchain_core.documents import Document
    from langchain_core.retrievers import BaseRetriever
    from pydantic import ConfigDict, Field, PrivateAttr
except ImportError:
    raise MissingExtra("the retriever for LangChain needs langchain-core: pip install 'dragoman[langchain]'") from None


class DragomanRetriever(BaseRetriever):
    """Finds the passages that answer a question, best first, as LangChain's documents.

        retriever = DragomanRetriever(collection="summits.idx", k=5, filters={"country": "France"})
        for passage in retriever.invoke("who proposed a hotline"):
            print(passage.metadata["title"], passage.page_content)

    `collection` is an open one, or its path. `filters` are options of `Collection.search` (after, before, country,
    person, outlet …). With `literal`, a question is asked word for word, as is best for what people or models write
    freely; without, it is in the query language. The metadata are those of `retrieval.described`.

    Asynchronous calls search in a thread, by LangChain's own executor. Raises DragomanErrors, as the collection does.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    collection: Collection | str | Path
    k: int = Field(default=10, ge=1)
    mode: Mode = "hybrid"
    filters: Mapping[str, Any] = Field(default_factory=dict)
    literal: bool = False
    _retrieval: Retrieval = PrivateAttr()

    def model_post_init(self, context: Any, /) -> None:  # noqa: D102
        super().model_post_init(context)
        self._retrieval = Retrieval(
            self.collection, k=self.k, mode=self.mode, filters=self.filters, literal=self.literal
        )

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        del run_manager
        return [
            Document(id=hit.passage, page_content=hit.text, metadata=described(hit)) for hit in self._retrieval(query)
        ]
