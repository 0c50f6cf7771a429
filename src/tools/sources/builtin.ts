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
  resolve: async (_ctx, pins) => pins.flatMap(({ name }) => byName.get(name) ?? []),
  status: {
    where: 'code',
    of({ name, revision }) {
      const tool = byName.get(name);
      if (tool === undefined) return 'deleted';
      return tool.revision === revision ? 'current' : 'changed';
    },
  },
};
