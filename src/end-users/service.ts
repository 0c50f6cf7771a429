import { withRange } from '../http/schema.ts';
import { invalidateTokensOf, revokeTokens as revokeTokensOf } from '../identity/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { notFound } from '../shared/failure.ts';
import { type Page, readPage } from '../shared/page.ts';
import { toWireTime } from '../shared/time.ts';
import { type EndUser, type EndUsersQuery, type RevokedTokens, toEndUser } from './schema.ts';
import { selectEndUser, selectEndUsers } from './store.ts';

export function listEndUsers(
  ctx: Ctx,
  { limit, cursor, ...filters }: EndUsersQuery,
): Promise<Page<EndUser>> {
  const filter = withRange(filters);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'end-users',
      filters: filter,
    },
    { limit, cursor },
    (after, count) => selectEndUsers(ctx.db, ctx.workspace_id, filter, after, count).all(),
    (row) => `${filter.sort === 'cost' ? row.spent_nano_usd : row.last_seen_at} ${row.id}`,
    toEndUser,
  );
}

/** Returns an end user. Throws `not_found` for one who has never been named. */
export async function getEndUser(ctx: Ctx, id: string): Promise<EndUser> {
  const row = await selectEndUser(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('end user');
  return toEndUser(row);
}

/** Refuses all tokens that the end user has so far, whoever has issued them. */
export async function revokeTokens(ctx: Ctx, end_user_id: string): Promise<RevokedTokens> {
  const now = ctx.now();
  const reply = { end_user_id, tokens_not_before: toWireTime(now) };
  await commit(ctx, {
    statements: [revokeTokensOf(ctx.db, ctx.workspace_id, end_user_id, now)],
    audit: [{ action: 'end_user.revoke_tokens', target_type: 'end_user', target_id: end_user_id }],
    reply,
  });
  invalidateTokensOf(end_user_id);
  return reply;
}
