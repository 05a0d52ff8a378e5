"""Plans to start from, one of each family: the form is filled in with them.

Their one charge has no name of its own, so that bills call it as the plan is called in the end.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


def _metered(name: str, meter: str, model: dict[str, Any], code: str = "usage") -> dict[str, Any]:
    charge = {"code": code, "type": "usage", "period": "month", "meter": meter, "model": model}
    return {"name": name, "charges": [charge]}


def _monthly(name: str, model: dict[str, Any], **more: Any) -> dict[str, Any]:
    charge = {"code": "access", "type": "recurring", "period": "month", "model": model, **more}
    return {"name": name, "charges": [charge]}


STARTS: dict[str, dict[str, Any]] = {
    "monthly": {
        "title": _("A monthly fee"),
        "plan": _monthly("Fiber 500", {"type": "flat", "amount": "30.00"}),
    },
    "seats": {
        "title": _("A price for each seat"),
        "plan": _monthly("Telephony", {"type": "per_unit", "unit_amount": "8.00"}),
    },
    "data": {
        "title": _("Data beyond an allowance"),
        "plan": _metered("Data", "data_gb", {"type": "per_unit", "unit_amount": "0.20", "included": "100"}),
    },
    "graduated": {
        "title": _("Graduated prices"),
        "plan": _metered(
            "Data", "data_gb",
            {"type": "graduated", "tiers": [{"up_to": "100", "unit_amount": "0.10"}, {"unit_amount": "0.05"}]},
        ),
    },
    "volume": {
        "title": _("All of it at one tier's price"),
        "plan": _metered(
            "Data", "data_gb",
            {"type": "volume", "tiers": [{"up_to": "100", "unit_amount": "0.10"}, {"unit_amount": "0.05"}]},
        ),
    },
    "stairstep": {
        "title": _("One amount for the step reached"),
        "plan": _metered(
            "Fair use", "data_gb",
            {"type": "stairstep", "tiers": [{"up_to": "100", "amount": "10.00"}, {"amount": "25.00"}]},
        ),
    },
    "package": {
        "title": _("By the package"),
        "plan": _metered("Data packs", "data_gb", {"type": "package", "size": "10", "amount": "4.00"}),
    },
    "voice": {
        "title": _("Calls by prefix"),
        "plan": _metered(
            "Calls", "voice_seconds",
            {"type": "rate_table", "rates": [{"prefix": "43", "unit_amount": "0.02", "connect": "0.05"}]}, "calls",
        ),
    },
    "peak": {
        "title": _("By time of day"),
        "plan": _metered(
            "Time of day", "data_gb",
            {
                "type": "time_bands",
                "otherwise": {"type": "per_unit", "unit_amount": "0.20"},
                "bands": [{"from": "08:00", "to": "22:00", "model": {"type": "per_unit", "unit_amount": "0.50"}}],
            },
        ),
    },
    "burstable": {
        "title": _("Burstable transit"),
        "plan": _metered(
            "IP transit", "mbps",
            {"type": "percentile", "p": "95", "commit": "10", "unit_amount": "5.00", "overage_amount": "8.00"},
        ),
    },
    "percentage": {
        "title": _("A percentage of what others charge"),
        "plan": _metered("Premium numbers", "premium", {"type": "percentage", "rate": "10", "fixed": "0.15"}),
    },
    "instalments": {
        "title": _("A device in instalments"),
        "plan": {
            "name": "Router",
            "charges": [
                {"code": "router", "type": "instalments", "count": "12", "period": "month",
                 "model": {"type": "flat", "amount": "120.00"}},
            ],
        },
    },
}  # fmt: skip
