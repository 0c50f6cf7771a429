import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { newestKey, seal } from '../platform/vault.ts';
import { hmac } from '../shared/digest.ts';
import { placeOfSecret } from './http-call.ts';
import { insertSecret, replaceSecret, type SecretSummary } from './store.ts';

/** The last four characters of shorter values are not shown. */
const minToShow = 16;

interface Kept {
  /** Ids by header, for the definition. */
  readonly ids: Record<string, string>;
  /** Summaries that the API shows, by id. */
  readonly summaries: Readonly<Record<string, SecretSummary>>;
  readonly statements: Statement[];
}

/**
 * Seals values for an origin. Replaces the value of the same header and origin in place, so that a new key
 * serves every version. The statements belong to the tool's batch.
 */
export async function keepSecrets(
  ctx: Ctx,
  tool: { readonly id: string; readonly secrets: Readonly<Record<string, SecretSummary>> },
  origin: string,
  values: Readonly<Record<string, string>>,
): Promise<Kept> {
  const ids: Record<string, string> = {};
  const summaries: Record<string, SecretSummary> = {};
  const statements: Statement[] = [];
  for (const [name, value] of Object.entries(values)) {
    const header = name.toLowerCase();
    const known = Object.entries(tool.secrets).find(
      ([, secret]) => secret.header === header && secret.origin === origin,
    )?.[0];
    const id = known ?? ctx.newId('sec');
    const about = {
      last_four: value.length < minToShow ? null : value.slice(-4),
      fingerprint: await fingerprint(ctx, value),
      updated_at: ctx.now(),
    };
    const sealed = {
      value: await seal(ctx.config, placeOfSecret(ctx.workspace_id, id), value),
      key_version: newestKey(ctx.config),
    };
    const row = { id, workspace_id: ctx.workspace_id, tool_id: tool.id, ...about, ...sealed };
    ids[name] = id;
    summaries[id] = { header, origin, ...about };
    statements.push(
      known === undefined
        ? insertSecret(ctx.db, { ...row, header, origin })
        : replaceSecret(ctx.db, row),
    );
  }
  return { ids, summaries, statements };
}

/** Equal for equal values of a workspace. Keyed, so that it reveals nothing without the deployment's secret. */
const fingerprint = async (ctx: Ctx, value: string) =>
  (
    await hmac(ctx.config.sealing_secret, JSON.stringify([ctx.workspace_id, 'tool_secret', value]))
  ).slice(0, 12);
