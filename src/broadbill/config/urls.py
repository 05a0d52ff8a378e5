"""Every address Broadbill answers to."""

from __future__ import annotations

from allauth.account import views as sign_in
from django.urls import include, path

from broadbill.config.health import health
from broadbill.config.hooks import gateway_hook
from broadbill.identity.permissions import for_everyone, for_staff

urlpatterns = [
    path("health", for_everyone(health), name="health"),
    path("hooks/<slug:gateway>/", for_everyone(gateway_hook), name="gateway_hook"),
    path("sign-in/", for_everyone(sign_in.login), name="account_login"),
    path("sign-out/", for_staff(sign_in.logout), name="account_logout"),
    path("password/", for_staff(sign_in.password_change), name="account_change_password"),
    path("my/", include("broadbill.portal.urls")),
    path("", include("broadbill.console.urls")),
]

handler403 = "broadbill.console.views.errors.forbidden"
handler404 = "broadbill.console.views.errors.not_found"
handler429 = "broadbill.console.views.errors.too_many"
handler500 = "broadbill.console.views.errors.crashed"
