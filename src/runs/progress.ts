import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { Coverage } from '../db/schema/sessions.ts';
import type { Limit, Round, Spent } from '../execution/index.ts';
import type { Hit } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import type { RunStepRow } from '../sessions/store.ts';
import { unknownTokens } from '../usage/index.ts';
import { type AttachmentContext, noAttachments } from './attachments/context.ts';
import { type Source, toSource } from './citations.ts';
import type { RunContext } from './prompt/history.ts';

/** Characters of a tool's input or output that the trace keeps. */
const maxTrace = 20_000;

type NewStep = Pick<RunStepRow, 'type' | 'name' | 'started_at' | 'latency_ms'> &
  Partial<RunStepRow>;

/** What a turn has gathered so far; what is stored when it ends, however it ends. */
export class Progress {
  readonly spent: Spent = { steps: 0, tool_calls: 0 };
  text = '';
  /** What the next model call reads in place of the text: a last round that asks the caller's tools. */
  prompt: LanguageModelV4Message[] | null = null;
  sources: Source[] = [];
  attached: AttachmentContext = noAttachments;
  confidence: number | null = null;
  coverage: Coverage | null = null;
  finish_reason = 'stop';
  limit: Limit | null = null;
  /** From the start of the run. */
  first_token_ms: number | null = null;
  /** What the model was given; null where none was asked. */
  context: RunContext | null = null;
  /** Not stored yet. */
  steps: RunStepRow[] = [];
  usage: Statement[] = [];
  readonly #ctx: Ctx;
  readonly #run_id: string;
  readonly #keeps_content: boolean;
  #ordinal = 0;

  constructor(ctx: Ctx, run_id: string, keeps_content: boolean) {
    this.#ctx = ctx;
    this.#run_id = run_id;
    this.#keeps_content = keeps_content;
  }

  addStep(step: NewStep): void {
    const nothing = { input: null, output: null, error: null, cost_nano_usd: null };
    const { workspace_id } = this.#ctx;
    const kept = this.#keeps_content ? step : withoutContent(step);
    this.steps.push({
      ...nothing,
      ...kept,
      id: this.#ctx.newId('step'),
      workspace_id,
      run_id: this.#run_id,
      ordinal: this.#ordinal,
    });
    this.#ordinal += 1;
  }

  /** A model call with the tools it asked for, as steps of the trace. */
  addRound({ model, asked, started_at, tools, usage }: Round): void {
    const { tokens, finish_reason, cost_nano_usd, latency_ms, content, failure, failed_models } =
      model;
    // The text of a last round is the message itself; a round that goes on is kept whole, to go on from.
    const said = tools.length === 0 ? {} : { content: capped(content) };
    const output = {
      finish_reason,
      ...tokens,
      ...(failed_models.length === 0 ? {} : { failed_models }),
      ...said,
    };
    const error = failure?.message ?? null;
    this.addStep({
      type: 'model',
      name: model.model,
      input: capped(asked),
      output,
      error,
      started_at,
      latency_ms,
      cost_nano_usd,
    });
    for (const {
      tool_name,
      input,
      outcome,
      cost_nano_usd: paid,
      started_at: at,
      latency_ms: took,
    } of tools) {
      const result = outcome.ok ? { output: capped(outcome.output) } : { error: outcome.error };
      this.addStep({
        type: 'tool',
        name: tool_name,
        input: capped(input),
        cost_nano_usd: paid,
        started_at: at,
        latency_ms: took,
        ...result,
      });
    }
    this.usage.push(...usage);
    this.finish_reason = finish_reason;
  }

  /** Gives passages the numbers by which the answer may cite them; one that is known keeps its own. */
  addSources(hits: readonly Hit[]): Source[] {
    return hits.map((hit) => {
      const known = this.sources.find(({ chunk_id }) => chunk_id === hit.chunk_id);
      if (known !== undefined) return known;
      const source = toSource(hit, this.sources.length + 1);
      this.sources.push(source);
      return source;
    });
  }

  /** What has not been stored yet, handed over: the caller stores it. */
  take(): { steps: RunStepRow[]; usage: Statement[] } {
    const { steps, usage } = this;
    this.steps = [];
    this.usage = [];
    return { steps, usage };
  }
}

/** What tells nothing of what was said: tokens, scores and how it ended. */
const wordless: ReadonlySet<string> = new Set([
  'hits',
  'confidence',
  'coverage',
  'finish_reason',
  'failed_models',
  ...Object.keys(unknownTokens),
]);

const withoutContent = (step: NewStep): NewStep => ({
  ...step,
  input: null,
  output:
    step.type === 'tool'
      ? null
      : Object.fromEntries(
          Object.entries(step.output ?? {}).filter(([name]) => wordless.has(name)),
        ),
  error: step.error == null ? null : 'It failed; what it said is not kept.',
});

function capped(value: unknown): unknown {
  const json = JSON.stringify(value ?? null);
  return json.length <= maxTrace
    ? value
    : { cut: json.slice(0, maxTrace), characters: json.length };
}
