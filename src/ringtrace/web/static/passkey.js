// Passkeys: asks the browser for one, or to make one, and hands its answer to the server.
"use strict";
const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const token = (form) => ({ accept: "application/json", "x-csrf-token": form.elements.csrf ? form.elements.csrf.value : "" });

async function ask(form, address, body) {
  const headers = { ...token(form), "content-type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body || {}) });
  const told = await answer.json().catch(() => ({ reason: answer.statusText }));
  if (!answer.ok) throw new Error(told.reason || answer.statusText);
  return told;
}

function asked(options) {
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  for (const list of ["excludeCredentials", "allowCredentials"])
    if (options[list]) found[list] = options[list].map((one) => ({ ...one, id: bytes(one.id) }));
  return found;
}

function told(credential) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"])
    if (credential.response[part]) response[part] = text(credential.response[part]);
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
}

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  const says = form.querySelector("[role=status]");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    says.textContent = "";
    try {
      const publicKey = asked(await ask(form, form.dataset.options));
      const credential = await (form.dataset.passkey === "create"
        ? navigator.credentials.create({ publicKey })
        : navigator.credentials.get({ publicKey }));
      location.assign((await ask(form, form.dataset.answer, told(credential))).next);
    } catch (error) {
      says.textContent = error.message;
    }
  });
});
