"""A subscription of a row: the plan its columns imply, the agreed prices, what comes with it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from broadbill.imports.domain.conditions import Cells, Header
from broadbill.imports.domain.import_map import SubscriptionMap
from broadbill.imports.domain.keys import joined, refuse
from broadbill.imports.domain.plan_content import price_model
from broadbill.imports.domain.problem import CellRefused
from broadbill.imports.domain.records import SellablePlan, SubscriptionRecord
from broadbill.imports.domain.sections import Refuse
from broadbill.imports.domain.sources import Cases, Read, Source, required

AGREED_PRICE = "the agreed price"
ONE = Decimal(1)


class SubscriptionReader:
    """A `subscription` of a map, bound to the columns of a file and the plans on sale.

    Raises: MapRefused when the map names a plan there is none of.
    """

    def __init__(
        self, subscription: SubscriptionMap, header: Header, plans: Mapping[str, SellablePlan]
    ) -> None:
        self._map = subscription
        self._plans = plans
        self._refuse_unknown_plans()
        self._applies = subscription.condition.bind(header) if subscription.condition else None
        self._fields = subscription.fields.bind(header)
        self._prices = {code: _bind_price(source, header) for code, source in subscription.prices.items()}
        self._extras = [source.bind(header) for source in subscription.extras]

    def read(self, cells: Cells, currency: str, refuse: Refuse) -> SubscriptionRecord | None:
        """None where its condition fails or what it cannot do without was refused."""
        if self._applies and not self._applies(cells):
            return None
        try:
            prices = self._read_prices(cells)
            extras = [read(cells) for read in self._extras]
        except CellRefused as refusal:
            refuse(refusal)
            prices, extras = {}, []
        fields = self._fields(cells, refuse)
        if "plan" not in fields or "starts_on" not in fields:
            return None
        try:
            plan = self._sellable(fields, currency)
            models = {code: self._model(plan, code, amount) for code, amount in prices.items()}
        except CellRefused as refusal:
            refuse(refusal)
            return None
        return SubscriptionRecord(
            plan=plan.code,
            starts_on=fields["starts_on"],
            quantity=fields.get("quantity", ONE),
            prices=models,
            agreed=sum(prices.values(), Decimal(0)),
            extras=tuple(extra for extra in extras if extra is not None),
        )

    def _read_prices(self, cells: Cells) -> dict[str, Decimal]:
        prices = ((code, read(cells)) for code, read in self._prices.items())
        return {code: amount for code, amount in prices if amount is not None}

    def _sellable(self, fields: Mapping[str, object], currency: str) -> SellablePlan:
        code, starts_on = str(fields["plan"]), fields["starts_on"]
        plan = self._plans.get(code)
        if plan is None:
            raise self._refusal(code, f"the code of a plan: {joined(self._plans)}")
        if plan.currency != currency:
            raise self._refusal(
                code, f"a plan in {currency}, as the account is; this one is in {plan.currency}"
            )
        if plan.retired_on and plan.retired_on <= starts_on:  # type: ignore[operator]
            raise self._refusal(
                code, f"a plan on sale on {starts_on}; this one was retired on {plan.retired_on}"
            )
        return plan

    def _model(self, plan: SellablePlan, code: str, amount: Decimal) -> dict[str, str]:
        model = plan.models.get(code)
        price = price_model(model, amount) if model else None
        if price is None:
            why = f"its {code} is priced as {model}" if model else f"it has no charge {code}"
            raise self._refusal(plan.code, f"a plan whose {code} has one price to agree on; {why}")
        return price

    def _refusal(self, code: str, expected: str) -> CellRefused:
        return CellRefused(self._map.fields.columns_of("plan"), code, expected)

    def _refuse_unknown_plans(self) -> None:
        for code in self._map.fields.sources["plan"].foreseen:
            if code not in self._plans:
                refuse(
                    f"{self._map.path}.plan",
                    f"names the plan {code!r}, which neither the map defines nor the catalog has",
                )


def _bind_price(source: Source, header: Header) -> Read:
    """A price's column must have one, unless cases say when it has none."""
    return source.bind(header) if isinstance(source, Cases) else required(source, header, AGREED_PRICE)
