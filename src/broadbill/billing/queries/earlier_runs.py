"""When earlier runs asked what was owed: usage that comes after them comes late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from broadbill.billing.models import BillRun


@dataclass(frozen=True, slots=True)
class EarlierRuns:
    """The dates of the runs of all accounts, and of those asked for one account alone, with the run's id.

    `without` are the runs of all that an account was left out of: what comes after them is not late for it.
    """

    of_all: tuple[tuple[int, date], ...]
    of_one: dict[int, tuple[tuple[int, date], ...]]
    without: dict[int, set[int]]

    def before(self, run_id: int | None, account_id: int) -> tuple[date, ...]:
        """The dates of the runs that looked at an account before a run (or before now), ascending."""
        of_all: Sequence[tuple[int, date]] = self.of_all
        if missed := self.without.get(account_id):
            of_all = [run for run in of_all if run[0] not in missed]
        asked = (*of_all, *self.of_one.get(account_id, ()))
        return tuple(sorted({through for earlier, through in asked if run_id is None or earlier < run_id}))


def earlier_runs() -> EarlierRuns:
    """One query. Corrections are left out: they ask again what a run before them asked.

    So are runs of prepaid or chosen accounts: prepaid plans have no usage that could come late.
    """
    of_all: list[tuple[int, date]] = []
    of_one: dict[int, list[tuple[int, date]]] = defaultdict(list)
    without: dict[int, set[int]] = defaultdict(set)
    for run in BillRun.objects.filter(issued_on=None, scope=BillRun.Scope.ALL).only(
        "id", "through", "only_account", "left_out"
    ):
        asked = of_all if run.only_account_id is None else of_one[run.only_account_id]
        asked.append((run.id, run.through))
        for account_id in run.left_out:
            without[account_id].add(run.id)
    return EarlierRuns(tuple(of_all), {account: tuple(runs) for account, runs in of_one.items()}, without)
