"""Looking up very many values at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Field, ForeignObject, Lookup

if TYPE_CHECKING:
    AnyLookup = Lookup[Any]
else:
    # Generic for type checkers alone.
    AnyLookup = Lookup


@ForeignObject.register_lookup
@Field.register_lookup
class AnyOf(AnyLookup):
    """`field__any=values`: as `field__in`, with all values in one parameter, an array.

    A list of 100,000 costs seconds as parameters one by one. The values are of the column's own type, never objects.
    """

    lookup_name = "any"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, parameters = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*parameters, list(self.rhs))
