import { type SQL, sql } from 'drizzle-orm';
import type { Statement } from '../../db/client.ts';
import { users } from '../../db/schema/people.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { type IdentityRow, insertIdentity, touchIdentity } from '../identities/store.ts';
import { publicOrigin } from '../mail/origin.ts';
import { asPerson, auditPerson } from '../people/person.ts';
import { type NewSession, newSession } from '../sessions/new-session.ts';
import type { Profile } from './profile.ts';

/** A sign-in to an account by an identity. */
export interface ProviderSignIn {
  readonly user_id: string;
  readonly provider: string;
  readonly identity: Pick<Profile, 'issuer' | 'subject' | 'email'>;
  /** `account`: a new account. `identity`: a new link to an account that exists, which gets mail about it. */
  readonly creates: 'account' | 'identity' | null;
  /** Statements of the same batch, before and after those of the link and the session. */
  readonly before?: readonly Statement[];
  readonly after?: readonly Statement[];
}

/** The condition that the identity is still that of the person and, where it was found by its address, the address too. */
const isProvenBy = (
  { issuer, subject, user_id, email }: IdentityRow,
  creates: ProviderSignIn['creates'],
): SQL =>
  sql`exists (select 1 from user_identities i where i.issuer = ${issuer} and i.subject = ${subject} and i.user_id = ${user_id})
    and ${creates === 'identity' ? sql`${users.email} = ${email}` : sql`1`}`;

/**
 * Starts the session of a person whom a provider has proven, and links the identity where it is new. Violates
 * `user_sessions.user_id` when the identity was unlinked, or the address changed, in the meantime.
 */
export async function startProviderSession(
  ctx: Ctx,
  request: Request,
  { user_id, provider, identity, creates, before = [], after = [] }: ProviderSignIn,
): Promise<NewSession> {
  const { issuer, subject, email } = identity;
  const now = ctx.now();
  const row = { issuer, subject, user_id, email, created_at: now, last_used_at: now };
  const session = await newSession(ctx, request, {
    ...{ user_id, method: provider },
    proof: isProvenBy(row, creates),
  });
  const mail = { type: 'mail.send', mail: 'identity_linked', id: user_id } as const;
  await commit(asPerson(ctx, user_id, session.session_id), {
    statements: [
      ...before,
      creates === null ? touchIdentity(ctx.db, issuer, subject, now) : insertIdentity(ctx.db, row),
      ...session.statements,
      ...after,
    ],
    audit: [
      ...(creates === null ? [] : await auditPerson(ctx, user_id, 'identity.link', { provider })),
      ...(await auditPerson(ctx, user_id, 'session.create', { method: provider })),
    ],
    jobs: creates === 'identity' ? [{ ...mail, origin: publicOrigin(ctx, request) }] : [],
  });
  return session;
}
