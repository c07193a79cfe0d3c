"""A few documents that questions are judged on."""

from typing import Final

from dragoman.corpus.document import Document

SENTENCES: Final = {
    "v1/fish": "The envoys discussed fisheries.",
    "v1/hotline": "The minister proposed a hotline. The envoys welcomed the hotline.",
    "v2/hotline": "Nobody had heard of the hotline before.",
    "v2/trade": "The summit agreed on trade and the treaty was signed.",
    "v22/trade": "The treaty on trade was not signed after all.",
}
DOCUMENTS: Final = [Document(id=name, title=name.title(), text=text) for name, text in SENTENCES.items()]
