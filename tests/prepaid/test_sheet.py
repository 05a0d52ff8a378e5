"""The printed sheet: every card's QR code is read back from the page's picture."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp

from broadbill.accounts.operations.provider import change_provider
from broadbill.kernel.models import Event
from broadbill.prepaid.domain.codes import in_groups
from broadbill.prepaid.operations.end_vouchers import block_voucher
from broadbill.prepaid.operations.sheet import print_sheet
from tests.prepaid.cards import HOUR, a_batch, codes
from tests.world import ACTOR, at, on

pytestmark = pytest.mark.django_db
DOTS_AN_INCH = 200


def scanned(pdf: bytes) -> list[list[str]]:
    """What the QR codes of each page say."""
    pages = pypdfium2.PdfDocument(pdf)
    return [
        [found.text for found in zxingcpp.read_barcodes(page.render(scale=DOTS_AN_INCH / 72).to_pil())]
        for page in pages
    ]


def text(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(pdf))


def printed(batch, **terms) -> bytes:
    return print_sheet(batch=batch, now=at("2026-04-01"), actor=ACTOR, **terms)


class TestPrintSheet:
    def test_has_24_cards_a_page_whose_codes_scan_and_read(self) -> None:
        batch = a_batch("time", 3 * HOUR, "5.00", 25, valid_until=on("2026-12-31"))
        wanted = [in_groups(code) for code in codes(batch)]

        pdf = printed(batch)

        pages = scanned(pdf)
        assert [len(page) for page in pages] == [24, 1]
        assert sorted(code for page in pages for code in page) == sorted(wanted)
        said = text(pdf)
        assert all(code in said for code in wanted)
        assert said.count("3 hours") == said.count("online") == 25
        assert said.count("Valid until December 31, 2026") == 25
        assert f"No. {batch}/25" in said

    def test_puts_a_link_before_the_code_where_one_is_given(self) -> None:
        batch = a_batch(size=1)

        [[found]] = scanned(printed(batch, link="https://hotspot.example/login?code="))

        assert found == f"https://hotspot.example/login?code={in_groups(codes(batch)[0])}"

    def test_speaks_the_providers_language_and_shows_who_it_is(self) -> None:
        change_provider(
            changes={"name": "Seeufer Glasfaser", "language": "de"}, now=at("2026-01-01"), actor=ACTOR
        )

        said = text(printed(a_batch(size=1, valid_until=on("2026-12-31"))))

        assert "Seeufer Glasfaser" in said
        assert "10,00\N{NO-BREAK SPACE}€" in said
        assert "Guthaben" in said
        assert "Gültig bis 31. Dezember 2026" in said

    def test_leaves_out_what_is_blocked_and_says_who_printed_it(self) -> None:
        batch = a_batch(size=2)
        lost, kept = codes(batch)
        block_voucher(code=lost, reason="lost", now=at("2026-04-01"), actor=ACTOR)

        assert scanned(printed(batch)) == [[in_groups(kept)]]
        assert Event.objects.get(verb="voucher_batch.printed").data == {"cards": 1}
