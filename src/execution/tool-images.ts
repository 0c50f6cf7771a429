import type { AgentConfig } from '../agents/index.ts';
import { capabilitiesOf } from '../llm/index.ts';
import type { ToolOutcome } from '../tools/index.ts';

/** Providers whose protocol has images in the results of tools. */
const providers = ['anthropic/', 'openai/'];

const seesImages = (model: string): boolean =>
  providers.some((provider) => model.startsWith(provider)) && capabilitiesOf(model).images === true;

/** Removes images that the models of a version could not see. The output describes them nevertheless. */
export function withVisibleImages(
  outcome: ToolOutcome,
  { model, fallback_models }: Pick<AgentConfig, 'model' | 'fallback_models'>,
): ToolOutcome {
  if (!outcome.ok || outcome.images === undefined) return outcome;
  if ([model, ...fallback_models].every(seesImages)) return outcome;
  const { images: _, ...rest } = outcome;
  return rest;
}
