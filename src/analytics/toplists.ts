import { ranked } from './costs.ts';
import { others, type TopKind, topKind, topName } from './dimensions.ts';
import type { Figures } from './figures.ts';
import { readMetric } from './kinds.ts';
import { usd } from './measures.ts';
import { cost, failed_uses, uses } from './metrics/cost.ts';
import { calls, messages, runs } from './metrics/usage.ts';
import type { Analytics } from './schema.ts';
import type { Slices } from './slices.ts';

const maxEntries = 10;

/** The sessions and end users that cost most, and the capabilities that runs used, from the dimension `top`. */
export function toplists(
  slices: Slices,
): Pick<Analytics, 'top_sessions' | 'top_end_users' | 'capabilities'> {
  const byKind = Map.groupBy(
    ranked(slices).filter(([value]) => value !== others),
    ([value]) => topKind(value),
  );
  const topOf = (kind: TopKind) => (byKind.get(kind) ?? []).slice(0, maxEntries);
  return {
    top_sessions: topOf('session').map(([session_id, figures]) => ({
      session_id,
      ...toEntry(figures),
    })),
    top_end_users: topOf('user').map(([value, figures]) => ({
      end_user_id: topName(value),
      ...toEntry(figures),
    })),
    capabilities: (byKind.get('use') ?? [])
      .map(([value, figures]) => ({
        capability: topName(value),
        uses: readMetric(figures, uses),
        failed: readMetric(figures, failed_uses),
        cost_usd: usd(readMetric(figures, cost)),
      }))
      .sort((a, b) => b.uses - a.uses),
  };
}

const toEntry = (figures: Figures) => ({
  calls: readMetric(figures, calls),
  runs: readMetric(figures, runs),
  messages: readMetric(figures, messages),
  cost_usd: usd(readMetric(figures, cost)),
});
