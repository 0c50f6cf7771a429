/** COSE numbers of the algorithms of keys, in the order of preference. */
export const algorithms = { EdDSA: -8, ES256: -7, RS256: -257 } as const;
