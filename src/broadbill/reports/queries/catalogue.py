"""The reports there are, in the order in which they are offered."""

from __future__ import annotations

from broadbill.reports.domain.asked import ReportUnknown
from broadbill.reports.domain.report import Report
from broadbill.reports.queries.ageing import AGEING, COLLECTION_DAYS
from broadbill.reports.queries.billed import BILLED
from broadbill.reports.queries.cohorts import COHORTS
from broadbill.reports.queries.deferred import DEFERRED, TO_EARN
from broadbill.reports.queries.received import RECEIVED
from broadbill.reports.queries.recurring import CUSTOMERS, MOVEMENT
from broadbill.reports.queries.taxes import TAXES
from broadbill.reports.queries.used import USED

REPORTS: tuple[Report, ...] = (
    BILLED,
    MOVEMENT,
    CUSTOMERS,
    COHORTS,
    RECEIVED,
    AGEING,
    COLLECTION_DAYS,
    TAXES,
    DEFERRED,
    TO_EARN,
    USED,
)


def report_named(key: str) -> Report:
    """Raises: ReportUnknown."""
    for report in REPORTS:
        if report.key == key:
            return report
    raise ReportUnknown(report=key)
