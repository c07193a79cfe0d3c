"""A collection as a retriever of LlamaIndex. Needs `llama-index-core`, the extra `llamaindex`."""

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..errors import MissingExtra
from .collection import Collection
from .engine import Mode
from .results import Hit
from .retrieval import Retrieval, described

try:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.schema import NodeRelationship, NodeWithScore, QueryBundle, RelatedNodeInfo, TextNode
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
    person, outlet …). With `literal`, a question is asked word for word, as is best for what people or models write
    freely; without, it is in the query language. A node's id is its passage's, its source the document, and its
    metadata are those of `retrieval.described`; a model is told title, date, outlet and URL alone.

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
        super().__init__(**options)
        self._retrieval = Retrieval(collection, k=k, mode=mode, filters=filters or {}, literal=literal)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in self._retrieval(query_bundle.query_str)]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        # What is inherited would search in the event loop, and hold everybody up.
        return await asyncio.to_thread(self._retrieve, query_bundle)


def _node(hit: Hit) -> TextNode:
    return TextNode(
        id_=hit.passage,
        text=hit.text,
        start_char_idx=hit.start,
        end_char_idx=hit.end,
        metadata=described(hit),
        excluded_llm_metadata_keys=_FOR_PROGRAMS,
        excluded_embed_metadata_keys=_FOR_PROGRAMS,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=hit.document.id)},
    )
