import { z } from '@hono/zod-openapi';
import type { GeneratedFileRef } from '../../db/schema/code.ts';
import { Id, Time } from '../../http/schema.ts';
import type { Ctx } from '../../platform/context.ts';
import { isSignatureOf, signatureOf } from '../../platform/signature.ts';
import { hour, toWireTime } from '../../shared/time.ts';
import type { GeneratedFileRow } from './store.ts';

/** How long files are kept. */
export const fileTtl = 24 * hour;

export const GeneratedFile = z
  .object({
    id: Id('gen'),
    execution_id: Id('exec').describe('The code execution that has written it'),
    name: z.string().openapi({ example: 'sales.svg' }),
    media_type: z.string().openapi({ example: 'image/svg+xml' }),
    byte_size: z.int(),
    url: z
      .string()
      .describe(
        'Signed link for everybody who has it, until `expires_at`; absolute where the deployment has `PUBLIC_HOSTS`, otherwise a path',
      )
      .openapi({
        example:
          '/api/v1/generated-files/gen_01kajv2q5ve0mt8h2vj3c6x7ra/download?expires=1795168200&signature=mQ3b',
      }),
    expires_at: Time,
  })
  .openapi('GeneratedFile', { description: 'A file that code has written, kept for 24 hours' });
export type GeneratedFile = z.output<typeof GeneratedFile>;

export const toGeneratedFile = ({ expires_at, ...file }: GeneratedFileRef): GeneratedFile => ({
  ...file,
  expires_at: toWireTime(expires_at),
});

/** Returns a file with its link. */
export async function refOf(
  ctx: Pick<Ctx, 'config'>,
  { id, execution_id, name, media_type, byte_size, expires_at }: GeneratedFileRow,
): Promise<GeneratedFileRef> {
  const [host] = ctx.config.own_hosts;
  const expires = Math.floor(expires_at / 1000);
  const query = new URLSearchParams({
    expires: String(expires),
    signature: await signatureOf(ctx.config, ['generated-file', id, expires]),
  });
  const url = `${host === undefined ? '' : `https://${host}`}/api/v1/generated-files/${id}/download?${query}`;
  return { id, execution_id, name, media_type, byte_size, url, expires_at };
}

/** Returns true for the signature of a link that has not expired. */
export const isSigned = async (
  ctx: Ctx,
  id: string,
  { expires, signature }: { readonly expires: number; readonly signature: string },
): Promise<boolean> =>
  expires * 1000 > ctx.now() &&
  (await isSignatureOf(ctx.config, ['generated-file', id, expires], signature));
