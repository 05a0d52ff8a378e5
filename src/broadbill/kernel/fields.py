"""Columns Django has no field for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

if TYPE_CHECKING:
    Set = TypeVar("Set", contravariant=True)
    Get = TypeVar("Get", covariant=True)

    # To the type checker a decimal, that may be null where its column says so.
    class NumericField(models.DecimalField[Set, Get]): ...
else:

    class NumericField(models.Field):
        """A `Decimal` of any precision that keeps its digits: 30.00 is read back as 30.00."""

        def db_type(self, connection: Any) -> str:
            return "numeric"
