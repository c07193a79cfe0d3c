"""What `frozen` makes of a class: what a frozen dataclass with slots is, to whoever uses it."""

import copy
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace

import pytest

from dragoman.frozen import frozen

pytestmark = pytest.mark.unit


@frozen
class Point:
    """A point."""

    across: float
    up: float = 0.0
    names: tuple[str, ...] = field(default=())


@frozen
class Named(Point):
    """A point with a label."""

    label: str = "here"


@frozen
class Partly:
    """What is not all of it compared, hashed or shown."""

    known: int
    counts: dict[str, int] = field(default_factory=dict[str, int], hash=False)
    took: float = field(default=0.0, compare=False)
    secret: str = field(default="", repr=False)


@frozen(kw_only=True, eq=False)
class Apart:
    """What equals itself alone."""

    number: int


@dataclass(frozen=True, slots=True)
class Like:
    """What a point is like."""

    across: float
    up: float = 0.0
    names: tuple[str, ...] = field(default=())


def test_it_is_what_a_dataclass_is() -> None:
    point, like = Point(1.5, names=("a",)), Like(1.5, names=("a",))
    assert repr(point) == repr(like).replace("Like", "Point")
    assert asdict(point) == asdict(like)
    assert [each.name for each in fields(point)] == [each.name for each in fields(like)]
    assert hash(point) == hash(like)
    assert not hasattr(point, "__dict__")
    assert Point.__match_args__ == Like.__match_args__
    assert repr(Named(1)) == "Named(across=1, up=0.0, names=(), label='here')"


def test_what_has_equal_fields_is_equal_unless_it_is_of_another_class() -> None:
    assert Point(1) == Point(1, 0.0)
    assert len({Point(1), Point(1, 0.0), Point(2)}) == 2
    assert Point(1) != Point(2)
    assert Point(1) != Like(1)
    assert Named(1) != Point(1)
    assert Named(1) == replace(Named(2), across=1)
    apart = Apart(number=1)
    assert apart == apart
    assert apart != Apart(number=1)
    with pytest.raises(TypeError):
        Apart(1)  # pyright: ignore[reportCallIssue]


def test_fields_may_be_left_out() -> None:
    some, other = Partly(1, {"a": 1}, took=1, secret="s"), Partly(1, {"a": 1}, took=2, secret="s")
    assert some == other
    assert hash(some) == hash(other) == hash(Partly(1, {"b": 2}, secret="s"))
    assert some != Partly(1, {"b": 2}, secret="s")
    assert some != Partly(1, {"a": 1}, secret="t")
    assert repr(some) == "Partly(known=1, counts={'a': 1}, took=1)"


@pytest.mark.parametrize("made", [copy.copy, copy.deepcopy, lambda each: pickle.loads(pickle.dumps(each)), replace])
def test_copies_are_equal(made: Callable[[Named], Named]) -> None:
    named = Named(1, 2, ("a", "b"), "there")
    assert made(named) == named


@pytest.mark.parametrize(
    "change",
    [
        lambda each: setattr(each, "across", 2),
        lambda each: setattr(each, "label", "there"),
        lambda each: setattr(each, "more", 2),
        lambda each: delattr(each, "across"),
    ],
)
def test_nothing_of_it_changes(change: Callable[[Named], None]) -> None:
    named = Named(1)
    with pytest.raises(FrozenInstanceError):
        change(named)
    assert named == Named(1)
