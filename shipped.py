"""Files that ship with the package, wherever it lies: in a folder, or in a zip archive."""

from pkgutil import get_data


def shipped(package: str, name: str) -> bytes:
    """What a file holds.

    `importlib.resources` could read it too, and takes longer to load than all the tables that a question needs.

    Args:
        package: The package beside whose modules it lies, as their `__package__` says.
        name: What the file is called.

    Raises:
        OSError: It cannot be read.
    """
    content = get_data(package, name)
    if content is None:
        raise FileNotFoundError(f"{package} was loaded by what can load no files, and {name} is needed")
    return content


def shipped_text(package: str, name: str) -> str:
    """What a file of text holds: see `shipped`."""
    return shipped(package, name).decode()
