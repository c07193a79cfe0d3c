"""Ask a collection from Python: python examples/python_search.py [QUESTION]."""

import sys

import dragoman
from dragoman.index.home import ready  # the collection named, or else the user's own, at first of the shipped briefs

with dragoman.open_collection(ready(None)) as collection:
    for hit in collection.search(" ".join(sys.argv[1:]) or "Lee Macron strategic partnership", limit=3):
        print(f"{hit.rank}. {hit.document.title} ({hit.document.dates}), {hit.passage}: {hit.reason}")
