import type { Ctx } from '../../platform/context.ts';
import { readSetup, type SearchSetup, sourcesOf } from './access.ts';

/** Returns why no search provider can be called, with the remedy. */
export function notConfigured(ctx: Ctx, { order, ...setup }: SearchSetup): string {
  const isExcluded = order !== null && sourcesOf(ctx, { ...setup, order: null }).length > 0;
  return isExcluded
    ? `None of the workspace's \`search_providers\` is configured: ${order.join(', ')}. Configure one with \`PUT /search-providers/{search_provider}\`, or change the list with \`PATCH /workspace\`.`
    : 'No search provider is configured in this workspace. Configure one with `PUT /search-providers/{search_provider}`.';
}

/** Returns why the workspace cannot search the web; null when it can. One round trip. */
export async function whyNoSearch(ctx: Ctx): Promise<string | null> {
  const setup = await readSetup(ctx);
  return sourcesOf(ctx, setup).length > 0 ? null : notConfigured(ctx, setup);
}

/** Returns the hosts to which searches of the workspace may be sent. One round trip. */
export const searchHosts = async (ctx: Ctx): Promise<readonly string[]> => [
  ...new Set(sourcesOf(ctx, await readSetup(ctx)).map(({ host }) => host)),
];
