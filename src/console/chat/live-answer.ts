import type { Citation, RequiredAction, Run, StreamEvent } from '../../client/index.ts';

export interface LiveCall {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string | null;
  readonly status: 'running' | 'done' | 'failed' | 'denied';
}

/** An answer while it is generated, and afterwards. */
export interface LiveAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly citations: readonly Citation[];
  readonly calls: readonly LiveCall[];
  readonly status: 'streaming' | 'done' | 'failed' | 'cancelled' | 'waiting';
  readonly run_id: string | null;
  /** The whole run, once it has ended or waits. */
  readonly run: Run | null;
  readonly required: readonly RequiredAction[];
  readonly error: string | null;
}

export const emptyAnswer: LiveAnswer = {
  ...{ text: '', reasoning: '', citations: [], calls: [], status: 'streaming', run_id: null },
  ...{ run: null, required: [], error: null },
};

/** Returns the answer after an event of its run. */
export function withEvent(answer: LiveAnswer, event: StreamEvent): LiveAnswer {
  switch (event.type) {
    case 'start':
      return { ...answer, status: 'streaming', required: [] };
    case 'data-run':
      return withRun(answer, event.data);
    case 'text-start':
      return answer.text === '' ? answer : { ...answer, text: `${answer.text}\n\n` };
    case 'text-delta':
      return { ...answer, text: answer.text + event.delta };
    case 'reasoning-delta':
      return { ...answer, reasoning: answer.reasoning + event.delta };
    case 'source-document':
    case 'source-url':
      return { ...answer, citations: [...answer.citations, event.providerMetadata.agentgrid] };
    case 'abort':
      return { ...answer, status: 'cancelled' };
    case 'error':
      return { ...answer, status: 'failed', error: event.errorText };
    case 'finish':
      return answer.status === 'streaming' ? { ...answer, status: 'done' } : answer;
    default:
      return withCallEvent(answer, event);
  }
}

function withRun(answer: LiveAnswer, data: object | null): LiveAnswer {
  if (data === null) return answer;
  const run = data as Partial<Run> & { readonly id: string };
  const isWhole = 'usage' in run;
  const required = isWhole ? (run.required_actions ?? []) : [];
  return {
    ...answer,
    run_id: run.id,
    run: isWhole ? (run as Run) : answer.run,
    required,
    status: required.length > 0 ? 'waiting' : answer.status,
  };
}

function withCallEvent(answer: LiveAnswer, event: StreamEvent): LiveAnswer {
  if (!('toolCallId' in event)) return answer;
  const change = changeOfCall(event);
  if (change === null) return answer;
  const { toolCallId: id } = event;
  const known = answer.calls.find((call) => call.id === id);
  const before = known ?? {
    ...{ id, name: '', input: undefined, output: undefined, error: null },
    status: 'running' as const,
  };
  const next = { ...before, ...change };
  const calls =
    known === undefined
      ? [...answer.calls, next]
      : answer.calls.map((call) => (call.id === id ? next : call));
  return { ...answer, calls };
}

function changeOfCall(event: StreamEvent): Partial<LiveCall> | null {
  switch (event.type) {
    case 'tool-input-start':
      return { name: event.toolName };
    case 'tool-input-available':
      return { name: event.toolName, input: event.input };
    case 'tool-input-error':
      return {
        ...{ name: event.toolName, input: event.input },
        ...{ error: event.errorText, status: 'failed' },
      };
    case 'tool-output-available':
      return { output: event.output, status: 'done' };
    case 'tool-output-error':
      return { error: event.errorText, status: 'failed' };
    case 'tool-output-denied':
      return { status: 'denied' };
    default:
      return null;
  }
}
