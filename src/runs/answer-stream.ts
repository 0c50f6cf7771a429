import type { LoopEvent, ToolOutcome } from '../execution/index.ts';
import { isPage, toGeneratedFile } from '../tools/index.ts';
import { CitationFilter } from './citations.ts';
import type { OfClient, OfFiles, RunEvent } from './events.ts';
import type { Overrides } from './overrides.ts';
import type { Progress } from './progress.ts';

interface Options {
  readonly progress: Progress;
  readonly overrides: Overrides;
  /** The answer may contain citation markers. */
  readonly hasCitations: boolean;
  /** Text is collected and not emitted, since it has to follow a schema. */
  readonly isBuffered: boolean;
}

/** Turns the events of the tool loop into those of the run, and collects the text of the answer. */
export class AnswerStream {
  readonly #filter: CitationFilter | null;
  readonly #progress: Progress;
  readonly #isBuffered: boolean;
  readonly #overrides: Overrides;
  /** Calls of the caller's tools by id, and whether they are within the limit. */
  readonly #clientCalls = new Map<string, boolean>();
  #isNewPart = false;
  /** The answer before the current step. */
  #before = '';

  constructor({ progress, overrides, hasCitations, isBuffered }: Options) {
    this.#filter = hasCitations ? new CitationFilter(() => progress.sources) : null;
    this.#progress = progress;
    this.#isBuffered = isBuffered;
    this.#overrides = overrides;
  }

  push(event: LoopEvent): RunEvent[] {
    switch (event.type) {
      case 'text':
        return this.#addText(this.#filter === null ? event.delta : this.#filter.push(event.delta));
      case 'reasoning':
        return [{ type: 'reasoning-delta', delta: event.delta }];
      case 'text-was-reasoning':
        this.#takeBack();
        return [];
      case 'start-step': {
        const rest = this.end();
        this.#isNewPart = true;
        this.#progress.beginStep();
        return [...rest, { type: 'start-step', ordinal: event.ordinal }];
      }
      case 'tool-input-start': {
        const isShown = this.#isWithinLimit(event.tool_call_id, event.tool_name);
        // Text that was held back belongs before the call.
        return [
          ...this.end(),
          ...(isShown ? [{ ...event, ...this.#ofClient(event.tool_name) }] : []),
        ];
      }
      case 'tool-input-delta':
        return this.#clientCalls.get(event.tool_call_id) === false ? [] : [event];
      case 'tool-call': {
        const { tool_call_id, tool_name, input } = event;
        this.#progress.beginToolCall(tool_call_id);
        const call = { tool_call_id, tool_name, input: readArguments(input) };
        return [{ type: 'tool-input-available', ...call, ...this.#ofClient(tool_name) }];
      }
      case 'tool-progress':
        return [event];
      case 'tool-result': {
        const { tool_call_id, tool_name, outcome, latency_ms } = event.called;
        const result = toolResult(tool_call_id, outcome, latency_ms, this.#ofClient(tool_name));
        const ofFiles = this.#filesWith(outcome);
        return [{ ...result, ...ofFiles }, ...fileEvents(outcome, ofFiles)];
      }
    }
  }

  end(): RunEvent[] {
    return this.#filter === null ? [] : this.#addText(this.#filter.end());
  }

  /** The text of this step turned out to be reasoning. */
  #takeBack(): void {
    this.#filter?.end();
    if (this.#isNewPart) return;
    this.#progress.text = this.#before;
    this.#isNewPart = true;
  }

  /** The passages of the result are numbered after its event. */
  #filesWith(outcome: ToolOutcome): OfFiles {
    const found = outcome.ok ? (outcome.sources ?? []) : [];
    const read = found.flatMap((one) => (isPage(one) ? [] : one.file_id));
    const ids = [...this.#progress.source_file_ids, ...read];
    return ids.length === 0 ? {} : { file_ids: [...new Set(ids)] };
  }

  #ofClient(name: string): OfClient {
    const { resumable, tools } = this.#overrides;
    const isClient = resumable === true && tools?.some((tool) => tool.name === name) === true;
    return isClient ? { is_client: true } : {};
  }

  /** Calls of the caller's tools beyond the limit of one answer are neither shown nor stored. */
  #isWithinLimit(id: string, name: string): boolean {
    const { tools, max_calls } = this.#overrides;
    if (max_calls === undefined || !tools?.some((tool) => tool.name === name)) return true;
    const isWithin = this.#clientCalls.size < max_calls;
    this.#clientCalls.set(id, isWithin);
    return isWithin;
  }

  #addText(delta: string): RunEvent[] {
    if (delta === '') return [];
    const progress = this.#progress;
    if (this.#isNewPart) {
      this.#before = progress.text;
      // Only the last answer has to follow a schema; the text of earlier steps is not part of it.
      progress.text =
        this.#isBuffered || progress.text === '' ? '' : `${progress.text.trimEnd()}\n\n`;
      this.#isNewPart = false;
    }
    progress.text += delta;
    return this.#isBuffered ? [] : [{ type: 'text-delta', delta }];
  }
}

/** The events of the files that a tool call has written. */
export const fileEvents = (outcome: ToolOutcome, ofFiles: OfFiles): RunEvent[] =>
  (outcome.ok ? (outcome.files ?? []) : []).map((file) => ({
    type: 'file',
    file: toGeneratedFile(file),
    ...ofFiles,
  }));

/** The event with the result of a tool call. */
export const toolResult = (
  tool_call_id: string,
  outcome: ToolOutcome,
  latency_ms: number,
  client: OfClient,
): RunEvent =>
  outcome.ok
    ? { type: 'tool-output-available', tool_call_id, output: outcome.output, latency_ms, ...client }
    : { type: 'tool-output-error', tool_call_id, error: outcome.error, latency_ms, ...client };

function readArguments(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '{}' : text);
  } catch {
    return text.slice(0, 1000);
  }
}
