from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from broadbill.accounts.operations.provider import change_provider
from broadbill.identity.models import User
from tests.console.page_checker import problems

NOW = datetime(2026, 11, 23, tzinfo=UTC)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self';"
    " manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def body(response: object) -> str:
    return response.content.decode()  # type: ignore[attr-defined, no-any-return]


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize(
        "path",
        ["/styleguide/", "/styleguide/sheet/", "/search/", "/search/?q=xyz", "/password/", "/sign-out/"],
    )
    def test_are_in_order_for_staff(self, office: Client, path: str) -> None:
        response = office.get(path)

        assert response.status_code == 200
        assert problems(body(response)) == []

    def test_signing_in_is_in_order(self, client: Client) -> None:
        assert problems(body(client.get("/sign-in/"))) == []

    def test_a_refused_sign_in_says_why_and_keeps_the_address(self, client: Client) -> None:
        page = body(client.post("/sign-in/", {"login": "maria@lakeside.example", "password": "wrong"}))

        assert 'role="alert"' in page
        assert 'value="maria@lakeside.example"' in page
        assert problems(page) == []

    def test_send_a_stranger_to_sign_in_and_back(self, client: Client) -> None:
        response = client.get("/styleguide/")

        assert response.headers["Location"] == "/sign-in/?next=/styleguide/"

    def test_carry_a_policy_without_exceptions(self, office: Client) -> None:
        said = office.get("/styleguide/").headers["Content-Security-Policy"]

        assert sorted(said.split("; ")) == sorted(POLICY.split("; "))

    def test_are_kept_by_no_shared_cache(self, office: Client) -> None:
        assert office.get("/styleguide/").headers["Cache-Control"] == "private, no-cache"

    def test_fragments_are_in_order(self, office: Client) -> None:
        for path in ("/search/?q=sty", "/styleguide/sheet/"):
            fragment = body(office.get(path, headers={"HX-Request": "true"}))

            assert "<html" not in fragment
            assert problems(fragment, whole_page=False) == []


@pytest.mark.django_db
class TestTheme:
    def test_is_drawn_by_the_server_from_the_cookie(self, client: Client) -> None:
        client.cookies["theme"] = "dark"

        assert 'data-theme="dark"' in body(client.get("/sign-in/"))

    def test_ignores_a_value_it_does_not_know(self, client: Client) -> None:
        client.cookies["theme"] = '"><script>'

        page = body(client.get("/sign-in/"))

        assert "data-theme=" not in page.partition("<head>")[0]

    def test_switches_without_a_script_and_comes_back(self, client: Client) -> None:
        response = client.post("/theme/", {"theme": "dark", "next": "/sign-in/?a=b"})

        assert response.headers["Location"] == "/sign-in/?a=b"
        assert response.cookies["theme"].value == "dark"

    def test_never_leads_to_another_host(self, client: Client) -> None:
        response = client.post("/theme/", {"theme": "dark", "next": "https://elsewhere.example/"})

        assert response.headers["Location"] == "/"


@pytest.mark.django_db
class TestBrand:
    def test_is_one_hue_in_a_small_sheet(self, client: Client) -> None:
        change_provider(changes={"brand_hue": 145}, now=NOW, actor="test")

        assert body(client.get("/brand.css")) == ":root{--brand-h:145}\n"

    def test_names_the_installed_app(self, client: Client) -> None:
        change_provider(changes={"name": "Lakeside Fibre"}, now=NOW, actor="test")

        response = client.get("/manifest.webmanifest")

        assert response.headers["Content-Type"] == "application/manifest+json"
        assert response.json()["name"] == "Lakeside Fibre"


@pytest.mark.django_db
class TestErrors:
    def test_a_missing_page_is_drawn_in_the_shell(self, office: Client) -> None:
        response = office.get("/nothing/here/")

        assert response.status_code == 404
        assert problems(body(response)) == []
        assert 'class="side"' in body(response)
        assert "Reference" in body(response)

    def test_a_stranger_sees_no_shell_around_it(self, client: Client) -> None:
        page = body(client.get("/nothing/here/"))

        assert 'class="side"' not in page
        assert problems(page) == []

    def test_an_expired_form_says_so(self, owner: User) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(owner)

        response = client.post("/sign-out/")

        assert response.status_code == 403
        assert "This form has expired" in body(response)
        assert problems(body(response)) == []

    def test_a_refusal_that_no_form_caught_is_a_conflict_in_its_own_words(
        self, owner: User, rf: object
    ) -> None:
        from broadbill.console.views import errors
        from broadbill.core.money import UnknownCurrency

        request = rf.get("/")  # type: ignore[attr-defined]
        request.user = owner
        response = errors.refused(request, UnknownCurrency(currency="EURO"))

        assert response.status_code == 409
        assert "EURO is not an ISO 4217 currency code" in body(response)

    def test_a_crash_shows_a_reference_and_reads_nothing(
        self, rf: object, django_assert_num_queries: object
    ) -> None:
        from broadbill.console.views import errors

        request = rf.get("/")  # type: ignore[attr-defined]
        request.reference = "deadbeef"
        with django_assert_num_queries(0):  # type: ignore[operator]
            response = errors.crashed(request)

        assert response.status_code == 500
        assert "deadbeef" in body(response)
        assert problems(body(response)) == []
