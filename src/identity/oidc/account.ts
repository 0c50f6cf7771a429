import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { PersonName } from '../people/schema.ts';
import { isTaken, newUser } from '../people/sign-up.ts';
import { insertUser, selectUserByEmail, type UserRow } from '../people/store.ts';
import type { NewSession } from '../sessions/new-session.ts';
import { isProofGone } from '../sessions/while-signed-in.ts';
import { requireNoFactor } from '../two-factor/store.ts';
import { type PendingFactor, pendingLasts } from './pending-factor.ts';
import type { Profile } from './profile.ts';
import { SignInRefusal } from './refusal.ts';
import { startProviderSession } from './session.ts';
import { selectInvitationOf, selectUserByIdentity } from './store.ts';

/** A session, or what is missing to one: the second factor of the account. */
type Outcome = { readonly session: NewSession } | { readonly pending: PendingFactor };

/**
 * Signs in the person of a profile: to the account that is linked to it, else to the account of its verified address,
 * which is linked then, else to a new account where `SIGN_UP` or an invitation of the address allows one. An account with
 * two-factor sign-in is neither linked nor signed in to before its code, unless the operator trusts the provider with
 * the second factor and the provider asserts one. Throws a refusal.
 */
export async function signInByProfile(
  ctx: Ctx,
  request: Request,
  provider: OidcProvider,
  profile: Profile,
): Promise<Outcome> {
  try {
    return await signInOnce(ctx, request, provider, profile);
  } catch (error) {
    if (isGuardViolation(error, 'user_identities.user_id'))
      throw new SignInRefusal('too_many_identities', 'the account has too many identities');
    // A parallel request has created or removed the account or the link, or turned two-factor sign-in on.
    const isChanged =
      isLinked(error) || isProofGone(error) || isGuardViolation(error, 'users.name');
    if (!isTaken(error) && !isChanged) throw error;
    return signInOnce(ctx, request, provider, profile);
  }
}

const isLinked = (error: unknown) =>
  isUniqueViolation(error, 'user_identities.issuer', 'user_identities.subject');

async function signInOnce(
  ctx: Ctx,
  request: Request,
  provider: OidcProvider,
  profile: Profile,
): Promise<Outcome> {
  const { issuer, subject, email } = profile;
  const linked = await selectUserByIdentity(ctx.db, issuer, subject).get();
  const known = linked ?? (await findByAddress(ctx, profile));
  const user = known ?? personOfProfile(ctx, profile);
  const isTrusted = profile.amr.some((one) => provider.trusted_amr.includes(one));
  if (user.totp_confirmed_at !== null && !isTrusted) {
    const { id: user_id, updated_at } = user;
    const about = { user_id, updated_at, provider: provider.id, is_linked: linked !== undefined };
    const expires_at = ctx.now() + pendingLasts;
    return { pending: { ...about, issuer, subject, email, expires_at } };
  }
  const session = await startProviderSession(ctx, request, {
    user_id: user.id,
    provider: provider.id,
    identity: profile,
    creates: known === undefined ? 'account' : linked === undefined ? 'identity' : null,
    before: known === undefined ? [insertUser(ctx.db, user)] : [],
    after: isTrusted ? [] : [requireNoFactor(ctx.db, user.id)],
  });
  return { session };
}

/** Returns the account of a verified address; undefined where a new one may be created. */
async function findByAddress(ctx: Ctx, { email }: Profile): Promise<UserRow | undefined> {
  if (email === null)
    throw new SignInRefusal('email_unverified', 'the provider has verified no address');
  const [[known], [invitation]] = await batch(ctx.db, [
    selectUserByEmail(ctx.db, email),
    selectInvitationOf(ctx.db, email, ctx.now()),
  ]);
  if (known === undefined && invitation === undefined && ctx.config.sign_up !== 'open')
    throw new SignInRefusal('sign_up_closed', 'accounts are by invitation only');
  return known;
}

function personOfProfile(ctx: Ctx, { email, name }: Profile): UserRow {
  const address = email ?? '';
  const short = PersonName.safeParse(name?.slice(0, 100));
  const local = address.slice(0, address.indexOf('@'));
  return newUser(ctx, {
    email: address,
    name: short.success ? short.data : local,
    password_hash: null,
  });
}
