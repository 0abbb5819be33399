// Asks the browser to make or to prove a passkey, and hands its answer over with the page's own form.
(() => {
  "use strict";
  const bytes = (text) => Uint8Array.from(
    atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
  const withBytes = (listed) => (listed || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const make = (options) => navigator.credentials.create({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  } });
  const prove = (options) => navigator.credentials.get({ publicKey: {
    ...options,
    challenge: bytes(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  } });
  const said = (credential) => {
    const response = { clientDataJSON: text(credential.response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[part]) response[part] = text(credential.response[part]);
    }
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    const problem = form.querySelector("[data-passkey-problem]");
    if (!window.PublicKeyCredential) continue;
    button.hidden = false;
    form.querySelector("[data-passkey-without]").hidden = true;
    form.addEventListener("submit", async (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      problem.hidden = true;
      button.disabled = true;
      try {
        const options = JSON.parse(form.dataset.options);
        const credential = await (form.dataset.passkey === "make" ? make(options) : prove(options));
        form.elements.answer.value = said(credential);
        form.submit();
      } catch {
        // Cancelled, out of time, or no passkey here: the person tries again or takes another way.
        problem.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  }
})();
