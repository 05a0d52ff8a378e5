"""What the office calls the charges of a plan and the ways in which they are priced."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# core.rating.plans.CHARGE_TYPES
CHARGE_TYPES = {
    "recurring": _("Recurring"),
    "one_off": _("Once"),
    "usage": _("By usage"),
    "deposit": _("Deposit"),
    "commitment": _("Minimum spend"),
    "termination_fee": _("Fee for leaving early"),
    "instalments": _("In instalments"),
}

# The pricing models of core.rating.registry that are more than one figure.
PRICE_MODELS = {
    "package": _("By the package"),
    "graduated": _("Graduated"),
    "volume": _("By volume"),
    "stairstep": _("In steps"),
    "percentage": _("Percentage"),
    "percentile": _("Burstable"),
    "time_bands": _("By time of day"),
    "rate_table": _("Rate table"),
}
