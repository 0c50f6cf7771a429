import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { unknownTokens } from '../usage/index.ts';
import type { SpanRow } from './store/spans.ts';

/** Maximum characters of a tool's input or output in the trace. */
const maxContentChars = 20_000;

export type NewSpan = Pick<SpanRow, 'type' | 'name' | 'started_at' | 'latency_ms'> &
  Partial<SpanRow>;

/** The trace of a run, or of a delegate inside it. All spans of a run share one numbering and one set of files. */
export class Trace {
  readonly run_id: string;
  /** Content logging is on: spans keep inputs and outputs. */
  readonly content_logging: boolean;
  /** The span of the tool call that a delegate answers; null for the run's own agent. */
  readonly parent_id: string | null;
  /** The delegate agent; null for the run's own agent. */
  readonly agent_id: string | null;
  /** The files whose passages the run and its delegates have read. */
  readonly files: Set<string>;
  readonly #ordinals: { next: number };

  constructor(
    run_id: string,
    content_logging: boolean,
    ordinals: { next: number } = { next: 0 },
    delegate: { readonly parent_id: string; readonly agent_id: string } | null = null,
    files: Set<string> = new Set(),
  ) {
    this.run_id = run_id;
    this.content_logging = content_logging;
    this.#ordinals = ordinals;
    this.files = files;
    this.parent_id = delegate?.parent_id ?? null;
    this.agent_id = delegate?.agent_id ?? null;
  }

  /** The ordinal of the next span. */
  get next(): number {
    return this.#ordinals.next;
  }

  /** Continues the numbering of a run that has waited. */
  continueAt(next: number): void {
    this.#ordinals.next = next;
  }

  takeOrdinal(): number {
    const { next } = this.#ordinals;
    this.#ordinals.next += 1;
    return next;
  }

  /** The trace of a delegate, below the span of the tool call that it answers. */
  below(parent_id: string, agent_id: string): Trace {
    const delegate = { parent_id, agent_id };
    return new Trace(this.run_id, this.content_logging, this.#ordinals, delegate, this.files);
  }
}

/** Fields of a span's output that contain no texts: tokens, scores and the finish reason. */
const measurements: ReadonlySet<string> = new Set([
  'hits',
  'confidence',
  'coverage',
  'finish_reason',
  'failed_models',
  ...Object.keys(unknownTokens),
]);

/** Returns a span without its texts, for workspaces without content logging. */
export const withoutContent = (span: NewSpan): NewSpan => ({
  ...span,
  input: null,
  output:
    span.type === 'tool'
      ? null
      : Object.fromEntries(
          Object.entries(span.output ?? {}).filter(([name]) => measurements.has(name)),
        ),
  error: span.error == null ? null : 'Failed. The message is not stored.',
});

/** Cuts a value whose JSON is too long for the trace. */
export function capContent(value: unknown): unknown {
  const json = JSON.stringify(value ?? null);
  return json.length <= maxContentChars
    ? value
    : { cut: json.slice(0, maxContentChars), characters: json.length };
}

/** Returns a message with the texts of tool results alone: the trace does not keep images. */
export function withoutImages(message: LanguageModelV4Message): LanguageModelV4Message {
  if (message.role !== 'tool') return message;
  const content = message.content.map((part) =>
    part.type === 'tool-result' && part.output.type === 'content'
      ? {
          ...part,
          output: {
            ...part.output,
            value: part.output.value.filter(({ type }) => type === 'text'),
          },
        }
      : part,
  );
  return { ...message, content };
}
