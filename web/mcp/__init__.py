"""A collection as tools for language models: a server of the Model Context Protocol."""

from .serving import server as server
