import type { Tool } from './tool.ts';

/**
 * Replaces the tools that change something: a call does nothing, needs no approval, and returns an output that states it.
 */
export const withoutEffects = (tools: readonly Tool[]): Tool[] =>
  tools.map((tool) => (tool.effect === 'read' ? tool : simulated(tool)));

function simulated({ hostsOf: _, opens: __, ...tool }: Tool): Tool {
  return {
    ...tool,
    effect: 'read',
    is_trusted: true,
    run: async () => ({
      ok: true,
      is_trusted: true,
      output: {
        simulated: true,
        note: `${tool.name} was not called, since this is a test. Continue as if it had succeeded.`,
      },
    }),
  };
}
