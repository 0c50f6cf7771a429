import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { Site, unexpectedCalls } from '../support/outbound.ts';
import { draft, json, test, withPath } from './support.ts';

describe('a call of an HTTP tool', () => {
  it('places each argument in its part of the URL or body only (R39)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const { id } = (await workspace.post('/tools', withPath(site))).body;
    const hostile = [
      '../admin?x=',
      'a/b',
      'a?b=c',
      'a#b',
      '%2e%2e',
      'a&limit=9',
      '\\..\\',
      '@evil.example.com',
      '//evil.example.com',
      'ü €',
      "'",
      '::',
      '{limit}',
    ];
    for (const order of hostile) {
      await site.answers(`/orders/${encodeURIComponent(order)}`, {
        body: '{"ok":true}',
        headers: json,
      });
      expect(await test(workspace, id, { order }), order).toMatchObject({
        ok: true,
        output: { ok: true },
        status: 200,
      });
    }
    await site.answers('/orders/1', { body: '{"ok":true}', headers: json });
    expect((await test(workspace, id, { order: '1', limit: 2 })).ok).toBe(true);
    const calls = await site.calls();
    expect(calls.map(({ expected }) => expected)).not.toContain(false);
    expect(calls.at(-1)?.url).toBe(site.url('/orders/1?limit=2'));
    const before = calls.length;
    for (const input of [
      { order: '..' },
      { order: '.' },
      { order: '' },
      { order: 1 },
      {},
      { order: 'a', other: 1 },
      { order: 'a', limit: 'x' },
      { order: 'a', limit: 1.5 },
    ]) {
      const result = await test(workspace, id, input);
      expect(result, JSON.stringify(input)).toMatchObject({
        ok: false,
        status: null,
        output: null,
      });
      expect(result.error).toMatch(/arguments/i);
    }
    expect((await site.calls()).length).toBe(before);
  });

  it('sends its body as JSON or as a form', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/orders/7', { status: 201, body: '' });
    await site.answers('/all', { status: 204 });
    const input_schema = {
      type: 'object',
      properties: {
        order: { type: 'string' },
        items: { type: 'array' },
        note: { type: ['string', 'null'] },
      },
      required: ['order'],
    };
    const make = async (name: string, more: object) =>
      (
        await workspace.post('/tools', {
          ...draft(site.url('/orders/{order}'), { input_schema, effect: 'write', method: 'POST' }),
          name,
          ...more,
        })
      ).body;
    const asJson = await make('a', {});
    const asForm = await make('b', { body: { type: 'form' } });
    const whole = await make('c', {
      url: site.url('/all'),
      method: 'PUT',
      input_schema: { type: 'object', properties: { list: { type: 'array' } }, required: ['list'] },
      body: { type: 'json', argument: 'list' },
    });
    const input = { order: '7', items: [1, { a: 'ü' }], note: 'x & y' };
    expect(await test(workspace, asJson.id, input)).toMatchObject({
      ok: true,
      status: 201,
      output: '',
    });
    expect((await test(workspace, asForm.id, input)).ok).toBe(true);
    expect(await test(workspace, whole.id, { list: [1, 2] })).toMatchObject({
      ok: true,
      status: 204,
    });
    const [first, second, third] = await site.calls();
    expect([first?.method, first?.headers['content-type'], JSON.parse(first?.body ?? '')]).toEqual([
      'POST',
      'application/json',
      { items: [1, { a: 'ü' }], note: 'x & y' },
    ]);
    expect([...new URLSearchParams(second?.body)]).toEqual([
      ['items', '1'],
      ['items', '{"a":"ü"}'],
      ['note', 'x & y'],
    ]);
    expect([third?.method, third?.body]).toEqual(['PUT', '[1,2]']);
  });

  it('returns the mapped part of the response', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const url = await site.answers('/', {
      body: JSON.stringify({ data: { items: [{ id: 1, big: 'x' }, { id: 2 }] } }),
      headers: json,
    });
    const output = async (name: string, response: object | undefined) => {
      const { body } = await workspace.post(
        '/tools',
        draft(url, {
          name,
          input_schema: { type: 'object' },
          ...(response === undefined ? {} : { response }),
        }),
      );
      return test(workspace, body.id, {});
    };
    expect((await output('a', { pointer: '/data/items', fields: ['id'] })).output).toEqual([
      { id: 1 },
      { id: 2 },
    ]);
    expect((await output('b', { pointer: '/data/items/1/id' })).output).toBe(2);
    expect((await output('c', { format: 'text' })).output).toContain('"big":"x"');
    expect((await output('d', { pointer: '/nothing' })).error).toContain('no value at');
    expect((await output('e', { pointer: '/constructor' })).ok).toBe(false);
    expect((await output('f', undefined)).output.data.items.length).toBe(2);
    await site.answers('/', { body: 'not json', headers: { 'content-type': 'text/plain' } });
    expect((await output('g', undefined)).output).toBe('not json');
    expect((await output('h', { format: 'json' })).error).toContain('not JSON');
  });

  it('returns an error for status, size, type, time and redirects (R36)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/404', { status: 404, body: 'no such order' });
    await site.answers('/big', {
      body: 'x'.repeat(5000),
      headers: { 'content-type': 'text/plain' },
    });
    await site.answers('/image', { body: 'x', headers: { 'content-type': 'image/png' } });
    await site.answers('/slow', { delay_ms: 10_000 });
    await site.answers('/inside', {
      status: 302,
      headers: { location: 'http://169.254.169.254/' },
    });
    const before = await unexpectedCalls();
    const result = async (path: string) => {
      const { body } = await workspace.post(
        '/tools',
        draft(site.url(path), {
          name: `t${path.slice(1)}`,
          input_schema: { type: 'object' },
          timeout_ms: 2500,
          max_bytes: 4000,
        }),
      );
      return test(workspace, body.id, {});
    };
    expect(await result('/404')).toMatchObject({
      ok: false,
      status: 404,
      error: 'The server returned HTTP 404. no such order',
    });
    expect((await result('/big')).error).toContain('too_large');
    expect((await result('/image')).error).toContain('content_type');
    expect((await result('/slow')).error).toContain('timeout');
    expect((await result('/inside')).error).toContain('redirect_refused');
    const inside = (await unexpectedCalls())
      .slice(before.length)
      .filter(({ url }) => url.includes('169.254'));
    expect(inside).toEqual([]);
  });
});
