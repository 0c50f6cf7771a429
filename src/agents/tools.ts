import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { pinTools, type ToolPin } from '../tools/index.ts';

/**
 * Returns the tools of a new version: those in `names` at their current revisions; without `names`, the previous pins
 * unchanged. A deleted tool may be named by a version that had it. Throws `validation_failed`.
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
    all.has(name)
      ? []
      : [{ pointer: `/config/tools/${index}`, detail: `Tool \`${name}\` does not exist.` }],
  );
  if (errors.length > 0)
    throw new Failure('validation_failed', 'The configuration is inconsistent.', { errors });
  return wanted.flatMap((name) => all.get(name) ?? []);
}
