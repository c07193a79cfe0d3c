"""A collection as a retriever of LlamaIndex: where programs import it from."""

from .retrievers.llamaindex import DragomanRetriever as DragomanRetriever
