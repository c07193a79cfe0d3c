"""What servers call formats."""

from typing import Final

FORMATS: Final = {
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/csv": "csv",
    "text/tab-separated-values": "csv",
    "application/json": "json",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/tei+xml": "tei",
    "application/xml": "tei",
    "text/xml": "tei",
    "application/warc": "warc",
    "application/pdf": "pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/msword": "doc",
    "application/epub+zip": "epub",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/rtf": "rtf",
    "text/rtf": "rtf",
    "application/mbox": "mbox",
    "multipart/related": "mhtml",
    "message/rfc822": "eml",
    "application/zip": "zip",
    "application/x-tar": "tar",
}
"""Media type → the name of the format."""
