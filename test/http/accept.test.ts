import { expect, it } from 'vitest';
import { isAcceptable, preferredOf } from '../../src/http/accept.ts';

it.each([
  [null, 'application/json'],
  ['*/*', 'application/json'],
  ['application/json', 'application/json'],
  ['text/csv', 'text/csv'],
  ['TEXT/CSV ; charset=utf-8', 'text/csv'],
  ['text/*', 'text/csv'],
  ['text/csv, */*', 'text/csv'],
  ['*/*, text/csv', 'text/csv'],
  ['application/json, text/csv', 'application/json'],
  ['text/csv, application/json', 'text/csv'],
  ['application/json, text/csv;q=0.5', 'application/json'],
  ['application/json;q=0.5, text/csv;q=0.9', 'text/csv'],
  ['text/csv;q=0, */*', 'application/json'],
  ['text/csv;q=0.5, */*', 'application/json'],
  ['application/x-text/csv, */*', 'application/json'],
  ['nonsense', 'application/json'],
] as const)('selects the preferred media type of %s: %s', (accept, media) => {
  expect(preferredOf(accept, ['application/json', 'text/csv'])).toBe(media);
});

it('rejects media types that are excluded or not listed', () => {
  const json = ['application/json'];
  expect(
    ['*/*', 'application/*;q=0.1', 'text/html, */*;q=0.1'].map((accept) =>
      isAcceptable(accept, json),
    ),
  ).toEqual([true, true, true]);
  expect(
    ['text/html', '*/*;q=0', 'application/json;q=0, */*', ''].map((accept) =>
      isAcceptable(accept, json),
    ),
  ).not.toContain(true);
});
