"""A collection as a retriever of LlamaIndex. Needs `llama-index-core`, the extra `llamaindex`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ...errors import DragomanError, MissingExtra
from ..arguments import check_text
from ..collection import Collection
from ..ranking.engine import Mode
from ..results.results import Hit
from .retrieval import OPTIONS, Retrieval, check_filters, check_known, metadata_of

try:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import (
        NodeRelationship,
        NodeWithScore,
        QueryBundle,
        QueryType,
        RelatedNodeInfo,
        TextNode,
    )
except RuntimeError as error:  # of a library of theirs, where nobody has a home
    raise DragomanError(f"llama-index-core cannot be loaded: {error}") from error
except ImportError:
    needs = "the retriever for LlamaIndex needs llama-index-core"
    raise MissingExtra(f"{needs}: pip install 'dragoman[llamaindex]'") from None

_FOR_PROGRAMS = ["id", "source", "start", "end", "score", "reason"]  # metadata that neither a model nor vectors need


class DragomanRetriever(BaseRetriever):
    """Finds the passages that answer a question, best first, as LlamaIndex's nodes.

        retriever = DragomanRetriever("summits.idx", k=5, filters={"country": "France"})
        for found in retriever.retrieve("who proposed a hotline"):
            print(found.metadata["title"], found.text)

    `collection` is an open one, or its path. `filters` are options of `Collection.search` (after, before, country,
    person, outlet …). With `literal`, a question is taken word for word, as is best for what people or models write
    freely; without, it is in the query language. These are attributes, and what is set later holds from then on. A
    node's id is its passage's, its source the document, and its metadata are those of `retrieval.metadata_of`; a model
    sees only title, date, outlet and URL.

    Asynchronous calls search in a thread. Raises DragomanErrors, as the collection does. `options` are BaseRetriever's.
    """

    def __init__(
        self,
        collection: Collection | str | Path,
        *,
        k: int = 10,
        mode: Mode = "hybrid",
        filters: Mapping[str, Any] | None = None,
        literal: bool = False,
        **options: Any,
    ) -> None:
        self._retrieval = Retrieval()
        self.collection, self.k, self.mode, self.filters, self.literal = collection, k, mode, filters or {}, literal
        super().__init__(**options)  # pyright: ignore[reportUnknownMemberType]  # its own annotations are partial
        self._made = True

    def __setattr__(self, name: str, value: Any) -> None:
        # Setting a name that means nothing here would narrow nothing, and silently show everything.
        if name == "filters":
            check_filters(value)
        elif name == "collection":
            self._retrieval.collection(value)
        elif not name.startswith("_") and not hasattr(self, name) and hasattr(self, "_made"):
            check_known("option", [name], ("collection", *OPTIONS))
        super().__setattr__(name, value)

    def retrieve(self, str_or_query_bundle: QueryType) -> list[NodeWithScore]:
        """The passages that answer a question, best first, as nodes. Raises InvalidArgument if it is no text."""
        _check_question(str_or_query_bundle)
        return super().retrieve(str_or_query_bundle)

    async def aretrieve(self, str_or_query_bundle: QueryType) -> list[NodeWithScore]:
        """What `retrieve` finds, from a thread."""
        _check_question(str_or_query_bundle)
        return await super().aretrieve(str_or_query_bundle)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        options: dict[str, Any] = {name: getattr(self, name) for name in OPTIONS}
        hits = self._retrieval(self.collection, query_bundle.query_str, **options)
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        # The inherited method would search in the event loop, and block everything else there.
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _check_question(question: object) -> None:
    if not isinstance(question, QueryBundle):
        check_text("the question", question)


def _node(hit: Hit) -> TextNode:
    return TextNode(
        id_=hit.passage,
        text=hit.text,
        start_char_idx=hit.start,
        end_char_idx=hit.end,
        metadata=metadata_of(hit),
        excluded_llm_metadata_keys=_FOR_PROGRAMS,
        excluded_embed_metadata_keys=_FOR_PROGRAMS,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.document.id)},
    )
