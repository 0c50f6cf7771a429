import { z } from '@hono/zod-openapi';
import {
  AgentConfigPatch,
  findAgent,
  parseConfig,
  previewConfig,
  selectVersionFor,
} from '../agents/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { unknownVersion } from '../shared/failure.ts';
import { listAvailableTools } from '../tools/index.ts';
import { lintConfig } from './lint/index.ts';
import { Finding } from './schema.ts';

export const LintAgent = z
  .strictObject({
    config: AgentConfigPatch.optional().describe(
      'Draft to check: merged into the active version, and not stored',
    ),
  })
  .openapi('LintAgent', {
    example: { config: { instructions: 'Answer shortly. Answer in detail.' } } as never,
  });
export type LintAgent = z.output<typeof LintAgent>;

export const LintResult = z
  .object({ findings: z.array(Finding).describe('Problems, the severe ones first') })
  .openapi('LintResult');
export type LintResult = z.output<typeof LintResult>;

/** Checks the configuration of an agent, or a draft of it, by rules. Throws `not_found` and `validation_failed`. */
export async function lintAgent(
  ctx: Ctx,
  name: string,
  { config }: LintAgent,
): Promise<LintResult> {
  const agent = await findAgent(ctx, name);
  const version = await selectVersionFor(ctx.db, ctx.workspace_id, agent.id, null).get();
  if (version === undefined) throw unknownVersion('');
  const checked =
    config === undefined
      ? parseConfig(version.config)
      : (await previewConfig(ctx, version, config)).config;
  const tools = await listAvailableTools(ctx);
  const named = tools.filter((tool) => checked.tools.includes(tool.name));
  const reply = { findings: lintConfig({ config: checked, tools: named }) };
  await commit(ctx, { statements: [], reply });
  return reply;
}
