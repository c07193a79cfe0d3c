"""Passages for a query engine: python examples/llamaindex_retriever.py [QUESTION].

Needs the extra: pip install 'dragoman[llamaindex]'. A query engine takes the retriever as any other:
`RetrieverQueryEngine.from_args(retriever, llm=…)`.
"""

import sys

from dragoman.index.home import ready
from dragoman.search.llamaindex import DragomanRetriever

retriever = DragomanRetriever(ready(None), k=3, literal=True, filters={"after": "2025-11"})
for found in retriever.retrieve(" ".join(sys.argv[1:]) or "What did France propose to South Korea?"):
    print(f"[{found.node_id}] {found.metadata['title']} ({found.metadata['date']}), score {found.score:.2f}")
    print(f"    {found.text[:200]} …")
