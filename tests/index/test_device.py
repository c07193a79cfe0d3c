"""Encoding on a graphics card: that it gives what the processor gives, and what is told where there is none."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from dragoman.corpus.document import Document, Passage, Span
from dragoman.errors import DragomanError, MissingExtra
from dragoman.index.encoding import forward
from dragoman.index.encoding.device import VARIABLE, chosen_device, encoding_on
from dragoman.index.encoding.forward import ChainModel
from dragoman.index.encoding.model import DEFAULT_MODEL, resolve_model
from dragoman.index.encoding.passage_encoder import PassageEncoder
from support.programs import only_line

if TYPE_CHECKING:
    from support.programs import Programs, Ran

pytestmark = pytest.mark.collection

LETTER = "The envoy arrived in Geneva. Talks on fisheries began."


def has_card() -> bool:
    """Whether PyTorch sees a graphics card."""
    import torch

    return torch.cuda.is_available()


def without_card() -> None:
    """Skip the test where there is a card."""
    if has_card():
        pytest.skip("about graphics cards: there is one")


def test_a_card_encodes_as_the_processor_does() -> None:
    if not has_card():
        pytest.skip("about graphics cards: PyTorch sees none")
    text = f"{LETTER} " * 40
    passages = [
        (n, Passage(Document(str(n), title="Despatch", text=text[: 40 * n]), 0, 40 * n, (Span(0, 40 * n),)))
        for n in range(1, 40)
    ]
    ours, theirs = (
        np.array([each.vector for each in PassageEncoder(device=device).encode(passages)]) for device in ("cpu", "cuda")
    )
    assert (ours * theirs).sum(axis=1).min() >= 0.9999


@pytest.mark.parametrize("device", ["cuda", "cuda:7"])
def test_a_card_that_is_not_there_is_told_and_nothing_is_changed(
    here: Callable[..., "Ran"], tmp_path: Path, device: str
) -> None:
    without_card()
    (tmp_path / "letter.txt").write_text(LETTER)
    folder = tmp_path / "c.idx"
    said = only_line(here("index", tmp_path / "letter.txt", "--collection", folder, "--device", device))
    assert said.startswith(f"passages cannot be encoded on {device}, for PyTorch sees none here: leave --device out")
    assert not folder.exists()
    assert here("index", tmp_path / "letter.txt", "--collection", folder, "--device", "cpu").code == 0
    (tmp_path / "other.txt").write_text("Quotas of herring were agreed in Bergen.")
    only_line(here("add", tmp_path / "other.txt", "--collection", folder, "--device", device))
    assert "documents   1\n" in here("status", "--collection", folder).out
    assert here("add", tmp_path / "other.txt", "--collection", folder).code == 0  # the choice was for that command


def test_what_is_no_device_is_told_and_so_is_the_variable(programs: "Programs", tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text(LETTER)
    index = "dragoman", "index", tmp_path / "letter.txt", "--collection", tmp_path / "c.idx"
    for ran in (programs(*index, "--device", "tpu"), programs(*index, DRAGOMAN_DEVICE="tpu")):
        assert only_line(ran) == "passages cannot be encoded on 'tpu': it may be cpu, cuda, or as in cuda:1"


def test_a_device_is_chosen_for_as_long_as_the_block_lasts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with encoding_on("cuda:1"):
        assert chosen_device() == "cuda:1"
    assert chosen_device() == "cpu"
    assert VARIABLE not in os.environ
    monkeypatch.setenv(VARIABLE, "cuda")
    with encoding_on("cpu"):
        assert chosen_device() == "cpu"
    assert chosen_device() == "cuda"


def test_without_pytorch_a_card_is_of_no_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forward, "has_sentence_transformers", lambda: False)
    with pytest.raises(MissingExtra, match=r"encoding on cuda takes Sentence Transformers: .*leave --device out"):
        forward.load(DEFAULT_MODEL, resolve_model(DEFAULT_MODEL), "float32", "cuda")


def test_what_a_card_cannot_do_is_told_with_what_to_do(tiny_models: tuple[Path, Path]) -> None:
    model = forward.load(str(tiny_models[0]), tiny_models[0], "float32")
    assert isinstance(model, ChainModel)
    model.device = "meta"  # where PyTorch has shapes and no numbers: the weights are elsewhere
    ones = np.ones((1, 4), np.int64)
    for embed in (model.embed, model.embed_tokens):
        with pytest.raises(DragomanError, match=r"meta cannot encode: .*`dragoman encode --device cpu`"):
            embed(ones, ones)
