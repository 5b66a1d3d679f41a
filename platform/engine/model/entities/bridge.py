"""Many-to-many links with fields of their own: the rows of the entity between are edited like lines."""

from __future__ import annotations

from dataclasses import fields, replace

from customary.engine.fields import Field
from customary.engine.fields.lines import Lines
from customary.engine.model.build import Build, Sketch
from customary.engine.model.entities.link import inverse_label
from customary.engine.model.entity import Inverse


def bridge(build: Build, sketch: Sketch) -> None:
    """Gives the sketch lines of the entity between in place of its links `through` it."""
    for name, each in list(sketch.fields.items()):
        if getattr(each, "through", "") and each.points == "many":
            ends = _ends(build, sketch, each)
            if ends is not None:
                _bridge(build, sketch, name, each, *ends)


def _ends(build: Build, sketch: Sketch, each: Field) -> tuple[Sketch, str, str] | None:
    """The entity between, its link back to this one, and the one on to the other side."""
    node = sketch.nodes[each.name].get("through")
    between = build.sketches.get(each.through)
    if between is None:
        build.no_entity(node.place, each.through)
        return None
    links = [link for link in between.fields.values() if link.kind == "link"]
    back = next((link.name for link in links if link.to == sketch.name), None)
    on = next((link.name for link in links if link.to == each.to and link.name != back), None)
    for end, to in ((back, sketch.name), (on, each.to)):
        if end is None:
            remedy = f"Add to {between.name}: {to}: {{type: link, to: {to}, required: true}}."
            build.add(node.place, f"{between.name} has no link to {to}", remedy)
            return None
    return between, str(back), str(on)


def _bridge(build: Build, sketch: Sketch, name: str, each: Field, between: Sketch, back: str, on: str) -> None:
    common = {key.name: getattr(each, key.name) for key in fields(Field)}
    sketch.fields[name] = Lines(**common, of=f"{between.name}.{back}", to=between.name, through=back)
    body = sketch.nodes[name]
    if "where" in body:
        build.add(body.place_of("where"), f"“where” belongs to {between.name}.{on} here", "Write it there.")
    if "on_delete" not in between.nodes[on]:
        # A row between a record and nothing would say nothing.
        between.fields[on] = replace(between.fields[on], on_delete="cascade")
    other = build.sketches.get(each.to)
    if each.inverse is None or other is None:
        return
    if each.inverse in other.fields or each.inverse in other.inverses:
        build.add(body.place_of("inverse"), f"“{each.inverse}” is already in {other.name}", "Choose another name.")
    else:
        made = Inverse(name=each.inverse, label=inverse_label(body, between), entity=between.name, field=on)
        other.inverses[each.inverse] = made
