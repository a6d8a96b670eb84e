// Passkeys (WebAuthn Level 3): the browser makes or uses one, and its answer is sent with the form.
(() => {
  const FAILED = "Your browser made no use of a passkey. Try again, or choose another way.";
  const UNNAMED = "Browsers know passkeys only where an address has a name: open localhost instead of a number.";

  const optionsOf = async (form) => {
    const given = form.querySelector("script[type='application/json']");
    if (given) return JSON.parse(given.textContent);
    const answer = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).request_options;
  };

  const ask = async (form) => {
    const { publicKey } = await optionsOf(form);
    if (form.dataset.passkey === "get") {
      const options = PublicKeyCredential.parseRequestOptionsFromJSON(publicKey);
      return navigator.credentials.get({ publicKey: options });
    }
    // One that signs in by itself: kept by the device, and opened by its lock.
    publicKey.authenticatorSelection = {
      ...publicKey.authenticatorSelection,
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    };
    const options = PublicKeyCredential.parseCreationOptionsFromJSON(publicKey);
    return navigator.credentials.create({ publicKey: options });
  };

  const explain = (form, error) => {
    const place = form.querySelector("[role='alert']");
    place.textContent = error.name === "SecurityError" ? UNNAMED : FAILED;
    place.hidden = false;
    delete form.dataset.sent;
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-passkey]")) return;
    event.preventDefault();
    try {
      form.elements.credential.value = JSON.stringify((await ask(form)).toJSON());
      form.submit();
    } catch (error) {
      explain(form, error);
    }
  });
})();
