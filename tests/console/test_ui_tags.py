from __future__ import annotations

import pytest
from django.template import Context, Template
from django.test import RequestFactory

from broadbill.core.money import Currency, Money
from broadbill.design import charts, codes, formats
from tests.console.page_checker import problems

EUR = Currency.of("EUR")


def shown(source: str, **context: object) -> str:
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.fixture(autouse=True)
def plain_static_files(settings: object) -> None:
    settings.STORAGES = {  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


class TestIcon:
    def test_points_into_the_sprite_and_is_silent(self) -> None:
        assert shown('{% icon "mail" %}') == (
            '<svg class="i" aria-hidden="true"><use href="/static/console/gen/icons.svg#mail"/></svg>'
        )

    def test_is_read_aloud_when_it_stands_alone(self) -> None:
        assert 'role="img" aria-label="Close"' in shown('{% icon "x" label="Close" %}')

    def test_refuses_a_name_that_the_sprite_does_not_have(self) -> None:
        with pytest.raises(ValueError, match=r"'filter' is not in console/icons\.txt"):
            shown('{% icon "filter" %}')

    def test_mirrors_only_what_points_along_the_line(self) -> None:
        assert "turns" in shown('{% icon "arrow-right" %}')
        assert "turns" not in shown('{% icon "clock" %}')


class TestMoneyFilters:
    def test_show_none_as_a_dash(self) -> None:
        assert shown("{{ m|money }}{{ m|money_parts }}{{ m|money_full }}", m=None) == "———"

    def test_shrink_the_decimals_and_never_drop_them(self) -> None:
        assert shown("{{ m|money_parts }}", m=Money(6240, EUR)) == '62<span class="cents">.40</span>'


class TestBadge:
    def test_escapes_its_words(self) -> None:
        assert shown("{% badge words %}", words="<b>") == '<span class="badge ">&lt;b&gt;</span>'

    def test_refuses_a_tone_without_a_style(self) -> None:
        with pytest.raises(ValueError, match="'red' is not a badge tone"):
            shown('{% badge "Late" tone="red" %}')


class TestQuery:
    def test_changes_one_key_and_keeps_the_others(self) -> None:
        request = RequestFactory().get("/customers/?q=haddad&after=7")

        assert shown("{% query after='' %}", request=request) == "?q=haddad"
        assert shown("{% query after=9 %}", request=request) == "?q=haddad&amp;after=9"


class TestBarcode:
    def test_has_whole_pixels_for_each_module_and_quiet_zones(self) -> None:
        svg = codes.code128("C104827", 2)

        # Start B, "C", switch to C, 10, 48, 27 and the checksum are 11 modules each, stop is 13: 90, and 2 x 10 quiet.
        assert 'viewBox="0 0 110 40" width="220"' in svg
        assert "M10 0h2v40" in svg
        assert problems(svg, whole_page=False) == []

    def test_reads_back_as_what_was_encoded(self) -> None:
        modules = ["0"] * 110
        path = codes.code128("C104827").partition('<path d="')[2].partition('"')[0]
        for bar in filter(None, path.split("z")):
            start, width = bar[1:].partition(" 0h")[0], bar.partition(" 0h")[2].partition("v")[0]
            modules[int(start) : int(start) + int(width)] = "1" * int(width)

        import barcode

        assert "".join(modules)[10:-10] == barcode.get("code128", "C104827").build()[0]


class TestScannable:
    def test_is_bars_where_they_can_say_the_text(self) -> None:
        assert codes.scannable("3186-AJIEK").startswith('<svg class="barcode"')

    @pytest.mark.parametrize("text", ["Ä-12", "客户7", "A" * 21])
    def test_is_a_qr_code_for_everything_else(self, text: str) -> None:
        assert codes.scannable(text).startswith('<svg class="qr"')


class TestQr:
    def test_is_a_labelled_picture(self) -> None:
        svg = codes.qr("https://example.net/r/1", "Opens <this> receipt")

        assert 'aria-label="Opens &lt;this&gt; receipt"' in svg
        assert problems(svg, whole_page=False) == []


class TestCharts:
    LOCALE = formats.locale_of("en")
    NAMES = ("Billed", "Collected")

    def column(self, label: str, *minor: int, partial: bool = False) -> charts.Column:
        marks = tuple(charts.amount_mark(Money(each, EUR), self.LOCALE) for each in minor)
        return charts.Column(label, f"{label} 2026", marks, partial)

    def two_months(self) -> list[charts.Column]:
        return [self.column("Oct", 4_000_000, 3_000_000), self.column("<N>", 6_000_000, 0, partial=True)]

    def test_bars_start_at_zero_and_reach_their_amount(self) -> None:
        drawn = charts.bars(self.two_months(), self.NAMES, self.LOCALE)

        # The axis ends at 60K, so 40,000.00 ends at 100 - 40/60 * 100.
        assert '<line class="bar a" x1="37" x2="37" y1="100" y2="33.33"/>' in drawn
        assert '<line class="bar b partial" x1="163" x2="163" y1="100" y2="100.00"/>' in drawn
        assert ">60K</span>" in drawn

    def test_bars_write_exact_amounts_and_escape_labels(self) -> None:
        drawn = charts.bars(self.two_months(), self.NAMES, self.LOCALE)

        assert "<em>40,000.00</em>" in drawn
        assert "<span>&lt;N&gt;</span>" in drawn
        assert problems(drawn, whole_page=False) == []

    def test_bars_of_nothing_still_have_an_axis(self) -> None:
        assert ">4</span>" in charts.bars([self.column("Nov", 0, 0)], self.NAMES, self.LOCALE)

    def test_a_bar_below_zero_hangs_from_the_line_of_nothing(self) -> None:
        drawn = charts.bars([self.column("Oct", 300_00), self.column("Nov", -100_00)], ["Kept"], self.LOCALE)

        # From 300 down to -150 in steps of 75: zero stands at 300/450, and 100/450 hang from it.
        assert '<line class="gridline base" x1="0" x2="200" y1="66.67" y2="66.67"/>' in drawn
        assert '<line class="bar b only" x1="50" x2="50" y1="66.67" y2="0.00"/>' in drawn
        assert '<line class="bar b only" x1="150" x2="150" y1="66.67" y2="88.89"/>' in drawn

    def test_spark_of_equal_values_is_flat(self) -> None:
        assert charts.spark([5, 5, 5]).count("94.0") == 6

    def test_stack_leaves_out_empty_shares(self) -> None:
        drawn = charts.stack([Money(75, EUR), Money(0, EUR), Money(25, EUR)])

        assert '<rect class="c0" x="0.0" y="0" width="746.0" height="10"/>' in drawn
        assert 'class="c1"' not in drawn
        assert '<rect class="c2" x="750.0"' in drawn
