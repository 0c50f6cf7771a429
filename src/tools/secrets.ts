import type { Statement } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { lastFourOf, putSecret, sealSecret } from '../secrets/index.ts';
import { hmac } from '../shared/digest.ts';
import { headerValue } from './http-call.ts';
import { insertSecret, type SecretSummary, updateSecret } from './store.ts';

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
    const existing = Object.entries(tool.secrets).find(
      ([, secret]) => secret.header === header && secret.origin === origin,
    )?.[0];
    const id = existing ?? ctx.newId('sec');
    const about = {
      last_four: lastFourOf(value),
      fingerprint: await fingerprint(ctx, value),
      updated_at: ctx.now(),
    };
    const row = { id, workspace_id: ctx.workspace_id, tool_id: tool.id, ...about };
    ids[name] = id;
    summaries[id] = { header, origin, ...about };
    statements.push(
      existing === undefined
        ? insertSecret(ctx.db, { ...row, header, origin })
        : updateSecret(ctx.db, row),
      putSecret(ctx.db, await sealSecret(ctx, headerValue(id), value)),
    );
  }
  return { ids, summaries, statements };
}

/** Equal for equal values of a workspace. Keyed, so that it reveals nothing without the deployment's secret. */
const fingerprint = async (ctx: Ctx, value: string) =>
  (
    await hmac(ctx.config.sealing_secret, JSON.stringify([ctx.workspace_id, 'tool_secret', value]))
  ).slice(0, 12);
