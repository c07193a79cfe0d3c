"""Cutting a text: into sentences, paragraphs, and the passages that are indexed."""
