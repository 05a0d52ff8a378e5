"""What of an account's allowances is used and left: the metered charges' stretches, as they will be billed."""

from __future__ import annotations

from datetime import date

from broadbill.core.rating.facts import Facts
from broadbill.core.rating.history import History
from broadbill.core.rating.metered import Granted, MeteredRating, Usage
from broadbill.core.rating.runs import runs_of
from broadbill.core.rating.spans import stretches_of


def allowances(history: History, *, on: date) -> list[Granted]:
    """The allowances of all periods begun by a day, with the usage known now, whenever it is billed.

    Raises: ScenarioError for facts that cannot be read.
    """
    facts = Facts.of(history)
    rating = MeteredRating(history.account, Usage.of(history.usage, facts.lives), (), drops=False)
    return rating.granted(
        [
            stretches_of(life, run, history.account, since=None, on=on)[0]
            for life in facts.lives
            for run in runs_of(life, "usage")
        ]
    )
