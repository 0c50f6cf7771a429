/** The headers of responses that pages of other origins may read. */
export const exposeHeaders = [
  'etag',
  'accept-ranges',
  'content-disposition',
  'content-range',
  'server-timing',
  'x-request-id',
  'x-d1-bookmark',
  'retry-after',
  'idempotent-replayed',
  'x-run-id',
  'ratelimit',
  'ratelimit-policy',
  ...['requests', 'tokens'].flatMap((unit) =>
    ['limit', 'remaining', 'reset'].map((what) => `x-ratelimit-${what}-${unit}`),
  ),
];
