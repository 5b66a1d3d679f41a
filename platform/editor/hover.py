"""What is told of the word under the cursor."""

from __future__ import annotations

import inspect

from customary.editor.names import Name
from customary.editor.shapes import described, field_types, keys_of, shapes_at
from customary.editor.spot import Spot
from customary.engine.definitions import kinds
from customary.engine.expressions.functions import FUNCTIONS, MACROS


def told(spot: Spot) -> str:
    """Markdown about the word under the cursor; "" when there is nothing to say."""
    word = spot.chain[-1]
    if spot.in_expression and (found := _function(word)) and not spot.names.members(spot.own_entity).get(word):
        return found
    if (meant := spot.meant()) is not None:
        return _of_name(meant)
    return _of_key(spot, word) or _of_word(spot, word)


def _of_name(name: Name) -> str:
    within = f"{name.entity}.{name.field}" if name.field else name.entity
    of = f" of {within}" if within and name.kind in ("field", "list", "stage", "option", "view", "result") else ""
    lines = [f"**{name.name}** · {name.kind}{of}"]
    if name.detail:
        lines.append(f"{name.detail} → {name.target}" if name.kind == "field" and name.target else name.detail)
    if name.help:
        lines.append(name.help)
    if name.place is not None:
        lines.append(f"`{name.place.file}:{name.place.line}`")
    return "\n\n".join(lines)


def _of_key(spot: Spot, word: str) -> str:
    """What a key is for."""
    cursor = spot.cursor
    if not cursor.at_key:
        return ""
    if not cursor.path and word in kinds():
        return inspect.cleandoc(kinds()[word].__doc__ or "")
    shape = keys_of(spot.shapes).get(word)
    return f"**{word}** · {described(shape)}" if shape is not None else ""


def _of_word(spot: Spot, word: str) -> str:
    """What a kind of field is; of other values, what their key is for."""
    path = spot.cursor.path
    if path[:1] == ("fields",) and path[2:] == ("type",) and word in field_types():
        return f"**{word}** · a kind of field\n\n{field_types()[word]}"
    parent = keys_of(shapes_at(spot.cursor.kind, path[:-1]))
    shape = parent.get(path[-1]) if path else None
    return f"**{path[-1]}** · {described(shape)}" if shape is not None and described(shape) else ""


def _function(word: str) -> str:
    several = FUNCTIONS.by_name().get(word, ())
    macro = MACROS.get(word)
    return "\n\n".join(f"`{each.signature}` · {each.help}" for each in ([macro] if macro else several))
