from __future__ import annotations

from functools import lru_cache

from broadbill.billing.models import Rulebook
from broadbill.core import rating


@lru_cache(maxsize=8)
def parsed_rulebook(rulebook_id: int) -> rating.Rulebook:
    """A stored rulebook as the rating core reads it. It never changes, so it is parsed once a process."""
    return rating.Rulebook.parse(Rulebook.objects.get(pk=rulebook_id).content)
