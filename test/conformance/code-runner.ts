import { describe, expect, it } from 'vitest';
import type { CodeJob, CodeOutcome, CodeRunner } from '../../src/platform/ports.ts';

export const runCode = (
  runner: CodeRunner,
  code: string,
  job: Partial<CodeJob> = {},
): Promise<CodeOutcome> =>
  runner.run({
    ...{ code, language: 'javascript', files: [], input: null },
    limits: { time_ms: 10_000 },
    ...job,
  });

/** The behaviour that all runners share. */
export function describeCodeRunner(name: string, runner: CodeRunner): void {
  const run = (code: string, job: Partial<CodeJob> = {}) => runCode(runner, code, job);
  const resultOf = async (code: string, job: Partial<CodeJob> = {}) => {
    const { ok, result, error } = await run(code, job);
    expect(error).toBeNull();
    expect(ok).toBe(true);
    return result;
  };
  const errorOf = async (code: string, job: Partial<CodeJob> = {}) => {
    const { ok, error, result } = await run(code, job);
    expect({ ok, result }).toEqual({ ok: false, result: null });
    return error;
  };

  describe(`code runner: ${name}`, () => {
    it('returns the result as JSON, whatever its type', async () => {
      expect(await resultOf('return input.a.map((x) => x * 2)', { input: { a: [1, 2] } })).toEqual([
        2, 4,
      ]);
      expect(
        await resultOf(
          'return { none: undefined, big: 12n, map: new Map([["a", 1]]), set: new Set([1]), bytes: new Uint8Array([7]), date: new Date(0), nan: NaN, e: new RangeError("far") }',
        ),
      ).toEqual({
        ...{ big: '12', map: { a: 1 }, set: [1], bytes: [7], nan: null, e: 'RangeError: far' },
        date: '1970-01-01T00:00:00.000Z',
      });
      expect(
        await errorOf('let a = []; for (let i = 0; i < 100; i++) a = [a]; return a'),
      ).toMatchObject({
        message: 'The result is nested too deeply.',
      });
      expect(await resultOf('1 + 1')).toBeNull();
      expect(await resultOf('return "\\ud800 " + "\\u{1f600}"')).toBe('\ufffd \u{1f600}');
      expect(
        await resultOf('return await Promise.resolve(new Date(2026, 5, 1).toISOString())'),
      ).toBe('2026-06-01T00:00:00.000Z');
    });

    it('removes the types of TypeScript and keeps the lines', async () => {
      const code = `interface Item { readonly price: number }
enum Kind { A = 3 }
const total = (items: readonly Item[]): number => items.reduce((sum, { price }) => sum + price, 0);
return (total(input as Item[]) satisfies number) + Kind.A`;
      expect(await resultOf(code, { language: 'typescript', input: [{ price: 4 }] })).toBe(7);
      const broken = 'type A = {\n  a: string\n}\nconst x: A = null!\nreturn x.a';
      expect(await errorOf(broken, { language: 'typescript' })).toMatchObject({
        ...{ type: 'exception', name: 'TypeError', line: 5 },
      });
      expect(await errorOf('const a: = 1', { language: 'typescript' })).toMatchObject({
        ...{ type: 'syntax', line: 1 },
      });
    });

    it('reads files as text and as bytes, and writes files', async () => {
      const files = [
        { name: 'sales.csv', text: 'city,amount\nZürich,3\n' },
        { name: 'logo.png', text: '', bytes: new Uint8Array([1, 2, 255]) },
      ];
      const code = `
        writeFile('copy.txt', readFile('sales.csv').toUpperCase());
        writeFile('data.json', { a: 1 });
        writeFile('data.json', { a: 2 });
        writeFile('x.png', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
        return [files, [...readBytes('logo.png')], readBytes('sales.csv').length]`;
      const outcome = await run(code, { files });
      expect(outcome.error).toBeNull();
      expect(outcome.result).toEqual([['sales.csv', 'logo.png'], [1, 2, 255], 22]);
      const [copy, data, image] = outcome.files;
      expect(new TextDecoder().decode(copy?.content)).toBe('CITY,AMOUNT\nZÜRICH,3\n');
      expect(new TextDecoder().decode(data?.content)).toBe('{\n  "a": 2\n}');
      expect([image?.name, image?.content.byteLength]).toEqual(['x.png', 8]);
      expect(await errorOf("readFile('other.csv')", { files })).toMatchObject({
        message: 'no file is named "other.csv". Files: sales.csv, logo.png',
        line: 1,
      });
    });

    it('keeps the console up to an error, and names the line', async () => {
      const outcome = await run(
        "console.log('a', 1, { b: [2] }, null, undefined);\nconsole.error(new TypeError('no'));\nconst x = {};\nx.y.z",
      );
      expect(outcome.logs).toEqual([
        { level: 'log', text: 'a 1 {"b":[2]} null undefined' },
        { level: 'error', text: 'TypeError: no' },
      ]);
      expect(outcome.error).toMatchObject({ type: 'exception', name: 'TypeError', line: 4 });
    });

    it.each([
      ['throw null', { name: 'Error', message: 'null' }],
      ['throw { a: 1 }', { message: '{"a":1}' }],
      ['throw { get a() { throw 1 } }', { type: 'exception' }],
      [
        'const e = new Error(); Object.defineProperty(e, "message", { get() { throw 1 } }); throw e',
        { type: 'exception' },
      ],
      [
        'throw Object.assign(new Error("x".repeat(9000)), { name: "y".repeat(900) })',
        { type: 'exception' },
      ],
      ['return { toJSON() { throw new Error("never") } }', { message: 'never' }],
      ['const a = {}; a.a = a; return a', { name: 'TypeError' }],
      [
        'await new Promise(() => {})',
        { message: expect.stringContaining('promise that nothing resolves') },
      ],
      ['const x = 1;\nconst x = 2;', { type: 'syntax', name: 'SyntaxError', line: 2 }],
      ['return 1;\n} ; {', { type: expect.any(String) }],
      ['import fs from "fs"', { type: 'syntax' }],
      ['const f = () => f() + 1; f()', { name: 'RangeError' }],
    ])('reports %s', async (code, expected) => {
      const outcome = await run(code);
      expect(outcome.ok ? outcome.result : outcome.error).toMatchObject(outcome.ok ? {} : expected);
      expect(JSON.stringify(outcome.error).length).toBeLessThan(3000);
      expect(outcome.ok).toBe(false);
    });

    it('bounds result, console and files', async () => {
      expect(await errorOf('return "x".repeat(200000)')).toMatchObject({ type: 'output' });
      const { logs } = await run('for (let i = 0; i < 5000; i++) console.log("line " + i)');
      expect(logs).toHaveLength(501);
      expect(logs.at(-1)?.text).toContain('The console is full');
      const long = await run('for (let i = 0; i < 10; i++) console.log("x".repeat(9000))');
      expect(long.logs.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(21_000);
      for (const name of [
        '../a.csv',
        'a/b.csv',
        '.csv',
        'a.exe',
        'a.html',
        'a',
        '',
        `${'a'.repeat(99)}.csv`,
        'a\u202egpj.csv',
        'a\n.csv',
        ' a.csv',
      ])
        expect(await errorOf(`writeFile(${JSON.stringify(name)}, 'x')`), name).toMatchObject({
          type: 'output',
        });
      for (const code of [
        'for (let i = 0; i < 11; i++) writeFile("f" + i + ".csv", "x")',
        'writeFile("a.csv", "x".repeat(5000001))',
        'writeFile("a.png", "<script>")',
        'writeFile("a.csv", new Uint8Array([0xff, 0xfe, 0x00]))',
      ])
        expect(await errorOf(code), code).toMatchObject({ type: 'output' });
    });

    it('has no way out: no network, modules, timers, environment or code of the host', async () => {
      const names =
        'fetch WebSocket EventSource XMLHttpRequest caches crypto setTimeout setInterval queueMicrotask scheduler navigator location process Buffer require global self WebAssembly Worker SharedArrayBuffer Atomics Intl URL TextEncoder structuredClone performance addEventListener importScripts postMessage Cloudflare ServiceWorkerGlobalScope HTMLRewriter Response Request';
      expect(
        await resultOf(
          `return ${JSON.stringify(names.split(' '))}.filter((name) => globalThis[name] !== undefined)`,
        ),
      ).toEqual([]);
      const ways = `
        const found = [];
        const attempt = async (name, way) => { try { const value = await way(); if (value !== undefined) found.push(name) } catch {} };
        const realm = (() => {}).constructor;
        await attempt('process', () => realm('return process')());
        await attempt('require', () => realm('return require')());
        await attempt('fetch', () => realm('return fetch')()('https://example.com'));
        await attempt('async', () => (async () => {}).constructor('return fetch')());
        await attempt('prototype', () => Object.getPrototypeOf(globalThis).fetch('https://example.com'));
        for (const name of ['node:fs', 'node:net', 'fs', 'https://example.com/x.js', 'data:text/javascript,export default 1'])
          await attempt(name, () => import(name).then((module) => Object.keys(module)));
        await attempt('connect', () => import('cloudflare:sockets').then(({ connect }) => connect('example.com:443').opened));
        await attempt('env', () => import('cloudflare:workers').then(({ env }) => Object.keys(env)[0]));
        for (const value of [console, readFile, writeFile, parseCsv, input]) {
          await attempt('host', () => value.constructor.constructor('return process')());
          await attempt('host env', () => value.constructor.constructor('return env')());
        }
        return found`;
      expect(await resultOf(ways, { input: {} })).toEqual([]);
    });

    it('forgets everything between two runs', async () => {
      await run(
        'globalThis.leak = 1; Object.prototype.leak = 2; Array.prototype.map = () => "stolen"; JSON.stringify = () => "stolen"; return 1',
      );
      expect(await resultOf('return [typeof leak, ({}).leak ?? null, [1].map((x) => x)]')).toEqual([
        ...['undefined', null, [1]],
      ]);
    });

    it('takes code that rewrites the library and the globals as it comes', async () => {
      const outcome = await run(
        `JSON.stringify = () => '{"result":{"a":1},"error":0,"logs":9}'; console.log = null; Promise.prototype.then = () => {}; return 5`,
      );
      expect(outcome.files).toEqual([]);
      expect(JSON.stringify(outcome).length).toBeLessThan(3000);
    });
  });
}
