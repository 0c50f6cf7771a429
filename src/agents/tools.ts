import type { Ctx } from '../platform/context.ts';
import { Failure, invalid } from '../shared/failure.ts';
import {
  expandWildcards,
  pinTools,
  type ToolPin,
  whyUnusable,
  wildcardServer,
} from '../tools/index.ts';
import type { AgentConfigPatch } from './config.ts';

/**
 * Returns the tools of a new version: those in `names` at their current revisions; without `names`, the previous pins
 * unchanged. A deleted tool may be named by a version that had it. Throws `validation_failed` and `tool_not_configured`.
 */
export async function pinsFor(
  ctx: Ctx,
  names: readonly string[] | null | undefined,
  had: readonly ToolPin[],
): Promise<readonly ToolPin[]> {
  if (names === undefined) return had;
  const wanted = names ?? [];
  const { pins, unknown } = await pinTools(ctx, wanted);
  const all = new Map(
    [...had.filter(({ name }) => unknown.includes(name)), ...pins].map((pin) => [pin.name, pin]),
  );
  const errors = wanted.flatMap((name, index) =>
    all.has(name) ? [] : [{ pointer: `/config/tools/${index}`, detail: missing(name) }],
  );
  if (errors.length > 0)
    throw new Failure('validation_failed', 'The configuration is inconsistent.', { errors });
  await checkUsable(ctx, pins, (name) => `/config/tools/${wanted.indexOf(name)}`);
  return wanted.flatMap((name) => all.get(name) ?? []);
}

function missing(name: string): string {
  const server = wildcardServer(name);
  return server === null
    ? `Tool \`${name}\` does not exist.`
    : `MCP server \`${server}\` does not exist, or none of its tools can be used.`;
}

/** Throws `tool_not_configured` for tools that the workspace cannot use as it is. */
export async function checkUsable(
  ctx: Ctx,
  pins: readonly ToolPin[],
  pointerOf?: (name: string) => string,
): Promise<void> {
  const reasons = await whyUnusable(ctx, pins);
  const [first] = reasons;
  if (first === undefined) return;
  const errors = [...reasons].map(([name, detail]) => ({
    pointer: pointerOf?.(name) ?? '',
    detail,
  }));
  throw new Failure(
    'tool_not_configured',
    `Tool \`${first[0]}\` cannot be used. ${first[1]}`,
    pointerOf === undefined ? {} : { errors },
  );
}

/** Maximum number of tools of a configuration. */
const maxTools = 64;

/**
 * Returns a patch in which `server__*` is replaced by the tools that the MCP server has now, so that the stored
 * configuration names them. Throws `validation_failed` for more tools than a configuration holds.
 */
export async function withExpandedTools<Patch extends { tools?: string[] | null | undefined }>(
  ctx: Ctx,
  patch: Patch,
): Promise<Patch> {
  if (patch.tools == null) return patch;
  const tools = await expandWildcards(ctx, patch.tools);
  if (tools.length > maxTools)
    throw invalid(
      '/config/tools',
      `The names stand for ${tools.length} tools; a configuration has at most ${maxTools}.`,
    );
  return { ...patch, tools: [...tools] };
}

/** The same for a request with a configuration. */
export const withTools = async <Input extends { config?: AgentConfigPatch | undefined }>(
  ctx: Ctx,
  input: Input,
): Promise<Input> =>
  input.config === undefined
    ? input
    : { ...input, config: await withExpandedTools(ctx, input.config) };
