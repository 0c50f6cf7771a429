import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { publicOrigin } from '../mail/origin.ts';
import { asPerson, auditPerson } from '../people/person.ts';
import { PersonName } from '../people/schema.ts';
import { isTaken, newUser } from '../people/sign-up.ts';
import { insertUser, selectUserByEmail, type UserRow } from '../people/store.ts';
import { type NewSession, newSession } from '../sessions/new-session.ts';
import type { Profile } from './profile.ts';
import { SignInRefusal } from './refusal.ts';
import { insertIdentity, selectInvitationOf, selectUserByIdentity } from './store.ts';

/**
 * Signs in the person of a profile: to the account that is linked to it, else to the account of its verified address,
 * which is linked then, else to a new account where `SIGN_UP` or an invitation of the address allows one. Throws a refusal, also
 * for accounts with two-factor sign-in, whose second factor no provider stands for.
 */
export async function signInByProfile(
  ctx: Ctx,
  request: Request,
  provider: OidcProvider,
  profile: Profile,
): Promise<NewSession> {
  try {
    return await signInOnce(ctx, request, provider, profile);
  } catch (error) {
    if (isGuardViolation(error, 'user_identities.user_id')) throw twoFactor();
    // A parallel request has created the account or the link.
    if (!isTaken(error) && !isLinked(error)) throw error;
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
): Promise<NewSession> {
  const { issuer, subject } = profile;
  const linked = await selectUserByIdentity(ctx.db, issuer, subject).get();
  const known = linked ?? (await findByAddress(ctx, profile));
  const user = known ?? personOfProfile(ctx, profile);
  if (user.totp_confirmed_at !== null) throw twoFactor();
  const session = await newSession(ctx, request, { user_id: user.id, method: provider.id });
  const links = linked === undefined;
  const isNew = known === undefined;
  await commit(asPerson(ctx, user.id, session.session_id), {
    statements: [
      ...(isNew ? [insertUser(ctx.db, user)] : []),
      ...(links
        ? [insertIdentity(ctx.db, { issuer, subject, user_id: user.id, created_at: ctx.now() })]
        : []),
      ...session.statements,
    ],
    audit: [
      ...(links ? await auditPerson(ctx, user.id, 'identity.link', { provider: provider.id }) : []),
      ...(await auditPerson(ctx, user.id, 'session.create', { method: provider.id })),
    ],
    ...(links && !isNew
      ? {
          jobs: [
            {
              type: 'mail.send',
              mail: 'identity_linked',
              id: user.id,
              origin: publicOrigin(ctx, request),
            } as const,
          ],
        }
      : {}),
  });
  return session;
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

const twoFactor = () => new SignInRefusal('two_factor', 'the account uses two-factor sign-in');
