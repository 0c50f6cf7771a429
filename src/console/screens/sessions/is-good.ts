import type { Message } from '../../../client/index.ts';

/** True for a thumb up, and for four or five stars. */
export const isGood = ({ rating }: Message['feedback'][number]): boolean =>
  rating === 'up' || Number(rating) > 3;
