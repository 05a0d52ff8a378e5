from __future__ import annotations

import pytest

from broadbill.accounts.domain.provider_details import ProviderDetailIsInvalid, checked_details


class TestCheckedDetails:
    def test_make_numbers_of_numbers_and_close_up_the_iban(self) -> None:
        assert checked_details({"terms_days": "30", "iban": "LU28 0019 4006 4475 0000", "bic": ""}) == {
            "terms_days": 30,
            "iban": "LU280019400644750000",
            "bic": "",
        }

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("name", " "),
            ("country", "lux"),
            ("email", "nobody"),
            ("iban", "LU28 0019 4006 4475 0001"),
            ("logo", "logo.png"),
            ("paper", "a5"),
            ("currency", "EURO"),
            ("timezone", "Luxembourg"),
            ("language", "english"),
            ("brand_hue", "360"),
            ("terms_days", "-1"),
            ("recorded_at", "2026-01-01"),
        ],
    )
    def test_refuse_what_cannot_be_right(self, key: str, value: str) -> None:
        with pytest.raises(ProviderDetailIsInvalid, match=f"^{key}: "):
            checked_details({key: value})
