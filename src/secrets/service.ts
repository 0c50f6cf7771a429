import type { Ctx } from '../platform/context.ts';
import { newestKey, seal, unseal } from '../platform/vault.ts';
import { placeOf, type SecretRef } from './place.ts';
import type { SecretRow } from './store.ts';

/** A row for `putSecret`. Throws `unavailable` when the deployment has no encryption keys. */
export const sealSecret = async (
  ctx: Ctx,
  ref: SecretRef,
  plaintext: string,
): Promise<SecretRow> => ({
  workspace_id: ctx.workspace_id,
  ...ref,
  sealed: await seal(ctx.config, placeOf(ctx.workspace_id, ref), plaintext),
  key_version: newestKey(ctx.config),
  updated_at: ctx.now(),
});

/** Opens a value of the caller's workspace. Throws `credential_unusable` for one that was sealed for another place, `unavailable` without its key. */
export const openSecret = (ctx: Ctx, ref: SecretRef, sealed: string): Promise<string> =>
  unseal(ctx.config, placeOf(ctx.workspace_id, ref), sealed);

/** Shorter values are not described by their last four characters, which would be too much of them. */
const minCharsToDescribe = 16;

/** The last four characters of a secret, by which people recognize it; null for a short one. */
export const lastFourOf = (secret: string): string | null =>
  secret.length < minCharsToDescribe ? null : secret.slice(-4);
