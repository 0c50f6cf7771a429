import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { notFound } from '../../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { publicHosts, publicOrigin } from '../mail/origin.ts';
import { auditPerson, personOf } from '../people/person.ts';
import { lastMethod, requireMethod } from '../people/sign-in-methods.ts';
import { type Passkey, toPasskey } from './schema.ts';
import {
  deleteExpiredChallenges,
  deletePasskey,
  type PasskeyRow,
  renamePasskey,
  selectPasskey,
  selectPasskeys,
} from './store.ts';

export const listPasskeys = (
  ctx: Ctx,
  request: Request,
  query: PageQuery,
): Promise<Page<Passkey>> => {
  const { id } = personOf(ctx);
  const hosts = publicHosts(ctx, request);
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id: id, list: 'passkeys' },
    query,
    (after, limit) => selectPasskeys(ctx.db, id, after, limit).all(),
    (row) => row.id,
    (row) => toPasskey(row, hosts),
  );
};

/** Returns a passkey of the signed-in person. Throws `not_found`, also for one of somebody else. */
async function findPasskey(ctx: Ctx, passkey: string): Promise<PasskeyRow> {
  const row = await selectPasskey(ctx.db, personOf(ctx).id, passkey).get();
  if (row === undefined) throw notFound('passkey');
  return row;
}

export async function updatePasskey(
  ctx: Ctx,
  request: Request,
  passkey: string,
  { name }: { readonly name?: string | undefined },
): Promise<Passkey> {
  const row = await findPasskey(ctx, passkey);
  const hosts = publicHosts(ctx, request);
  if (name === undefined || name === row.name) return toPasskey(row, hosts);
  const { user_id, id } = row;
  const [[renamed]] = await commit(ctx, {
    statements: [renamePasskey(ctx.db, user_id, id, name)],
    audit: await auditPerson(ctx, user_id, 'passkey.update', { passkey: id }),
  });
  if (renamed === undefined) throw notFound('passkey');
  return toPasskey(renamed, hosts);
}

/** Deletes a passkey of the signed-in person, who gets mail about it. Throws `conflict` for their last way to sign in. */
export async function removePasskey(ctx: Ctx, request: Request, passkey: string): Promise<void> {
  const { user_id, id } = await findPasskey(ctx, passkey);
  try {
    await commit(ctx, {
      statements: [
        deletePasskey(ctx.db, user_id, id),
        requireMethod(ctx.db, ctx, request, user_id),
      ],
      audit: await auditPerson(ctx, user_id, 'passkey.delete', { passkey: id }),
      jobs: [
        {
          type: 'mail.send',
          mail: 'passkey_removed',
          id: user_id,
          origin: publicOrigin(ctx, request),
        },
      ],
    });
  } catch (error) {
    throw isGuardViolation(error, 'users.name') ? lastMethod() : error;
  }
}

/** Deletes challenges that were answered and have expired, some in a run. */
export async function deleteExpired(ctx: Ctx): Promise<void> {
  await deleteExpiredChallenges(ctx.db, ctx.now());
}
