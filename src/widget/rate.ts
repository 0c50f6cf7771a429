import type { Api } from './api.ts';
import type { Message } from './types.ts';

type Rating = Message['rating'];

/** Rates an answer, or takes the same rating back. `mark` shows it at once, and what was there before after a failure. */
export async function rate(
  api: Api,
  { id, rating: before }: Message,
  rating: NonNullable<Rating>,
  mark: (value: Rating) => void,
): Promise<void> {
  const path = `/messages/${id}/feedback`;
  mark(before === rating ? null : rating);
  try {
    await (before === rating ? api.json('DELETE', path) : api.json('PUT', path, { rating }));
  } catch (error) {
    mark(before);
    throw error;
  }
}
