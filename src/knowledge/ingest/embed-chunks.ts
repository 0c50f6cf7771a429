import type { BatchResults } from '../../db/client.ts';
import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { selectBaseOfFile } from './store.ts';

/** The settings of a base by which the chunks of its files are cut and embedded. */
export type BaseOfFile = NonNullable<
  BatchResults<[ReturnType<typeof selectBaseOfFile>]>[0][number]
>;

/** Embeds chunks with their headings. Returns the vectors in order, and the usage for the caller's batch. */
export const embedChunks = (
  ctx: Ctx,
  base: BaseOfFile,
  chunks: readonly { readonly heading: string | null; readonly text: string }[],
  call_key: string,
) =>
  embed(ctx, {
    model: base.embedding_model,
    values: chunks.map(
      ({ heading, text }) =>
        (base.document_prefix ?? '') + (heading === null ? text : `${heading}\n${text}`),
    ),
    dimensions: base.dimensions,
    purpose: base.document_prefix === null ? undefined : 'document',
    operation: 'embed_file',
    agent_id: base.agent_id,
    call_key,
  });
