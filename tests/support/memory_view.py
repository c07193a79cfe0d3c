"""A view of documents in memory, by brute force in plain Python: what the contract of views is held against.

Every line of a document is a passage, as on a `Shelf`. Nothing is shared with the local view but the formulas.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import product

import numpy as np
from numpy.typing import NDArray

from dragoman.corpus.document import DateInterval, Document, Span
from dragoman.corpus.fields import Fields, description_of
from dragoman.corpus.scripts import script_of
from dragoman.index import constraints
from dragoman.index.analysis import ABOUT, FIELDS, analyze, fold, lower
from dragoman.index.constraints import Constraint
from dragoman.index.encoding.floors import Floors
from dragoman.index.reading.facets import Dated, FacetColumn, Facets, FacetValue, histogram
from dragoman.index.reading.plan import (
    FAINT,
    LACK,
    NEARNESS,
    OTHERWISE,
    OVERLAP,
    Beginning,
    Days,
    Deadline,
    Lookup,
    Meaning,
    Pattern,
    Plan,
    SameWord,
    Slip,
    Sort,
    Words,
    which_answer,
)
from dragoman.index.reading.view import Candidates, Contribution, Folded, Found, Info, Located, Opened, Weighed
from dragoman.index.segments.bm25f import BM25F, idf
from dragoman.index.segments.described import description_terms
from dragoman.index.terms import is_written_so, stems, tells
from dragoman.index.units import Confined, Unit, Word, terms_of

from .shelf import DIMENSION, SENTENCE, made_up_vector


class _Passage:
    def __init__(self, document: Document, span: Span, fields: Fields) -> None:
        self.document, self.span = document, span
        text = document.text[span.start : span.end]
        self.vector = made_up_vector(document.id, text)
        notes = [note.text for note in document.notes_in(span)]
        sentences = [[document.title], re.split(r"(?<=[.!?]) ", text), notes]
        by_sentence = [[[token.term for token in analyze(each)] for each in field] for field in sentences]
        self.fields = [[term for sentence in field for term in sentence] for field in by_sentence]
        self.sentences = [[n for n, sentence in enumerate(field) for _ in sentence] for field in by_sentence]
        self.language = document.language or "en"
        about = description_terms(document, fields)
        self.fields.append(about)
        self.sentences.append([0] * len(about))
        own, others = [document.title, text, *notes], [value for _, value in description_of(document, fields)]
        self.written = {(t.term, part[t.start : t.end]) for part in own for t in analyze(part)}
        self.written |= {(t.term, part[t.start : t.end]) for part in others for t in analyze(part) if t.term in about}

    def counts(self, unit: Unit) -> NDArray[np.int64]:
        """How often each field holds a unit: [fields]."""
        return np.array(
            [
                len(occurrences(terms, unit.within(self.language), sentences)) if unit.field in ("", name) else 0
                for name, terms, sentences in zip(FIELDS, self.fields, self.sentences, strict=True)
            ]
        )


def occurrences(terms: Sequence[str], unit: Unit, sentences: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last token of each occurrence of a unit in a field, found by trying everything."""
    found = [each for form in unit.forms for each in _strayed(terms, form, unit.slop)]
    if unit.near is None:
        return found
    others = occurrences(terms, unit.near.unit, sentences)

    def is_near(this: tuple[int, int], other: tuple[int, int]) -> bool:
        left, right = sorted((this, other))
        if left[1] >= right[0]:
            return False
        if unit.near and unit.near.words is not None:
            return right[0] - left[1] - 1 <= unit.near.words
        return sentences[left[1]] == sentences[right[0]]

    return [this for this in found if any(is_near(this, other) for other in others)]


def _strayed(terms: Sequence[str], form: Sequence[Word], slop: int) -> list[tuple[int, int]]:
    """The shortest stretches whose words are where a form wants them, give or take `slop`; see `Unit.slop`."""
    offsets = [offset for offset, one in enumerate(form) if "*" not in one]
    choices = [[at for at, term in enumerate(terms) if term in form[offset]] for offset in offsets]
    windows: set[tuple[int, int]] = set()
    for chosen in product(*choices):
        begins = [at - offset for at, offset in zip(chosen, offsets, strict=True)]
        if len(set(chosen)) == len(chosen) and max(begins) - min(begins) <= slop:
            windows.add((min(begins), max(begins)))
    shortest = [
        (low, high)
        for low, high in sorted(windows)
        if not any(low <= other[0] and other[1] <= high and other != (low, high) for other in windows)
    ]
    return [(low, high + len(form) - 1) for low, high in shortest]


class MemoryView:
    """See the module. `copies` has the group of each document that has near-copies, by id."""

    def __init__(
        self, documents: Iterable[Document], *, fields: Fields | None = None, copies: Mapping[str, int] | None = None
    ) -> None:
        # In the order of ids and starts, so that a stable sort breaks ties as it should.
        self._all = [
            _Passage(document, span, fields or Fields())
            for document in sorted(documents, key=lambda each: each.id)
            for span in _lines(document.text)
        ]
        self._copies = copies or {}
        self._lengths = np.array([[len(field) for field in each.fields] for each in self._all]).reshape(-1, len(FIELDS))
        self._vocabulary = {term for each in self._all for field in each.fields for term in field}
        languages = frozenset(each.document.language or "en" for each in self._all)
        scripts = frozenset(script_of(term[0]) for term in self._vocabulary) - {""}
        self.info = Info(
            0, len(self._all), languages, fields or Fields(), frozenset(), Floors(0.2, 0.1), None, scripts=scripts
        )

    def terms(self, lookups: Sequence[Lookup], deadline: Deadline) -> list[Word]:
        deadline.check()
        return [
            self._same_word(*lookup)
            if isinstance(lookup, SameWord)
            else frozenset(term for term in self._vocabulary if self._answers(term, lookup))
            for lookup in lookups
        ]

    def _same_word(self, term: str, written: str) -> Word:
        found: dict[str, set[str]] = {}
        for language in self.info.languages:
            here = [each.written for each in self._all if each.language == language]
            stems_of = {
                other: set[str]().union(*(stems(other, [raw], language) for t, raw in set().union(*here) if t == other))
                for other in {t for each in here for t, _ in each}
            }
            wanted = stems(term, [written] if written else [], language)
            if not written or lower(written, language) == term:
                wanted |= set[str]().union(
                    *(stems(term, [raw], language) for each in here for t, raw in each if t == term)
                )
            for other, own in stems_of.items():
                if own & wanted:
                    found.setdefault(other, set()).add(language)
        return frozenset(Confined(other, frozenset(held)) for other, held in found.items())

    def _answers(self, term: str, lookup: Lookup) -> bool:
        match lookup:
            case Pattern(pattern, field):
                wanted = "".join(part if part in "*?" else fold(part) for part in pattern)
                return fnmatchcase(term, wanted) and self._is_in(term, field)
            case Beginning(prefix):
                return term.startswith(prefix) and term != prefix and tells(term)
            case Slip(word):
                return term.isalpha() and _alike(word, term) and (_edits(term, word) == 1 or _exchanged(term, word))
            case SameWord():
                return False  # which is not a matter of one term: see `_same_word`
            case _:
                return _edits(term, lookup.term) <= lookup.edits and self._is_in(term, lookup.field)

    def _is_in(self, term: str, field: str) -> bool:
        return not field or any(term in each.fields[FIELDS.index(field)] for each in self._all)

    def common_terms(self, lookup: Lookup, limit: int) -> list[tuple[str, int]]:
        terms = terms_of(self.terms([lookup], Deadline())[0])
        counted = [(term, sum(any(term in field for field in each.fields) for each in self._all)) for term in terms]
        return sorted(counted, key=lambda each: (-each[1], each[0]))[:limit]

    def written(self, term: str) -> list[tuple[str, int]]:
        every = [{lower(raw, each.language) for t, raw in each.written if t == term} for each in self._all]
        counted = Counter(spelling for some in every for spelling in some)
        return sorted(counted.items(), key=lambda each: (-each[1], each[0]))

    def values(self, field: str, beginning: str, limit: int) -> list[tuple[str, int]]:
        wanted = " " + " ".join(token.term for token in analyze(beginning)).lower()
        counted = _values(self._all, self.info.fields[field].values)
        return [
            (value, count)
            for value, count in sorted(counted.items(), key=lambda each: (-each[1], each[0]))
            if wanted in " " + " ".join(token.term for token in analyze(value)).lower()
        ][:limit]

    def _satisfies(self, passage: _Passage, constraint: Constraint) -> bool:
        document = passage.document
        match constraint:
            case constraints.Holds(unit):
                return bool(passage.counts(unit).any())
            case constraints.Has(field, wanted, exact):
                words = {token.term for token in analyze(wanted)}
                values = [value for value in self.info.fields[field].values(document) if value]
                return any(value == wanted if exact else words <= _words(value) for value in values) and bool(words)
            case constraints.Between(field, low, high, days):
                values = self.info.fields[field].values(document)
                return any(low <= (_day(value) if days else float(value)) <= high for value in values)
            case constraints.Of(identity):
                return document.id == identity
            case constraints.Dated(first, last):
                dates = document.dates
                return dates is not None and not (first and dates.last < first) and not (last and dates.first > last)
            case constraints.Undated():
                return document.dates is None
            case constraints.Not(negated):
                return not self._satisfies(passage, negated)
            case constraints.AllOf(parts):
                return all(self._satisfies(passage, part) for part in parts)
            case constraints.AnyOf(parts):
                return any(self._satisfies(passage, part) for part in parts)

    def candidates(self, plan: Plan, depth: int, deadline: Deadline) -> Candidates:
        deadline.check()
        rows = [row for row, each in enumerate(self._all) if self._satisfies(each, plan.constraint)]
        dates = any(isinstance(part, constraints.Dated) for part in plan.constraint.constraints)
        others = [part for part in plan.constraint.constraints if not isinstance(part, constraints.Dated)]
        without = [row for row, each in enumerate(self._all) if self._satisfies(each, constraints.AllOf((*others,)))]
        undated = [row for row in without if self._all[row].document.dates is None] if dates else []
        weighed: tuple[Weighed, ...] = ()
        scores: dict[str, NDArray[np.float64]] = {}
        matching: dict[str, NDArray[np.bool_]] = {}
        evidence: dict[str, NDArray[np.float64]] = {}
        mass = np.zeros(len(self._all))
        admitted = np.isin(np.arange(len(self._all)), rows)
        for name, request in plan.legs.items():
            if isinstance(request, Words):
                weighed = self._weighed(request)
                evidence[name], held, mass = self._words(request, weighed)
                undated = [row for row in undated if held[row]]
                scores[name], matching[name] = evidence[name][0], admitted & held
            elif isinstance(request, Meaning):
                cosines = np.array([float(each.vector @ request.vector) for each in self._all])
                near = cosines >= max(request.floor, request.nearness * cosines.max(initial=0))
                evidence[name] = scores[name] = cosines
                evidence[name], matching[name] = cosines[np.newaxis], admitted & near
            elif isinstance(request, Days):
                evidence[name] = np.array([_in_time(each.document, request) for each in self._all]).reshape(-1, 2).T
                scores[name] = evidence[name][NEARNESS]
                matching[name] = admitted & (evidence[name][OVERLAP] > 0) & request.alone
        leading = {name: _best(scores[name], matching[name], admitted, depth, name) for name in scores}
        if "date" in leading and not matching["date"].any():  # it leads where its passages are few
            of_date = admitted & (evidence["date"][OVERLAP] > 0)
            leading["date"] = _best(scores["date"], of_date, admitted, depth, "date") if of_date.sum() <= depth else []
        pool = sorted({row for best in leading.values() for row in best})
        numbers = np.array([row for row in pool if any(matching[name][row] for name in scores)], np.int64)
        found = {
            name: Found(
                evidence[name][:, numbers],
                matching[name][numbers],
                np.array([leading[name].index(row) + 1 if row in leading[name] else 0 for row in numbers], np.int64),
            )
            for name in scores
        }
        near = matching.get("meaning", np.zeros(len(self._all), bool))
        cut = len(leading.get("meaning", [])) == depth and bool(near[leading["meaning"][-1]])
        every = matching.get("keyword", np.zeros(len(self._all), bool)).copy() if scores else admitted
        every |= matching.get("date", every)
        every[numbers] = True
        keys = scores.get("keyword", np.zeros(len(self._all)))
        if "date" in scores:
            keys = np.where(matching.get("keyword", False), keys, scores["date"])
        worth = np.zeros(len(self._all)) if scores else np.ones(len(self._all))
        for name, request in plan.legs.items():
            if isinstance(request, Words):
                demanded = [each for each in weighed if each.unit not in request.optional]
                worth += mass / max(sum(each.idf for each in demanded), 1e-9)
                worth -= np.clip((evidence[name][LACK] - 0.2) / 0.2, 0, 1)
            elif isinstance(request, Meaning):
                compared = np.isin(np.arange(len(self._all)), pool)
                among = scores[name] if request.nearness else scores[name][pool]
                worth += compared * np.maximum(scores[name], 0) / max(among.max(initial=0), 1e-9)
            elif isinstance(request, Days):
                worth += matching[name]
        matches = _Matches(self, np.flatnonzero(every), numbers, keys, worth)
        return Candidates(numbers, found, weighed, len(undated), cut, matches)

    def _weighed(self, request: Words) -> tuple[Weighed, ...]:
        holding = [(unit, sum(bool(each.counts(unit).any()) for each in self._all)) for unit in request.units]
        weighed = [
            Weighed(unit, many, idf(len(self._all), many) * (FAINT if unit in request.faint else 1) if many else 0.0)
            for unit, many in holding
        ]
        return tuple(sorted(weighed, key=lambda each: -each.idf))

    def _words(
        self, request: Words, weighed: Sequence[Weighed]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
        """The evidence of the keyword leg, of which this view has only the passages' own and what they lack; and who
        holds enough."""
        rows, mass, mass_of_all = np.zeros((5, len(self._all))), np.zeros(len(self._all)), np.zeros(len(self._all))
        for each in weighed:
            counts = np.array([passage.counts(each.unit) for passage in self._all]).reshape(-1, len(FIELDS))
            saturated = request.bm25f.saturated(counts, self._lengths, self._averages)
            rows[0] += each.idf * saturated
            if each.unit in request.written:
                rows[OTHERWISE] += each.idf * saturated * self._otherwise(each.unit, request.written[each.unit])
            mass += each.idf * counts.any(axis=1) * (each.unit not in request.optional)
            mass_of_all += each.idf * counts.any(axis=1)
        demanded = [each for each in weighed if each.unit not in request.optional]
        known = [each.idf for each in demanded if each.passages]
        rarest = [each for each in demanded if each.passages and each.idf == max(known)]
        for row, passage in enumerate(self._all):
            if rarest and not any(np.delete(passage.counts(each.unit), ABOUT).any() for each in rarest):
                total = sum(known) + (len(demanded) - len(known)) * idf(len(self._all), 1)
                rows[LACK, row] = rarest[0].idf / total * rarest[0].idf / idf(len(self._all), 1)
        matching = np.zeros(len(self._all), bool)
        for held, units in ((mass, demanded), (mass_of_all, weighed)):
            known = [each.idf for each in units if each.passages]
            wanted = sum(known) / max(len(known), 1) * min(len(units) / 2, 1.5) - 1e-9
            matching |= (held >= (0 if request.any_word else wanted)) & (held > 0)
        return rows, matching, mass

    def _otherwise(self, unit: Unit, asked: Iterable[str]) -> list[bool]:
        """Which passages write a word with other accents alone, where others write it as it was asked for."""

        def is_so(term: str, raw: str, language: str) -> bool:
            return any(is_written_so(term, lower(raw, language), each, language) for each in asked)

        held = [
            {(t, raw) for t, raw in each.written if t in terms_of(unit.positions[0], each.language)}
            for each in self._all
        ]
        so = [
            {t for t, raw in terms if is_so(t, raw, each.language)} for each, terms in zip(self._all, held, strict=True)
        ]
        somewhere = set[str]().union(*so)
        return [
            bool(terms) and not here and all(t in somewhere for t, _ in terms)
            for terms, here in zip(held, so, strict=True)
        ]

    @property
    def _averages(self) -> NDArray[np.float64]:
        return self._lengths.sum(axis=0) / max(len(self._lengths), 1)

    def passages(
        self, numbers: Iterable[int], *, weighed: Sequence[Weighed] = (), bm25f: BM25F | None = None
    ) -> Iterator[Opened]:
        for number in numbers:
            each, added = self._all[number], []
            for unit in weighed:
                counts = each.counts(unit.unit)
                saturated = float(
                    (bm25f or BM25F()).saturated(counts[None], self._lengths[[number]], self._averages)[0]
                )
                by_field = dict(zip(FIELDS, counts.tolist(), strict=True))
                added.append(Contribution(unit, by_field, saturated, unit.idf * saturated))
            yield Opened(each.document, each.span, np.array([each.span], np.int32), SENTENCE, tuple(added))

    def locate(self, numbers: NDArray[np.int64]) -> list[Located]:
        return [Located(self._all[n].document.id, *self._all[n].span) for n in numbers.tolist()]

    def find(self, document_id: str, span: Span | None = None) -> NDArray[np.int64]:
        return np.array(
            [n for n, each in enumerate(self._all) if each.document.id == document_id and span in (None, each.span)],
            np.int64,
        )

    def encode(self, text: str) -> NDArray[np.float32]:
        return made_up_vector("", text)

    def vectors(self, numbers: NDArray[np.int64]) -> NDArray[np.float32]:
        return np.array([self._all[n].vector for n in numbers.tolist()]).reshape(-1, DIMENSION)

    # For the match sets

    def document(self, number: int) -> Document:
        return self._all[number].document

    def group(self, number: int) -> object:
        document = self.document(number)
        return self._copies.get(document.id, document.id)

    def facets(self, numbers: NDArray[np.int64], top: int) -> Facets:
        here = [self._all[n] for n in numbers.tolist()]
        columns: dict[str, FacetColumn] = {}
        for field in self.info.fields:
            if field.is_counted:
                passages = _values(here, field.values)
                documents = _values({each.document.id: each for each in here}.values(), field.values)
                best = sorted(passages, key=lambda value: (-passages[value], value.encode()))[:top]
                values = tuple(FacetValue(value, passages[value], documents[value]) for value in best)
                columns[field.name] = FacetColumn(values, len(passages))
        matching, every = ([each.document.dates for each in some if each.document.dates] for some in (here, self._all))
        bars = histogram(_by_days(matching), _by_days(every)) if matching else None
        return Facets(columns, bars, sum(each.document.dates is None for each in here))


def _by_days(dates: list[DateInterval]) -> Dated:
    """Passages of these dates, those of the same together."""
    counted = Counter(dates)
    days = np.array([[each.first.toordinal(), each.last.toordinal()] for each in counted], np.int64).reshape(-1, 2).T
    return Dated(days[0], days[1], np.array(list(counted.values()), np.int64))


class _Matches:
    def __init__(
        self,
        view: MemoryView,
        numbers: NDArray[np.int64],
        candidates: NDArray[np.int64],
        keys: NDArray[np.float64],
        worth: NDArray[np.float64],
    ) -> None:
        self._view, self._numbers, self._candidates, self._keys = view, numbers, candidates, keys
        self._worth = worth

    def listed(
        self,
        scores: NDArray[np.float64],
        *,
        sort: Sort,
        per_document: bool,
        fold: bool,
        offset: int = 0,
        limit: int,
        answering: bool = False,
    ) -> "_Listing":
        score = dict(zip(self._candidates.tolist(), scores.tolist(), strict=True))
        key = {n: (1, score[n]) if n in score else (0, float(self._keys[n])) for n in self._numbers.tolist()}
        ranked = sorted(key, key=lambda n: key[n], reverse=True)
        ranked.sort(key=lambda n: (-key[n][0], -key[n][1], n))
        if sort != "relevance":
            dates = {n: self._view.document(n).dates for n in ranked}
            days = {n: each.first.toordinal() for n, each in dates.items() if each}
            sign = 1 if sort == "oldest" else -1
            ranked.sort(key=lambda n: (n not in days, sign * days.get(n, 0)))
        weaker = 0
        if answering:
            answers = set(self._numbers[which_answer(self._worth[self._numbers])].tolist())
            weaker = len(ranked) - len(answers)
            ranked = [n for n in ranked if n in answers]
        folded: dict[object, dict[str, Document]] = {}
        leader: dict[object, str] = {}
        kept: list[int] = []
        for n in ranked:
            document, group = self._view.document(n), self._view.group(n)
            if fold and leader.setdefault(group, document.id) != document.id:
                folded.setdefault(group, {})[document.id] = document
            else:
                kept.append(n)
        first = {self._view.document(n).id: n for n in reversed(kept)}
        listed = [n for n in kept if not per_document or first[self._view.document(n).id] == n]
        return _Listing(self._view, kept, listed, slice(offset, offset + limit), folded, weaker)


class _Listing:
    def __init__(
        self,
        view: MemoryView,
        kept: list[int],
        listed: list[int],
        page: slice,
        folded: dict[object, dict[str, Document]],
        weaker: int,
    ) -> None:
        self._view, self._kept, self._folded, self.weaker = view, kept, folded, weaker
        own = Counter(view.document(n).id for n in kept)
        self.numbers = np.array(listed[page], np.int64)
        self.total, self.documents = len(listed), len(own)
        self.more = np.array([own[view.document(n).id] - 1 for n in listed[page]], np.int64)

    def facets(self, top: int) -> Facets:
        return self._view.facets(np.array(self._kept, np.int64), top)

    def copies(self, position: int, most: int) -> Folded:
        under = list(self._folded.get(self._view.group(int(self.numbers[position])), {}).values())
        return Folded(len(under), tuple(under[:most]))


def _best(
    scores: NDArray[np.float64], matching: NDArray[np.bool_], admitted: NDArray[np.bool_], depth: int, leg: str
) -> list[int]:
    """A leg's best: of the others what matches, of the meaning leg what is near, whether near enough or not."""
    among = np.flatnonzero(admitted if leg == "meaning" else matching)
    return sorted(among.tolist(), key=lambda n: (-round(float(scores[n]), 6), n))[:depth]


def _in_time(document: Document, request: Days) -> list[float]:
    """The rows of the date leg's evidence for one document."""
    near, overlaps = 0.0, 0.0
    if document.dates:
        first, last = (day.toordinal() for day in document.dates)
        for period in request.periods:
            shared = sum(period.first <= day <= period.last for day in range(first, last + 1))
            gap = max(first - period.last, period.first - last)
            fading = min(max((period.last - period.first + 1) / 2, 3.0), 90.0)
            worth = 0.5 + shared / (last - first + 1) / 2 if shared else 0.5 * math.exp(-gap / fading)
            near, overlaps = max(near, worth * period.weight), max(overlaps, float(shared > 0))
    return [near, overlaps]


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        yield Span(start, start + len(line))
        start += len(line) + 1


def _values(passages: Iterable[_Passage], values: object) -> Counter[str]:
    return Counter(value for each in passages for value in dict.fromkeys(values(each.document)) if value)  # type: ignore[operator]


def _words(value: str) -> set[str]:
    return {token.term for token in analyze(value)}


def _day(value: str) -> int:
    from datetime import date

    return date.fromisoformat(value).toordinal()


def _alike(word: str, term: str) -> bool:
    """Whether both are of the same script, as far as a test needs to know."""
    return word.isascii() == term.isascii()


def _exchanged(left: str, right: str) -> bool:
    swaps = (left[:at] + left[at + 1] + left[at] + left[at + 2 :] for at in range(len(left) - 1))
    return left != right and right in swaps


def _edits(left: str, right: str) -> int:
    """The Damerau-Levenshtein distance, without the trick of Whoosh's automaton."""
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
        rows.append(row)
    return rows[-1][-1]
