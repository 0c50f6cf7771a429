import type { NanoUsd } from '../shared/money.ts';

/** The amount held for a call that is about to be made; null for an unknown price. */
export interface Hold {
  readonly id: string;
  readonly amount: NanoUsd | null;
}
