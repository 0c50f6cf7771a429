import { env, exports } from 'cloudflare:workers';
import type { TokenPurpose } from '../../src/db/schema/people.ts';
import { makeToken } from '../../src/identity/people/token.ts';
import { stepAt, totpCode } from '../../src/identity/two-factor/totp.ts';
import { readConfig } from '../../src/platform/config.ts';
import { type Answer, type Options, request, rootKey, toAnswer, type Workspace } from './api.ts';

/** Sessions have cookies on https only. */
export const origin = 'https://agentgrid.test';
export const cookieName = '__Host-agentgrid_session';
export const password = 'correct horse battery staple';

export const newAddress = () => `${crypto.randomUUID()}@example.com`;

const sameOrigin = { origin, 'sec-fetch-site': 'same-origin' };

/** Sends a request as a page of the deployment does. `headers` with an empty value are left out. */
export async function browse(
  method: string,
  path: string,
  { headers = {}, json, body }: Options = {},
  cookie: string | null = null,
): Promise<Answer> {
  const all = new Headers({ ...sameOrigin, ...headers });
  for (const [name, value] of [...all]) if (value === '') all.delete(name);
  if (cookie !== null) all.set('cookie', `${cookieName}=${cookie}`);
  if (json !== undefined && !all.has('content-type')) all.set('content-type', 'application/json');
  const sent = json === undefined ? (body ?? null) : JSON.stringify(json);
  const url = path.startsWith('http') ? path : `${origin}/api/v1${path}`;
  const init = { method, headers: all, body: sent, redirect: 'manual' } as const;
  return toAnswer(await exports.default.fetch(new Request(url, init)));
}

/** Returns the session token that a response sets; null for none, empty for one that clears it. */
export function cookieOf({ headers }: Pick<Answer, 'headers'>): string | null {
  const [first] = headers.getSetCookie();
  return first === undefined ? null : (/^[\w-]+=([^;]*)/.exec(first)?.[1] ?? null);
}

/** A person with a session. */
export class Browser {
  cookie: string | null = null;
  /** The workspace that requests name; null for none. */
  workspace: string | null = null;

  constructor(cookie: string | null = null) {
    this.cookie = cookie;
  }

  async send(method: string, path: string, options: Options = {}): Promise<Answer> {
    const named = this.workspace === null ? {} : { 'agentgrid-workspace': this.workspace };
    const headers = { ...named, ...options.headers };
    const answer = await browse(method, path, { ...options, headers }, this.cookie);
    const cookie = cookieOf(answer);
    if (cookie !== null) this.cookie = cookie === '' ? null : cookie;
    return answer;
  }

  get = (path: string, options?: Options) => this.send('GET', path, options);
  post = (path: string, json: unknown = {}, options: Options = {}) =>
    this.send('POST', path, { ...options, json });
  patch = (path: string, json: unknown) => this.send('PATCH', path, { json });
  delete = (path: string, options?: Options) => this.send('DELETE', path, options);
}

/** Returns the token of the latest mail to an address, as the mail has it. */
export async function tokenFor(purpose: TokenPurpose, email: string): Promise<string> {
  const row = await env.DB.prepare(
    'select id from user_tokens where email = ? and purpose = ? order by id desc limit 1',
  )
    .bind(email, purpose)
    .first<{ id: string }>();
  if (row === null) throw new Error(`no token for ${email}`);
  return makeToken(readConfig(env), purpose, row.id);
}

/** Returns the token of the latest mail of an invitation. */
export async function invitationToken(id: string): Promise<string> {
  const row = await env.DB.prepare('select sends from invitations where id = ?')
    .bind(id)
    .first<{ sends: number }>();
  return makeToken(readConfig(env), 'invitation', id, row?.sends ?? 0);
}

export interface SignedUp {
  readonly browser: Browser;
  readonly email: string;
  readonly user_id: string;
}

/** Signs a new person up, through the link. */
export async function signUp(email = newAddress()): Promise<SignedUp> {
  const browser = new Browser();
  await browser.post('/auth/sign-up', { email });
  const token = await tokenFor('sign_up', email);
  const { status, body } = await browser.post('/auth/sign-up/complete', {
    token,
    name: 'Ada Lovelace',
    password,
  });
  if (status !== 200) throw new Error(`signing up gave ${status}: ${JSON.stringify(body)}`);
  return { browser, email, user_id: body.id };
}

export type MemberRole = 'viewer' | 'editor' | 'admin' | 'owner';

export interface TestMember extends SignedUp {
  readonly member_id: string;
}

/** Invites a new person to a workspace; the invitation is accepted. An owner comes by a link of the root key. */
export async function newMember(workspace: Workspace, role: MemberRole): Promise<TestMember> {
  const email = newAddress();
  const browser = new Browser();
  if (role === 'owner') {
    const json = { workspace_id: workspace.id, email, name: 'Owner' };
    const { body } = await request('POST', '/api/v1/sign-in-links', rootKey, { json });
    await browser.post('/auth/link', { token: body.token });
  } else {
    const { status, body } = await workspace.post('/invitations', { email, role });
    if (status !== 201) throw new Error(`inviting gave ${status}: ${JSON.stringify(body)}`);
    const token = await invitationToken(body.id);
    await browser.post('/auth/invitations/accept', { token, name: role, password });
  }
  browser.workspace = workspace.id;
  const me = await browser.get('/me');
  const [own] = me.body.workspaces ?? [];
  if (own === undefined) throw new Error(`joining gave ${me.status}: ${JSON.stringify(me.body)}`);
  return { browser, email, user_id: me.body.id, member_id: own.member_id };
}

/** The code of an authenticator now, or some steps later. */
export const codeOf = (secret: string, later = 0) => totpCode(secret, stepAt(Date.now()) + later);

export interface TwoFactorPerson extends SignedUp {
  readonly secret: string;
  readonly recovery: string[];
}

/** Turns two-factor sign-in on for a person, by a code of the step before. */
export async function addTwoFactor(person: SignedUp): Promise<TwoFactorPerson> {
  const { body } = await person.browser.post('/me/two-factor', { password });
  let confirmed: Answer;
  let step: number;
  do {
    step = stepAt(Date.now());
    const code = await totpCode(body.secret, step - 1);
    confirmed = await person.browser.post('/me/two-factor/confirm', { code });
    // A step that ended in the meantime has made the code two steps old.
  } while (confirmed.status === 403 && stepAt(Date.now()) !== step);
  if (confirmed.status !== 200) throw new Error(`confirming gave ${confirmed.status}`);
  return { ...person, secret: body.secret, recovery: confirmed.body.recovery_codes };
}

/** Moves the sign-ins of a person to the past. */
export const ageSessions = (user_id: string, minutes: number) =>
  env.DB.prepare('update user_sessions set created_at = created_at - ? where user_id = ?')
    .bind(minutes * 60_000, user_id)
    .run();
