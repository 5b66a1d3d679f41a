"""Words for people: labels in several languages, and reasons that the pages translate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from customary.engine.problem import FEW, nearest


@dataclass(frozen=True, slots=True)
class Words:
    """A text in the languages its writer gave. `{"": "Deal"}` is the same in all languages."""

    by_language: Mapping[str, str]

    def in_language(self, language: str) -> str:
        """The text in `language`, else in English, else in whatever there is."""
        texts = self.by_language
        return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")

    def __str__(self) -> str:
        return self.in_language("en")


def words(data: str | Mapping[str, str] | None) -> Words:
    """A label as it is written: one text, or a text by language."""
    if not data:
        return Words({})
    return Words({"": str(data)}) if not isinstance(data, Mapping) else Words(dict(data))


def label_of(name: str) -> Words:
    """The label of what was given none.

    >>> str(label_of("expected_close"))
    'Expected close'
    """
    text = name.replace("_", " ")
    return Words({"": text[:1].upper() + text[1:]})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is refused: a predicate that completes a field's label, with holes.

    `text` is English and the key of the translation; `values` fill its `{holes}`. A value may be
    `Words`, which is shown in the reader's language.

    >>> str(Reason("must be at most {max}", {"max": 40}))
    'must be at most 40'
    """

    text: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values) if self.values else self.text


def suggestion(word: str, known: Iterable[str]) -> Reason | None:
    """`did_you_mean` of problems, for people of any language.

    >>> str(suggestion("amountt", ["amount", "name"]))
    'Did you mean “amount”?'
    """
    known = sorted(known)
    if near := nearest(word, known):
        return Reason("Did you mean “{near}”?", {"near": near})
    if 0 < len(known) <= FEW:
        return Reason("Known: {known}.", {"known": ", ".join(known)})
    return None
