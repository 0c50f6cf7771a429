import { placeOf } from '../app/places.ts';

/** Values that stand for no one thing. */
const unnamed = new Set(['none', '~others', 'preview']);

/** The list that a dimension can be looked up in, and the filter of it. */
const lists: Readonly<Record<string, readonly [path: string, filter: string]>> = {
  agent: ['/sessions', 'agent'],
  version: ['/sessions', 'version'],
  end_user: ['/sessions', 'end_user_id'],
  experiment: ['/sessions/runs', 'experiment'],
  variant: ['/sessions/runs', 'variant'],
  model: ['/cost/calls', 'model'],
  provider: ['/cost/calls', 'provider'],
  operation: ['/cost/calls', 'operation'],
  api_key: ['/cost/calls', 'api_key'],
};

/** Where the conversations, runs or calls are that a row of a breakdown counts; null without such a list. */
export function placeOfGroup(
  dimension: string,
  value: string,
  { agent, start, end }: { readonly agent: string; readonly start: string; readonly end: string },
): string | null {
  if (unnamed.has(value)) return null;
  if (dimension === 'session') return placeOf(`/sessions/${value}`);
  const [path, filter] = lists[dimension] ?? [];
  if (path === undefined || filter === undefined) return null;
  // The value of a variant is `<experiment>/<variant>`.
  const wanted = dimension === 'variant' ? value.slice(value.indexOf('/') + 1) : value;
  if (unnamed.has(wanted)) return null;
  const query = { ...(agent !== '' && { agent }), start_date: start, end_date: end };
  return placeOf(`${path}?${new URLSearchParams({ [filter]: wanted, ...query })}`);
}
