"""The benchmarks that compare and extrapolate: they say what they measured, and what they could not."""

import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import compare
import growth
import numpy as np
import pytest
import scale
import stand_in
from processes import finish

from dragoman import Collection, Document

TEXTS = [
    "The envoy signed a treaty of peace at the summit. Leaders agreed on trade.",
    "A minister denied that talks on trade had failed. The envoy left.",
    "Peace talks were held in the capital. The leaders signed nothing.",
]


@pytest.fixture
def corpus(make_collection, tmp_path: Path) -> tuple[Path, list[str]]:
    """Three short documents as peers get them, and the documents of the passages."""
    documents = [Document(id=f"d/{n}", title=f"Report {n}", text=text) for n, text in enumerate(TEXTS)]
    collection: Collection = make_collection(documents)
    owners = compare.extract(collection.path, tmp_path / "corpus", 100, ["envoy treaty", "peace talks"])
    return tmp_path / "corpus", owners


@pytest.mark.process
def test_peers_answer_for_themselves_and_a_failure_is_named(corpus, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(compare, "COLD_RUNS", 1)
    folder, owners = corpus
    assert owners == ["d/0", "d/1", "d/2"]
    peers = [compare.Measured("twenty_lines"), compare.Measured("with_whoosh")]
    broken = compare.Measured("with_tantivy", python=Path("/bin/false"))
    indexes = tmp_path / "indexes"
    indexes.mkdir()
    compare.index([*peers, broken], folder, indexes)
    compare.ask_all([*peers, broken], folder, indexes, 2)
    compare.ask_cold([*peers, broken], folder, indexes, "envoy treaty")
    lines, whoosh = peers
    assert [peer.failure for peer in peers] == ["", ""]
    assert broken.failure.startswith("index: ended with 1")
    assert compare.recall(lines.found["vector"], folder, 2) == 1
    assert whoosh.found["keyword"][0][0] == 0
    assert len(whoosh.ms["keyword"]) == len(lines.ms["hybrid"]) == 2
    assert set(whoosh.ms) == {"keyword", "cold by_words"}
    assert lines.figures.keys() == {"index", "peak", "disk", "resident", "own memory"}


@pytest.mark.process
def test_what_peers_get_is_what_the_collection_holds(corpus, tmp_path: Path) -> None:
    folder, _ = corpus
    own = tmp_path / "ours"
    own.mkdir()
    ours = compare.Measured("ours")
    finish(compare.command(ours, "index", folder, own), compare.surroundings(ours)["env"])
    with Collection(own / "ours.idx") as again:
        assert [again.document(each).text for each in again.document_ids()] == TEXTS
    vectors = np.load(folder / "vectors.npy")
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    passages = [json.loads(line) for line in (folder / "passages.jsonl").read_text().splitlines()]
    assert [each["text"] for each in passages] == TEXTS


def test_a_ranking_of_passages_counts_each_document_once() -> None:
    assert compare.ndcg(["a", "a", "b"], {"a": 1, "b": 1}) == 1
    assert compare.ndcg(["c", "a"], {"a": 1}) == pytest.approx(1 / np.log2(3))
    assert compare.ndcg(["c"], {}) == 0


def test_a_ratio_says_how_many_times_ours() -> None:
    assert compare.compared(3.0, 1.5) == "3 (2 ×)"
    assert compare.compared(1500.0, 1500.0) == "1,500"
    assert compare.compared(None, 1.0) == "–"


def test_an_exponent_is_that_of_the_last_three_sizes() -> None:
    sizes = [1e3, 1e4, 1e5, 1e6]
    assert scale.exponent(sizes, [9, 2 * 1e4, 2 * 1e5, 2 * 1e6]) == pytest.approx(1)
    assert scale.exponent(sizes[:2], [1, 100]) == pytest.approx(2)
    assert scale.exponent(sizes, [7, 7, 7, 7]) == pytest.approx(0)


def test_what_is_foretold_has_fixed_costs_and_is_never_less_than_what_was_measured() -> None:
    sizes = [1e5, 1e6]
    assert scale.foretell(sizes, [100 + 1, 100 + 10], 1e7) == pytest.approx(200)
    assert scale.foretell(sizes, [1, 100], 1e7) == pytest.approx(10_000)
    assert scale.foretell(sizes, [3, 2], 1e7) == 2


@pytest.mark.shared("frus-dev", "scale")
def test_texts_go_on_and_on_with_no_two_alike() -> None:
    few, more = (list(stand_in.documents(passages)) for passages in (100, 300))
    assert few == more[: len(few)]
    assert 90 * stand_in.CHARACTERS < sum(len(each["text"]) for each in few) < 200 * stand_in.CHARACTERS
    assert len({each["id"] for each in more}) == len(more)


def test_texts_are_dealt_out_anew_once_they_are_over(tmp_path: Path) -> None:
    import lzma

    for name, initial in zip(stand_in.TEXTS, "ab", strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        records = [
            dict.fromkeys(("title", "date", "place", "source"), "")
            | {"id": f"{initial}{n}", "text": " ".join(f"Sentence {initial}{n}{m}." for m in range(30))}
            for n in range(4)
        ]
        with lzma.open(tmp_path / name, "wt") as file:
            file.write("".join(json.dumps(each) + "\n" for each in records))
    every = list(stand_in.documents(10, shared=tmp_path))
    originals, again = every[:8], every[8:16]
    assert [each["id"] for each in originals[:4]] == ["a0", "b0", "a1", "b1"]
    assert [each["id"] for each in again[:4]] == ["a0~1", "b0~1", "a1~1", "b1~1"]
    assert sorted(" ".join(each["text"] for each in originals).split()) == sorted(
        " ".join(each["text"] for each in again).split()
    )
    assert all(before["text"] != after["text"] for before, after in zip(originals, again, strict=True))
    assert all(
        before["text"].count(".") == after["text"].count(".") for before, after in zip(originals, again, strict=True)
    )


@pytest.mark.process
def test_a_process_that_fails_says_why_and_one_that_hangs_is_ended() -> None:
    done = finish([sys.executable, "-c", "print('x' * 3)"])
    assert done.output == "xxx\n"
    assert done.peak > 1
    with pytest.raises(OSError, match="ended with 3 after 0 s: so it is"):
        finish([sys.executable, "-c", "import sys; print('so it is', file=sys.stderr); sys.exit(3)"])
    with pytest.raises(OSError, match="ended with -9"):
        finish([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.5)


def test_growth_is_drawn_as_far_as_it_was_measured() -> None:
    rows = [
        ["hybrid, p50, ms", "2", "20", "1.00", "200"],
        ["keyword, p50, ms", "2", "21", "1.02", "210"],
        ["what nobody draws", "1", "1", "0.00", "1"],
    ]
    columns = ["", "1,000 passages", "10,500 passages", "exponent", "10 million, on paper"]
    picture = growth.draw({"columns": columns, "rows": rows})
    root = ElementTree.fromstring(picture)
    lines = [each for each in root.iter() if each.get("class", "").startswith("line")]
    assert [each.get("d", "").count("L") for each in lines] == [1, 1]
    labels = {
        each.text: float(each.get("y", 0)) for each in root.iter() if each.text in ("hybrid, p50", "keyword, p50")
    }
    assert abs(labels["hybrid, p50"] - labels["keyword, p50"]) >= growth.APART
    assert "up to 10,500 passages" in root.get("aria-label", "")


def test_labels_keep_apart_and_stay_within_the_panel() -> None:
    low = growth.HEIGHT - growth.BOTTOM
    placed = growth.spread([low, low - 1.0, 50.0])
    assert max(placed) <= low
    assert sorted(placed) == [placed[2], placed[1], placed[0]]
    assert placed[0] - placed[1] >= growth.APART
    assert growth.spread([]) == []
