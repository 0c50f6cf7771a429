import type { Ctx } from '../platform/context.ts';
import { openSecret, type SecretRef } from '../secrets/index.ts';
import type { OpenChannel } from './adapter.ts';
import { type ChannelRow, selectSealedChannelOf } from './store.ts';

/** The credentials of a channel are one secret, bound to the address of its API. */
export const credentialsOf = ({
  id,
  settings,
}: Pick<ChannelRow, 'id' | 'settings'>): SecretRef => ({
  owner_type: 'channel',
  owner_id: id,
  field: 'credentials',
  bound_to: settings.api_url ?? null,
});

/** The sealed value: the credentials, with those that they replace. */
interface Stored {
  readonly former?: Former;
}

export interface Former {
  readonly credentials: Readonly<Record<string, string>>;
  /** In epoch milliseconds. */
  readonly until: number;
}

export const toStored = (
  credentials: Readonly<Record<string, string>>,
  former: Former | null,
): string => JSON.stringify({ ...credentials, ...(former === null ? {} : { former }) });

/** Opens the credentials. Throws `credential_unusable` and `unavailable`. */
export async function openChannel(
  ctx: Ctx,
  row: Pick<ChannelRow, 'id' | 'settings'>,
  sealed: string | null,
): Promise<OpenChannel & { readonly until: number | null }> {
  const text = await openSecret(ctx, credentialsOf(row), sealed ?? '');
  const { former, ...rest } = JSON.parse(text) as Stored;
  const credentials = rest as Record<string, string>;
  const isAccepted = former !== undefined && former.until > ctx.now();
  return {
    ...{ id: row.id, settings: row.settings, credentials },
    former: isAccepted ? former.credentials : null,
    until: isAccepted ? former.until : null,
  };
}

/** Reads a channel of the workspace, opened; null when it does not exist. */
export async function readOpenChannel(
  ctx: Ctx,
  id: string,
): Promise<{
  readonly row: ChannelRow;
  readonly channel: OpenChannel & { readonly until: number | null };
} | null> {
  const found = await selectSealedChannelOf(ctx.db, ctx.workspace_id, id).get();
  if (found === undefined) return null;
  return { row: found.channel, channel: await openChannel(ctx, found.channel, found.sealed) };
}
