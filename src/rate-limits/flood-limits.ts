/** The limits that `wrangler.toml` binds; a Worker cannot read them. */
export const floodLimits = {
  address: { limit: 300, window_s: 60 },
  key: { limit: 20_000, window_s: 10 },
} as const;
