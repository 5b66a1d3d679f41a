"""Random expressions that are right by their types: thousands a second, the same for the same seed."""

from __future__ import annotations

import random
from collections.abc import Callable

from customary.engine.expressions.calls import MAX_LISTS

NUMBERS = ("0", "1", "2", "7.5", "100", "0.0000000005", "3.3333", "9999999999", "1e20", "12345678901234567890.5")
TEXTS = ('""', '"Big deal"', '"a"', '"ΟΔΟΣ"', '"Ü"', '" "', '"zz\'\\"\\\\%_"', '"call"', '"商"')
DAYS = ('date("2026-03-31")', "today()", 'date("2024-02-29")')
PATTERNS = ('"^[A-Z]"', 'r"\\w\\s\\w"', '"l{2}$"', '"[^a-zA-Z ]"', '"(B|c)a?"', 'r"[\\\\%]"', '"^.?$"')
STAGES = ('"new"', '"offer"')
PLAIN_LISTS = ("tags", "account.marks", "user.skills", "owner.skills", "old.tags")
WRITTEN_OUT = '["x", "vip"]'
SAID = ("owner.boss.quota", "stage.weight", "old.before.weight", "stages.sum(c, c.weight)")
LAST = "tasks.last().owner.boss.name"
TAGS = ('"x"', '"vip"', "name")
CHOSEN = (
    "about.name",
    "before.word",
    "(open ? owner : helper).name",
    "coalesce(owner, helper).name",
    "tasks.last().owner.boss.name",
)
CALENDARS = ("", ', "night"', ', "office"')
SPANS = ('duration("14d")', 'duration("36h")', 'duration("90s")', 'duration("900w")')


class Generator:
    """Writes expressions over a deal of the house, of one of the kinds that the methods below are named after."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.variables: list[tuple[str, str]] = []

    def write(self, kind: str, depth: int = 3) -> str:
        deep = depth <= 0 or len(self.variables) >= MAX_LISTS
        makers = self._leaves(kind) if deep or self.random.random() < 0.15 else self._inner(kind, depth - 1)
        return self.random.choice(makers)()

    def _leaves(self, kind: str) -> list[Callable[[], str]]:
        fields = {
            "number": (
                "count",
                "rate",
                "fine",
                "account.owner.quota",
                "target",
                "user.quota",
                "owner.boss.quota",
                *SAID,
            ),
            "money": ("amount", "cost", "account.limit"),
            "text": (
                "name",
                "note",
                "account.name",
                "owner.name",
                "user.name",
                "owner.boss.name",
                "before.word",
                *CHOSEN,
            ),
            "boolean": ("open", "true", "false"),
            "date": ("closes", "began"),
            "moment": ("created_at", "seen_at", "now()"),
            "span": (*SPANS, "took"),
            "clock": ("opens", "shuts", 'time("09:30")', 'time("0:00")'),
        }[kind]
        constants = {"number": NUMBERS, "text": TEXTS, "date": DAYS}.get(kind, ())
        of_variables = {
            ("number", "task"): ("hours", "owner.quota"),
            ("money", "task"): ("price",),
            ("text", "task"): ("title", "owner.name"),
            ("boolean", "task"): ("done",),
            ("date", "task"): ("due",),
            ("text", "deal"): ("name", "note"),
            ("number", "deal"): ("count", "rate"),
        }
        found = [*fields, *fields, *constants]
        for name, entity in self.variables:
            found += [f"{name}.{field}" for field in of_variables.get((kind, entity), ())] * 4
            found += [name] * 6 * (kind == entity)
        return [lambda: self.random.choice(found)]

    def _inner(self, kind: str, depth: int) -> list[Callable[[], str]]:
        def write(inner: str) -> str:
            return self.write(inner, depth)

        any_kind = [
            lambda: f"({write('boolean')} ? {write(kind)} : {write(kind)})",
            lambda: f"coalesce({write(kind)}, {write(kind)})",
            *[lambda: f"{self.random.choice(['min', 'max'])}({write(kind)}, {write(kind)})"] * (kind != "boolean"),
        ]
        return [*any_kind, *getattr(self, f"_{kind}")(write)]

    def _number(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        pick = self.random.choice
        return [
            *[lambda: f"({write('number')} {pick('+-*/%')} {write('number')})"] * 4,
            lambda: f"-{write('number')}",
            lambda: f"abs({write('number')})",
            lambda: f"round({write('number')}, {pick('0249')})",
            lambda: f"size({write('text')})",
            lambda: f"({write('money')} / {write('money')})",
            lambda: f"{pick(['year', 'month', 'day', 'weekday'])}({write(pick(['date', 'moment']))})",
            lambda: f"days({write('span')})",
            lambda: f"size({self._list(write)})",
            lambda: f"{self._list(write)}.{self._fold('number', write, ('sum', 'avg', 'min', 'max'))}",
            lambda: f"size({self._list(write)}.map(m, m.title).distinct())",
            lambda: f"size({self._texts(write)})",
            lambda: f"[{write('number')}, {write('number')}].{pick(['sum', 'avg', 'min', 'max', 'first', 'last'])}()",
            lambda: f"size({self._texts(write)}.distinct())",
            lambda: f"{self._values('number', write)}.{pick(['sum', 'avg', 'min', 'max', 'first', 'last'])}()",
            lambda: f"business_days({write('date')}, {write('date')}{pick(CALENDARS)})",
        ]

    def _money(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        pick = self.random.choice
        return [
            lambda: f"({write('money')} {pick('+-')} {write('money')})",
            lambda: f"({write('money')} {pick('*/')} {write('number')})",
            lambda: f"({write('number')} * {write('money')})",
            lambda: f"-{write('money')}",
            lambda: f"round({write('money')}, 1)",
            lambda: f"coalesce({write('money')}, 0)",
            lambda: f"{self._list(write)}.{self._fold('money', write, ('sum', 'avg', 'min', 'max'))}",
            lambda: f"{self._values('money', write)}.{pick(['sum', 'avg', 'min', 'max', 'first', 'last'])}()",
        ]

    def _text(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        pick = self.random.choice
        return [
            lambda: f"{pick(['lower', 'upper', 'trim'])}({write('text')})",
            lambda: f"({write('text')} + {write('text')})",
            lambda: f"({write('text')} + stage)",
            lambda: f"{pick(['before', 'after'])}({write('text')}, {write('text')})",
            lambda: f"format({write(pick(['number', 'money', 'boolean', 'date', 'moment', 'clock', 'span']))})",
            lambda: f"{self._list(write)}.{self._fold('text', write, ('min', 'max'))}",
            lambda: f"{self._list(write)}.{pick(['first', 'last'])}().title",
            lambda: f"{self._values('text', write)}.{pick(['min', 'max', 'first', 'last'])}()",
            lambda: f"{self._texts(write)}.{pick(['min', 'max', 'first', 'last'])}()",
            lambda: f"format({pick(['tags', 'owner.skills'])}.{self._fold('number', write, ('sum', 'max'), 'text')})",
        ]

    def _date(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        pick = self.random.choice
        return [
            lambda: f"({write('date')} {pick('+-')} {write('span')})",
            lambda: f"add_months({write('date')}, {write('number')})",
            lambda: f"date({write('moment')})",
            lambda: f"business_days({write('date')}, {write('number')}{pick(CALENDARS)})",
            lambda: f"{self._list(write)}.{self._fold('date', write, ('min', 'max'))}",
        ]

    def _moment(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        return [
            lambda: f"({write('moment')} {self.random.choice('+-')} {write('span')})",
            lambda: f"datetime({write('date')})",
            lambda: f"datetime({write('date')}, {write('clock')})",
            lambda: f"working_time({write('moment')}, {write('span')}{self.random.choice(CALENDARS)})",
        ]

    def _clock(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        return [lambda: f"time({write('moment')})"]

    def _span(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        kind = self.random.choice(["date", "moment"])
        return [
            lambda: f"({write(kind)} - {write(kind)})",
            lambda: f"({write('span')} {self.random.choice('+-')} {write('span')})",
            lambda: f"abs({write('span')})",
            lambda: f"({write('clock')} - {write('clock')})",
            lambda: f"working_time({write('moment')}, {write('moment')}{self.random.choice(CALENDARS)})",
        ]

    def _boolean(self, write: Callable[[str], str]) -> list[Callable[[], str]]:
        pick = self.random.choice
        kinds = ["number", "number", "money", "text", "date", "moment", "clock", "span"]

        def compared(operators: str) -> str:
            kind = pick(kinds)
            return f"({write(kind)} {pick(operators.split())} {write(kind)})"

        return [
            *[lambda: compared("== != < <= > >=")] * 4,
            lambda: f"({write('money')} {pick(['<', '>=', '==', '!='])} {write('number')})",
            lambda: f"({write(pick(kinds))} {pick(['==', '!='])} null)",
            lambda: f"({write('boolean')} {pick(['==', '!='])} {write('boolean')})",
            *[lambda: f"({write('boolean')} {pick(['&&', '||'])} {write('boolean')})"] * 3,
            *[lambda: f"!{write('boolean')}"] * 2,
            lambda: f"(stage {pick(['==', '!='])} {pick(['before', 'old.stage', 'account.tier', 'null'])})",
            lambda: f"(stage {pick(['==', '!='])} {pick(STAGES)})",
            lambda: f"(stage in [{pick(STAGES)}, {pick(['before', 'null', *STAGES])}])",
            lambda: f"({write('number')} in [{write('number')}, {write('number')}])",
            lambda: (
                f"({pick(['owner', 'helper', 'account.owner', 'user'])} {pick(['==', '!='])} "
                f"{pick(['user', 'owner', 'owner.boss', 'account.owner', 'null', 'user.boss', 'tasks.first().owner'])})"
            ),
            lambda: f"({pick(TAGS)} in {pick(['tags', 'account.marks', 'user.skills'])})",
            lambda: f"({write('text')} in {self._texts(write)})",
            lambda: f"({pick(STAGES)} in stages)",
            lambda: f"stages.{pick(['exists', 'all'])}(c, c {pick(['==', '!='])} {pick(['stage', 'before', *STAGES])})",
            lambda: f"(stages.filter(c, c != stage).{pick(['min', 'max', 'first', 'last'])}() == before)",
            lambda: f"(size(stages.map(c, c == {pick(STAGES)}).distinct()) > 1)",
            lambda: f"{self._texts(write)}.{pick(['exists', 'all'])}({self._with('boolean', write, 'text')})",
            lambda: f"{self._values('number', write)}.exists({self._with('boolean', write, 'number')})",
            lambda: f"account.deals.{pick(['exists', 'all'])}({self._of_deal(write)})",
            lambda: "(about == account)",
            lambda: f"{write('text')}.{pick(['contains', 'starts_with', 'ends_with'])}({write('text')})",
            lambda: f"matches({write('text')}, {pick(PATTERNS)})",
            lambda: f"similar({write('text')}, {write('text')}{pick(['', ', 1', ', 40', ', 100'])})",
            lambda: self._test(write),
            lambda: self._test(write),
            lambda: f"({pick(['tasks', 'account.deals', *PLAIN_LISTS])} {pick(['==', '!='])} null)",
            lambda: f"account.deals.{pick(['exists', 'all'])}(d, d.amount > 100)",
            lambda: f"(account.deals.sum(d, d.count) > {write('number')})",
            lambda: f"({self._texts(write)} {pick(['==', '!='])} {pick([*PLAIN_LISTS, WRITTEN_OUT])})",
            lambda: f"([owner, helper].exists(o, o.name == {write('text')}))",
            lambda: f"account.deals.map(d, d.{pick(['owner', 'tasks.first()'])}).exists(o, o.{pick(['id != null'])})",
            lambda: f"account.deals.map(d, d.owner).distinct().exists(o, o.name == {write('text')})",
            lambda: f"all(task).exists(w, w.owner == owner && w.due {pick('<>')} began)",
        ]

    def _list(self, write: Callable[[str], str]) -> str:
        if self.random.random() < 0.5:
            return "tasks"
        return f"tasks.filter({self._with('boolean', write)})"

    def _texts(self, write: Callable[[str], str]) -> str:
        """A list of texts: the elements of one, some of them, or made of others."""
        texts = self.random.choice(PLAIN_LISTS)
        return self.random.choice(
            [
                lambda: texts,
                lambda: f"{texts}.distinct()",
                lambda: f"{texts}.filter({self._with('boolean', write, 'text')})",
                lambda: f"{texts}.map({self._with('text', write, 'text')})",
                lambda: f"{texts}.map({self._with('text', write, 'text')}).distinct()",
                lambda: f"{texts}.filter({self._with('boolean', write, 'text')}).distinct()",
            ]
        )()

    def _values(self, kind: str, write: Callable[[str], str]) -> str:
        """Distinct values asked of records or texts, and what is asked of those."""
        pick = self.random.choice
        records = f"{self._list(write)}.map({self._with(kind, write)})"
        texts = f"{pick(PLAIN_LISTS)}.map({self._with(kind, write, 'text')})"
        values = f"{pick([records, records, texts])}.distinct()"
        again = f"{values}.map({self._with(kind, write, kind)})"
        some = f"{values}.filter({self._with('boolean', write, kind)})"
        return pick([values, values, again, some, f"{again}.distinct()"])

    def _of_deal(self, write: Callable[[str], str]) -> str:
        """Something of a deal, and of its tags where lists may still stand in lists."""
        if len(self.variables) > 1:
            return self._with("boolean", write, "deal")
        name = f"x{len(self.variables)}"
        return self._with("boolean", lambda kind: f"{name}.tags.exists({self._with(kind, write, 'text')})", "deal")

    def _fold(self, kind: str, write: Callable[[str], str], folds: tuple[str, ...], item: str = "task") -> str:
        return f"{self.random.choice(folds)}({self._with(kind, write, item)})"

    def _test(self, write: Callable[[str], str]) -> str:
        return f"{self._list(write)}.{self.random.choice(['exists', 'all'])}({self._with('boolean', write)})"

    def _with(self, kind: str, write: Callable[[str], str], item: str = "task") -> str:
        """A name, and something of a kind that may speak of it: a record of `item`, or a value of that kind."""
        name = f"x{len(self.variables)}"
        self.variables.append((name, item))
        text = write(kind)
        self.variables.pop()
        return f"{name}, {text}"
