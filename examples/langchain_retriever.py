"""Passages for a chain: python examples/langchain_retriever.py [QUESTION]. Needs pip install 'dragoman[langchain]'."""

import sys

from dragoman.index.home import ready
from dragoman.search.langchain import DragomanRetriever

retriever = DragomanRetriever(collection=ready(None), k=3, literal=True, filters={"after": "2025-11"})
for passage in retriever.invoke(" ".join(sys.argv[1:]) or "What did France propose to South Korea?"):
    print(f"[{passage.id}] {passage.metadata['title']} ({passage.metadata['date']})")
    print(f"    {passage.page_content[:200]} …")
