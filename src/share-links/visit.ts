import { parseConfig, selectVersionFor } from '../agents/index.ts';
import { signToken } from '../identity/index.ts';
import { type Ctx, coversAgent, isVisitor } from '../platform/context.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { hour, second, toWireTime } from '../shared/time.ts';
import { admits, redeemCode, sendCode } from './codes.ts';
import { insertVisitor, renewVisitor, type ShareLinkRow, selectByAddress } from './store.ts';
import type { OpenLink, RequestCode, SharedAgent, Visit } from './visit-schema.ts';
import { readRefreshToken, signRefreshToken } from './visitor-token.ts';

/** Milliseconds for which the token of a visitor is valid. */
const tokenTtl = hour;

interface Shared {
  readonly link: ShareLinkRow;
  readonly title: string;
}

/**
 * Returns the link of an address. Throws `not_found` for one that does not exist, is disabled or has expired, which are the same to
 * a visitor, and `forbidden` for a page that may not embed it.
 */
async function findShared(ctx: Ctx, address: string, request: Request): Promise<Shared> {
  const found = await selectByAddress(ctx.db, address).get();
  const isOpen =
    found?.link.enabled === true &&
    (found.link.expires_at === null || found.link.expires_at > ctx.now());
  if (!isOpen) throw notFound('link');
  const { link, agent_name } = found;
  const origin = request.headers.get('origin');
  const { allowed_origins } = link;
  const isAllowed =
    origin === null ||
    origin === new URL(request.url).origin ||
    allowed_origins.includes('*') ||
    allowed_origins.includes(origin);
  if (!isAllowed)
    throw new Failure('forbidden', `The link may not be embedded by ${origin.slice(0, 200)}.`);
  return { link, title: link.title ?? agent_name };
}

export async function getSharedAgent(
  ctx: Ctx,
  address: string,
  request: Request,
): Promise<SharedAgent> {
  const { link, title } = await findShared(ctx, address, request);
  const { workspace_id, agent_id, version, access } = link;
  // Who has to verify an address learns no more before that.
  const row =
    access === 'verified'
      ? undefined
      : await selectVersionFor(ctx.db, workspace_id, agent_id, version).get();
  const config = row === undefined ? null : parseConfig(row.config);
  return {
    title,
    access,
    welcome_message: config?.welcome_message ?? null,
    starter_questions: config?.starter_questions ?? [],
    can_hand_over: config?.hand_over.by_end_user ?? false,
  };
}

/** Sends a code to an address, if the link admits it. */
export async function requestCode(
  ctx: Ctx,
  address: string,
  { email }: RequestCode,
  request: Request,
): Promise<void> {
  const { link, title } = await findShared(ctx, address, request);
  if (link.access !== 'verified')
    throw new Failure('conflict', 'The link is public and needs no code.');
  sendCode({ ...ctx, workspace_id: link.workspace_id }, link, title, email);
}

/**
 * Returns the tokens of a new visitor, or of one who comes back. Throws `not_found`, `forbidden` for a page that may not embed
 * the link, `unauthenticated` for a wrong code, and `share_limit` for a link without room.
 */
export async function openLink(
  ctx: Ctx,
  address: string,
  input: OpenLink,
  request: Request,
): Promise<Visit> {
  const { link, title } = await findShared(ctx, address, request);
  const visitor = (await returning(ctx, link, input)) ?? (await admit(ctx, link, input));
  const now = ctx.now();
  const exp = Math.floor((now + tokenTtl) / second);
  const [token, refresh_token] = await Promise.all([
    signToken(ctx.config, {
      key: link.id,
      sub: visitor,
      groups: [],
      agents: [link.agent_id],
      versions: 'active',
      ...{ jti: '', rpm: null, budget: null },
      iat: now / second,
      exp,
    }),
    signRefreshToken(ctx.config, { link: link.id, sub: visitor }, now),
  ]);
  return {
    token,
    expires_at: toWireTime(exp * second),
    refresh_token,
    visitor_id: visitor,
    agent_id: link.agent_id,
    title,
  };
}

/** Returns the visitor of a refresh token, as far as the link still admits it; null for none. */
async function returning(
  ctx: Ctx,
  link: ShareLinkRow,
  { refresh_token }: OpenLink,
): Promise<string | null> {
  const claims =
    refresh_token === null ? null : await readRefreshToken(ctx.config, refresh_token, ctx.now());
  if (claims === null || claims.link !== link.id) return null;
  const { workspace_id, id } = link;
  const [visitor] = await renewVisitor(ctx.db, workspace_id, id, claims.sub, ctx.now());
  if (visitor === undefined) return null;
  const isAdmitted =
    link.access === 'public' || (visitor.email !== null && admits(link, visitor.email));
  return isAdmitted ? visitor.id : null;
}

async function admit(ctx: Ctx, link: ShareLinkRow, input: OpenLink): Promise<string> {
  const email = link.access === 'verified' ? await verifiedAddress(ctx, link, input) : null;
  const { workspace_id, id: link_id } = link;
  const id = `share:${link_id}:${ctx.newId('vis')}`;
  const [visitor] = await insertVisitor(ctx.db, { id, workspace_id, link_id, email }, ctx.now());
  if (visitor === undefined)
    throw new Failure('share_limit', 'This link has reached its number of visitors.');
  return visitor.id;
}

async function verifiedAddress(
  ctx: Ctx,
  link: ShareLinkRow,
  { email, code }: OpenLink,
): Promise<string> {
  if (email === null || code === null)
    throw new Failure(
      'unauthenticated',
      'Enter a code: request one with `POST /shared/{shared}/codes`, and send it with `email`.',
    );
  if (await redeemCode(ctx, link, email, code)) return email;
  throw new Failure('unauthenticated', 'The code is wrong or has expired. Request another.');
}

/** Returns the link of a new session. Throws `not_found` for one that the caller does not cover, such as that of another visitor. */
export async function linkOfSession(ctx: Ctx, address: string): Promise<ShareLinkRow> {
  const { link } = (await selectByAddress(ctx.db, address).get()) ?? {};
  const { actor } = ctx;
  const isOwn =
    link?.workspace_id === ctx.workspace_id &&
    coversAgent(actor, link.agent_id) &&
    !(actor.type === 'end_user' && isVisitor(actor) && actor.api_key_id !== link.id);
  if (link === undefined || !isOwn) throw notFound('link');
  return link;
}
