import { idHex } from '../shared/id.ts';

/** The last hexadecimal digits of an id, which are random. */
const randomOf = (id: string): number => Number.parseInt(idHex(id).slice(-8), 16);

/** Returns true for the same share of runs whenever it is called; `by` is the id of who samples, so that each has other runs. */
export const isSampled = (run_id: string, by: string, share: number): boolean =>
  ((randomOf(run_id) ^ randomOf(by)) >>> 0) / 2 ** 32 < share;
