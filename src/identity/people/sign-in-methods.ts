import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { passkeys } from '../../db/schema/passkeys.ts';
import { user_identities, users } from '../../db/schema/people.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { publicHosts } from '../mail/origin.ts';

/** The issuers at which people can sign in, as a list in JSON. */
const issuersOf = ({ config }: Pick<Ctx, 'config'>) =>
  JSON.stringify(config.oidc_providers.map(({ issuer }) => issuer));

/**
 * Returns an expression that counts the ways to sign in to an account: its password, the identities at providers that the deployment
 * has, and its passkeys of one of the `hosts`, the deployment's: no browser offers others here. Mail alone does not count:
 * it sets a new password.
 */
const signInMethodCount = (
  ctx: Pick<Ctx, 'config'>,
  hosts: readonly string[],
): SQL<number> => sql<number>`(
  iif(${users.password_hash} is null, 0, 1)
  + (select count(*) from ${user_identities} i where i.user_id = ${users.id} and i.issuer in (select value from json_each(${issuersOf(ctx)})))
  + (select count(*) from ${passkeys} p where p.user_id = ${users.id} and p.host in (select value from json_each(${JSON.stringify(hosts)}))))`;

/**
 * A statement for the end of a batch that removes a method, so that parallel removals cannot remove the last. Violates
 * `users.name` when the account would have none left.
 */
export const requireMethod = (
  db: Db,
  ctx: Pick<Ctx, 'config'>,
  request: Request,
  user_id: string,
) =>
  db
    .update(users)
    .set({
      name: sql`iif(${signInMethodCount(ctx, publicHosts(ctx, request))} > 0, ${users.name}, null)`,
    })
    .where(sql`${users.id} = ${user_id}`);

export const lastMethod = () =>
  new Failure(
    'conflict',
    'This is the only way to sign in to the account. Set a password, link an identity or add a passkey first.',
  );
