"""Columns Django has no field for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models

if TYPE_CHECKING:
    Set_contra = TypeVar("Set_contra", contravariant=True)
    Get_co = TypeVar("Get_co", covariant=True)

    # To the type checker a decimal, that may be null where its column says so.
    class NumericField(models.DecimalField[Set_contra, Get_co]): ...

    # To the type checker a text, that may be null where its column says so.
    class NetworkField(models.TextField[Set_contra, Get_co]): ...
else:

    class NumericField(models.Field):
        """A `Decimal` of any precision that keeps its digits: 30.00 is read back as 30.00."""

        def db_type(self, connection: Any) -> str:  # noqa: ARG002  # Django's signature
            return "numeric"

    class NetworkField(models.Field):
        """An IPv4 or IPv6 network as text, such as 198.51.100.7/32 or 2001:db8:7::/56."""

        def db_type(self, connection: Any) -> str:  # noqa: ARG002  # Django's signature
            return "cidr"
