import { beforeAll, describe, expect, it } from 'vitest';
import { rootKey } from '../support/api.ts';
import {
  call,
  expectRefusal,
  fillPath,
  jsonBodyOf,
  type Operation,
  operations,
  placesIn,
  pointersOf,
  pointerTo,
  type Schema,
  typesOf,
} from '../support/document.ts';
import {
  exampleOf,
  randomValues,
  type Seeded,
  seed,
  validBody,
  withValueAt,
} from '../support/resources.ts';
import { hashRows } from '../support/rows.ts';
import { someOf } from '../support/turns.ts';

const named = (list: readonly Operation[]) =>
  list.map((operation) => [operation.name, operation] as const);
const withBody = operations.filter((operation) => jsonBodyOf(operation) !== undefined);

/**
 * The places of a body that are tried: its own properties, and deeper ones whose schema no earlier operation has. One
 * schema is one validator, whichever bodies it is part of.
 */
const tried = new Set<Schema>();
const placesOf = (operation: Operation) =>
  [...placesIn(jsonBodyOf(operation))].filter(({ path, schema }) => {
    const isNew = !tried.has(schema);
    tried.add(schema);
    return isNew || path.length < 2;
  });
/** Operations by the limit of their bodies. */
const withLimit = Map.groupBy(withBody, (operation) => operation['x-body-limit']);

describe('input', () => {
  let own: Seeded;
  let before: Record<string, string>;
  beforeAll(async () => {
    own = await seed('Input');
    before = await hashRows(own.workspace.id);
  });

  const send = (operation: Operation, options: Parameters<typeof call>[3], query = '') =>
    call(
      operation,
      fillPath(operation, own.values) + query,
      operation.access === 'root' ? rootKey : own.workspace.key,
      options,
    );
  const sendJson = (operation: Operation, text: string) =>
    send(operation, { body: text, headers: { 'content-type': 'application/json' } });

  describe.each(named(withBody))('%s', (_name, operation) => {
    const places = placesOf(operation);
    const turn = operations.indexOf(operation);

    it('refuses unknown and server-owned fields, nested ones too (R10)', async () => {
      const body = validBody(operation, own.values);
      const strict = places.filter((place) => place.schema.additionalProperties === false);
      for (const [index, { path, schema, isInUnion }] of strict.entries()) {
        const fields = ['unexpected_field', 'workspace_id', 'created_at', '__proto__'].filter(
          (name) => !(name in (schema.properties ?? {})),
        );
        for (const field of someOf(fields, 2, turn + index)) {
          const at = path.length === 0 ? body : exampleOf(schema);
          const text = JSON.stringify(
            withValueAt(body, [...path], { ...(at as object), [`@${field}`]: 1 }),
          ).replace(`@${field}`, field);
          const answer = await sendJson(operation, text);
          expectRefusal(operation, answer, 422, text);
          const pointer = pointerTo([...path, field]);
          expect(
            pointersOf(answer).some(
              (named) => named === pointer || (isInUnion && pointer.startsWith(named)),
            ),
            `${pointer}: ${text}`,
          ).toBe(true);
        }
      }
    });

    it('refuses NUL and lone surrogates in every text (R17)', async () => {
      const body = validBody(operation, own.values);
      const texts = places.filter(({ schema }) => typesOf(schema).includes('string'));
      for (const [index, { path }] of texts.entries()) {
        for (const text of someOf(['a\0b', 'a\ud800b', '\udc00'], 1, turn + index)) {
          const answer = await sendJson(operation, JSON.stringify(withValueAt(body, path, text)));
          expectRefusal(operation, answer, 422, pointerTo(path));
          expect(pointersOf(answer)).toEqual([pointerTo(path)]);
        }
      }
      expectRefusal(operation, await sendJson(operation, '{"a\\u0000b": 1}'), 422);
    });

    it('rejects numbers that lose precision (R19)', async () => {
      const body = validBody(operation, own.values);
      const numbers = places.filter(({ schema }) =>
        typesOf(schema).some((type) => type === 'number' || type === 'integer'),
      );
      for (const [index, { path, schema, isInUnion }] of numbers.entries()) {
        const others = isInUnion || typesOf(schema).length > 1 ? [] : ['"1"', 'true'];
        const literals = ['1e309', '-1e309', '9007199254740993', '-0', '-0.0', ...others];
        for (const literal of someOf(literals, 2, turn + index)) {
          const answer = await sendJson(
            operation,
            JSON.stringify(withValueAt(body, path, '@number')).replace('"@number"', literal),
          );
          expectRefusal(operation, answer, 422, `${pointerTo(path)} ${literal}`);
        }
        if (index > 0) continue;
        const text = JSON.stringify(withValueAt(body, path, '@number')).replace('"@number"', 'NaN');
        expectRefusal(operation, await sendJson(operation, text), 400);
      }
    });

    it('rejects invalid JSON with 400, and excessive JSON with 422 (R16)', async () => {
      // Nothing is a body where none is required.
      const isRequired = operation.requestBody?.required === true;
      const invalid = [
        isRequired ? '' : '  ',
        ' ',
        '{',
        '{"a":1,}',
        "{'a':1}",
        'undefined',
        '\ufeff',
        '{"a":1}{}',
        '[1',
        'nul',
      ];
      for (const text of someOf(invalid, 2, turn)) {
        expectRefusal(operation, await sendJson(operation, text), 400, text);
      }
      const bytes = new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]);
      expectRefusal(
        operation,
        await send(operation, { body: bytes, headers: { 'content-type': 'application/json' } }),
        400,
        'not UTF-8',
      );
      const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
      const keys = Object.fromEntries(
        Array.from({ length: 10_001 }, (_, index) => [`k${index}`, 1]),
      );
      const items = { a: Array.from({ length: 1001 }, () => 1) };
      const bounded = [
        'null',
        '1',
        '"text"',
        '[]',
        nested(33),
        nested(100_000),
        JSON.stringify(keys),
        JSON.stringify(items),
      ];
      for (const text of someOf(bounded, 2, turn))
        expectRefusal(operation, await sendJson(operation, text), 422, text.slice(0, 40));
    });

    it('accepts one known media type, in UTF-8, uncompressed (R14, R15)', async () => {
      const typed = (headers: Record<string, string>) =>
        send(operation, { body: new TextEncoder().encode('{"unexpected_field":1}'), headers });
      const refused = [
        'text/plain',
        'application/xml',
        'application/x-www-form-urlencoded',
        'application/json, text/plain',
        'json',
        '',
        '*/*',
        'application/json; charset=latin1',
        'application/json;charset="utf-16"',
        'application/json+x',
        'application/jsonx',
      ];
      for (const type of someOf(refused, 2, turn)) {
        expectRefusal(operation, await typed({ 'content-type': type }), 415, type);
      }
      expectRefusal(operation, await typed({}), 415, 'no content type');
      for (const encoding of someOf(['gzip', 'br', 'gzip, gzip', 'x'], 1, turn)) {
        expectRefusal(
          operation,
          await typed({ 'content-type': 'application/json', 'content-encoding': encoding }),
          415,
          encoding,
        );
      }
      const accepted = [
        'application/json',
        'Application/JSON',
        'application/json;charset=utf-8',
        'application/json; charset="UTF-8"; a=b',
      ];
      for (const type of someOf(accepted, 1, turn)) {
        expectRefusal(operation, await typed({ 'content-type': type }), 422, type);
      }
    });

    it('refuses a body past its limit, with and without Content-Length (R15)', async () => {
      const limit = operation['x-body-limit'] ?? 0;
      expect(limit).toBeGreaterThan(0);
      const headers = { 'content-type': 'application/json' };
      const blank = new Uint8Array(65_536).fill(0x20);
      let sent = 0;
      const bodies: readonly (readonly [string, () => BodyInit])[] = [
        ['with', () => new Uint8Array(limit + 1).fill(0x20)],
        [
          'without',
          () =>
            new ReadableStream<Uint8Array>({
              pull(controller) {
                sent += blank.length;
                controller.enqueue(blank.slice());
                if (sent > limit * 4 + 1_000_000) controller.close();
              },
            }),
        ],
      ];
      // Operations of the same limit take turns.
      const peers = withLimit.get(limit) ?? [];
      for (const [context, body] of someOf(
        bodies,
        peers.length > 2 ? 1 : 2,
        peers.indexOf(operation),
      ))
        expectRefusal(operation, await send(operation, { body: body(), headers }), 413, context);
    });
  });

  it.each(named(operations))(
    '%s returns 406 for unsupported media types (R14)',
    async (_name, operation) => {
      const refused = ['x-none/x-none', 'application/json;q=0', 'application/x-none, image/x-none'];
      for (const accept of someOf(refused, 1, operations.indexOf(operation))) {
        const body = validBody(operation, own.values);
        const values = randomValues();
        const key = operation.access === 'root' ? rootKey : own.workspace.key;
        const answer = await call(operation, fillPath(operation, values), key, {
          headers: { accept },
          ...(body === undefined ? {} : { json: body }),
        });
        expectRefusal(operation, answer, 406, accept);
      }
    },
  );

  it.each(named(operations))(
    '%s rejects unknown and invalid query parameters',
    async (_name, operation) => {
      const parameters = operation.parameters.filter((parameter) => parameter.in === 'query');
      const turn = operations.indexOf(operation);
      const unknown = ['?unexpected_parameter=1', '?unexpected_parameter', '?__proto__=1'];
      const refused = [...someOf(unknown, 1, turn)];
      for (const [index, { name, schema }] of parameters.entries()) {
        const value = encodeURIComponent(String(exampleOf(schema)));
        refused.push(...someOf([`?${name}=%00`, `?${name}=a%00b`], 1, turn + index));
        // Only a list may come in several.
        if (!name.endsWith('[]')) refused.push(`?${name}=${value}&${name}=${value}`);
        if (typesOf(schema).some((type) => type === 'integer' || type === 'number')) {
          const numbers = ['', 'x', '1e309', 'NaN', '-1', '9007199254740993'];
          refused.push(...someOf(numbers, 2, turn + index).map((bad) => `?${name}=${bad}`));
        }
        if (schema.enum !== undefined) refused.push(`?${name}=no-such-value`);
      }
      for (const query of refused) {
        const body = validBody(operation, own.values);
        expectRefusal(
          operation,
          await send(operation, body === undefined ? {} : { json: body }, query),
          422,
          query,
        );
      }
    },
  );

  it('has changed nothing by rejected requests', async () =>
    expect(await hashRows(own.workspace.id)).toEqual(before));
});
