import type { BatchResults, Statement } from '../../db/client.ts';
import type { EmbeddingSettings } from '../../db/schema/vectors.ts';
import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { failSecondEmbedding } from '../fail-second-space.ts';
import { formerScope } from '../history/scope.ts';
import { contentKey, scopeOf, vectorId } from '../vector-space.ts';
import type { selectBaseOfFile } from './store.ts';

/** The settings of a base by which the chunks of its files are cut and embedded. */
export type BaseOfFile = NonNullable<
  BatchResults<[ReturnType<typeof selectBaseOfFile>]>[0][number]
>;

/** The parts of a chunk that are embedded. */
export interface EmbeddedChunk {
  readonly id: string;
  /** True for former content, which has a scope of its own in the indexes. */
  readonly is_former?: boolean;
  readonly heading: string | null;
  readonly text: string;
}

/** Embeds chunks with their headings. Returns the vectors in order, and the usage for the caller's batch. */
export const embedChunks = (
  ctx: Ctx,
  agent_id: string | null,
  { embedding_model, dimensions, document_prefix }: EmbeddingSettings,
  chunks: readonly EmbeddedChunk[],
  call_key: string,
) =>
  embed(ctx, {
    model: embedding_model,
    values: chunks.map(
      ({ heading, text }) =>
        (document_prefix ?? '') + (heading === null ? text : `${heading}\n${text}`),
    ),
    dimensions,
    purpose: document_prefix === null ? undefined : 'document',
    operation: 'embed_file',
    agent_id,
    call_key,
  });

/** Vectors of chunks by space, with the usage that is not stored yet. */
export interface ChunkVectors {
  readonly spaces: ReadonlyMap<number, readonly number[][]>;
  readonly statements: readonly Statement[];
}

const noVectors: ChunkVectors = { spaces: new Map(), statements: [] };

/**
 * Embeds chunks for the spaces of a base that are kept up to date, except those in `known`. Embeds them for
 * searches in any case. A failure of the second model ends its migration, and is not thrown.
 */
export async function embedForSpaces(
  ctx: Ctx,
  base: BaseOfFile,
  chunks: readonly EmbeddedChunk[],
  call_key: string,
  known: ChunkVectors = noVectors,
): Promise<ChunkVectors> {
  const spaces = new Map(known.spaces);
  const statements: Statement[] = [];
  const add = async (space: number, settings: EmbeddingSettings) => {
    if (spaces.has(space)) return;
    const key = space === 0 ? call_key : `${call_key}:${space}`;
    const { embeddings, usage } = await embedChunks(ctx, base.agent_id, settings, chunks, key);
    spaces.set(space, embeddings);
    statements.push(...usage);
  };
  await add(base.vector_space, base);
  const { second_space, second_embedding } = base;
  if (second_space !== null && second_embedding !== null) {
    try {
      await add(second_space, second_embedding);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      statements.push(...failSecondEmbedding(ctx, base.id, second_space, error.message));
    }
  }
  return { spaces, statements };
}

/** The records of the vectors of chunks of one content, in the spaces of the base. */
export const recordsOf = (
  { id: base_id, vector_space, second_space, second_embedding }: BaseOfFile,
  chunks: readonly EmbeddedChunk[],
  { spaces }: ChunkVectors,
  { file_id, attempt }: { readonly file_id: string; readonly attempt: number },
) =>
  [vector_space, ...(second_space === null || second_embedding === null ? [] : [second_space])]
    .flatMap((space) => {
      const embeddings = spaces.get(space);
      return embeddings === undefined ? [] : [{ space, embeddings }];
    })
    .flatMap(({ space, embeddings }) =>
      chunks.map(({ id, is_former = false }, index) => ({
        id: vectorId(id, space),
        base_id: scopeOf(is_former ? formerScope(base_id) : base_id, space),
        content: contentKey(file_id, attempt, space),
        values: embeddings[index] ?? [],
      })),
    );
