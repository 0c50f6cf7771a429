import { sql } from 'drizzle-orm';
import { batch, type Statement } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { knowledge_bases } from '../db/schema/knowledge.ts';
import { assertConfigured, capabilitiesOf } from '../llm/index.ts';
import { modelNameError } from '../models/index.ts';
import { commit } from '../platform/commit.ts';
import { type Ctx, coveredAgents, coversAgent } from '../platform/context.ts';
import { definedFields } from '../shared/defined-fields.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import {
  type BaseQuery,
  CreateBase,
  type FileCounts,
  type KnowledgeBase,
  noFiles,
  toBase,
  type UpdateBase,
} from './base-schema.ts';
import {
  type BaseRow,
  countFiles,
  insertBase,
  markBaseDeleted,
  selectAgentsOfBase,
  selectBase,
  selectBases,
  selectBasesByIds,
  updateBase as updateBaseRow,
} from './base-store.ts';
import { assertUsable, embeddingSettings } from './embedding-settings.ts';
import { markFilesDeleted } from './file-store.ts';

/**
 * Creates a base that several agents may use. Throws `validation_failed` for a model that is unknown or cannot be called.
 */
export async function createBase(ctx: Ctx, input: CreateBase): Promise<KnowledgeBase> {
  // The key could not see the base that it created.
  if (coveredAgents(ctx.actor) !== null)
    throw new Failure(
      'forbidden',
      'A key limited to agents cannot create a shared knowledge base.',
    );
  await checkOcr(ctx, input.ocr);
  const row = newBase(ctx, input, null);
  await assertUsable(ctx, row);
  const reply = toBase(row, noFiles);
  await commit(ctx, {
    statements: [insertBase(ctx.db, row)],
    audit: [
      {
        action: 'knowledge_base.create',
        target_type: 'knowledge_base',
        target_id: row.id,
        detail: { ...input },
      },
    ],
    reply,
  });
  return reply;
}

function newBase(ctx: Ctx, { ocr, ...input }: CreateBase, agent_id: string | null): BaseRow {
  const now = ctx.now();
  return {
    id: ctx.newId('kb'),
    workspace_id: ctx.workspace_id,
    agent_id,
    ...input,
    ...embeddingSettings(input),
    ocr_model: ocr?.model ?? null,
    vectors_revision: 0,
    chunk_count: 0,
    vector_space: 0,
    second_space: null,
    second_embedding: null,
    embedding_calls: 0,
    embedding_tokens: 0,
    embedding_cost_nano_usd: 0,
    embedding_unpriced_calls: 0,
    revision: 0,
    oldest_revision: 0,
    former_chunk_count: 0,
    former_byte_size: 0,
    purge_due_at: null,
    deleted_at: null,
    created_at: now,
    updated_at: now,
  };
}

/** Throws `validation_failed` for a model that cannot transcribe pages, or that cannot be called. */
async function checkOcr(ctx: Ctx, ocr: CreateBase['ocr'] | undefined): Promise<void> {
  if (ocr === undefined || ocr === null) return;
  const error = modelNameError(ocr.model);
  if (error !== null) throw invalid('/ocr/model', error);
  if (capabilitiesOf(ocr.model).images === false)
    throw invalid('/ocr/model', `${ocr.model} does not read images.`);
  await assertConfigured(ctx, ocr.model, '/ocr/model');
}

/** Returns an agent's own base, for the batch that creates the agent. */
export function newAgentBase(
  ctx: Ctx,
  agent: { readonly id: string; readonly name: string },
): { id: string; statement: Statement } {
  const row = newBase(ctx, { ...CreateBase.parse({ name: 'Files' }), name: agent.name }, agent.id);
  return { id: row.id, statement: insertBase(ctx.db, row) };
}

/** Returns a base. Throws `not_found`, also for a base that the key does not cover. */
export async function findBase(ctx: Ctx, id: string): Promise<BaseRow> {
  return visible(ctx, await selectBase(ctx.db, ctx.workspace_id, id).get());
}

export function visible(ctx: Ctx, row: BaseRow | undefined, named = 'knowledge base'): BaseRow {
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound(named);
  return row;
}

/** Returns the ids that are not those of a base the caller may use. */
export async function unknownBases(ctx: Ctx, base_ids: readonly string[]): Promise<string[]> {
  if (base_ids.length === 0) return [];
  const rows = await selectBasesByIds(ctx.db, ctx.workspace_id, base_ids).all();
  const known = new Set(
    rows.filter((row) => coversAgent(ctx.actor, row.agent_id)).map((row) => row.id),
  );
  return base_ids.filter((id) => !known.has(id));
}

/** Returns a base with the number of its files. */
export async function getBase(ctx: Ctx, id: string): Promise<KnowledgeBase> {
  const { db, workspace_id } = ctx;
  const [[row], [counts]] = await batch(db, [
    selectBase(db, workspace_id, id),
    countFiles(db, workspace_id, [id]),
  ]);
  return toBase(visible(ctx, row), countsOf(counts));
}

const countsOf = (row: (FileCounts & { readonly base_id: string }) | undefined): FileCounts => {
  const { base_id: _, ...counts } = row ?? { base_id: '', ...noFiles };
  return counts;
};

export async function listBases(
  ctx: Ctx,
  { counts, ...query }: BaseQuery,
): Promise<Page<KnowledgeBase>> {
  const { data, next_cursor } = await readBases(ctx, query);
  if (counts !== true || data.length === 0)
    return { data: data.map((row) => toBase(row, null)), next_cursor };
  const ids = data.map(({ id }) => id);
  const counted = await countFiles(ctx.db, ctx.workspace_id, ids).all();
  const byId = new Map(counted.map((one) => [one.base_id, one]));
  return { data: data.map((row) => toBase(row, countsOf(byId.get(row.id)))), next_cursor };
}

const readBases = (ctx: Ctx, query: PageQuery): Promise<Page<BaseRow>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'knowledge-bases',
      filters: { agents: coveredAgents(ctx.actor) },
    },
    query,
    (after, limit) =>
      selectBases(
        ctx.db,
        ctx.workspace_id,
        { agent_ids: coveredAgents(ctx.actor) },
        after,
        limit,
      ).all(),
    (row) => row.id,
    (row) => row,
  );

/** Former content is looked at again by the next tick. */
const dueNow = (now: number) =>
  sql`iif(${knowledge_bases.purge_due_at} is null, null, cast(${now} as integer))`;

export async function updateBase(ctx: Ctx, id: string, input: UpdateBase): Promise<KnowledgeBase> {
  await findBase(ctx, id);
  if (Object.keys(input).length === 0) return getBase(ctx, id);
  const { ocr, ...fields } = input;
  await checkOcr(ctx, ocr);
  const [rows, [counts]] = await commit(ctx, {
    statements: [
      updateBaseRow(ctx.db, ctx.workspace_id, id, {
        ...definedFields(fields),
        ...(ocr !== undefined && { ocr_model: ocr?.model ?? null }),
        ...(input.retention_days === undefined ? {} : { purge_due_at: dueNow(ctx.now()) }),
        updated_at: ctx.now(),
      }),
      countFiles(ctx.db, ctx.workspace_id, [id]),
    ],
    audit: [
      {
        action: 'knowledge_base.update',
        target_type: 'knowledge_base',
        target_id: id,
        detail: { ...input },
      },
    ],
  });
  return toBase(visible(ctx, rows[0]), countsOf(counts));
}

/** Maximum number of agents named in an error. */
const maxNamedAgents = 20;

/**
 * Hides a base; a job deletes its content. Throws `conflict` for an agent's own base and for a base
 * that agents search.
 */
export async function deleteBase(ctx: Ctx, id: string): Promise<void> {
  const base = await findBase(ctx, id);
  if (base.agent_id !== null)
    throw new Failure(
      'conflict',
      'This knowledge base belongs to an agent and is deleted with it.',
    );
  await refuseSearchedBase(ctx, (removal) =>
    commit(ctx, {
      statements: removal(id),
      audit: [{ action: 'knowledge_base.delete', target_type: 'knowledge_base', target_id: id }],
      jobs: [{ type: 'base.delete', base_id: id }],
    }),
  );
}

/**
 * Runs a change whose batch includes the statements of `removal`, which hide a base, including an
 * agent's own, and its files. Throws `conflict` while an agent searches the base.
 */
export async function refuseSearchedBase<Result>(
  ctx: Ctx,
  change: (removal: (base_id: string) => Statement[]) => Promise<Result>,
): Promise<Result> {
  const { db, workspace_id } = ctx;
  for (;;) {
    let id = '';
    const removal = (base_id: string) => {
      id = base_id;
      return [
        markBaseDeleted(db, workspace_id, id, ctx.now(), true),
        markFilesDeleted(db, workspace_id, id, ctx.now()),
      ];
    };
    try {
      return await change(removal);
    } catch (error) {
      if (!isGuardViolation(error, 'knowledge_bases.updated_at')) throw error;
      const agents = await selectAgentsOfBase(db, workspace_id, id, maxNamedAgents).all();
      const named = agents.map(({ slug }) => slug).join(', ');
      const detail = `Agents search this knowledge base: ${named}. Remove it from their configurations first.`;
      // No agent searches it any longer: retry.
      if (agents.length > 0) throw new Failure('conflict', detail, { extra: { agents } });
    }
  }
}
