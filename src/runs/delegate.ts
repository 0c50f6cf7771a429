import { parseConfig, selectVersionFor } from '../agents/index.ts';
import { type AgentCall, boundBy, type RunAgent, type ToolOutcome } from '../execution/index.ts';
import { commitIdempotent } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { admitCall } from '../rate-limits/index.ts';
import { Failure } from '../shared/failure.ts';
import { fromUsd } from '../shared/money.ts';
import { second } from '../shared/time.ts';
import { Account } from '../usage/index.ts';
import type { AgentRun, RunOutcome } from './agent-run.ts';
import { readCitations } from './citations.ts';
import type { Overrides } from './overrides.ts';
import { Progress } from './progress.ts';
import { onlyQuestion } from './prompt/run-prompt.ts';
import { runAgent } from './run-agent.ts';
import { insertSpan, selectSpans } from './store/spans.ts';
import type { Trace } from './trace.ts';

/**
 * Runs delegate agents for a run: another agent answers one message on its active version, within
 * its own limits and those of the run that called it. Its usage is attributed to the delegate's
 * agent and added to the run; budgets of every agent above apply to it. Its spans are stored in the
 * run's trace, below the span of the tool call.
 */
export const delegateOf =
  (trace: Trace, overrides: Pick<Overrides, 'simulates_effects'>): RunAgent =>
  async (given, call) => {
    const { slug, id } = call.agent;
    const version = await selectVersionFor(given.db, given.workspace_id, id, null).get();
    if (version === undefined) return { ok: false, error: `The agent ${slug} has no version.` };
    const refusal = await rateLimitOf(given, id);
    if (refusal !== null) return { ok: false, error: `${slug} cannot be called: ${refusal}` };
    const ownConfig = parseConfig(version.config);
    const config = { ...ownConfig, approvals: boundBy(ownConfig.approvals, call.rules) };
    const timeout = AbortSignal.timeout(config.limits.seconds * second);
    const ctx = { ...given, signal: AbortSignal.any([call.signal, timeout]) };
    const own = trace.below(call.span_id, id);
    const progress = new Progress(ctx, own);
    // The message may repeat instructions that the caller has read.
    progress.untrusted.restore(call.untrusted.snapshot());
    const run: AgentRun = {
      config,
      progress,
      tools: version.tools,
      prompt: onlyQuestion(call.message),
      overrides,
      account: new Account(fromUsd(config.limits.cost_usd), call.attribution.account),
      attribution: attributionOf(call, version.id),
      operation: 'answer',
      // A model may give two calls one id, and each is billed.
      call_key: `${call.attribution.run_id ?? ctx.request_id}:${ctx.newId('use')}`,
      started_at: ctx.now(),
      signal: ctx.signal,
      above: call.above,
      ...(call.earlier === undefined ? {} : { earlier: call.earlier }),
      delegate: delegateOf(own, overrides),
      store: () => storeStep(ctx, own, progress),
    };
    const outcome = await execute(ctx, run, slug);
    const { spans, usage } = progress.take();
    // Unstored spans are stored with the step of the caller.
    return { ...outcome, usage: [...spans.map((span) => insertSpan(ctx.db, span)), ...usage] };
  };

/** The calls are attributed to the delegate; budgets of the agents above it apply as well. */
function attributionOf({ agent, attribution, above }: AgentCall, version_id: string) {
  const { account: _, ...inherited } = attribution;
  return { ...inherited, agent_id: agent.id, version_id, caller_agent_ids: above };
}

/** Returns why the rate limits of the agent refuse the call; null where they allow it. */
async function rateLimitOf(ctx: Ctx, agent_id: string): Promise<string | null> {
  try {
    await admitCall(ctx, { agent_id });
    return null;
  } catch (error) {
    if (error instanceof Failure) return error.message;
    throw error;
  }
}

async function execute(ctx: Ctx, run: AgentRun, slug: string): Promise<ToolOutcome> {
  try {
    const events = runAgent(ctx, run);
    let next = await events.next();
    while (next.done !== true) next = await events.next();
    return toToolOutcome(run, slug, next.value);
  } catch (error) {
    // The result of a cancelled run is not used.
    if (!(error instanceof Failure) && !run.signal.aborted) throw error;
    return { ok: false, error: errorOf(slug, error) };
  }
}

function errorOf(slug: string, error: unknown): string {
  if (!(error instanceof Failure)) return `${slug} was cancelled.`;
  return error.code === 'structured_output_failed'
    ? `${slug} returned an answer that does not match its schema.`
    : `${slug} failed: ${error.message}`;
}

function toToolOutcome(
  { config, progress }: AgentRun,
  agent: string,
  run: RunOutcome,
): ToolOutcome {
  if (run.type === 'limit_exceeded')
    return { ok: false, error: `${agent} reached a limit: ${run.limit}.` };
  if (run.type === 'requires_action' || run.type === 'suspended')
    return { ok: false, error: `${agent} called a tool that is not available to it.` };
  const { text, sources, files } = progress;
  if (run.value !== undefined) return { ok: true, output: { agent, answer: run.value }, files };
  const citations = config.knowledge.citations ? readCitations(text, sources) : [];
  // Markers number the passages of the delegate, which its caller does not have.
  const answer = text.replaceAll(/\s?\[\d{1,3}\]/g, '');
  const cited = citations.map((citation) => {
    const { quote } = citation;
    if (citation.type === 'url') return { url: citation.url, title: citation.title, quote };
    const { file_id, file_name, page } = citation;
    return { file_id, file_name, page, quote };
  });
  return {
    ok: true,
    output: { agent, answer, ...(cited.length === 0 ? {} : { citations: cited }) },
    files,
  };
}

/** A finished step is stored before the next one begins, so that a crash loses neither spans nor usage. */
async function storeStep(ctx: Ctx, { run_id }: Trace, progress: Progress): Promise<void> {
  const { spans, usage } = progress.take();
  const last = spans.at(-1)?.id;
  const statements = [...spans.map((span) => insertSpan(ctx.db, span)), ...usage];
  await commitIdempotent(ctx, { statements }, async () =>
    (await selectSpans(ctx.db, ctx.workspace_id, run_id)).some(({ id }) => id === last),
  );
}
