// Passkeys: what django-allauth's script has to know stands on the button, since the policy allows no script in a page.
for (const button of document.querySelectorAll("[data-passkey]")) {
  const { passkey, credential, passwordless, options } = button.dataset;
  const ids = { [passkey]: button.id, credential, passwordless };
  window.allauth.webauthn.forms[`${passkey}Form`]({ ids, data: options && JSON.parse(options) });
}
