"""Queries that Django compiles once: what every public page asks, over and over, with other values.

Building the SQL of a story page's queries took four times as long as running them. A prepared query is an ordinary
QuerySet written over places instead of values; Django compiles it on the first call on a connection, and each later
call binds its values and reads. For what readers, and editors at every pause in typing, ask again and
again; everything else is a plain QuerySet.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import QuerySet
from django.db.models.expressions import Expression
from django.db.models.query import ModelIterable

type Value = int | str | date | datetime
type Rows = list[tuple[Any, ...]]
type _Form = tuple[int | None, ...]  # the limit, and how many values each list has

LONGEST = 256  # a longer list is asked as a plain QuerySet: compiling it would cost more than it saves
_FIELDS: dict[type, "models.Field[Any, Any]"] = {
    int: models.BigIntegerField(),
    str: models.TextField(),
    date: models.DateField(),
    datetime: models.DateTimeField(),
}


class _Place(Expression):
    """Where a value will be bound: the position of a name's values, always 0 for one that is no list."""

    def __init__(self, name: str, position: int, kind: type) -> None:
        super().__init__(output_field=_FIELDS[kind])
        self.name, self.position = name, position

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", (self,)


class _Compiled(NamedTuple):
    queryset: QuerySet[Any, Any]  # over places
    compiler: Any  # Django's, which knows what the columns are
    sql: str
    params: tuple[Any, ...]  # constants, and places
    converters: dict[int, tuple[list[Callable[..., Any]], Any]]  # by column: what Django makes of a stored value


class Prepared:
    """A query by its places: `Prepared(lambda slug: ….filter(slug=slug).values_list(…), slug=str)`.

    A place is an int, str, date or aware datetime, or a list of one of them: `ids=[int]`, for `__in`. The QuerySet
    must end in values_list(). Safe between threads: each connection has its own compiled form.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], **places: type | list[type]) -> None:
        self._build = build
        self._places = places

    def __call__(self, *, most: int | None = None, **values: Value | Sequence[Value]) -> Rows:
        """The rows, as tuples; the first `most` of them. One query; none if a list is empty: then nothing is found."""
        found: Rows = self._found(most, values)
        return found

    def _found(self, most: int | None, values: dict[str, Value | Sequence[Value]]) -> list[Any]:
        if values.keys() != self._places.keys():
            raise TypeError(f"the places are {', '.join(self._places)}; values came for {', '.join(values)}")
        given: dict[str, Sequence[Any]] = {}
        for name, kind in self._places.items():
            value: Any = values[name]
            if isinstance(kind, list):
                if not value:
                    return []
                if len(value) > LONGEST:
                    return list(self._build(**values)[:most])
                # Compiled for 1, 2, 4, 8 … values; repeating the last one finds nothing more.
                value = [*value, *[value[-1]] * ((1 << (len(value) - 1).bit_length()) - len(value))]
            else:
                value = [value]
            given[name] = value
        connection = connections[DEFAULT_DB_ALIAS]
        query = self._compiled(connection, (most, *map(len, given.values())))
        params = [_bound(given[p.name][p.position], connection) if type(p) is _Place else p for p in query.params]
        with connection.cursor() as cursor:
            cursor.execute(query.sql, params)
            rows = cursor.fetchall()
        return self._made(query, _converted(rows, query, connection) if query.converters else rows)

    def _made(self, query: _Compiled, rows: Rows) -> list[Any]:
        return rows

    def _compiled(self, connection: BaseDatabaseWrapper, form: _Form) -> _Compiled:
        # Kept on the connection, which it refers to: both go together when the connection's thread is over.
        forms = vars(connection).setdefault("_prepared", {}).setdefault(self, {})
        if form not in forms:
            forms[form] = self._compile(connection, form)
        found: _Compiled = forms[form]
        return found

    def _compile(self, connection: BaseDatabaseWrapper, form: _Form) -> _Compiled:
        most, *sizes = form
        places = {
            name: [_Place(name, n, kind[0]) for n in range(size or 0)]
            if isinstance(kind, list)
            else _Place(name, 0, kind)
            for (name, kind), size in zip(self._places.items(), sizes, strict=True)
        }
        queryset = self._build(**places)[:most]
        compiler = queryset.query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns = [column for column, _sql, _alias in compiler.select or ()]
        return _Compiled(queryset, compiler, sql, tuple(params), dict(compiler.get_converters(columns)))


class PreparedModels(Prepared):
    """The same of a QuerySet of models, with what it says in select_related(), defer() and only()."""

    def __call__(self, *, most: int | None = None, **values: Value | Sequence[Value]) -> list[Any]:
        """The models; the first `most` of them. One query, or none."""
        return self._found(most, values)

    def _made(self, query: _Compiled, rows: Rows) -> list[Any]:
        return list(ModelIterable(cast(Any, _Answered(query, rows))))


class _Answered:
    """Stands where Django makes models of rows for a QuerySet, its query and its compiler: it was asked already."""

    def __init__(self, query: _Compiled, rows: Rows) -> None:
        queryset: Any = query.queryset
        self.db, self.model, self.query = queryset.db, queryset.model, self
        self._fetch_mode, self._known_related_objects = queryset._fetch_mode, queryset._known_related_objects
        self.select, self.klass_info = query.compiler.select, query.compiler.klass_info
        self.annotation_col_map = query.compiler.annotation_col_map
        self.rows = rows

    def get_compiler(self, using: str) -> "_Answered":
        return self

    def execute_sql(self, **_how: Any) -> None:
        """It was."""

    def results_iter(self, _results: None) -> Rows:
        return self.rows


def _bound(value: Value, connection: BaseDatabaseWrapper) -> Any:
    """A value as the engine takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value


def _converted(found: Rows, query: _Compiled, connection: BaseDatabaseWrapper) -> Rows:
    rows = []
    for row in found:
        values = list(row)
        for at, (converters, column) in query.converters.items():
            value = values[at]
            for convert in converters:
                value = convert(value, column, connection)
            values[at] = value
        rows.append(tuple(values))
    return rows
