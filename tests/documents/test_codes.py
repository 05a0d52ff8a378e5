"""The codes on paper read back as what was meant: rasterised at 200 dpi and decoded by another program."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from broadbill.core.money import Currency, Money
from broadbill.documents.domain.epc import epc_payload
from broadbill.documents.domain.sheet import PageSize, Sheet
from broadbill.documents.operations.render import render_pdf
from tests.documents.sheets import LAKESIDE, credit_note, eur, invoice, settled

DOTS_PER_INCH = 200
EPC = "BCD\n002\n1\nSCT\nCOBADEFFXXX\nLakeside Fibre GmbH\nDE89370400440532013000\nEUR62.40\n\nRF712348231"


def codes_on(sheet: Sheet) -> dict[str, str]:
    """What a scanner reads on the last page, by kind of code."""
    document = pypdfium2.PdfDocument(render_pdf(sheet))
    page = document[len(document) - 1].render(scale=DOTS_PER_INCH / 72).to_pil()
    return {str(code.format): code.text for code in zxingcpp.read_barcodes(page)}


class TestPaymentSlip:
    def test_carries_the_transfer_and_the_reference(self) -> None:
        assert codes_on(invoice()) == {"QR Code": EPC, "Code 128": "RF712348231"}

    def test_carries_them_on_letter_paper_and_over_pages(self) -> None:
        assert codes_on(invoice(page_size=PageSize.LETTER, lines=invoice().lines * 12)) == {
            "QR Code": EPC,
            "Code 128": "RF712348231",
        }

    def test_quotes_the_number_where_there_is_no_reference(self) -> None:
        codes = codes_on(invoice(reference=""))

        assert codes["Code 128"] == "2026-004512"
        assert codes["QR Code"] == EPC.removesuffix("RF712348231") + "\n2026-004512"

    @pytest.mark.parametrize("reference", ["RF18539007547034", "RF93A1B2C3D4E5F6G7H8I9J0K"])
    def test_reads_back_long_references(self, reference: str) -> None:
        assert codes_on(invoice(reference=reference))["Code 128"] == reference

    def test_has_no_transfer_code_outside_the_euro(self) -> None:
        dollars = Money(6240, Currency.of("USD"))

        assert codes_on(invoice(total=dollars, amount_due=dollars)) == {"Code 128": "RF712348231"}

    def test_has_no_transfer_code_without_an_account_to_pay_to(self) -> None:
        assert codes_on(invoice(seller=replace(LAKESIDE, iban=""))) == {"Code 128": "RF712348231"}


class TestClosing:
    def test_carries_the_number_alone_when_nothing_is_to_be_sent(self) -> None:
        assert codes_on(settled(invoice())) == {"Code 128": "2026-004512"}
        assert codes_on(credit_note()) == {"Code 128": "GS-2026-00031"}
        assert codes_on(invoice(collection_notice="Wir buchen ab.")) == {"Code 128": "2026-004512"}


class TestEpcPayload:
    def test_is_cut_to_the_limits_of_the_code(self) -> None:
        long_name = "Ελληνική Εταιρεία " * 10

        payload = epc_payload(invoice(seller=replace(LAKESIDE, name=long_name)))

        assert payload is not None
        assert payload.split("\n")[5] == ("Ελληνική Εταιρεία " * 4)[:70].strip()
        assert len(payload.encode()) <= 331

    def test_leaves_out_an_amount_that_the_code_cannot_carry(self) -> None:
        too_much = eur(str(Decimal("1000000000.00")))

        assert epc_payload(invoice(amount_due=too_much)) is None

    def test_leaves_out_the_bank_code_where_it_is_unknown(self) -> None:
        payload = epc_payload(invoice(seller=replace(LAKESIDE, bic="")))

        assert payload == EPC.replace("COBADEFFXXX", "")


class TestLogo:
    def test_may_be_a_raster_picture(self) -> None:
        picture = io.BytesIO()
        Image.new("RGB", (60, 30), "red").save(picture, format="PNG")

        document = pypdfium2.PdfDocument(
            render_pdf(invoice(seller=replace(LAKESIDE, logo=picture.getvalue())))
        )

        top_left = document[0].render(scale=1).to_pil().crop((60, 50, 120, 95))
        assert (255, 0, 0) in [colour for _, colour in top_left.getcolors(10_000)]
