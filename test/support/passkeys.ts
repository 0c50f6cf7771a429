import { type Answer, newWorkspace, type Workspace } from './api.ts';
import { Authenticator, type Lies } from './authenticator.ts';
import { Browser, browse, newMember, password, type SignedUp, signUp } from './people.ts';

export const passkeyCookie = '__Host-agentgrid_passkey';

/** Returns the value of a cookie that a response sets; null for none. */
export function setCookieOf({ headers }: Pick<Answer, 'headers'>, name: string): string | null {
  const [found] = headers.getSetCookie().filter((cookie) => cookie.startsWith(`${name}=`));
  return found?.slice(name.length + 1).split(';')[0] ?? null;
}

/** Returns the options of a new passkey. */
export async function registrationOptions(browser: Browser, proof: object = {}) {
  const { status, body } = await browser.post('/me/passkeys/options', proof);
  if (status !== 200) throw new Error(`options gave ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Adds a passkey to the account of a browser. */
export async function register(
  browser: Browser,
  authenticator: Authenticator,
  { lies = {}, proof = {} }: { lies?: Lies; proof?: object } = {},
): Promise<Answer> {
  const options = await registrationOptions(browser, proof);
  const credential = await authenticator.create(options, lies);
  return browser.post('/me/passkeys', { name: 'Laptop', credential });
}

export interface WithPasskey extends SignedUp {
  readonly authenticator: Authenticator;
  readonly passkey_id: string;
}

let workspace: Promise<Workspace> | undefined;

/** Signs a new person up by a link, without a password. */
export async function signUpByLink(): Promise<SignedUp> {
  workspace ??= newWorkspace();
  return newMember(await workspace, 'owner');
}

/** Signs a new person up who has a passkey, and a password if `with_password` is set. */
export async function signUpWithPasskey(
  about: Parameters<typeof Authenticator.make>[0] & { readonly with_password?: boolean } = {},
): Promise<WithPasskey> {
  const { with_password = false, ...kind } = about;
  const person = with_password ? await signUp() : await signUpByLink();
  const authenticator = await Authenticator.make(kind);
  const proof = with_password ? { password } : {};
  const { status, body } = await register(person.browser, authenticator, { proof });
  if (status !== 201) throw new Error(`registering gave ${status}: ${JSON.stringify(body)}`);
  return { ...person, authenticator, passkey_id: body.id };
}

/** A sign-in that was started: the options, and the cookie of the browser that may answer. */
export interface Started {
  readonly options: { readonly challenge: string; readonly rpId: string };
  readonly cookie: string;
}

export async function start(purpose: 'sign_in' | 'second_factor' = 'sign_in'): Promise<Started> {
  const answer = await browse('POST', '/auth/passkey/options', { json: { purpose } });
  if (answer.status !== 200) throw new Error(`options gave ${answer.status}`);
  return { options: answer.body, cookie: setCookieOf(answer, passkeyCookie) ?? '' };
}

/** Sends an answer with the cookie of the browser, to sign in. */
export const answerWith = (
  credential: object,
  { cookie }: Pick<Started, 'cookie'>,
  headers: Record<string, string> = {},
): Promise<Answer> =>
  browse('POST', '/auth/passkey', {
    json: { credential },
    headers: { cookie: `${passkeyCookie}=${cookie}`, ...headers },
  });

/** Signs in by a passkey. */
export async function signInBy(authenticator: Authenticator, lies: Lies = {}): Promise<Answer> {
  const started = await start();
  return answerWith(await authenticator.get(started.options, lies), started);
}

/** Returns the browser of a new session. */
export function browserOf(answer: Answer): Browser {
  return new Browser(setCookieOf(answer, '__Host-agentgrid_session'));
}
