import { type AgentConfig, agentOfProviderModel } from '../agents/index.ts';
import type { Preview, TestQuestion } from '../db/schema/architect.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type Draft, isDeclined, type Message, oneOffRequest, runToEnd } from '../runs/index.ts';
import { Failure, invalid } from '../shared/failure.ts';
import { fromUsd } from '../shared/money.ts';
import { readCatalog } from './catalog.ts';
import { withSession } from './claim.ts';
import { checkDraft } from './draft.ts';
import { type ArchitectSession, type TestDraft, toArchitectSession } from './schema.ts';
import { audit, keptFor } from './sessions.ts';
import { countPendingFiles, updateSession } from './store.ts';

/** Questions that are answered at the same time, and seconds that each may take. */
const parallel = 3;
const maxSeconds = 60;
const maxAnswerChars = 4000;

/**
 * Answers test questions with the draft of a session. Each is a preview run: metered, limited by the budgets, and without tools
 * that change something. Throws `conflict` while documents are processed.
 */
export const testDraft = (
  ctx: Ctx,
  id: string,
  { questions }: TestDraft,
): Promise<ArchitectSession> =>
  withSession(ctx, id, async (session) => {
    const wanted: readonly TestQuestion[] = questions ?? session.draft.test_questions;
    if (wanted.length === 0)
      throw invalid('/questions', 'The draft has no test questions yet. Send some.');
    const catalog = await readCatalog(ctx);
    const { config, tools } = await checkDraft(ctx, session.draft, catalog);
    await refusePending(ctx, config.knowledge.base_ids);
    const acting = new Set(
      catalog.tools.filter(({ effect }) => effect !== 'read').map(({ name }) => name),
    );
    const harmless = {
      config: {
        ...config,
        tools: config.tools.filter((name) => !acting.has(name)),
        // Delegates are bound by it, too.
        approvals: {
          ...config.approvals,
          write: 'always' as const,
          destructive: 'always' as const,
        },
        limits: { ...config.limits, seconds: Math.min(config.limits.seconds, maxSeconds) },
      },
      tools: tools.filter(({ name }) => !acting.has(name)),
    };
    const previews = await previewAll(ctx, session.id, harmless, wanted);
    const now = ctx.now();
    const changes = { previews, tested_at: now, updated_at: now, expires_at: now + keptFor };
    const reply = toArchitectSession({ ...session, ...changes });
    await commit(ctx, {
      statements: [updateSession(ctx.db, session, changes)],
      audit: [audit('test', session.id, { questions: previews.length })],
      reply,
    });
    return reply;
  });

async function refusePending(ctx: Ctx, base_ids: readonly string[]): Promise<void> {
  const [row] = await countPendingFiles(ctx.db, ctx.workspace_id, base_ids).all();
  if ((row?.count ?? 0) === 0) return;
  throw new Failure(
    'conflict',
    `${row?.count} documents are still processed. Retry when they are ready.`,
    { retryAfter: 2 },
  );
}

async function previewAll(
  ctx: Ctx,
  session_id: string,
  draft: Draft,
  questions: readonly TestQuestion[],
): Promise<Preview[]> {
  const agent = await agentOfProviderModel(ctx, draft.config.model);
  const previews: Preview[] = [];
  for (let at = 0; at < questions.length; at += parallel) {
    const some = questions.slice(at, at + parallel);
    previews.push(
      ...(await Promise.all(some.map((one) => preview(ctx, session_id, agent.id, draft, one)))),
    );
  }
  return previews;
}

async function preview(
  ctx: Ctx,
  session_id: string,
  agent_id: string,
  draft: Draft,
  { question, expects }: TestQuestion,
): Promise<Preview> {
  const run_id = ctx.newId('run');
  const request = oneOffRequest({
    ...{ run_id, agent_id, version: '1', text: question, end_user_id: null, draft },
    inputs: exampleInputs(draft.config.inputs),
    labels: { architect_session: session_id },
    overrides: { has_approvals: false, can_ask: false },
  });
  const none = {
    question,
    expects,
    passed: false,
    answer: '',
    run_id,
    confidence: null,
    coverage: null,
    cited_file_ids: [],
  };
  try {
    const message = await runToEnd({ ...ctx, idempotency: null }, request);
    return { ...none, ...outcomeOf(message, expects, draft.config), error: null };
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return { ...none, cost_nano_usd: null, error: { code: error.code, detail: error.message } };
  }
}

function outcomeOf(
  { text, run, citations }: Message,
  expects: Preview['expects'],
  config: AgentConfig,
) {
  const coverage = run?.coverage ?? null;
  const isNone = run?.finish_reason === 'no_answer' || text.trim() === config.knowledge.no_answer;
  const isUncovered = coverage === 'none' && citations.length === 0;
  const hasDeclined = isDeclined({
    ...{ text, coverage, knowledge: config.knowledge },
    finish_reason: run?.finish_reason ?? null,
    has_citations: citations.length > 0,
  });
  const cost = run?.usage.cost_usd ?? null;
  return {
    passed:
      run?.status === 'completed' &&
      (expects === 'decline' ? hasDeclined : !isNone && !isUncovered && text.trim() !== ''),
    answer: text.slice(0, maxAnswerChars),
    confidence: run?.confidence ?? null,
    coverage,
    cited_file_ids: [
      ...new Set(citations.flatMap((one) => (one.type === 'file' ? [one.file_id] : []))),
    ],
    cost_nano_usd: cost === null ? null : fromUsd(cost),
  };
}

/** Returns values for a form without defaults. */
const exampleInputs = (fields: AgentConfig['inputs']): Record<string, string | number | boolean> =>
  Object.fromEntries(
    fields
      .filter((field) => field.default === null)
      .map((field) => {
        if (field.type === 'number') return [field.name, 1];
        if (field.type === 'boolean') return [field.name, true];
        return [field.name, field.type === 'select' ? (field.options[0] ?? '') : field.label];
      }),
  );
