"""Which forms of a question's words count, and in passages of which languages: languages do not mix.

A word is met as it is in passages of any language. Its other forms ("treaties", "waren") are those of a language, and
count only in passages of that language: if the question is in it, or if the very word stands in such passages. A
language's function words are not among them. And where the word itself is a function word, as "war" is in German, it
does not count, unless that is what was asked for.
"""

from collections.abc import Mapping, Sequence

from ....index.analysis import Token
from ....index.reading.plan import Lookup, SameWord
from ....index.terms import DEFAULT_LANGUAGE, homographs, is_function_word
from ....index.units import Confined, Unit, Word


class WordForms:
    """What the words of one question may stand for.

    Args:
        answers: What the view says of each lookup.
        tokens: The question's words, in order.
        text: The text that they stand in.
        languages: Those of the view's passages.
    """

    def __init__(
        self, answers: Mapping[Lookup, Word], tokens: Sequence[Token], text: str, languages: frozenset[str]
    ) -> None:
        self._view = languages
        self._standing = {
            lookup.term: frozenset[str]().union(
                *(each.languages for each in _confined(answer) if each.term == lookup.term)
            )
            for lookup, answer in answers.items()
            if isinstance(lookup, SameWord)
        }
        self.languages = self._languages_of(tokens, text)
        """Those that the question may be in; none if that cannot be told."""
        self._empty: set[Word] = set()
        self._words = {
            lookup: self._chosen(lookup.term, answer) if isinstance(lookup, SameWord) else answer
            for lookup, answer in answers.items()
        }

    def __getitem__(self, lookup: Lookup) -> Word:
        """What a word, pattern or misspelling may stand for; nothing if the view has never seen it."""
        return self._words[lookup]

    def is_worth_a_mark(self, unit: Unit) -> bool:
        """Whether a unit says more than a function word of the question's language."""
        return unit.tells and not (len(unit.positions) == 1 and unit.positions[0] in self._empty)

    def _chosen(self, term: str, answer: Word) -> Word:
        """The forms of a word that count, each where it does."""
        stands, function = self._standing[term], self._function(term)
        if is_function_word(term, DEFAULT_LANGUAGE):
            return self._empty_word(frozenset({term}) if stands else frozenset())
        if function and self._is_empty(stands, function):
            within = self.languages & stands or stands
            forms = ((each.term, each.languages & within) for each in _confined(answer))
            confined = frozenset(self._confine(form, where) for form, where in forms if where)
            # One of the question's own language that no passage has is not unknown: it says nothing that is missed.
            return self._empty_word(confined or frozenset({term} if self.languages else ()))
        languages = (self.languages | stands) - function if stands else self.languages or self._view
        own: Word = frozenset({self._confine(term, self._view - function)}) if stands else frozenset()
        return own | {
            self._confine(each.term, where)
            for each in _confined(answer)
            if each.term != term and (where := self._telling(each, languages))
        }

    def _empty_word(self, word: Word) -> Word:
        """A function word, of which it is remembered that it is one."""
        self._empty.add(word)
        return word

    def _is_empty(self, stands: frozenset[str], function: frozenset[str]) -> bool:
        """Whether a word that is a function word in some languages is nothing else in this question."""
        return (bool(self.languages) and self.languages <= function) or stands <= function

    def _telling(self, form: Confined, languages: frozenset[str]) -> frozenset[str]:
        """In which of some languages a form counts."""
        return frozenset(each for each in form.languages & languages if not is_function_word(form.term, each))

    def _confine(self, term: str, languages: frozenset[str]) -> str | Confined:
        return term if languages >= self._view else Confined(term, languages)

    def _function(self, term: str) -> frozenset[str]:
        """The view's languages in which a term is a function word."""
        return frozenset(each for each in self._view if is_function_word(term, each))

    def _languages_of(self, tokens: Sequence[Token], text: str) -> frozenset[str]:
        """The languages that explain the most of the question's words, if all of them have a function word in it.

        A word speaks for the languages in which it is a function word, or, if it is none, in whose passages it stands.
        Names and loan words stand in passages of any language, and so do not decide without a function word.
        """
        speaks = dict.fromkeys(self._view, 0)
        proven: set[str] = set()
        for index, token in enumerate(tokens):
            function = self._function(token.term)
            named = _is_capitalised(tokens, index, text)
            for language in self._view:
                if language in function:
                    speaks[language] += 1
                    # "Le Pen" is a name in any language, and "war" may be the English word.
                    if not named and not any(token.term in homographs(each) for each in self._view):
                        proven.add(language)
                elif language in self._standing.get(token.term, ()):
                    speaks[language] += not function or token.term in homographs(language)
        most = max(speaks.values(), default=0)
        likeliest = frozenset(language for language, words in speaks.items() if words == most)
        return likeliest if most and likeliest <= proven else frozenset()


def _is_capitalised(tokens: Sequence[Token], index: int, text: str) -> bool:
    """Whether a word begins with a capital, and not only because it is the first one."""
    if not text[tokens[index].start].isupper():
        return False
    following = tokens[index + 1 : index + 2]
    return index > 0 or not following or not text[following[0].start].islower()


def _confined(answer: Word) -> list[Confined]:
    return [each for each in answer if isinstance(each, Confined)]
