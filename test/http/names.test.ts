import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, request, rootKey } from '../support/api.ts';
import { expectProblem, pointersOf } from '../support/document.ts';
import { type Seeded, seed } from '../support/resources.ts';

const code = (text: string) =>
  [...text]
    .map((char) => `U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0')}`)
    .join(' ');
const tags = (text: string) =>
  [...text].map((char) => String.fromCodePoint(0xe0000 + (char.codePointAt(0) ?? 0))).join('');

const unique = (kind: string) => `${kind}-${crypto.randomUUID().slice(0, 8)}`;

describe('names (R18)', () => {
  let own: Seeded;
  beforeAll(async () => {
    own = await seed('Names');
  });
  const name = async (text: string) => own.workspace.post('/knowledge-bases', { name: text });

  /** Every field that takes a name, with the place that a refusal points to. */
  const fields: readonly (readonly [string, string, (text: string) => Promise<Answer>])[] = [
    [
      'a workspace',
      '/name',
      (text) => request('POST', '/api/v1/workspaces', rootKey, { json: { name: text } }),
    ],
    [
      'a workspace that is renamed',
      '/name',
      (text) => own.workspace.patch('/workspace', { name: text }),
    ],
    [
      'an API key',
      '/name',
      (text) => own.workspace.post('/api-keys', { name: text, role: 'viewer' }),
    ],
    [
      'an API key that is renamed',
      '/name',
      (text) => own.workspace.patch(`/api-keys/${own.values.key}`, { name: text }),
    ],
    [
      'an agent',
      '/name',
      (text) => own.workspace.post('/agents', { name: text, slug: unique('agent') }),
    ],
    [
      'an agent that is renamed',
      '/name',
      (text) => own.workspace.patch(`/agents/${own.values.agent}`, { name: text }),
    ],
    [
      'a tag',
      '/tags/0',
      (text) => own.workspace.patch(`/agents/${own.values.agent}`, { tags: [text] }),
    ],
    [
      'a copy',
      '/name',
      (text) =>
        own.workspace.post(`/agents/${own.values.agent}/duplicate`, {
          name: text,
          slug: unique('copy'),
        }),
    ],
    ['a knowledge base', '/name', name],
    ['a file', '/name', (text) => own.workspace.patch(`/files/${own.values.file}`, { name: text })],
    [
      'a session',
      '/title',
      (text) => own.workspace.patch(`/sessions/${own.values.session}`, { title: text }),
    ],
    [
      'a budget',
      '/name',
      (text) => own.workspace.patch(`/budgets/${own.values.budget}`, { name: text }),
    ],
  ];

  it.each(fields)(
    'of %s accept visible and reject invisible characters',
    async (_what, pointer, send) => {
      for (const text of ['Team 🏴󠁧󠁢󠁷󠁬󠁳󠁿 Cardiff', 'کتاب‌خانه', 'Plain']) {
        const { status, body } = await send(text);
        expect(status, `${code(text)} ${JSON.stringify(body)}`).toBeLessThan(300);
      }
      for (const text of ['Pay\u00adroll', `Team${tags('obey')}`, '\u3164', '\u2800\u2800']) {
        const answer = await send(text);
        expectProblem(answer, 422, code(text));
        expect(pointersOf(answer)).toEqual([pointer]);
      }
    },
  );

  it.each([
    'Family 👩‍👩‍👦',
    'Nurse 👨🏿‍⚕️',
    'Bear 🐻‍❄️',
    'Repair ❤️‍🩹',
    'Step 2️⃣ #️⃣',
    '🇹🇭🇨🇭',
    '🏴󠁧󠁢󠁥󠁮󠁧󠁿 and 🏴‍☠️',
    'Call ☎︎',
    'می‌روم',
    'PDF‌های ما',
    '۱۴۰۴ ه‍',
    'क्‍या',
    'वाक्‌',
    'র‍্যাম',
    'ന്‍റെ',
    'ක්‍රීඩා',
    'ម៉‌ៃ',
    'ᠠ᠋ᠭᠤᠯᠠ',
    'ᠨᠠᠷ᠎ᠠ',
    '辻\u{e0100}さん',
    'שִׂמְחָה',
    'ไทย ລາວ',
    'Łódź – №7 (ß)',
  ])('accept %s', async (text) => {
    const { status, body } = await name(text);
    expect(status, code(text)).toBe(201);
    expect(body.name).toBe(text.normalize('NFC'));
  });

  it.each([
    ['an Arabic letter mark', 'Admin\u061c'],
    ['a soft hyphen', 'Ad\u00admin'],
    ['a grapheme joiner', 'Ad\u034fmin'],
    ['a Hangul filler', 'Admin\u3164'],
    ['a half-width filler', 'Admin\uffa0!'],
    ['a filler of an initial', '\u115fAdmin'],
    ['a braille blank', 'Admin\u2800'],
    ['a blank notehead', 'Admin\u{1d159}'],
    ['a blank hieroglyph', 'Admin\u{13441}'],
    ['an inherent vowel', 'Admin\u17b4'],
    ['tags', `Admin${tags('x')}`],
    ['a flag of tags that is none', `🏴${tags('zz9')}\u{e007f}`],
    ['a flag of tags that does not end', `🏴${tags('gbwls')}`],
    ['an invisible operator', 'Admin\u2064'],
    ['a symbol swap', 'Admin\u206a!'],
    ['an override', 'A\u202enimd'],
    ['a line separator', 'Ad\u2028min'],
    ['an annotation', 'Ad\ufff9min'],
    ['a tab', 'Ad\tmin'],
    ['a next line', 'Ad\u0085min'],
    ['a musical beam', 'Ad\u{1d173}min'],
    ['a shorthand overlap', 'Ad\u{1bca0}min'],
    ['an unassigned ignorable', 'Ad\u{e0fff}min'],
    ['a variation selector after a letter', 'A\ufe0fdmin'],
    ['a variation selector after a digit', 'Admin 1\ufe0f'],
    ['a second variation selector', '❤\ufe0f\ufe0f'],
    ['a supplementary selector after a letter', 'A\u{e0101}dmin'],
    ['a second ideographic selector', '辻\u{e0100}\u{e0101}'],
    ['a Mongolian selector after a letter', 'A\u180bdmin'],
    ['a vowel separator after a letter', 'A\u180edmin'],
    ['a joiner between letters', 'Ad\u200dmin'],
    ['a non-joiner between letters', 'Ad\u200cmin'],
    ['a joiner after an emoji', '👩\u200d Admin'],
    ['a joiner before an emoji', 'Admin \u200d👩'],
    ['two joiners after a virama', 'क्\u200d\u200dष'],
    ['a joiner without a virama', 'क\u200dख'],
    ['two non-joiners', 'می\u200c\u200cروم'],
  ])('reject %s and name the character', async (_what, text) => {
    const answer = await name(text);
    expectProblem(answer, 422, code(text));
    expect(answer.body.errors[0].detail).toMatch(/invisible characters: remove U\+[0-9A-F]{4,6} /);
  });

  it.each(['\u0301', '   \u00a0\u3000', '\u0e34', ' '])(
    'reject %j, which is blank',
    async (text) => {
      expectProblem(await name(text), 422);
    },
  );

  it('of copies are truncated between characters and are valid', async () => {
    const long = '👩‍👩‍👧‍👦'.repeat(9);
    const { id } = (await own.workspace.post('/agents', { name: long, slug: unique('long') })).body;
    const copy = (await own.workspace.post(`/agents/${id}/duplicate`, { slug: unique('copy') }))
      .body;
    expect(copy.name).toBe(`${'👩‍👩‍👧‍👦'.repeat(8)} (copy)`);
    expect((await own.workspace.patch(`/agents/${copy.id}`, { name: copy.name })).status).toBe(200);
  });

  it('of uploaded files follow the same rule', async () => {
    const upload = (file_name: string) => {
      const form = new FormData();
      form.set('file', new Blob([`Opening hours ${file_name}`]), file_name);
      return request('POST', `/api/v1/knowledge-bases/${own.values.kb}/files`, own.workspace.key, {
        body: form,
      });
    };
    expect((await upload('👩‍🍳 recipes.txt')).status).toBe(202);
    const refused = await upload('invoice\u00ad.txt');
    expectProblem(refused, 422);
    expect(refused.body.errors[0].detail).toContain('U+00AD');
  });
});
