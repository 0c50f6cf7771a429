import type { SQL } from 'drizzle-orm';
import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { sha256, toBase64Url } from '../../shared/digest.ts';
import { readSessionCookie, sessionCookie } from './cookie.ts';
import { sessionLasts } from './limits.ts';
import { deleteSessionOfToken, insertSession, replaceToken } from './store.ts';

/** The writes of a sign-in, and its cookie. */
export interface NewSession {
  readonly session_id: string;
  readonly statements: readonly Statement[];
  /** The `Set-Cookie` header. */
  readonly cookie: string;
}

const newToken = () => toBase64Url(crypto.getRandomValues(new Uint8Array(32)));

/** Texts of headers are stored up to this length. */
const maxHeader = 200;

/**
 * Plans a session with a new token, whatever cookie the request has: a cookie that someone has planted is never taken
 * over. The session of that cookie ends.
 */
export async function newSession(
  ctx: Ctx,
  request: Request,
  { user_id, method, workspace_id = null, proof }: NewSessionOf,
): Promise<NewSession> {
  const token = newToken();
  const now = ctx.now();
  const cookie = sessionCookie(request.url, token, sessionLasts);
  const before = readSessionCookie(request);
  const row = {
    id: ctx.newId('ssn'),
    user_id,
    token_hash: await sha256(token),
    method,
    last_workspace_id: workspace_id,
    user_agent: request.headers.get('user-agent')?.slice(0, maxHeader) ?? null,
    ip: ctx.ip,
    created_at: now,
    last_seen_at: now,
    expires_at: now + sessionLasts,
  };
  return {
    session_id: row.id,
    cookie,
    statements: [
      ...(before === null ? [] : [deleteSessionOfToken(ctx.db, await sha256(before))]),
      insertSession(ctx.db, row, proof),
    ],
  };
}

interface NewSessionOf {
  readonly user_id: string;
  readonly method: string;
  readonly workspace_id?: string | null;
  /** A condition over `users` that has to hold when the session is stored; see `insertSession`. */
  readonly proof?: SQL | undefined;
}

/** Plans a new token for the session of the request, as after a change of what it may do. */
export async function rotateSession(
  ctx: Ctx,
  request: Request,
  session_id: string,
): Promise<NewSession> {
  const token = newToken();
  return {
    session_id,
    statements: [replaceToken(ctx.db, session_id, await sha256(token))],
    cookie: sessionCookie(request.url, token, sessionLasts),
  };
}

/** Returns a response that sets the session cookie. */
export const withCookie = (body: object | null, cookie: string, status = 200): Response =>
  body === null
    ? new Response(null, { status: 204, headers: { 'set-cookie': cookie } })
    : Response.json(body, { status, headers: { 'set-cookie': cookie } });
