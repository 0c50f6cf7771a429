import type { Ctx } from '../platform/context.ts';
import { Failure } from '../shared/failure.ts';
import { pinTools, type ToolPin } from '../tools/index.ts';

/**
 * The tools of a new version. Those that `names` lists are taken as they are now; without it the version
 * keeps the revisions it had, so that a change of something else changes no tool. A tool that is gone
 * may be named by a version that had it. Throws `validation_failed`.
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
      : [{ pointer: `/config/tools/${index}`, detail: `There is no tool ${name}.` }],
  );
  if (errors.length > 0)
    throw new Failure('validation_failed', 'The configuration does not fit together.', { errors });
  return wanted.flatMap((name) => all.get(name) ?? []);
}
