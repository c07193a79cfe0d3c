"""The documents that ship with Dragoman: short briefs on diplomatic events, Markdown with front matter."""
