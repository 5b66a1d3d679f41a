"""Joining: which entities become one with another, because its `was:` names several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from customary.engine.tables.catalogue import Catalogue, Entry


def joining(
    claims: Mapping[str, Entry], words: Mapping[str, Iterable[str]], entries: Iterable[Entry]
) -> dict[UUID, Entry]:
    """The entities that go, by their ids, with the one that each becomes one with.

    `claims` says which entry each name of today stands for, `words` what it says that it was. A name heard before is
    done with.

    >>> joining({"guest": guest}, {"guest": ("visitor", "guest")}, [visitor, guest])
    {visitor.id: guest}
    """
    taken = {entry.id for entry in claims.values()}
    free = {entry.name: entry for entry in entries if not entry.retired and entry.id not in taken}
    found: dict[UUID, Entry] = {}
    for name, said in words.items():
        own = claims.get(name)
        if own is not None and own.name in said:
            going = (free[word] for word in said if word in free and word not in own.former)
            found |= {entry.id: found.get(entry.id, own) for entry in going}
    return found


def matching(joined: Iterable[Entry], fields: Iterable[Entry]) -> dict[UUID, Entry]:
    """The fields (or options) of what joins, by their ids, with those that take their values: of the same name, or of
    one that says it was that."""
    by_name: dict[str, Entry] = {}
    for each in (each for each in fields if not each.retired):
        by_name |= {word: by_name.get(word, each) for word in each.former}
    by_name |= {each.name: each for each in fields if not each.retired}
    return {each.id: by_name[each.name] for each in joined if each.name in by_name}


def paired(ones: Sequence[Entry], others: Sequence[Entry]) -> dict[UUID, Entry]:
    """The same whichever of them joined the other."""
    by_id, back = {each.id: each for each in others}, matching(others, ones)
    return {entry.id: by_id[id] for id, entry in back.items()} | matching(ones, others)


def elsewhere(catalogue: Catalogue, code: str, column: str) -> list[tuple[str, str]]:
    """What a field may be called where its records went to another entity since, or came back to it: the codes of
    those, and its columns there."""
    entities = catalogue.children("entity", None)
    own = [field for each in entities if each.code == code for field in catalogue.children("field", each.id)]
    mine = next((each for each in own if each.physical == column), None)
    if mine is None:
        return []
    found = ((each, paired(own, catalogue.children("field", each.id))) for each in entities if each.code != code)
    return [(each.code, fields[mine.id].physical) for each, fields in found if mine.id in fields]
