"""Tuning: fit the ranking's settings to judged questions, and find out on held-out ones whether that is worth it.

The settings are changed one after the other, each to the value at which the questions gain most, less a cost for the
distance from the defaults: few judgments move little. A gain on the same questions that settings were fitted to proves
nothing, so others are held out:

- of many questions, one half; the settings fitted to the other half are measured on it;
- of fewer, each part in its turn, so that all of them count: the settings fitted to the rest are measured on it. Those
  that the collection gets are then fitted to all.

New settings are worth having if the held-out questions gain more than rounding and chance explain.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...errors import DragomanError
from ...index.analysis import FIELDS
from ...index.reading.view import View
from ..ranking.fusion import FUSIONS
from ..ranking.settings import Settings, settings_of
from ..stores.folder_store import FolderStore
from ..stores.protocol import refuse_damaged
from .evaluate import Case, answerable
from .judgments import JudgedSet
from .measures import randomisation_test
from .trials import Trials

LEAST_GAIN = 0.002
"""New settings must gain this much nDCG@10 on average, held out: less is rounding."""

LARGEST_CHANCE = 0.05
"""The probability of such a gain by chance alone must not be larger. Few questions need a large gain to pass."""

HALVED_FROM = 400
"""One half of this many questions is enough to fit settings to, and the other to judge them by."""

PARTS = 5
"""How many parts are held out in turn; of fewer than twice as many questions, each by itself."""

TELLING = 50
"""With fewer questions than this, only a large gain can be told from chance."""

STEP_COST = 0.15
"""What a change from the default costs: this times the square of its steps, in nDCG summed over questions."""


class Dial(NamedTuple):
    """A setting that is tuned, by its name within Settings, and the values that it may be given, in order."""

    name: str
    values: tuple[Any, ...]

    def get(self, settings: Settings) -> Any:
        """The setting's value."""
        name, _, field = self.name.partition(" ")
        if name in ("b", "weights"):
            return getattr(settings.bm25f, name)[FIELDS.index(field)]
        return getattr(settings.bm25f if name == "k1" else settings, name)

    def turned(self, settings: Settings, value: Any) -> Settings:
        """The settings with another value of this one."""
        name, _, field = self.name.partition(" ")
        if name in ("b", "weights"):
            values = list(getattr(settings.bm25f, name))
            values[FIELDS.index(field)] = value
            value = tuple(values)
        if name in ("b", "weights", "k1"):
            return replace(settings, bm25f=replace(settings.bm25f, **{name: value}))
        return replace(settings, **{name: value})

    def steps(self, settings: Settings) -> float:
        """How many of the values lie between the setting's default and what it is; in between, a fraction."""
        default, value = self.get(_DEFAULTS), self.get(settings)
        if isinstance(value, str):
            return 2.0 if value != default else 0.0
        positions = np.arange(len(self.values))
        return float(np.diff(np.interp([default, value], self.values, positions))[0])


_DEFAULTS = Settings()
_DEPTHS = (100, 200, 500, 1000)  # deeper ones would make every question slower

_WEIGHTS = (
    Dial("keyword_weight", (0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0)),
    Dial("prose_discount", (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)),
    Dial("lack_discount", (0.0, 0.3, 0.6, 0.9, 1.0)),
    Dial("document_weight", (0.0, 0.3, 0.6, 0.8, 1.0, 1.3, 1.7, 2.2, 3.0)),
    Dial("pair_weight", (0.0, 0.2, 0.4, 0.6, 0.8, 1.1, 1.5, 2.0)),
    Dial("depth", _DEPTHS),
    Dial("fusion", tuple(FUSIONS)),
)
_BM25F = (
    Dial("k1", (0.5, 0.7, 0.9, 1.2, 1.6)),
    Dial("b text", (0.2, 0.3, 0.4, 0.55, 0.75)),
    Dial("weights title", (0.5, 1.0, 1.5, 2.0, 3.0)),
    Dial("weights notes", (0.2, 0.5, 0.8, 1.0, 1.3)),
    Dial("weights about", (0.2, 0.5, 0.8, 1.0, 1.5)),
    Dial("b title", (0.0, 0.15, 0.3, 0.5, 0.75)),
)
DIALS = (*_WEIGHTS, *_BM25F)
"""All that is tuned."""


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the questions, and what they score before and after tuning.

    Attributes:
        rows: Their rows among the cases.
        before: float64 [rows], nDCG@10 with the present settings.
        after: float64 [rows], nDCG@10 with the new ones.
    """

    rows: NDArray[np.intp]
    before: NDArray[np.float64]
    after: NDArray[np.float64]

    @property
    def gain(self) -> float:
        """How much is gained on average."""
        return float((self.after - self.before).mean())


@dataclass(frozen=True, slots=True)
class Tuned:
    """The outcome of tuning.

    Attributes:
        judged: The judged set.
        cases: The questions that count.
        unheld: As in Evaluation.
        missing: As in Evaluation.
        present: The settings that the collection has.
        settings: Those that suit the questions best; the present ones if no others do.
        parts: How many parts were held out in turn; 0 if one half was held out once.
        fitted: What the questions score that `settings` were fitted to.
        held_out: What the held-out questions score; in turn, each part by settings that were fitted to the others.
        chance: How probable a gain or loss as large as the held-out questions' would be by chance alone.
    """

    judged: JudgedSet
    cases: tuple[Case, ...]
    unheld: tuple[str, ...]
    missing: int
    present: Settings
    settings: Settings
    parts: int
    fitted: Part
    held_out: Part
    chance: float

    @property
    def pays(self) -> bool:
        """Whether the new settings are worth having."""
        return self.settings != self.present and self.held_out.gain >= LEAST_GAIN and self.chance <= LARGEST_CHANCE


def tune(
    path: Path,
    judged: JudgedSet,
    *,
    halved_from: int = HALVED_FROM,
    progress: Callable[[float], None] | None = None,
) -> Tuned:
    """Fit the settings of the collection in a folder to a judged set. The collection stays as it is.

    Args:
        path: The collection's folder.
        judged: The questions, and what answers them.
        halved_from: From so many questions on, one half is held out once; below, each part is held out in its turn.
        progress: Called with the share of the work that is done, from 0 to 1.

    Returns:
        The settings that suit the questions, and what they are worth on those held out.

    Raises:
        UnreadableSource: If the collection holds no answer to any question.
    """
    cases, unheld, missing = answerable(path, judged)
    store = FolderStore(path)
    try:
        view = store.view
        refuse_damaged(view.info.left_out)
        present = settings_of(view.info.ranking)
        if present.reranker:
            raise DragomanError("a collection with a reranker cannot be tuned: take the reranker out of its settings")
        find = _fit_half if len(cases) >= halved_from else _fit_in_turn
        settings, fitted, held_out, turns = find(view, cases, present, progress or (lambda _: None))
    finally:
        store.close()
    chance = randomisation_test(held_out.after - held_out.before)
    return Tuned(judged, cases, unheld, missing, present, settings, turns, fitted, held_out, chance)


def _fit_half(
    view: View, cases: Sequence[Case], present: Settings, progress: Callable[[float], None]
) -> tuple[Settings, Part, Part, int]:
    """Settings fitted to one half of the questions, and what both halves score."""
    first, second = parts(cases, 2)
    trials = _trials(view, [cases[int(row)] for row in first], present)
    (settings,) = fit(trials, present, [np.arange(len(first))], lambda share: progress(0.95 * share))
    others = _trials(view, [cases[int(row)] for row in second], present)
    others.measure([present, settings], progress=lambda share: progress(0.95 + 0.05 * share))
    fitted = Part(first, trials.values(present), trials.values(settings))
    return settings, fitted, Part(second, others.values(present), others.values(settings)), 0


def _fit_in_turn(
    view: View, cases: Sequence[Case], present: Settings, progress: Callable[[float], None]
) -> tuple[Settings, Part, Part, int]:
    """Settings fitted to all questions, what these score, and what each part does with those fitted to the others."""
    shares = parts(cases, PARTS if len(cases) >= 2 * PARTS else len(cases))
    every = np.arange(len(cases))
    trials = _trials(view, cases, present)
    *without, settings = fit(trials, present, [*(np.setdiff1d(every, share) for share in shares), every], progress)
    before, after = trials.values(present), np.zeros(len(cases))
    for share, others in zip(shares, without, strict=True):
        after[share] = trials.values(others)[share]
    return settings, Part(every, before, trials.values(settings)), Part(every, before, after), len(shares)


def _trials(view: View, cases: Sequence[Case], present: Settings) -> Trials:
    return Trials(view, cases, {present.depth, *_DEPTHS}, variants=present.variants, spellings=present.spellings)


def parts(cases: Sequence[Case], many: int) -> list[NDArray[np.intp]]:
    """Divide questions into parts, each class of questions evenly.

    Args:
        cases: The questions.
        many: How many parts.

    Returns:
        The rows of each part, ascending. They are random, but the same in each run.
    """
    count = len(cases)
    lot = np.random.default_rng(0).permutation(count)
    groups = np.unique([case.question.group for case in cases], return_inverse=True)[1]
    order = np.lexsort((lot, groups))
    return [np.sort(order[first::many]) for first in range(many)]


def fit(
    trials: Trials, start: Settings, parts: Sequence[NDArray[np.intp]], progress: Callable[[float], None]
) -> list[Settings]:
    """Find the settings that suit some questions best, for several sets of them at once.

    All sets take each step together, as they mostly try the same settings, which are then measured once. Weights are
    cheap to try, and are changed one after the other, twice. A change of BM25F scores every passage anew, so each of
    its settings is tried once by itself, and then the best values of all of them together.

    Args:
        trials: What settings are worth on the questions.
        start: The settings to start from.
        parts: The rows of each set of questions.
        progress: Called with the share of the work that is done, from 0 to 1.

    Returns:
        The settings for each set.
    """
    found = _turn(trials, [start] * len(parts), parts, (*_WEIGHTS, *_WEIGHTS), lambda share: progress(0.1 * share))
    lines = [[_line(dial, settings) for dial in _BM25F] for settings in found]
    every = [settings for own in lines for line in own for settings in line]
    trials.measure(every, keep={start.bm25f}, progress=lambda share: progress(0.1 + 0.7 * share))
    ends: list[list[Settings]] = []
    for settings, own, rows in zip(found, lines, parts, strict=True):
        best = [_best(trials, line, rows) for line in own]
        together = settings
        for dial, alone in zip(_BM25F, best, strict=True):
            together = dial.turned(together, dial.get(alone))
        ends.append([settings, *best, together])
    last = [end[-1] for end in ends]
    trials.measure(last, keep={each.bm25f for each in last}, progress=lambda share: progress(0.8 + 0.1 * share))
    found = [_best(trials, end, rows) for end, rows in zip(ends, parts, strict=True)]
    return _turn(trials, found, parts, (*_WEIGHTS, *_WEIGHTS), lambda share: progress(0.9 + 0.1 * share))


def _turn(
    trials: Trials,
    found: list[Settings],
    parts: Sequence[NDArray[np.intp]],
    dials: Sequence[Dial],
    progress: Callable[[float], None],
) -> list[Settings]:
    """The settings of each part after turning one after the other to where it suits the part best."""
    for number, dial in enumerate(dials):
        lines = [_line(dial, settings) for settings in found]
        trials.measure(
            (settings for line in lines for settings in line),
            keep={settings.bm25f for settings in found},
            progress=lambda share, done=number: progress((done + share) / len(dials)),
        )
        found = [_best(trials, line, rows) for line, rows in zip(lines, parts, strict=True)]
    progress(1.0)
    return found


def _line(dial: Dial, settings: Settings) -> list[Settings]:
    """The settings with each value of one of them, beginning with what they are."""
    values = dict.fromkeys((dial.get(_DEFAULTS), *dial.values))
    return [settings, *(dial.turned(settings, value) for value in values if value != dial.get(settings))]


def _best(trials: Trials, line: Iterable[Settings], rows: NDArray[np.intp]) -> Settings:
    """The settings that suit some questions best, their distance from the defaults deducted; the first of equals."""
    return max(line, key=lambda settings: round(float(trials.values(settings)[rows].sum()) - cost(settings), 9))


def cost(settings: Settings) -> float:
    """What the distance of settings from the defaults costs, in nDCG summed over questions."""
    return STEP_COST * sum(dial.steps(settings) ** 2 for dial in DIALS)
