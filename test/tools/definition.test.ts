import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { Site } from '../support/outbound.ts';
import { canary, draft, withPath } from './support.ts';

describe('the definition of an HTTP tool', () => {
  it.each(forbiddenUrls)('refuses the URL %s (R34)', async (url) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post('/tools', draft(url, { input_schema: { type: 'object' } }));
    expect(answer.status, JSON.stringify(answer.body)).toBe(422);
    expect(['url_not_allowed', 'validation_failed']).toContain(answer.body.code);
    expect(answer.body.errors[0].pointer).toBe('/url');
  });

  it.each([
    'https://{order}.example.com/',
    'https://example.com{order}/',
    '{order}',
    'https://{order}/x',
    'https://a.example.com:{order}/',
    'https://a.example.com/#{order}',
    'https://a.example.com/?{order}=1',
    'https://a.example.com/{}/{order}',
    'https://a.example.com/{order',
    'https://a.example.com/../{order}',
    'https://a.example.com/%2e%2e/{order}',
    'https://a.example.com/a b/{order}',
    'https://a.example.com\\{order}',
    'https://a.example.com/{unknown}/{order}',
    'https://a.example.com/{limit}/{order}',
  ])('accepts placeholders in path segments and query values only: %s (R39)', async (url) => {
    const workspace = await newWorkspace();
    expect((await workspace.post('/tools', draft(url))).status).toBe(422);
  });

  it.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'Connection',
    'Cookie',
    'CF-Connecting-IP',
    'cf-anything',
    'X-Forwarded-For',
    'x-forwarded-host',
    'X-Real-IP',
    'Forwarded',
    'Via',
    'Upgrade',
    'Proxy-Authorization',
    'Sec-Fetch-Site',
    'Accept-Encoding',
    'a b',
    'a:b',
    'ü',
    '',
  ])('refuses the header %s (R38)', async (name) => {
    const workspace = await newWorkspace();
    for (const field of ['headers', 'secret_headers']) {
      const answer = await workspace.post('/tools', {
        ...withPath(new Site()),
        [field]: { [name]: 'value' },
      });
      expect(answer.status, field).toBe(422);
      expect(answer.body.errors[0].pointer).toMatch(new RegExp(`^/${field}`));
    }
  });

  it('accepts header values of one line, and credentials as secrets only (R38)', async () => {
    const workspace = await newWorkspace();
    for (const value of ['a\r\nb: c', 'a\nb', 'a\rb', 'ü', '\u007f', ' ', '']) {
      for (const field of ['headers', 'secret_headers']) {
        expect(
          (await workspace.post('/tools', { ...withPath(new Site()), [field]: { 'x-own': value } }))
            .status,
          JSON.stringify(value),
        ).toBe(422);
      }
    }
    for (const name of ['Authorization', 'X-Api-Key', 'api-key', 'x-auth-token', 'X-Secret']) {
      expect(
        (await workspace.post('/tools', { ...withPath(new Site()), headers: { [name]: canary } }))
          .status,
        name,
      ).toBe(422);
    }
    const both = { headers: { 'X-Own': '1' }, secret_headers: { 'x-own': '2' } };
    expect((await workspace.post('/tools', { ...withPath(new Site()), ...both })).status).toBe(422);
    const plain = { ...withPath(new Site()), secret_headers: { 'x-own': canary } };
    expect(
      (await workspace.post('/tools', { ...plain, url: plain.url.replace('https', 'http') }))
        .status,
    ).toBe(422);
  });

  it.each([
    {},
    { type: 'string' },
    { type: 'object', additionalProperties: true },
    { type: 'object', additionalProperties: {} },
    { type: 'object', properties: [] },
    { type: 'object', properties: { order: { type: 'text' } } },
    { type: 'object', properties: { order: { $ref: '#' } } },
    { type: 'object', properties: { order: { pattern: '^(a+)+$' } } },
    { type: 'object', properties: { order: { minLength: -1 } } },
    { type: 'object', properties: { order: { anyOf: 'x' } } },
    { type: 'object', properties: { order: { items: 1 } } },
    { type: 'object', properties: { 'or der': {} } },
    { type: 'object', properties: { order: {} }, required: ['other'] },
    { type: 'object', properties: { order: {} }, required: 'order' },
    { type: 'object', properties: { order: {} }, $defs: { a: {} } },
    { type: 'object', properties: { order: {}, unused: {} }, required: ['order'] },
  ])('refuses a schema of arguments that is open or invalid: %j (R39)', async (input_schema) => {
    const workspace = await newWorkspace();
    const answer = await workspace.post(
      '/tools',
      draft(new Site().url('/{order}'), { input_schema }),
    );
    expect(answer.status, JSON.stringify(answer.body)).toBe(422);
  });
});
