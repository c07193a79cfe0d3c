"""Where passages are encoded: on the processor, or on a graphics card that PyTorch sees.

It is chosen for a process, by DRAGOMAN_DEVICE, and not kept in a collection: the vectors are the same but for the last
bits of the precision that the collection has. Questions are encoded on the processor, which takes them milliseconds.
"""

import os
import re
from collections.abc import Generator
from contextlib import contextmanager

from ...errors import DragomanError

VARIABLE = "DRAGOMAN_DEVICE"
PROCESSOR = "cpu"


def chosen_device() -> str:
    """What this process encodes on: "cpu", "cuda", or one card of several, as in "cuda:1".

    Raises:
        DragomanError: The variable says something else.
    """
    device = os.environ.get(VARIABLE) or PROCESSOR
    if not re.fullmatch(r"cpu|cuda(:(0|[1-9]\d?))?", device):
        raise DragomanError(f"passages cannot be encoded on {device[:40]!r}: it may be cpu, cuda, or as in cuda:1")
    return device


@contextmanager
def encoding_on(device: str) -> Generator[None]:
    """Have this process encode on a device, for as long as the block lasts.

    Args:
        device: See `chosen_device`.

    Raises:
        DragomanError: There is no such kind.
    """
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = device
    try:
        chosen_device()
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before


def check_seen(device: str) -> None:
    """Raise DragomanError if PyTorch, which must be there, sees no such card."""
    import torch

    number = int(device.partition(":")[2] or 0)
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if number >= count:
        seen = f"PyTorch sees {count} of them" if count else "PyTorch sees none"
        raise DragomanError(f"passages cannot be encoded on {device}, for {seen} here: leave --device out, or say cpu")
