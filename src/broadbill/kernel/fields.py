"""Columns Django has no field for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    from decimal import Decimal

    DecimalColumn = models.Field[Decimal, Decimal]
else:
    DecimalColumn = models.Field


class NumericField(DecimalColumn):
    """A `Decimal` of any precision that keeps its digits: 30.00 is read back as 30.00."""

    def db_type(self, connection: Any) -> str:
        return "numeric"
