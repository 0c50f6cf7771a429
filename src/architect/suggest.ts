import { z } from '@hono/zod-openapi';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { toWireUsd } from '../shared/money.ts';
import { composeDraft } from './builtin/compose.ts';
import { readCatalog } from './catalog.ts';
import { checkDraft } from './draft.ts';
import { askModel, isBuiltin } from './model/ask-model.ts';
import { mergeOutput } from './model/merge-output.ts';
import { type ModelDraft, suggestionSchema } from './model/output.ts';
import { describeBrief, suggestionInstructions } from './model/prompt.ts';
import { ArchitectDraft, CreateArchitectSession, Finding } from './schema.ts';

export const SuggestAgent = z
  .strictObject({
    brief: z.string().trim().min(1).max(8000).describe('What the agent should do, in any language'),
    model: CreateArchitectSession.shape.model,
  })
  .openapi('SuggestAgent', {
    example: { brief: 'Answers questions of our employees about leave and travel.' } as never,
  });
export type SuggestAgent = z.output<typeof SuggestAgent>;

export const AgentSuggestion = z
  .object({
    by: z.string().describe('`builtin`, or the model that wrote it'),
    draft: ArchitectDraft.describe('Valid for `POST /agents`, without `test_questions`'),
    findings: z.array(Finding),
    run_id: z.string().nullable(),
    cost_usd: z.number().nullable().describe('null when a price is unknown'),
  })
  .openapi('AgentSuggestion');
export type AgentSuggestion = z.output<typeof AgentSuggestion>;

/** Suggests an agent for a brief, and stores nothing. Throws the failure of the model. */
export async function suggestAgent(
  ctx: Ctx,
  { brief, model: given }: SuggestAgent,
): Promise<AgentSuggestion> {
  const catalog = await readCatalog(ctx);
  const material = { brief: { purpose: brief }, catalog, base_ids: [], questions: [] };
  const byRules = composeDraft(material);
  const model = given ?? catalog.default_model;
  const written = isBuiltin(model) ? null : await askSuggestion(ctx, model, brief, catalog);
  const merged = written && mergeOutput(byRules, written.output, catalog, []);
  const { draft, findings } = await checkDraft(ctx, merged?.draft ?? byRules, catalog);
  const reply: AgentSuggestion = {
    by: written === null ? 'builtin' : model,
    draft: { ...draft, test_questions: [...draft.test_questions] },
    findings: [...(merged?.findings ?? []), ...findings],
    run_id: written?.run_id ?? null,
    cost_usd: written === null ? 0 : toWireUsd(written.cost_nano_usd),
  };
  await commit(ctx, { statements: [], reply });
  return reply;
}

const askSuggestion = (
  ctx: Ctx,
  model: string,
  brief: string,
  catalog: Parameters<typeof describeBrief>[1],
) =>
  askModel<ModelDraft>(ctx, {
    model,
    instructions: suggestionInstructions,
    text: describeBrief(brief, catalog),
    schema: suggestionSchema,
    labels: { architect: 'suggest' },
  });
