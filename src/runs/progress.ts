import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Statement } from '../db/client.ts';
import type { GeneratedFileRef } from '../db/schema/code.ts';
import type { Coverage } from '../db/schema/runs.ts';
import { type Limit, type LoopStep, type Spent, Untrusted } from '../execution/index.ts';
import type { Ctx } from '../platform/context.ts';
import { toWireTime } from '../shared/time.ts';
import { type FoundPage, type FoundSource, isPage } from '../tools/index.ts';
import { type AttachmentContext, noAttachments } from './attachments/context.ts';
import { type Source, toSource } from './citations.ts';
import type { RunContext } from './prompt/history.ts';
import type { SpanRow } from './store/spans.ts';
import { capContent, type NewSpan, type Trace, withoutContent, withoutImages } from './trace.ts';

/** The progress of a run that waits. Its spans and usage rows are stored by then. */
export interface ProgressSnapshot
  extends Pick<
    Progress,
    | 'spent'
    | 'text'
    | 'sources'
    | 'retrieved'
    | 'confidence'
    | 'coverage'
    | 'first_token_ms'
    | 'context'
  > {
  /** `source_file_ids`; absent in a run that waits since an earlier version. */
  readonly files?: readonly string[];
  /** Absent in a run that waits since an earlier version. */
  readonly untrusted?: ReturnType<Untrusted['snapshot']>;
  /** Absent in a run that waits since an earlier version. */
  readonly generated?: readonly GeneratedFileRef[];
  /** How the attachments were used. */
  readonly uses: AttachmentContext['uses'];
  /** The ordinal of the next span. */
  readonly next_ordinal: number;
  /** The ordinals that are reserved for calls without a result, by tool call id. */
  readonly tool_ordinals: Readonly<Record<string, number>>;
}

/** The result of a run so far. All of it is stored when the run ends, however it ends. */
export class Progress {
  readonly spent: Spent = { steps: 0, tool_calls: 0 };
  /** The content of third parties in the context of the model. */
  readonly untrusted = new Untrusted();
  text = '';
  /**
   * The answer as the next model call reads it; set when it ends with calls of the caller's tools.
   */
  prompt: LanguageModelV4Message[] | null = null;
  sources: Source[] = [];
  /** The number of sources in the prompt; null before it is written. Tools find the others. */
  retrieved: number | null = null;
  attached: AttachmentContext = noAttachments;
  confidence: number | null = null;
  coverage: Coverage | null = null;
  finish_reason = 'stop';
  limit: Limit | null = null;
  /** The run has waited for too long. */
  is_expired = false;
  /** Milliseconds from the start of the run. */
  first_token_ms: number | null = null;
  /** The context of the model; null when no model was called. */
  context: RunContext | null = null;
  /** The files that code has written for the user. */
  files: GeneratedFileRef[] = [];
  /** Spans that are not stored yet. */
  spans: SpanRow[] = [];
  usage: Statement[] = [];
  readonly #ctx: Ctx;
  readonly #trace: Trace;
  #stepOrdinal: number | null = null;
  #toolOrdinals = new Map<string, number>();

  constructor(ctx: Ctx, trace: Trace) {
    this.#ctx = ctx;
    this.#trace = trace;
  }

  /**
   * Reserves the ordinal of a step in the trace, so that the spans of a delegate come after the
   * span of their call.
   */
  beginStep(): void {
    this.#stepOrdinal = this.#trace.takeOrdinal();
    this.#toolOrdinals.clear();
  }

  /** Reserves the ordinal of the next tool call of the step. */
  beginToolCall(tool_call_id: string): void {
    this.#toolOrdinals.set(tool_call_id, this.#trace.takeOrdinal());
  }

  snapshot(): ProgressSnapshot {
    const { spent, text, sources, retrieved, confidence, coverage, first_token_ms, context } = this;
    return {
      ...{ spent, text, sources, retrieved, confidence, coverage, first_token_ms, context },
      uses: this.attached.uses,
      files: this.source_file_ids,
      untrusted: this.untrusted.snapshot(),
      generated: this.files,
      next_ordinal: this.#trace.next,
      tool_ordinals: Object.fromEntries(this.#toolOrdinals),
    };
  }

  restore({
    spent,
    uses,
    files = [],
    untrusted = { origins: [], offered: [] },
    generated = [],
    next_ordinal,
    tool_ordinals,
    ...rest
  }: ProgressSnapshot): void {
    for (const id of files) this.#trace.files.add(id);
    Object.assign(this.spent, spent);
    this.untrusted.restore(untrusted);
    this.files = [...generated];
    this.attached = { ...noAttachments, uses };
    Object.assign(this, structuredClone(rest));
    this.#trace.continueAt(next_ordinal);
    this.#toolOrdinals = new Map(Object.entries(tool_ordinals));
  }

  addSpan(span: NewSpan, ordinal = this.#trace.takeOrdinal(), id = this.#ctx.newId('step')): void {
    const { run_id, parent_id, agent_id, content_logging } = this.#trace;
    this.spans.push({
      ...{ input: null, output: null, error: null, cost_nano_usd: null },
      ...(content_logging ? span : withoutContent(span)),
      ...{ id, run_id, parent_id, agent_id, ordinal },
      workspace_id: this.#ctx.workspace_id,
    });
  }

  /** Adds a model call with its tool calls, as spans of the trace. */
  addStep({ model, new_messages, started_at, tools, usage, pending = [] }: LoopStep): void {
    const { tokens, finish_reason, cost_nano_usd, latency_ms, content, failure, failed_models } =
      model;
    // The text of the last step is the message itself. Any other step is stored whole, so that the run can be resumed.
    const isLast = tools.length === 0 && pending.length === 0;
    const kept = isLast ? {} : { content: capContent(content) };
    const output = {
      finish_reason,
      ...tokens,
      ...(failed_models.length === 0 ? {} : { failed_models }),
      ...kept,
    };
    this.addSpan(
      {
        type: 'model',
        name: model.model,
        input: capContent(new_messages.map(withoutImages)),
        output,
        error: failure?.message ?? null,
        ...{ started_at, latency_ms, cost_nano_usd },
      },
      this.#stepOrdinal ?? undefined,
    );
    this.#stepOrdinal = null;
    for (const called of tools) this.addToolCall(called);
    this.usage.push(...usage);
    this.finish_reason = finish_reason;
  }

  /** Adds the span of a tool call, at its reserved ordinal. */
  addToolCall({
    tool_call_id,
    span_id,
    tool_name: name,
    input,
    outcome,
    cost_nano_usd,
    started_at,
    latency_ms,
  }: LoopStep['tools'][number]): void {
    if (outcome.ok) this.files.push(...(outcome.files ?? []));
    const ordinal = this.#toolOrdinals.get(tool_call_id);
    this.#toolOrdinals.delete(tool_call_id);
    const result = outcome.ok ? { output: capContent(outcome.output) } : { error: outcome.error };
    this.addSpan(
      {
        type: 'tool',
        name,
        input: capContent(input),
        ...{ cost_nano_usd, started_at, latency_ms },
        ...result,
      },
      ordinal,
      span_id,
    );
  }

  /**
   * Numbers passages and pages, so that the answer can cite them. One that is numbered already keeps
   * its number.
   */
  addSources(found: readonly FoundSource[]): Source[] {
    if (found.some((one) => !isPage(one))) this.untrusted.add('documents');
    return found.map((one) => {
      if (isPage(one)) return this.#addPage(one);
      this.#trace.files.add(one.file_id);
      const numbered = this.sources.find(
        (source) => source.type !== 'url' && source.chunk_id === one.chunk_id,
      );
      return numbered ?? this.#number(toSource(one, this.sources.length + 1));
    });
  }

  #addPage(page: FoundPage): Source {
    const numbered = this.sources.find(
      (source) => source.type === 'url' && source.url === page.url && source.text === page.text,
    );
    const number = this.sources.length + 1;
    return numbered ?? this.#number({ ...page, number, retrieved_at: toWireTime(this.#ctx.now()) });
  }

  #number(source: Source): Source {
    this.sources.push(source);
    return source;
  }

  /** Records that the run has read files of its knowledge. */
  addSourceFiles(ids: readonly string[]): void {
    if (ids.length > 0) this.untrusted.add('documents');
    for (const id of ids) this.#trace.files.add(id);
  }

  /** The files whose passages the run and its delegates have read. */
  get source_file_ids(): string[] {
    return [...this.#trace.files];
  }

  /** Returns the spans and usage that have not been stored yet; the caller stores them. */
  take(): { spans: SpanRow[]; usage: Statement[] } {
    const { spans, usage } = this;
    this.spans = [];
    this.usage = [];
    return { spans, usage };
  }
}
