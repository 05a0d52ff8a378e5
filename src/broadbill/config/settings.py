"""Django's settings: the same for every command, web process and worker of a home.

What an operator may change comes from environment variables (kernel/environment.py, docs/reference/settings.md).
"""

from __future__ import annotations

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from broadbill.config import mail
from broadbill.kernel import environment
from broadbill.kernel.home import current_home
from broadbill.kernel.postgres import connection_parameters

HOME = current_home()
HOME.ensure()

DEBUG = environment.flag("BROADBILL_DEBUG")
SECRET_KEY = HOME.secret(HOME.secret_key_file)
# What voucher codes are made from: whoever has it can print them again.
VOUCHER_KEY = HOME.secret(HOME.voucher_key_file)
PUBLIC_URL = environment.text("BROADBILL_PUBLIC_URL").rstrip("/")
_public = urlsplit(PUBLIC_URL)
_is_https = _public.scheme == "https"

ALLOWED_HOSTS = [
    "localhost",
    "127.0.0.1",
    "[::1]",
    *([_public.hostname] if _public.hostname else []),
    *environment.words("BROADBILL_ALLOWED_HOSTS"),
]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "broadbill.console",
    "broadbill.portal",
    "broadbill.imports",
    "broadbill.support",
    "broadbill.prepaid",
    "broadbill.payments",
    "broadbill.billing",
    "broadbill.network",
    "broadbill.usage",
    "broadbill.collections",
    "broadbill.contracts",
    "broadbill.catalog",
    "broadbill.tax",
    "broadbill.ledger",
    "broadbill.accounts",
    "broadbill.identity",
    "broadbill.documents",
    "broadbill.messaging",
    "broadbill.kernel",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "broadbill.identity.adapters.sessions_app.SignedInSessions",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "csp",
    "pgtrigger",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "broadbill.portal.language.CustomersLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # Before allauth's: that turns its own exceptions into pages, and this one looks at the rest.
    "broadbill.console.middleware.OfficePages",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "broadbill.identity.middleware.DenyByDefault",
    "broadbill.identity.middleware.SecondFactorWhereNeeded",
]

ROOT_URLCONF = "broadbill.config.urls"
WSGI_APPLICATION = "broadbill.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "broadbill.console.context.shell",
            ],
        },
    }
]

# The database. libpq's own keywords go through as options, so that any address it understands works here too.
_parameters = connection_parameters(HOME)
DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": _parameters.pop("dbname"),
        "USER": _parameters.pop("user", ""),
        "PASSWORD": _parameters.pop("password", ""),
        "HOST": _parameters.pop("host", ""),
        "PORT": _parameters.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 10, "application_name": "broadbill"} | _parameters,
        "TEST": {"TEMPLATE": "template0"},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}}
# Trigger functions belong to the schema of the cell they are made in; none is named.
PGTRIGGER_SCHEMA = None
PGTRIGGER_INSTALL_ON_MIGRATE = False

# Who may sign in, by e-mail address: staff whom an owner has added, customers who were invited.
AUTH_USER_MODEL = "identity.User"
# Sign-ins are unique whatever the case of the address, by an index on its lower case that this check cannot see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
AUTHENTICATION_BACKENDS = ["broadbill.identity.adapters.backend.OurBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
# Links by which customers choose a password; their letters say so (messaging/letters/portal_*).
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
ACCOUNT_ADAPTER = "broadbill.identity.adapters.sign_in.SignInAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
# Second factors. A code is good for its half minute and the ones beside it: clocks differ.
MFA_ADAPTER = "broadbill.identity.adapters.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
MFA_TOTP_ISSUER = "Broadbill"
# Browsers let pages of this machine have passkeys without https.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _is_https
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL

# Cookies, headers and the content policy: docs/decisions/0005-strict-content-policy.md.
SESSION_COOKIE_NAME = "broadbill_session"
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _is_https
CSRF_COOKIE_NAME = "broadbill_csrf"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _is_https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _is_https else None
SECURE_SSL_REDIRECT = False
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _is_https else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "broadbill.console.views.errors.form_expired"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Static files are collected into the home by the first start after an upgrade.
STATIC_URL = "/static/"
STATIC_ROOT = HOME.static_folder
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = DEBUG
WHITENOISE_MAX_AGE = 60

# Languages and time. Instants are stored and passed as aware UTC; the operator's zone decides what day it is.
LANGUAGE_CODE = "en"
LANGUAGES = [
    ("en", "English"),
    ("es", "Español"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("pt", "Português"),
    ("ar", "العربية"),
]
LANGUAGE_COOKIE_NAME = "broadbill_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
USE_I18N = True
USE_TZ = True
TIME_ZONE = environment.time_zone("BROADBILL_TIME_ZONE")

# Whether the office looks at addresses that customers change before they hold.
DETAILS_ARE_CHECKED = environment.flag("BROADBILL_CHECK_DETAILS")

# Payment gateways that are set up, the one for new cards first; a demo's home remembers its own.
GATEWAYS = environment.words("BROADBILL_GATEWAYS") or HOME.state().get("gateways", [])
STRIPE_KEY = environment.text("BROADBILL_STRIPE_KEY")
STRIPE_WEBHOOK_SECRET = environment.text("BROADBILL_STRIPE_WEBHOOK_SECRET")
STRIPE_ADDRESS = environment.text("BROADBILL_STRIPE_ADDRESS")
GOCARDLESS_TOKEN = environment.text("BROADBILL_GOCARDLESS_TOKEN")
GOCARDLESS_WEBHOOK_SECRET = environment.text("BROADBILL_GOCARDLESS_WEBHOOK_SECRET")
GOCARDLESS_ADDRESS = environment.text("BROADBILL_GOCARDLESS_ADDRESS")

# E-mail: through the named server, or into a folder of the home as files.
MAIL_FOLDER = HOME.mail_folder
DOCUMENTS_FOLDER = HOME.documents_folder
globals().update(mail.settings(HOME))

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"broadbill": {"level": "INFO"}},
}
