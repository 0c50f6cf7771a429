import { z } from '@hono/zod-openapi';
import type { Ctx, EndUserActor } from '../../platform/context.ts';
import { seal, unseal } from '../../platform/vault.ts';
import { minute } from '../../shared/time.ts';

/** Milliseconds for which a link opens a document. */
const linkTtl = 5 * minute;

/** The reader of a link, who is authenticated again when it is opened. */
const Reader = z.object({
  api_key_id: z.string(),
  id: z.string(),
  agent_ids: z.array(z.string()),
  groups: z.array(z.string()),
  issued_at: z.number(),
  /** When the link expires, which is not after the token of the reader does. */
  expires_at: z.number(),
});

/** The seal is bound to one citation, and an address shows neither the end user nor the groups. */
const placeOf = (message: string, number: number) => ({
  workspace_id: '',
  record: message,
  field: `citation-${number}`,
});

/** Returns the text by which the end user opens the document of a citation, and when it expires. */
export async function sealReader(
  { config, now }: Ctx,
  { api_key_id, id, agent_ids, groups, issued_at, expires_at }: EndUserActor,
  message: string,
  number: number,
): Promise<{ readonly link: string; readonly expires_at: number }> {
  const until = Math.min(now() + linkTtl, expires_at);
  const reader = { api_key_id, id, agent_ids, groups, issued_at, expires_at: until };
  const link = await seal(config, placeOf(message, number), JSON.stringify(reader));
  return { link, expires_at: until };
}

/** Returns the end user of a link to this citation; null for any other text. It may have expired. */
export async function unsealReader(
  { config }: Ctx,
  link: string,
  message: string,
  number: number,
): Promise<EndUserActor | null> {
  const text = await unseal(config, placeOf(message, number), link).catch(() => null);
  if (text === null) return null;
  return {
    ...Reader.parse(JSON.parse(text)),
    ...{ type: 'end_user', versions: 'active' },
    limits: { id: '', requests_per_minute: null, budget: null },
  };
}
