"""The line of a text that is nothing but its title."""


def without_title(text: str, title: str) -> str:
    """Take the first line out of a text where it only repeats the title.

    Args:
        text: The text. Empty lines at its beginning are passed over.
        title: Its title, empty if it has none.

    Returns:
        The rest of the text; all of it if its first line says more than the title, or if nothing else is in it. A first
        sentence that the title was made from has a full stop which the title lacks, and so stays.
    """
    first, newline, rest = text.lstrip().partition("\n")
    repeats = newline and title and _plain(first) == _plain(title) and rest.strip()
    return rest.lstrip("\n") if repeats else text


def _plain(line: str) -> str:
    return " ".join(line.split()).casefold()
