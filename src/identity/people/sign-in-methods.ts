import { type SQL, sql } from 'drizzle-orm';
import { batch, type Db } from '../../db/client.ts';
import { user_identities, users } from '../../db/schema/people.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';

/** The ways in which a person can sign in. */
export interface SignInMethods {
  readonly password: boolean;
  /** Identities at providers that the deployment has. */
  readonly identities: number;
}

/** The issuers at which people can sign in, as a list in JSON. */
const issuersOf = ({ config }: Pick<Ctx, 'config'>) =>
  JSON.stringify(config.oidc_providers.map(({ issuer }) => issuer));

const usableIdentity = (ctx: Pick<Ctx, 'config'>, user_id: SQL) =>
  sql`${user_identities} i where i.user_id = ${user_id} and i.issuer in (select value from json_each(${issuersOf(ctx)}))`;

/** Returns how an account can be signed in to. Mail alone does not count: it sets a new password. */
export async function signInMethods(ctx: Ctx, user_id: string): Promise<SignInMethods> {
  const [[row]] = await batch(ctx.db, [
    ctx.db
      .select({
        has_password: sql<number>`${users.password_hash} is not null`.as('has_password'),
        identities: sql<number>`(select count(*) from ${usableIdentity(ctx, sql`${users.id}`)})`.as(
          'identities',
        ),
      })
      .from(users)
      .where(sql`${users.id} = ${user_id}`),
  ]);
  return { password: row?.has_password === 1, identities: row?.identities ?? 0 };
}

/**
 * A statement for the end of a batch that removes a method. Violates `users.name` when the account would have none left.
 */
export const requireMethod = (db: Db, ctx: Pick<Ctx, 'config'>, user_id: string) =>
  db
    .update(users)
    .set({
      name: sql`iif(${users.password_hash} is not null or exists (select 1 from ${usableIdentity(ctx, sql`${users.id}`)}), ${users.name}, null)`,
    })
    .where(sql`${users.id} = ${user_id}`);

export const lastMethod = () =>
  new Failure(
    'conflict',
    'This is the only way to sign in to the account. Set a password or link another identity first.',
  );
