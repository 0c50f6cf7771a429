import { eq } from 'drizzle-orm';
import { batch } from '../../db/client.ts';
import { recovery_codes } from '../../db/schema/people.ts';
import type { Ctx } from '../../platform/context.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { toIdentity } from '../identities/service.ts';
import { selectIdentities } from '../identities/store.ts';
import { publicHosts } from '../mail/origin.ts';
import { toPasskey } from '../passkeys/schema.ts';
import { maxPasskeys, selectPasskeys } from '../passkeys/store.ts';
import { toSession } from '../people/me.ts';
import { currentUser, personOf } from '../people/person.ts';
import { selectSessions } from '../sessions/store.ts';
import type { AccountExport } from './schema.ts';
import { selectMembershipsAfter } from './store.ts';

const maxRows = 1000;

/** Returns everything that the deployment knows of a person apart from the data of workspaces. Secrets are not part of it. */
export async function exportAccount(ctx: Ctx, request: Request): Promise<AccountExport> {
  const { session_id } = personOf(ctx);
  const user = await currentUser(ctx);
  const [identities, passkeys, sessions, memberships] = await batch(ctx.db, [
    selectIdentities(ctx.db, user.id),
    selectPasskeys(ctx.db, user.id, null, maxPasskeys),
    selectSessions(ctx.db, user.id, null, maxRows),
    selectMembershipsAfter(ctx.db, user.id, '', maxRows),
  ]);
  const codes = await ctx.db.$count(recovery_codes, eq(recovery_codes.user_id, user.id));
  return {
    id: user.id,
    email: user.email,
    name: user.name,
    created_at: toWireTime(user.created_at),
    updated_at: toWireTime(user.updated_at),
    has_password: user.password_hash !== null,
    two_factor_since: toWireTimeOrNull(user.totp_confirmed_at),
    recovery_codes: codes,
    identities: await Promise.all(identities.map((row) => toIdentity(ctx, row))),
    passkeys: passkeys.map((row) => toPasskey(row, publicHosts(ctx, request))),
    sessions: sessions.map((row) => toSession(row, session_id)),
    memberships: memberships.map(({ joined_at, left_at, ...membership }) => ({
      ...membership,
      joined_at: toWireTime(joined_at),
      left_at: toWireTimeOrNull(left_at),
    })),
    exported_at: toWireTime(ctx.now()),
  };
}
