from __future__ import annotations

from collections.abc import Sequence

from broadbill.contracts.models import Contract


def contract_numbers_taken(numbers: Sequence[str]) -> set[str]:
    """Which of these numbers contracts have."""
    return set(Contract.objects.filter(number__in=numbers).values_list("number", flat=True))
