/** As `wrangler.toml` binds them, which a Worker cannot read. */
export const floodLimits = {
  address: { limit: 300, window_s: 60 },
  key: { limit: 20_000, window_s: 10 },
} as const;
