import type { Ctx } from '../../platform/context.ts';
import {
  lastFourOf,
  openSecret,
  putSecret,
  type SecretRef,
  sealSecret,
} from '../../secrets/index.ts';
import { Failure } from '../../shared/failure.ts';
import { SourceFault } from './fault.ts';
import { addressOf, type Settings } from './settings.ts';
import { type SourceRow, selectSealed } from './source-store.ts';

const refOf = (source_id: string, field: string, bound_to: string): SecretRef => ({
  owner_type: 'source',
  owner_id: source_id,
  field,
  bound_to,
});

/** The origin that the credentials of a source are sent to; part of their seal. */
function boundTo({ settings }: Pick<SourceRow, 'settings'>): string {
  const { url, name } = addressOf(settings as Settings);
  return url === null ? name : new URL(url).origin;
}

/** Seals credentials for a batch; `shown` has their last characters. */
export async function sealCredentials(
  ctx: Ctx,
  source: Pick<SourceRow, 'id' | 'settings'>,
  values: Readonly<Record<string, string>>,
) {
  const statements = await Promise.all(
    Object.entries(values).map(async ([field, value]) =>
      // In an array, since a statement is thenable.
      [putSecret(ctx.db, await sealSecret(ctx, refOf(source.id, field, boundTo(source)), value))],
    ),
  );
  const shown = Object.fromEntries(
    Object.entries(values).map(([field, value]) => [field, lastFourOf(value)]),
  );
  return { statements: statements.flat(), shown };
}

/** Opens the credentials of a source. Throws `credential_unusable` as a `SourceFault`. */
export async function openCredentials(
  ctx: Ctx,
  source: SourceRow,
): Promise<Readonly<Record<string, string>>> {
  if (Object.keys(source.credentials).length === 0) return {};
  const rows = await selectSealed(ctx.db, source);
  try {
    return Object.fromEntries(
      await Promise.all(
        rows.map(async ({ field, sealed }) => [
          field,
          await openSecret(ctx, refOf(source.id, field, boundTo(source)), sealed),
        ]),
      ),
    );
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    throw new SourceFault('credential_unusable', error.message, { cause: error });
  }
}
