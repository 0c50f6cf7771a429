import type {
  AssertionCredential,
  PasskeyRegistrationOptions,
  PasskeySignInOptions,
  RegistrationCredential,
} from './schema.d.ts';

// Passkeys in a browser: what the server sends and expects is JSON with bytes in base64url. The page /account loads this file, too.

/** True where the browser has passkeys: over https and on localhost. */
export const hasPasskeys = isSecureContext && typeof PublicKeyCredential === 'function';

/** The browser has not created or used a passkey: browsers say little on purpose. */
export class PasskeyFailure extends Error {
  override readonly name = 'PasskeyFailure';
  readonly reason: 'registered' | 'unused';

  constructor(reason: 'registered' | 'unused') {
    super(
      reason === 'registered'
        ? 'This device or browser has a passkey of the account already.'
        : 'No passkey was used. Try again, or choose another way.',
    );
    this.reason = reason;
  }
}

async function orExplain<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const { name } = error as Error;
    if (name === 'InvalidStateError') throw new PasskeyFailure('registered');
    if (name === 'NotAllowedError' || name === 'AbortError') throw new PasskeyFailure('unused');
    throw error;
  }
}

const toBytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

const toText = (buffer: ArrayBuffer): string =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

type Descriptor = PasskeySignInOptions['allowCredentials'][number];

const withBytes = (descriptors: readonly Descriptor[]): PublicKeyCredentialDescriptor[] =>
  descriptors.map(({ id, type, transports }) => ({
    ...{ id: toBytes(id), type },
    transports: transports as AuthenticatorTransport[],
  }));

/** Creates a passkey by the options of the server. Returns the credential as JSON. */
export const createCredential = (
  options: PasskeyRegistrationOptions,
): Promise<RegistrationCredential> =>
  orExplain(async () => {
    const publicKey: PublicKeyCredentialCreationOptions = {
      ...options,
      challenge: toBytes(options.challenge),
      user: { ...options.user, id: toBytes(options.user.id) },
      excludeCredentials: withBytes(options.excludeCredentials),
    };
    const credential = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
    const response = credential.response as AuthenticatorAttestationResponse;
    return toJson(credential, {
      clientDataJSON: toText(response.clientDataJSON),
      attestationObject: toText(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    });
  });

/** Lets a passkey answer the options of the server. Returns the answer as JSON. */
export const getCredential = (options: PasskeySignInOptions): Promise<AssertionCredential> =>
  orExplain(async () => {
    const publicKey: PublicKeyCredentialRequestOptions = {
      ...options,
      challenge: toBytes(options.challenge),
      allowCredentials: withBytes(options.allowCredentials),
    };
    const credential = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
    const response = credential.response as AuthenticatorAssertionResponse;
    return toJson(credential, {
      clientDataJSON: toText(response.clientDataJSON),
      authenticatorData: toText(response.authenticatorData),
      signature: toText(response.signature),
      userHandle: response.userHandle === null ? null : toText(response.userHandle),
    });
  });

/** Written by hand: extensions that keep passkeys do not all have `toJSON()`. */
const toJson = <Response>({ id, rawId }: PublicKeyCredential, response: Response) => ({
  ...{ id, rawId: toText(rawId), type: 'public-key' as const },
  response,
});
