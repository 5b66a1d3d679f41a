"""The automaton of a pattern, built from its end."""

from __future__ import annotations

from dataclasses import dataclass

from customary.engine.pattern.characters import Ranges
from customary.engine.pattern.error import PatternError

MAX_STATES = 300


@dataclass(slots=True)
class State:
    """`ranges` lead to `next` over one character; without them `next` and `other` are reached at once (an end
    of the text in `anchor` must be here). The last state has neither."""

    ranges: Ranges | None = None
    anchor: str = ""
    next: int = -1
    other: int = -1


def build(tree: tuple, after: int, states: list[State]) -> int:
    """Adds the states of a tree that leads to state `after`; the number of the first of them."""
    match tree:
        case ("set", ranges):
            return _add(states, State(ranges=ranges, next=after))
        case ("anchor", anchor):
            return _add(states, State(anchor=anchor, next=after))
        case ("and", parts):
            for part in reversed(parts):
                after = build(part, after, states)
            return after
        case ("or", branches):
            first = build(branches[-1], after, states)
            for branch in reversed(branches[:-1]):
                first = _add(states, State(next=build(branch, after, states), other=first))
            return first
    _, inner, low, high = tree
    if high is None:
        loop = _add(states, State(other=after))
        states[loop].next = build(inner, loop, states)
        after = loop
    else:
        end = after
        for _ in range(high - low):
            after = _add(states, State(next=build(inner, after, states), other=end))
    for _ in range(low):
        after = build(inner, after, states)
    return after


def _add(states: list[State], state: State) -> int:
    if len(states) >= MAX_STATES:
        raise PatternError(0, "this pattern is too large")
    states.append(state)
    return len(states) - 1
