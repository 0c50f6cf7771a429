import type { NanoUsd } from '../shared/money.ts';

/** Money held for a call that is to be made; null is a price that nobody knows. */
export interface Hold {
  readonly id: string;
  readonly amount: NanoUsd | null;
}
