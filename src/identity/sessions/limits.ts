import { day, minute } from '../../shared/time.ts';

/** A session ends after this time, whatever happens. */
export const sessionLasts = 30 * day;
/** A session without requests ends after this time. */
export const idleFor = 7 * day;
/** The time of the last request is stored at most this often. */
export const touchEvery = 5 * minute;
