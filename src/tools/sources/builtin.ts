import { builtIns } from '../builtin/registry.ts';
import type { ToolSource } from './source.ts';

const byName = new Map(builtIns.map((tool) => [tool.name, tool]));

/** Tools that are part of the deployment. A pin keeps the revision, so that a version shows what has changed since. */
export const builtInSource: ToolSource<'builtin'> = {
  list: async () => builtIns,
  pin: async (_ctx, names) =>
    names.flatMap((name) => {
      const tool = byName.get(name);
      return tool === undefined ? [] : [{ kind: 'builtin', name, revision: tool.revision }];
    }),
  resolve: (ctx, pins) =>
    Promise.all(
      pins
        .flatMap(({ name }) => byName.get(name) ?? [])
        .map(async (tool) => {
          const hosts = await tool.reach?.(ctx);
          return hosts === undefined
            ? tool
            : { ...tool, hostsOf: () => hosts, has_fixed_hosts: true };
        }),
    ),
  async whyUnusable(ctx, names) {
    const reasons = names.map(
      async (name) => [name, (await byName.get(name)?.whyUnusable?.(ctx)) ?? null] as const,
    );
    return new Map(
      (await Promise.all(reasons)).flatMap(([name, why]) => (why === null ? [] : [[name, why]])),
    );
  },
  status: {
    where: 'code',
    of({ name, revision }) {
      const tool = byName.get(name);
      if (tool === undefined) return 'deleted';
      return tool.revision === revision ? 'current' : 'changed';
    },
  },
};
