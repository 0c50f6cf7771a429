import { useMemo } from 'react';
import type { Analytics } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { forecastTexts } from '../../texts/experiment-forecast.ts';
import { useFormat } from '../../ui/format.ts';

const day = 86_400_000;
const period = 14;

/**
 * (critical value + power)², near which the results compute their own figure: a confidence sequence of 95 % at some thousands of
 * subjects, found with a probability of 80 %.
 */
const certainty = (3.2 + 0.84) ** 2;

/** How long an experiment needs by the traffic of the agent, before its own data tell. */
export function Forecast({
  agent,
  metric,
  effect,
  minimum,
  weights,
}: {
  readonly agent: string;
  readonly metric: string;
  /** The smallest relative change that matters. */
  readonly effect: number;
  /** Subjects of each variant, before which nothing is concluded. */
  readonly minimum: number;
  /** In per cent. */
  readonly weights: readonly number[];
}) {
  const texts = useTexts(forecastTexts);
  const { number, percent } = useFormat();
  const query = useMemo(() => lastDays(), []);
  const { data } = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/analytics',
    { params: { path: { agent }, query } },
    { enabled: agent !== '', staleTime: 300_000 },
  );
  const least = Math.min(...weights) / 100;
  if (agent === '' || data === undefined || !(least > 0)) return null;
  const { usage } = data.totals;
  // Whoever comes without an end user counts by the session.
  const rate = Math.max(usage.unique_users, usage.chats) / period;
  if (rate === 0) return <p className="note">{texts.noTraffic}</p>;
  const now = shareNow(data, metric);
  const needed =
    now === null || now <= 0 || now >= 1 || !(effect > 0)
      ? null
      : Math.ceil((2 * certainty * (1 - now)) / (now * effect ** 2));
  const daysFor = (subjects: number) => Math.ceil(subjects / (rate * least));
  return (
    <div className="note" role="status">
      <p>{texts.traffic(number(Math.round(rate * 10) / 10))}</p>
      <p>{texts.minimum(number(minimum), texts.days(daysFor(minimum)))}</p>
      <p>
        {needed === null
          ? texts.later
          : texts.needed(
              percent(effect),
              percent(now),
              number(Math.max(needed, minimum)),
              texts.days(daysFor(Math.max(needed, minimum))),
            )}
      </p>
    </div>
  );
}

/** The present value of a metric that is a share, such as good ratings; null for others. */
function shareNow({ totals }: Analytics, metric: string): number | null {
  if (metric === 'success') return totals.quality.approval_rate;
  return metric === 'error_rate' ? totals.performance.error_rate : null;
}

/** The last days, as dates in UTC. */
function lastDays() {
  const date = (time: number) => new Date(time).toISOString().slice(0, 10);
  const now = Date.now();
  return { start_date: date(now - (period - 1) * day), end_date: date(now) };
}
