"""Every address Broadbill answers to."""

from __future__ import annotations

from allauth.account import views as sign_in
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path, reverse_lazy

from broadbill.config.health import health
from broadbill.config.hooks import gateway_hook
from broadbill.console.views.my_sign_in import my_sign_in
from broadbill.identity.permissions import for_everyone, for_staff

urlpatterns = [
    path("health", for_everyone(health), name="health"),
    path("hooks/<slug:gateway>/", for_everyone(gateway_hook), name="gateway_hook"),
    path("sign-in/", for_everyone(sign_in.login), name="account_login"),
    path("sign-out/", for_staff(sign_in.logout), name="account_logout"),
    path("password/", for_staff(sign_in.password_change), name="account_change_password"),
    # django-allauth's pages about second factors, under the names by which it looks for them.
    path("sign-in/second-factor/", for_everyone(second_factor.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey/", for_everyone(passkeys.login_webauthn), name="mfa_login_webauthn"),
    path("my-sign-in/", my_sign_in, name="mfa_index"),
    path("my-sign-in/confirm/", for_staff(sign_in.reauthenticate), name="account_reauthenticate"),
    path("my-sign-in/confirm/code/", for_staff(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path(
        "my-sign-in/confirm/passkey/",
        for_staff(passkeys.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("my-sign-in/app/add/", for_staff(totp.activate_totp), name="mfa_activate_totp"),
    path("my-sign-in/app/remove/", for_staff(totp.deactivate_totp), name="mfa_deactivate_totp"),
    path("my-sign-in/passkeys/add/", for_staff(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path(
        "my-sign-in/passkeys/<int:pk>/remove/",
        for_staff(passkeys.RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))),
        name="mfa_remove_webauthn",
    ),
    path(
        "my-sign-in/recovery-codes/",
        for_staff(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "my-sign-in/recovery-codes/renew/",
        for_staff(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path("my/", include("broadbill.portal.urls")),
    path("", include("broadbill.console.urls")),
]

handler403 = "broadbill.console.views.errors.forbidden"
handler404 = "broadbill.console.views.errors.not_found"
handler429 = "broadbill.console.views.errors.too_many"
handler500 = "broadbill.console.views.errors.crashed"
