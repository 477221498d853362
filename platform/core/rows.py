"""What the busiest pages ask: statements written by hand, planned once a connection, read into objects."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any, Generic, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import JSONField, Model
from django.db.models.base import ModelState

from config.postgres.base import DatabaseWrapper
from config.postgres.prepared import Rows as Rows
from config.postgres.prepared import Values

M = TypeVar("M", bound=Model)
Ask = tuple[str, Values]  # a statement, and what stands in it
Prepare = Callable[[Any], Any] | None


def ask(sql: str, values: Values) -> Rows:
    """The rows of a statement that is always written alike: what varies are its values, and an array is one value."""
    return ask_together((sql, values))[0]


def tell(sql: str, values: Values) -> int:
    """How many rows a statement changed that returns none."""
    return cast(DatabaseWrapper, connection).ask([(sql, values)])[0][1]


def ask_together(*asked: Ask) -> list[Rows]:
    """The rows of each of several statements, which go to the server at once and are answered one after the other."""
    return [rows for rows, _ in cast(DatabaseWrapper, connection).ask(asked)]


def ask_last(*asked: Ask) -> list[Rows]:
    """The same, where the transaction has nothing else to do: they take its COMMIT along, if no other is around it."""
    return [rows for rows, _ in cast(DatabaseWrapper, connection).ask(asked, last=True)]


class Columns(Generic[M]):
    """The columns of a table, called `alias` in a statement; `names` are the fields that are read, all where none is.

    What is not read is read when somebody looks at it, as Django does it.
    """

    def __init__(self, model: type[M], alias: str, *names: str) -> None:
        fields = [each for each in model._meta.concrete_fields if not names or each.name in names]
        self.model, self.names = model, [each.attname for each in fields]
        self.sql = ", ".join(f'{alias}."{each.column}"' for each in fields)
        self.documents = [each.attname for each in fields if isinstance(each, JSONField)]
        anew = [each for each in fields if each.has_default() and callable(each.default)]
        self.defaults = {each.attname: each.get_default() for each in fields if each not in anew}
        self.made_anew = {each.attname: each.default for each in anew}

    def __str__(self) -> str:
        return self.sql

    def __len__(self) -> int:
        return len(self.names)

    def made(self, values: Sequence[Any]) -> M | None:
        """None where an outer join found no row.

        The row is what Django would make of it, but its fields are not set one by one: that is what most of it costs.
        """
        if values[0] is None:
            return None
        held = dict(zip(self.names, values, strict=True))
        for name in self.documents:
            held[name] = None if held[name] is None else json.loads(held[name])
        return self._row(held)

    def new(self, **given: Any) -> M:
        """A row that is not stored yet, by the columns' names; the others are what the model has for them."""
        held = {**self.defaults, **{name: make() for name, make in self.made_anew.items()}, **given}
        if len(held) != len(self.names):
            raise TypeError(f"{self.model.__name__} has no {', '.join(sorted(given.keys() - set(self.names)))}")
        return self._row(held)

    def _row(self, held: Mapping[str, Any]) -> M:
        row = self.model.__new__(self.model)
        row._state = ModelState()
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        row.__dict__.update(held)
        return row


def joined(row: M, **related: Model) -> M:
    """The row with those that it points to, by the fields' names, as Django's `select_related` has it."""
    row._state.fields_cache.update(related)
    return row


def adding(row: Model, beside: str = "", values: Sequence[Any] = ()) -> Ask:
    """The statement that adds a new row to its table and returns its primary key; whoever listens is not told.

    `beside` is another change that is made in the same statement, `values` what stands in it.
    """
    insert, fields = _insert(type(row))
    own = [prepare(getattr(row, name)) if prepare else getattr(row, name) for name, prepare in fields]
    return f"WITH beside AS ({beside}) {insert}" if beside else insert, [*values, *own]


@cache
def _insert(model: type[Model]) -> tuple[str, list[tuple[str, Prepare]]]:
    """The statement, and by the name of a column what makes a value of it that psycopg knows."""
    wrapper, key = connections[DEFAULT_DB_ALIAS], model._meta.pk.column
    fields = [each for each in model._meta.concrete_fields if not each.primary_key]
    names = ", ".join(f'"{each.column}"' for each in fields)
    marks = ", ".join(["%s"] * len(fields))
    sql = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({marks}) RETURNING "{key}"'
    documents = [each for each in fields if isinstance(each, JSONField)]
    prepared = {each.attname: partial(each.get_db_prep_save, connection=wrapper) for each in documents}
    return sql, [(each.attname, prepared.get(each.attname)) for each in fields]


def split(row: Sequence[Any], *parts: Columns[Any]) -> list[Any]:
    """The objects whose columns stand side by side, then what stands behind them."""
    found: list[Any] = []
    at = 0
    for part in parts:
        found.append(part.made(row[at : at + len(part)]))
        at += len(part)
    return [*found, *row[at:]]
