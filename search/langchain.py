"""A collection as a retriever of LangChain: where programs import it from."""

from .retrievers.langchain import DragomanRetriever as DragomanRetriever
