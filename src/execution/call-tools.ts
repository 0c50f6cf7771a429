import type { LanguageModelV4ToolCall } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { schemaErrors } from '../shared/json-schema/index.ts';
import type { NanoUsd } from '../shared/money.ts';
import type { ToolOutcome } from '../tools/index.ts';
import { Account } from '../usage/index.ts';
import type { RunContext, Tool } from './tool.ts';

/** Maximum characters of the arguments of a call. */
const maxInput = 100_000;
/** Maximum concurrent calls of one step; workerd opens six connections at once. */
const parallel = 5;

export interface CalledTool {
  readonly tool_call_id: string;
  /** The id of its span in the trace. */
  readonly span_id: string;
  readonly tool_name: string;
  /** Null for arguments that are not JSON. */
  readonly input: unknown;
  readonly outcome: ToolOutcome;
  /** Cost of the model calls that the tool made; null when one of them is unknown. */
  readonly cost_nano_usd: NanoUsd | null;
  readonly started_at: number;
  readonly latency_ms: number;
}

/**
 * Runs the calls of one step, a few at a time, and returns the results in the order of the calls. A refusal is the
 * error of a call that is not made.
 */
export async function callTools(
  ctx: Ctx,
  tools: readonly Tool[],
  calls: readonly LanguageModelV4ToolCall[],
  context: RunContext,
  refusals: ReadonlyMap<LanguageModelV4ToolCall, string> = new Map(),
): Promise<CalledTool[]> {
  const results: CalledTool[] = [];
  for (let start = 0; start < calls.length; start += parallel) {
    results.push(
      ...(await Promise.all(
        calls
          .slice(start, start + parallel)
          .map((call) => callTool(ctx, tools, call, context, refusals.get(call))),
      )),
    );
  }
  return results;
}

async function callTool(
  ctx: Ctx,
  tools: readonly Tool[],
  call: LanguageModelV4ToolCall,
  context: RunContext,
  refusal: string | undefined,
): Promise<CalledTool> {
  const started_at = ctx.now();
  const span_id = ctx.newId('step');
  const { toolCallId: tool_call_id, toolName: tool_name } = call;
  const { input, error } = readInput(tools, call);
  const tool = tools.find(({ name }) => name === tool_name);
  const account = new Account(undefined, context.attribution.account);
  const run = async (): Promise<ToolOutcome> => {
    if (tool === undefined || error !== null)
      return { ok: false, error: error ?? `Tool ${tool_name} does not exist.` };
    if (refusal !== undefined) return { ok: false, error: refusal };
    // A tool that throws has run as well.
    let result: ToolOutcome | null = null;
    try {
      result = await tool.run(ctx, {
        ...context,
        attribution: { ...context.attribution, account },
        tool_call_id,
        span_id,
        input,
      });
      return result;
    } finally {
      addUntrusted(context, tool, input, result);
    }
  };
  const outcome = await run().catch((fault: unknown): ToolOutcome => {
    ctx.log.error('tool_threw', { tool: tool_name, error: fault });
    return { ok: false, error: 'The tool failed.' };
  });
  const { cost_nano_usd } = account;
  return {
    tool_call_id,
    span_id,
    tool_name,
    input,
    outcome,
    cost_nano_usd,
    started_at,
    latency_ms: ctx.now() - started_at,
  };
}

/** A result may be sent back to the hosts that it is from. */
function addUntrusted(
  { untrusted }: RunContext,
  tool: Tool,
  input: unknown,
  result: ToolOutcome | null,
): void {
  if (tool.is_trusted === true || (result?.ok === true && result.is_trusted === true)) return;
  untrusted.add(tool.name, result?.hosts ?? tool.hostsOf?.(input) ?? []);
  if (result?.ok === true) untrusted.offer(result.offers ?? []);
}

/** Returns validated arguments, or an error that lets the model correct them. */
export function readInput(
  tools: readonly Tool[],
  { toolName, input: text }: LanguageModelV4ToolCall,
): { input: unknown; error: string | null } {
  const tool = tools.find(({ name }) => name === toolName);
  if (tool === undefined)
    return {
      input: null,
      error: `Tool ${toolName} does not exist. Available tools: ${tools.map(({ name }) => name).join(', ') || 'none'}.`,
    };
  if (text.length > maxInput)
    return {
      input: null,
      error: `The arguments are too long: ${text.length} characters, at most ${maxInput}.`,
    };
  let input: unknown;
  try {
    input = JSON.parse(text === '' ? '{}' : text);
  } catch {
    return { input: null, error: 'The arguments are not JSON.' };
  }
  const errors = schemaErrors(tool.input_schema, input);
  if (errors.length === 0) return { input, error: null };
  const details = errors.slice(0, 10);
  return { input, error: `The arguments do not match the tool's schema. ${details.join(' ')}` };
}
