import type { RateStanding } from '../platform/ports.ts';

/**
 * `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers), lists of structured fields
 * (RFC 9651). Empty where no limit applied.
 */
export function rateLimitHeaders(standings: readonly RateStanding[]): Record<string, string> {
  if (standings.length === 0) return {};
  const policies = standings.map(({ policy, limit, unit, window_s }) => {
    const quota =
      unit === 'requests' ? `"${policy}";q=${limit}` : `"${policy}";q=${limit};qu="${unit}"`;
    return window_s === null ? quota : `${quota};w=${window_s}`;
  });
  const left = standings.map(
    ({ policy, remaining, reset_s }) =>
      `"${policy}";r=${remaining}${reset_s === null ? '' : `;t=${reset_s}`}`,
  );
  return { 'ratelimit-policy': policies.join(', '), ratelimit: left.join(', ') };
}

/** The headers of OpenAI's API: the tightest limits of requests and of tokens. */
export function openAiRateLimitHeaders(standings: readonly RateStanding[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const unit of ['requests', 'tokens'] as const) {
    const [tightest] = standings
      .filter((one) => one.unit === unit)
      .sort((a, b) => a.remaining - b.remaining);
    if (tightest === undefined) continue;
    headers[`x-ratelimit-limit-${unit}`] = String(tightest.limit);
    headers[`x-ratelimit-remaining-${unit}`] = String(tightest.remaining);
    headers[`x-ratelimit-reset-${unit}`] = `${tightest.reset_s ?? 0}s`;
  }
  return headers;
}
