"""Checked tree → Python: a function of a Scope. Source is written from the tree, never from the user's text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from customary.engine.expressions import meaning, python_lists, python_runtime
from customary.engine.expressions.error import ExpressionError
from customary.engine.expressions.meaning import Node
from customary.engine.expressions.types import DURATION, JSON, MONEY, NUMBER, ListOf, Record

_RUNTIME = {
    name: value
    for module in (python_runtime, python_lists)
    for name, value in vars(module).items()
    if not name.startswith("_") and (callable(value) or name == "NOTHING")
}
_OPERATORS = {"==": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def to_python(node: Node) -> Callable[[Any], Any]:
    """A function that takes a Scope and gives the expression's value (None is null or unknown)."""
    writer = _Writer()
    is_list_of_records = isinstance(node.type, ListOf) and isinstance(node.type.item, Record)
    value = f"ids({writer.items(node)})" if is_list_of_records else writer.value(node)
    source = (
        "def evaluate(scope):\n"
        " record = scope.record or NOTHING\n"
        f"{' old = record if scope.old is None else scope.old' if writer.reads_old else ''}\n"
        f" return {value}\n"
    )
    names = {"__builtins__": {}, **_RUNTIME, **writer.constants}
    try:
        exec(compile(source, "<expression>", "exec"), names)  # noqa: S102 - the source holds only names made here
    except (SyntaxError, RecursionError, MemoryError):
        raise ExpressionError(node.offset, "this is nested too deeply", "Split it into fields.") from None
    return names["evaluate"]


class _Writer:
    """Writes one Python expression a node. A part that cannot be None is compared without asking."""

    def __init__(self) -> None:
        self.constants: dict[str, Any] = {}
        self.reads_old = False
        self._names = 0

    def value(self, node: Node) -> str:
        """Source of a node's value; a record's value is its id."""
        return getattr(self, "_" + type(node).__name__.lower())(node)

    def record(self, node: Node) -> str:
        """Source of a record itself, as a Mapping or None."""
        match node:
            case meaning.This():
                return "record"
            case meaning.Old():
                self.reads_old = True
                return "old"
            case meaning.Bound(name=name):
                return f"scope.bindings.get({name!r})"
            case meaning.Variable(name=name):
                return name
            case meaning.Field(on=on, name="id"):
                return self.record(on)
            case meaning.Field(on=on, name=name):
                return f"follow(scope, {_entity(on)!r}, {name!r}, {self.record(on)})"
            case meaning.Constant():
                return "None"
            case meaning.If(condition=condition, then=then, otherwise=otherwise):
                return f"({self.record(then)} if {self.value(condition)} else {self.record(otherwise)})"
            case meaning.Coalesce(operands=operands):
                return self._first_present([self.record(operand) for operand in operands])
            case meaning.Fold():
                return f"{node.kind}_of({self.items(node.list)})"
        return self.value(node)

    def items(self, node: Node) -> str:
        """Source of a list: records as Mappings, other values as they are."""
        match node:
            case meaning.Field(on=on, name=name, type=ListOf(item=Record())):
                return f"(follow(scope, {_entity(on)!r}, {name!r}, {self.record(on)}) or ())"
        return f"({self.value(node)} or ())"

    # Where values come from

    def _constant(self, node: meaning.Constant) -> str:
        if node.value is None or isinstance(node.value, bool):
            return str(node.value)
        name = f"k{len(self.constants)}"
        self.constants[name] = node.value
        return name

    def _this(self, node: Node) -> str:
        return f"identity({self.record(node)})"

    _old = _this

    def _bound(self, node: meaning.Bound) -> str:
        return f"identity({self.record(node)})" if isinstance(node.type, Record) else self.record(node)

    def _variable(self, node: meaning.Variable) -> str:
        return f"identity({node.name})" if isinstance(node.type, Record) else node.name

    def _field(self, node: meaning.Field) -> str:
        if isinstance(node.type, ListOf) and isinstance(node.type.item, Record):
            return self.items(node)
        if isinstance(node.on, meaning.This | meaning.Old):
            return f"{self.record(node.on)}.get({node.name!r})"
        return f"get({self.record(node.on)}, {node.name!r})"

    def _part(self, node: meaning.Part) -> str:
        return self._known(f"part_of({{}}, {node.name!r})", [node.on])

    def _said(self, node: meaning.Said) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = dict(node.values)
        return f"{name}.get({self.value(node.on)})"

    def _key(self, node: meaning.Key) -> str:
        return f"get({self.value(node.on)}, {node.name!r})"

    # Operators

    def _not(self, node: meaning.Not) -> str:
        if meaning.is_total(node.operand):
            return f"(not {self.value(node.operand)})"
        name = self._name()
        return f"(None if ({name} := {self.value(node.operand)}) is None else not {name})"

    def _negative(self, node: meaning.Negative) -> str:
        return self._known(f"negative_{_word(node)}({{}})", [node.operand])

    def _arithmetic(self, node: meaning.Arithmetic) -> str:
        name = python_runtime.operation(node.operator, node.left.type, node.right.type)
        return self._known(f"{name}({{}}, {{}})", [node.left, node.right])

    def _compare(self, node: meaning.Compare) -> str:
        left, right, operator = node.left, node.right, node.operator
        if MONEY in (left.type, right.type):
            return self._compare_money(node)
        if operator in ("==", "!="):
            return self._equality(node)
        return self._known(f"{{}} {operator} {{}}", [left, right])

    def _compare_money(self, node: meaning.Compare) -> str:
        left, right, operator = node.left, node.right, node.operator
        if operator in ("==", "!="):
            return f"({'not ' * (operator == '!=')}same_money({self.value(left)}, {self.value(right)}))"
        if left.type == right.type:
            return self._known(f"compare_money({{}}, {{}}, {operator!r})", [left, right])
        sides = ["{}.amount" if side.type == MONEY else "{}" for side in (left, right)]
        return self._known(f" {operator} ".join(sides), [left, right])

    def _equality(self, node: meaning.Compare) -> str:
        left, right = node.left, node.right
        if isinstance(left.type, ListOf) or isinstance(right.type, ListOf):
            test = f"same_list({self.items(left)}, {self.items(right)})"
            return test if node.operator == "==" else f"(not {test})"
        if _nothing(left) or _nothing(right):
            other = right if _nothing(left) else left
            return f"({self.value(other)} {'is' if node.operator == '==' else 'is not'} None)"
        values = [f"plain_id({self.value(side)})" if _any_link(side) else self.value(side) for side in (left, right)]
        return f"({values[0]} {node.operator} {values[1]})"

    def _junction(self, node: meaning.Junction) -> str:
        word = "and" if node.operator == "&&" else "or"
        if all(map(meaning.is_total, node.terms)):
            return f"({f' {word} '.join(map(self.value, node.terms))})"
        decisive = node.operator == "||"
        tests, unknown = [], []
        for term in node.terms:
            if meaning.is_total(term):
                tests.append(self.value(term) if decisive else f"not {self.value(term)}")
            else:
                name = self._name()
                tests.append(f"({name} := {self.value(term)}) is {decisive}")
                unknown.append(f"{name} is None")
        return f"({decisive} if {' or '.join(tests)} else None if {' or '.join(unknown)} else {not decisive})"

    def _if(self, node: meaning.If) -> str:
        return f"({self.value(node.then)} if {self.value(node.condition)} else {self.value(node.otherwise)})"

    def _among(self, node: meaning.Among) -> str:
        if not node.items:
            return "False"
        money = MONEY in (node.item.type, *(each.type for each in node.items))
        template = "same_money({}, {})" if money else "({}) == ({})"
        name = self._name()
        return (
            f"among({self.value(node.item)}, ({', '.join(map(self.value, node.items))},), "
            f"lambda {name}, {name}x: {template.format(name, name + 'x')})"
        )

    def _contained(self, node: meaning.Contained) -> str:
        if isinstance(node.item.type, Record):
            return f"contained({self.value(node.item)}, {self.items(node.list)})"
        return f"({self.value(node.item)} in {self.items(node.list)})"

    def _coalesce(self, node: meaning.Coalesce) -> str:
        return self._first_present([self.value(operand) for operand in node.operands])

    def _extreme(self, node: meaning.Extreme) -> str:
        values = "".join(f"{self.value(operand)}, " for operand in node.operands)
        if node.type == MONEY:
            return f"pairwise_{node.kind}(({values}))"
        return f"{node.kind}_{_word(node)}(({values}))"

    def _first_present(self, sources: list[str]) -> str:
        *others, text = sources
        for source in reversed(others):
            name = self._name()
            text = f"{name} if ({name} := {source}) is not None else {text}"
        return f"({text})"

    def _asmoney(self, node: meaning.AsMoney) -> str:
        return self._known("as_money({})", [node.operand])

    def _text(self, node: meaning.Text) -> str:
        return self._known("plain_text({}, scope.zone)", [node.operand])

    def _invoke(self, node: meaning.Invoke) -> str:
        name = f"f{len(self.constants)}"
        self.constants[name] = node.function.python
        context = ["scope"] if node.function.context else []
        return self._known(f"{name}({', '.join([*context, *['{}'] * len(node.arguments)])})", list(node.arguments))

    # Lists

    def _literals(self, node: meaning.Literals) -> str:
        return f"({''.join(self._item(item) + ', ' for item in node.items)})"

    def _every(self, node: meaning.Every) -> str:
        return f"scope.every({node.entity!r})"

    def _filter(self, node: meaning.Filter) -> str:
        return f"holding({self.items(node.list)}, lambda {node.variable.name}: {self.value(node.condition)})"

    def _map(self, node: meaning.Map) -> str:
        return f"mapped({self.items(node.list)}, lambda {node.variable.name}: {self._item(node.value)})"

    def _item(self, node: Node) -> str:
        """Source of an item of a list: a record is asked for more than its id."""
        return self.record(node) if isinstance(node.type, Record) else self.value(node)

    def _distinct(self, node: meaning.Distinct) -> str:
        return f"distinct({self.items(node.list)})"

    def _fold(self, node: meaning.Fold) -> str:
        if node.kind in ("sum", "avg", "min", "max"):
            return f"{node.kind}_{_word(node)}({self.items(node.list)})"
        found = f"{node.kind}_of({self.items(node.list)})"
        return f"identity({found})" if isinstance(node.type, Record) else found

    # Parts

    def _known(self, template: str, operands: list[Node]) -> str:
        """`template` over the operands' values, or None when one of them is None."""
        names, tests = [], []
        for operand in operands:
            if isinstance(operand, meaning.Constant) and operand.value is not None:
                names.append(self.value(operand))
                continue
            name = self._name()
            names.append(name)
            tests.append(f"({name} := {self.value(operand)}) is None")
        text = template.format(*names)
        return f"(None if {' or '.join(tests)} else {text})" if tests else f"({text})"

    def _name(self) -> str:
        self._names += 1
        return f"t{self._names}"


def _word(node: Node) -> str:
    kind = node.type
    return "money" if kind == MONEY else "duration" if kind == DURATION else "number" if kind == NUMBER else "value"


def _entity(node: Node) -> str:
    return node.type.entity if isinstance(node.type, Record) else ""


def _nothing(node: Node) -> bool:
    return isinstance(node, meaning.Constant) and node.value is None


def _any_link(node: Node) -> bool:
    return node.type == JSON or (isinstance(node.type, Record) and not node.type.entity)
