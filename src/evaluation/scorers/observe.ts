import { type AgentConfig, parseConfig } from '../../agents/index.ts';
import { parseStructured } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { isDeclined, readResult, selectVersionOfRun } from '../../runs/index.ts';
import { type SearchedHit, selectPassages, selectSteps } from './observe-store.ts';
import type { Observed, ObservedCitation, ObservedPassage, ObservedToolCall } from './observed.ts';

type Step = Awaited<ReturnType<ReturnType<typeof selectSteps>['all']>>[number];

/** Hits that are read from the record of one run. */
const maxHits = 200;
/** A draft decides these, and is not stored. */
const unknownConfig = { output_schema: null, knowledge: { no_answer: '', scope: 'general' } };

/** Reads what a run gave, for scorers. `config` is that of a draft, which is not stored with the run. Throws `not_found`. */
export async function observe(ctx: Ctx, run_id: string, config?: AgentConfig): Promise<Observed> {
  const { row, answer } = await readResult(ctx, run_id);
  const [steps, version] = await Promise.all([
    selectSteps(ctx.db, ctx.workspace_id, run_id).all(),
    selectVersionOfRun(ctx.db, run_id, null).get(),
  ]);
  const { output_schema, knowledge } =
    config ??
    (version === undefined || row.is_preview ? unknownConfig : parseConfig(version.config));
  const { text = '', citations = [] } = answer ?? {};
  const { status, error_code, finish_reason, coverage } = row;
  const { latency_ms, first_token_ms, cost_nano_usd } = row;
  const has_citations = citations.length > 0;
  return {
    answer: text,
    ...structuredOf(text, output_schema),
    refused: isDeclined({ text, finish_reason, coverage, has_citations, knowledge }),
    citations: citations.map(toObservedCitation),
    passages: await passagesOf(ctx, steps, row.source_file_ids ?? []),
    tool_calls: toolCallsOf(steps),
    ...{ latency_ms, first_token_ms, cost_nano_usd, status, error_code },
  };
}

function structuredOf(text: string, schema: object | null): Pick<Observed, 'value'> {
  if (schema === null) return {};
  const parsed = parseStructured(text, schema);
  return parsed.ok ? { value: parsed.value } : {};
}

type Citation = NonNullable<Awaited<ReturnType<typeof readResult>>['answer']>['citations'][number];

const toObservedCitation = (citation: Citation): ObservedCitation =>
  citation.type === 'file'
    ? { file_id: citation.file_id, page: citation.page, quote: citation.quote }
    : { file_id: null, page: null, quote: citation.quote, url: citation.url };

/** Calls of delegates belong to the call of the delegate. */
const toolCallsOf = (steps: readonly Step[]): ObservedToolCall[] =>
  steps
    .filter(({ type, parent_id }) => type === 'tool' && parent_id === null)
    .map(({ name, input, output, error }) => ({
      name,
      arguments: input,
      ...(output === null ? {} : { result: output }),
      ...(error === null ? {} : { error }),
    }));

async function passagesOf(
  { db, workspace_id }: Ctx,
  steps: readonly Step[],
  file_ids: readonly string[],
): Promise<ObservedPassage[]> {
  const hits = steps.flatMap(hitsOf).slice(0, maxHits);
  if (hits.length === 0) return [];
  const rows = await selectPassages(db, workspace_id, hits, file_ids).all();
  const byChunk = new Map(rows.map(({ at: _, ...passage }) => [passage.chunk_id, passage]));
  // A passage that several searches have found counts at its first place.
  return [...new Set(rows.map(({ chunk_id }) => chunk_id))].flatMap((id) => byChunk.get(id) ?? []);
}

/** The hits of a search of the run, or of one that its model called as a tool, whose record holds texts alone. */
function hitsOf({ type, name, output }: Step): SearchedHit[] {
  const { hits, passages } = (output ?? {}) as Readonly<Record<string, unknown>>;
  if (type === 'retrieval')
    return listOf(hits).flatMap(({ chunk_id, score }) =>
      typeof chunk_id === 'string' ? [{ chunk_id, text: null, score: Number(score) || 0 }] : [],
    );
  if (name !== 'knowledge_search') return [];
  return listOf(passages).flatMap(({ text }) =>
    typeof text === 'string' ? [{ chunk_id: null, text, score: 0 }] : [],
  );
}

const listOf = (value: unknown): Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.filter((one) => one !== null && typeof one === 'object') : [];
