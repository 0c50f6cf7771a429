/** Effect of a call of a tool outside of the platform: `read` changes nothing, `destructive` cannot be undone. */
export const effects = ['read', 'write', 'destructive'] as const;
export type Effect = (typeof effects)[number];
