import type { Ctx } from '../platform/context.ts';
import { newestKey, seal, unseal } from '../platform/vault.ts';
import { placeOf, type SecretRef } from './place.ts';
import type { SecretRow } from './store.ts';

/**
 * Returns a row for `putSecret`. Throws `unavailable` when the deployment has no encryption keys.
 */
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

/**
 * Opens a value of the caller's workspace. Throws `credential_unusable` for a value that was sealed
 * for another place, and `unavailable` when its key is not configured.
 */
export const openSecret = (ctx: Ctx, ref: SecretRef, sealed: string): Promise<string> =>
  unseal(ctx.config, placeOf(ctx.workspace_id, ref), sealed);

/** The last four characters would reveal too much of shorter values. */
const minCharsToDescribe = 16;

/**
 * Returns the last four characters of a secret, by which it is recognized; null for a short one.
 */
export const lastFourOf = (secret: string): string | null =>
  secret.length < minCharsToDescribe ? null : secret.slice(-4);
