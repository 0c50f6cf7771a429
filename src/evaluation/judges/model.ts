import { assertConfigured } from '../../llm/index.ts';
import { modelNameError, readModelName } from '../../models/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { invalid } from '../../shared/failure.ts';

/** Throws `validation_failed` for a model that cannot judge, or whose provider is not configured. */
export async function assertJudgeModel(ctx: Ctx, model: string, pointer: string): Promise<void> {
  if (readModelName(model)?.provider === 'builtin')
    throw invalid(
      pointer,
      `${model} follows rules and cannot judge. Set up a model provider with \`PUT /providers/{provider}\`, or use scorers without a model, such as \`contains\`, \`cites\` or \`faithfulness\`.`,
    );
  const error = modelNameError(model);
  if (error !== null) throw invalid(pointer, error);
  await assertConfigured(ctx, model, pointer);
}
