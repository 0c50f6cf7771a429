import { unknownBases } from '../knowledge/index.ts';
import { checkModels } from '../llm/index.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure, type Violation, validationFailed } from '../shared/failure.ts';
import type { AgentConfig, AgentConfigPatch } from './config.ts';
import { undeclaredVariables } from './inputs.ts';

/** Checks rules that span several fields. Throws `validation_failed` with a pointer for each violation. */
export function checkConfig(config: AgentConfig): void {
  const errors: Violation[] = [
    ...undeclaredVariables(config.instructions, config.inputs),
    ...checkModels({
      ...config,
      has_tools: config.tools.length > 0,
      has_output_schema: config.output_schema !== null,
    }),
  ];
  if (errors.length > 0) throw validationFailed(errors);
}

/** Checks bases that the agent does not use yet. Throws `code` for those that do not exist for this credential. */
export async function checkBases(
  ctx: Ctx,
  patch: AgentConfigPatch | undefined,
  used: readonly string[],
  code: 'not_found' | 'validation_failed' = 'not_found',
): Promise<void> {
  const base_ids = patch?.knowledge?.base_ids ?? [];
  const added = base_ids.filter((id) => !used.includes(id));
  if (added.length === 0) return;
  const unknown = await unknownBases(ctx, added);
  if (unknown.length === 0) return;
  const errors = unknown.map((id) => ({
    pointer: `/config/knowledge/base_ids/${base_ids.indexOf(id)}`,
    detail: 'This knowledge base does not exist.',
  }));
  throw new Failure(code, 'The configuration names a knowledge base that does not exist.', {
    errors,
  });
}
