import { withoutInvisible } from '../../shared/invisible.ts';

const maxReasonChars = 2000;

/** Returns a reason as it is stored: of bounded length, without invisible characters. Models write it. */
export const toReason = (text: string): string =>
  (withoutInvisible(text) as string).trim().slice(0, maxReasonChars).toWellFormed();

const maxChars = 80;
const maxListed = 5;

/** Returns a text in quotation marks, cut to a length that a reason can hold. */
const quote = (text: string): string =>
  `“${text.length > maxChars ? `${text.slice(0, maxChars)}…` : text}”`.toWellFormed();

export function quoteList(texts: readonly string[]): string {
  const shown = texts.slice(0, maxListed).map(quote).join(', ');
  return texts.length > maxListed ? `${shown} and ${texts.length - maxListed} more` : shown;
}

/** Returns a share for a reason, such as `2 of 3`. */
export const outOf = (some: number, all: number): string => `${some} of ${all}`;
