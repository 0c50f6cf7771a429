export const shareTones = { open: 'good', disabled: 'neutral', expired: 'warn' } as const;
