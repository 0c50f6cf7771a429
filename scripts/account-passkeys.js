// Passkeys of the page /account: what the server sends and expects is JSON with bytes in base64url.

/** True where the browser has passkeys: over https and on localhost. */
export const hasPasskeys = isSecureContext && typeof PublicKeyCredential === 'function';

const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

const withBytes = (descriptors) => descriptors.map((one) => ({ ...one, id: toBytes(one.id) }));

/** Converts the errors of browsers, which say little on purpose. */
async function orExplain(run) {
  try {
    return await run();
  } catch (error) {
    if (error.name === 'InvalidStateError')
      throw new Error('This device or browser has a passkey of the account already.');
    if (error.name === 'NotAllowedError' || error.name === 'AbortError')
      throw new Error('No passkey was used. Try again, or choose another way.');
    throw error;
  }
}

// Written by hand: extensions that keep passkeys do not all have `toJSON()`.
const toJson = ({ id, rawId, type }, response) => ({ id, rawId: toText(rawId), type, response });

/** Creates a passkey by the options of the server. Returns the credential as JSON. */
export const createCredential = (options) =>
  orExplain(async () => {
    const publicKey = {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    };
    const credential = await navigator.credentials.create({ publicKey });
    const { response } = credential;
    return toJson(credential, {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    });
  });

/** Lets a passkey answer the options of the server. Returns the answer as JSON. */
export const getCredential = (options) =>
  orExplain(async () => {
    const publicKey = {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    };
    const credential = await navigator.credentials.get({ publicKey });
    const { response } = credential;
    return toJson(credential, {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle === null ? null : toText(response.userHandle),
    });
  });
