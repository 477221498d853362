"""Replies on their way to the database: while some are stored, the next gather."""

from core.bulk import Values
from synth.replies import STORE, Row, values_to_store
from synth.statements import Statement, Statements

# A statement costs both sides as much as several replies do, so few replies wait for the one before to end.
ENOUGH_TO_LOOK = 4


class Writer:
    """Of one loop and project."""

    def __init__(self, statements: Statements, project_id: int) -> None:
        self._statements, self._project_id = statements, project_id
        self._rows: list[Row] = []
        self._next: Statement | None = None

    def put(self, row: Row) -> Statement:
        """The statement that stores it, with others perhaps."""
        self._rows.append(row)
        if self._next is None:
            self._next = self._statements.queue(STORE, self._taken)
        statement = self._next
        if len(self._rows) >= ENOUGH_TO_LOOK or not self._statements.busy:
            self._statements.go_on()
        return statement

    def _taken(self) -> Values:
        rows, self._rows, self._next = self._rows, [], None
        return values_to_store(self._project_id, rows)
