from __future__ import annotations

from functools import lru_cache
from typing import Any

from broadbill.billing.models import Rulebook
from broadbill.core import rating


@lru_cache(maxsize=8)
def parsed_rulebook(rulebook_id: int) -> rating.Rulebook:
    """A stored rulebook as the rating core reads it. It never changes, so it is parsed once a process."""
    return rating.Rulebook.parse(rulebook_content(rulebook_id))


@lru_cache(maxsize=8)
def rulebook_content(rulebook_id: int) -> dict[str, Any]:
    """A stored rulebook as it was written; read once a process. Raises: ValueError where there is none."""
    content: dict[str, Any]
    [content] = Rulebook.objects.filter(pk=rulebook_id).values_list("content", flat=True)
    return content
