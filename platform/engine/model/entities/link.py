"""Links between entities: targets, the lists on the other side, and lines inside their parents."""

from __future__ import annotations

from customary.engine.expressions.types import ANCESTORS, DESCENDANTS
from customary.engine.fields import Field
from customary.engine.model.build import Build, Sketch, plain
from customary.engine.model.entity import Inverse
from customary.engine.problem import did_you_mean
from customary.engine.text.node import Mapping
from customary.engine.words import Words, words


def connect(build: Build, sketch: Sketch) -> None:
    """Checks where the sketch's links go, and names them on the other side."""
    for name, each in list(sketch.fields.items()):
        if each.system:
            continue
        if each.part:
            _check_part(build, sketch, each)
        elif each.points in ("one", "many"):
            _check_target(build, sketch, each)
        elif each.points == "any":
            _check_targets(build, sketch, each)
        elif each.points == "inside":
            _connect_lines(build, sketch, each)
        if getattr(each, "inverse", None):
            for target in _targets(build, each):
                _add_inverse(build, sketch, name, each, target)


def check_tree(build: Build, sketch: Sketch) -> None:
    """Finds the link that makes the sketch's records a tree; called when all names on other sides are known."""
    for name, each in sketch.fields.items():
        if getattr(each, "tree", False) is not True:
            continue
        place = sketch.nodes[name].place_of("tree")
        taken = next((word for word in (ANCESTORS, DESCENDANTS) if word in {**sketch.fields, **sketch.inverses}), None)
        if each.to != sketch.name:
            build.add(place, f"“{name}” makes no tree: it leads to {each.to}", f"A tree links {sketch.name} to itself.")
        elif sketch.tree is not None:
            build.add(place, f"{sketch.name} is a tree by “{sketch.tree}” already", "It can be one tree only.")
        elif taken is not None:
            build.add(place, f"a tree has a list “{taken}”, and {sketch.name} has one already", "Rename that.")
        else:
            sketch.tree = name


def _check_target(build: Build, sketch: Sketch, each: Field) -> None:
    body = sketch.nodes[each.name]
    if not each.to:
        build.add(body.place, f"“{each.name}” does not say which entity it links to", "Add to: and an entity's name.")
    elif each.to not in build.sketches:
        build.no_entity(body.get("to").place, each.to)


def _check_part(build: Build, sketch: Sketch, each: Field) -> None:
    if each.to not in build.sketches:
        place = sketch.nodes[each.name].place
        build.add(
            place, f"there is no entity of {each.part}s", f"Add the pack core, or an entity with plays: {each.part}."
        )


def _check_targets(build: Build, sketch: Sketch, each: Field) -> None:
    node = sketch.nodes[each.name].get("to")
    for target in each.to:
        if target not in build.sketches:
            build.no_entity(node.place, target)


def _connect_lines(build: Build, sketch: Sketch, each: Field) -> None:
    body = sketch.nodes[each.name]
    node = body.get("of") or body.get("through") or body
    child = build.sketches.get(each.to)
    if child is None:
        build.no_entity(node.place, each.to)
        return
    back = child.fields.get(each.through)
    if back is None:
        known = [link.name for link in child.fields.values() if link.kind == "link"]
        build.add(node.place, f"“{each.through}” is not a field of {child.name}", did_you_mean(each.through, known))
    elif back.kind != "link" or back.to != sketch.name:
        build.add(
            node.place, f"“{each.of}” is not a link to {sketch.name}", f"Make it {{type: link, to: {sketch.name}}}."
        )
    elif child.child_of is not None and child.child_of != (sketch.name, each.name):
        build.add(node.place, f"{child.name} is already edited inside {child.child_of[0]}", "It can have one parent.")
    else:
        child.child_of = (sketch.name, each.name)


def _targets(build: Build, each: Field) -> list[Sketch]:
    if each.points == "any":
        names = each.to or tuple(name for name in build.sketches if name != each.entity)
    else:
        names = (each.to,)
    return [build.sketches[name] for name in names if name in build.sketches]


def _add_inverse(build: Build, sketch: Sketch, name: str, each: Field, target: Sketch) -> None:
    inverse = each.inverse
    place = sketch.nodes[name].get("inverse").place
    if inverse in target.fields:
        build.add(place, f"“{inverse}” is already a field of {target.name}", "Choose another name.")
    elif inverse in target.inverses:
        other = target.inverses[inverse]
        build.add(
            place, f"“{inverse}” of {target.name} is already {other.entity}.{other.field}", "Choose another name."
        )
    else:
        many = each.points == "many"
        named = inverse_label(sketch.nodes[name], sketch)
        target.inverses[inverse] = Inverse(name=inverse, label=named, entity=sketch.name, field=name, many_to_many=many)


def inverse_label(body: Mapping, listed: Sketch) -> Words:
    """What people read above a list of records on the other side of a link."""
    given = plain(body, "inverse_label")
    return words(given) if given else listed.plural
