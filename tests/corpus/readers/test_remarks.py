"""What a reader has to say of a document that it reads all the same: counted by kind, and told with examples."""

from dragoman.corpus.document import Document, Remark
from dragoman.index.writing.tally import MOST_UNUSED, OTHERS, Tally
from dragoman.search.cli.reports import remark_lines

REPLACED = "bytes that are no UTF-8 were replaced"


def counted(*documents: Document) -> Tally:
    tally = Tally()
    for each in documents:
        tally.count_remarks(each)
    return tally


def remarked(name: str, *remarks: Remark) -> Document:
    return Document(id=name, text="Text.", origin=name, remarks=remarks)


def test_remarks_of_a_kind_are_one_line_with_a_few_examples() -> None:
    documents = [remarked(f"{number}.txt", Remark(REPLACED, f"{number}")) for number in range(1, 6)]
    left_open = remarked("x.md", Remark("date was left open", "'n.d.'"), Remark("date was left open", "'soon'"))

    assert remark_lines(counted(*documents, left_open).report()) == [
        f"{REPLACED} in 5 documents: 1.txt (1), 2.txt (2), 3.txt (3), …",
        "date was left open in 1 document: x.md ('n.d.')",
    ]


def test_a_remark_is_no_part_of_a_document() -> None:
    plain, told = remarked("a"), remarked("a", Remark(REPLACED))

    assert plain == told
    assert plain.content_hash == told.content_hash
    assert "remarks" not in told.description()


def test_no_more_kinds_of_remarks_are_kept_than_anybody_would_read() -> None:
    report = counted(*(remarked("x", Remark(f"kind {number}")) for number in range(MOST_UNUSED + 5))).report()

    assert len(report.remarks) == MOST_UNUSED + 1
    assert (list(report.remarks)[-1], report.remarks[OTHERS].documents) == (OTHERS, 5)


def test_no_line_steers_a_terminal() -> None:
    (line,) = remark_lines(counted(remarked("a", Remark("k", "\x1b[31m\nred"))).report())

    assert "\x1b" not in line
    assert "\n" not in line
