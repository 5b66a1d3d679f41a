// Passkeys: a form with data-passkey asks the device before it is sent. Where there are none, it stays hidden.
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (each) => each.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = (list) => list?.map((each) => ({ ...each, id: bytes(each.id) }));

  async function make(options) {
    const user = { ...options.user, id: bytes(options.user.id) };
    const publicKey = { ...options, user, challenge: bytes(options.challenge), excludeCredentials: known(options.excludeCredentials) };
    return navigator.credentials.create({ publicKey });
  }

  async function prove(options) {
    const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: known(options.allowCredentials) };
    return navigator.credentials.get({ publicKey });
  }

  function told(credential) {
    const given = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].filter((name) => credential.response[name]);
    const response = Object.fromEntries(given.map((name) => [name, text(credential.response[name])]));
    return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} });
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = form.querySelector("[data-problem]");
      problem.hidden = true;
      try {
        const answer = await fetch(`${form.dataset.passkey}/options`, { method: "POST", body: new URLSearchParams(new FormData(form)) });
        if (!answer.ok) throw new Error(answer.status);
        const { options, challenge } = await answer.json();
        const credential = options.user ? await make(options) : await prove(options);
        form.elements.challenge.value = challenge;
        form.elements.credential.value = told(credential);
        form.submit();
      } catch {
        problem.hidden = false;
      }
    });
  }
})();
