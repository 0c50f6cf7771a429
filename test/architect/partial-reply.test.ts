import { expect, it } from 'vitest';
import { PartialReply } from '../../src/architect/model/partial-reply.ts';

const decoded = (json: string, size: number): string[] => {
  const reply = new PartialReply();
  const parts = json.match(new RegExp(`[\\s\\S]{1,${size}}`, 'g')) ?? [];
  return parts.map((part) => reply.push(part)).filter((text) => text !== '');
};

const text = 'A "quote", a \\ backslash,\nline, é, 😀, \u2028 and </tag>';
const escaped = JSON.stringify(text).replace('é', '\\u00e9').replace('😀', '\\ud83d\\ude00');

it.each([1, 2, 3, 7, 1000])('decodes a reply in parts of %i characters', (size) => {
  const json = `Sure:\n{"suggestions": ["x"], "reply" : ${escaped}, "name": "n"}`;
  expect(decoded(json, size).join('')).toBe(text);
  expect(decoded(JSON.stringify({ reply: text }), size).join('')).toBe(text);
});

it('returns nothing for what is no reply, and an end for one that never ends', () => {
  expect(decoded('I would rather chat.', 3)).toEqual([]);
  expect(decoded('{"reply": 7, "name": "reply"}', 2)).toEqual([]);
  expect(decoded('{"reply": "line\nbreak"}', 4).join('')).toBe('l');
  expect(decoded(`{"reply": "${'x'.repeat(40_000)}`, 500).join('').length).toBeLessThan(20_000);
});
