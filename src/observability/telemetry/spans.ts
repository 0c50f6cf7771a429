import type { RunStatus } from '../../db/schema/runs.ts';
import { idHex } from '../../shared/id.ts';
import { toWireUsd } from '../../shared/money.ts';
import { ofText, toInput, toOutput } from './content.ts';
import { type Attribute, failed, kinds, type Span, toAttributes, toNanos } from './otlp.ts';

export interface RunFacts {
  readonly id: string;
  readonly agent_id: string;
  readonly agent_name: string | null;
  readonly version: number | null;
  /** `provider/model` of the configuration; null for the default of the workspace. */
  readonly model: string | null;
  readonly session_id: string | null;
  readonly is_preview: number;
  readonly status: RunStatus;
  readonly finish_reason: string | null;
  readonly error_code: string | null;
  readonly error_detail: string | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cost_nano_usd: number | null;
  readonly first_token_ms: number | null;
  readonly created_at: number;
  readonly ended_at: number;
  /** Null unless content is exported. */
  readonly question: string | null;
  readonly answer: string | null;
}

export interface StepFacts {
  readonly id: string;
  /** The span of the tool call that a delegate's span belongs to; null at the top. */
  readonly parent_id: string | null;
  /** The delegate agent; null for the run's own agent. */
  readonly agent_id: string | null;
  readonly agent_name: string | null;
  readonly type: 'retrieval' | 'model' | 'tool';
  readonly name: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly error: string | null;
  readonly cost_nano_usd: number | null;
  readonly started_at: number;
  readonly latency_ms: number;
}

type Attributes = Readonly<Record<string, Attribute>>;

/** Provider names of the conventions, where they differ. */
const providerNames: Readonly<Record<string, string>> = {
  'openai-chat': 'openai',
  google: 'gcp.gemini',
  mistral: 'mistral_ai',
  'azure-openai': 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  vertex: 'gcp.vertex_ai',
  xai: 'x_ai',
  builtin: 'agentgrid',
};

/**
 * Converts a run and its steps to spans of the GenAI conventions: `invoke_agent` with `chat`,
 * `execute_tool` and `retrieval` as children. Span ids derive from the row ids, so that a repeated
 * span keeps its id.
 */
export function toSpans(run: RunFacts, steps: readonly StepFacts[], withContent: boolean): Span[] {
  const traceId = idHex(run.id);
  const last = steps.findLastIndex(isOwnCall);
  const root = runSpan(run, steps, withContent);
  return [
    { traceId, spanId: spanIdOf(run.id), ...root },
    ...steps.map((step, index) => ({
      traceId,
      spanId: spanIdOf(step.id),
      parentSpanId: spanIdOf(step.parent_id ?? run.id),
      ...stepSpan(run, step, withContent, index === last),
    })),
  ];
}

/** A model call of the run's own agent, not of a delegate. */
const isOwnCall = ({ type, parent_id }: StepFacts) => type === 'model' && parent_id === null;

/** The random half of the id. */
const spanIdOf = (id: string) => idHex(id).slice(16);

type Bare = Omit<Span, 'traceId' | 'spanId' | 'parentSpanId'>;

function runSpan(run: RunFacts, steps: readonly StepFacts[], withContent: boolean): Bare {
  const requested = steps.findLast(isOwnCall)?.name ?? run.model ?? '';
  const { provider, model } = readModel(requested);
  const error = errorOf(run);
  const content: Attributes = withContent
    ? {
        'gen_ai.input.messages':
          run.question === null ? null : JSON.stringify([ofText('user', run.question)]),
        'gen_ai.output.messages':
          run.answer === null
            ? null
            : JSON.stringify([ofText('assistant', run.answer, run.finish_reason ?? 'stop')]),
      }
    : {};
  const attributes = toAttributes({
    'gen_ai.operation.name': 'invoke_agent',
    'gen_ai.provider.name': provider,
    'gen_ai.request.model': model,
    'gen_ai.agent.id': run.agent_id,
    'gen_ai.agent.name': run.agent_name,
    'gen_ai.agent.version': run.version === null ? null : String(run.version),
    'gen_ai.conversation.id': run.session_id,
    'gen_ai.response.finish_reasons': run.finish_reason === null ? null : [run.finish_reason],
    'gen_ai.response.time_to_first_chunk':
      run.first_token_ms === null ? null : { double: run.first_token_ms / 1000 },
    ...usageOf(run),
    'error.type': error,
    'agentgrid.run.id': run.id,
    'agentgrid.run.status': run.status,
    'agentgrid.run.is_preview': run.is_preview === 1,
    'agentgrid.cost_usd': costOf(run.cost_nano_usd),
    ...content,
  });
  return {
    name: run.agent_name === null ? 'invoke_agent' : `invoke_agent ${run.agent_name}`,
    kind: kinds.internal,
    startTimeUnixNano: toNanos(run.created_at),
    endTimeUnixNano: toNanos(Math.max(run.created_at, run.ended_at)),
    attributes,
    ...(error === null ? {} : { status: failed(withContent ? run.error_detail : null) }),
  };
}

/** Returns the error type of a run; null for a successful or cancelled run. */
function errorOf({ status, error_code }: RunFacts): string | null {
  if (status === 'failed') return error_code ?? '_OTHER';
  const isCut = status === 'interrupted' || status === 'limit_exceeded' || status === 'expired';
  return isCut ? status : null;
}

function stepSpan(run: RunFacts, step: StepFacts, withContent: boolean, isLastCall: boolean): Bare {
  const { name, kind, attributes } =
    step.type === 'model' ? chat(run, step, withContent, isLastCall) : other(step, withContent);
  return {
    name,
    kind,
    startTimeUnixNano: toNanos(step.started_at),
    endTimeUnixNano: toNanos(step.started_at + step.latency_ms),
    attributes: toAttributes({
      ...attributes,
      'gen_ai.agent.id': step.agent_id ?? run.agent_id,
      'gen_ai.agent.name': step.agent_id === null ? run.agent_name : step.agent_name,
      'gen_ai.conversation.id': run.session_id,
      'error.type': step.error === null ? null : `${step.type}_error`,
      'agentgrid.cost_usd': costOf(step.cost_nano_usd),
    }),
    ...(step.error === null ? {} : { status: failed(withContent ? step.error : null) }),
  };
}

type Described = {
  readonly name: string;
  readonly kind: Span['kind'];
  readonly attributes: Attributes;
};

function chat(
  run: RunFacts,
  step: StepFacts,
  withContent: boolean,
  isLastCall: boolean,
): Described {
  const { provider, model } = readModel(step.name);
  const output = (step.output ?? {}) as Readonly<Record<string, unknown>>;
  const finish_reason = typeof output.finish_reason === 'string' ? output.finish_reason : null;
  return {
    name: `chat ${model ?? ''}`.trimEnd(),
    kind: kinds.client,
    attributes: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': finish_reason === null ? null : [finish_reason],
      ...usageOf(output),
      ...(withContent
        ? contentOf(run, step, output.content, finish_reason ?? 'stop', isLastCall)
        : {}),
    },
  };
}

/**
 * The content attributes of a model call: its input as stored, and its output. The output of the
 * last call falls back to the text of the answer.
 */
function contentOf(
  run: RunFacts,
  { input }: StepFacts,
  stored: unknown,
  finish_reason: string,
  isLastCall: boolean,
): Attributes {
  const given = toInput(input);
  const output =
    toOutput(stored, finish_reason) ??
    (isLastCall && run.answer !== null ? ofText('assistant', run.answer, finish_reason) : null);
  return {
    'gen_ai.system_instructions':
      given === null || given.system.length === 0 ? null : JSON.stringify(given.system),
    'gen_ai.input.messages':
      given === null || given.messages.length === 0 ? null : JSON.stringify(given.messages),
    'gen_ai.output.messages': output === null ? null : JSON.stringify([output]),
  };
}

function other({ type, name, input, output }: StepFacts, withContent: boolean): Described {
  if (type === 'tool') {
    const content = {
      'gen_ai.tool.call.arguments': toText(input),
      'gen_ai.tool.call.result': toText(output),
    };
    return {
      name: `execute_tool ${name}`,
      kind: kinds.internal,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': name,
        'gen_ai.tool.type': 'function',
        ...(withContent ? content : {}),
      },
    };
  }
  const { hits, confidence, coverage } = (output ?? {}) as {
    hits?: readonly { chunk_id: string; score: number }[];
    confidence?: number;
    coverage?: string;
  };
  const documents = hits?.map(({ chunk_id, score }) => ({ id: chunk_id, score }));
  return {
    name: 'retrieval',
    kind: kinds.client,
    attributes: {
      'gen_ai.operation.name': 'retrieval',
      'agentgrid.retrieval.mode': name,
      'agentgrid.retrieval.hits': hits?.length,
      'agentgrid.retrieval.confidence': confidence == null ? null : { double: confidence },
      'agentgrid.retrieval.coverage': coverage,
      ...(withContent && documents !== undefined
        ? { 'gen_ai.retrieval.documents': JSON.stringify(documents) }
        : {}),
    },
  };
}

const toText = (value: unknown): string | null =>
  value == null ? null : typeof value === 'string' ? value : JSON.stringify(value);

function usageOf(tokens: Readonly<Record<string, unknown>> | RunFacts): Attributes {
  const of = (name: string) => {
    const value = (tokens as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'number' ? value : null;
  };
  return {
    'gen_ai.usage.input_tokens': of('input_tokens'),
    'gen_ai.usage.output_tokens': of('output_tokens'),
    'gen_ai.usage.cache_read.input_tokens': of('cache_read_tokens'),
    'gen_ai.usage.cache_creation.input_tokens': of('cache_write_tokens'),
    'gen_ai.usage.reasoning.output_tokens': of('reasoning_tokens'),
  };
}

function costOf(nano: number | null): Attribute {
  const usd = toWireUsd(nano);
  return usd === null ? null : { double: usd };
}

/** Splits `provider/model`. Without a provider it is `agentgrid`. */
function readModel(name: string): { readonly provider: string; readonly model: string | null } {
  const at = name.indexOf('/');
  if (at < 1) return { provider: 'agentgrid', model: name === '' ? null : name };
  const provider = name.slice(0, at);
  return { provider: providerNames[provider] ?? provider, model: name.slice(at + 1) };
}
