import { describe, expect, it } from 'vitest';
import {
  inlineReferences,
  schemaErrors,
  schemaProblem,
} from '../../src/shared/json-schema/index.ts';

const object = (more: object = {}) => ({ type: 'object', ...more });
const withPattern = (pattern: string) => object({ properties: { a: { type: 'string', pattern } } });

describe('a JSON Schema from elsewhere', () => {
  it.each([
    object({ $schema: 'http://json-schema.org/draft-07/schema#', $id: 'https://example.com/s' }),
    object({ $defs: { unused: { type: 'string' } } }),
    object({ properties: { a: { $ref: '#/$defs/a' } }, $defs: { a: { type: 'string' } } }),
    object({ properties: { a: { $ref: '#/definitions/a~1b%20c' } }, definitions: { 'a/b c': {} } }),
    object({ properties: { a: { type: 'string' }, b: { $ref: '#/properties/a' } } }),
    object({
      properties: { a: { items: { $ref: '#/$defs/a' } } },
      $defs: { a: { $ref: '#/$defs/b' }, b: {} },
    }),
    object({ additionalProperties: { type: 'number' } }),
    object({ patternProperties: { '^x-': { type: 'string' } }, additionalProperties: true }),
    object({ dependentRequired: { a: ['b'] }, dependentSchemas: { a: { required: ['c'] } } }),
    object({ dependencies: { a: ['b'], c: { required: ['d'] } } }),
    object({
      properties: { a: { type: 'array', items: [{ type: 'string' }], additionalItems: false } },
    }),
    object({ oneOf: [{ required: ['a'] }, { maxProperties: 1 }], 'x-own': { $ref: 'ignored' } }),
    object({ properties: { id: { type: 'string' }, $ref: { type: 'string' }, pattern: {} } }),
  ])('is accepted: %j', (schema) => {
    expect(schemaProblem(schema)).toBeNull();
    expect(schemaErrors(schema, {})).toEqual([]);
  });

  it.each<[object, string]>([
    [object({ $ref: '#' }), '$ref "#" is recursive'],
    [object({ properties: { child: { $ref: '#' } } }), '$ref "#" is recursive'],
    [
      object({
        $defs: { a: { items: { $ref: '#/$defs/b' } }, b: { allOf: [{ $ref: '#/$defs/a' }] } },
      }),
      'is recursive',
    ],
    [object({ properties: { a: { $ref: '#/$defs/none' } } }), 'does not name a schema'],
    [object({ properties: { a: { $ref: '#/title' } }, title: 'x' }), 'does not name a schema'],
    [object({ properties: { a: { $ref: '#/properties' } } }), 'does not name a schema'],
    [object({ properties: { a: { $ref: 'https://example.com/s.json' } } }), 'within the document'],
    [object({ properties: { a: { $ref: 'other.json#/a' } } }), 'within the document'],
    [object({ properties: { a: { $ref: 1 } } }), 'within the document'],
    [object({ $defs: { a: { $anchor: 'x' } } }), '/$defs/a/$anchor is not supported'],
    [object({ properties: { a: { $dynamicRef: '#x' } } }), '$dynamicRef is not supported'],
    [object({ properties: { a: { $id: 'https://example.com/a' } } }), '/properties/a/$id'],
    [object({ $defs: [] }), '/$defs must be schemas by name'],
    [object({ $defs: { a: 1 } }), '/$defs/a must be a schema'],
    [object({ dependentRequired: { a: 'b' } }), '/dependentRequired'],
    [object({ dependencies: { a: [1] } }), '/dependencies'],
    [object({ patternProperties: { '[': {} } }), 'not a valid regular expression'],
    [withPattern('('), 'not a valid regular expression'],
    [withPattern('a'.repeat(501)), 'at most 500 characters'],
    [withPattern('^(?=.*[0-9]).+$'), 'not supported: lookahead'],
    [object({ properties: { a: { pattern: 1 } } }), '/properties/a/pattern must be a string'],
    [object({ description: 'x'.repeat(70_000) }), 'At most 65536 characters'],
  ])('is refused, with the reason: %j', (schema, reason) => {
    expect(schemaProblem(schema)).toContain(reason);
  });

  it('is bounded in what its references expand to', () => {
    const doubling = Object.fromEntries(
      Array.from({ length: 20 }, (_, level) => {
        const next = { $ref: `#/$defs/level_${level + 1}` };
        return [`level_${level}`, { properties: { a: next, b: next } }];
      }),
    );
    const schema = object({ $ref: '#/$defs/level_0', $defs: { ...doubling, level_20: {} } });
    expect(schemaProblem(schema)).toMatch(/expands to more than|levels deep/);
    const chain = Object.fromEntries(
      Array.from({ length: 50 }, (_, level) => [
        `level_${level}`,
        level === 49 ? {} : { items: { $ref: `#/$defs/level_${level + 1}` } },
      ]),
    );
    expect(schemaProblem(object({ $ref: '#/$defs/level_0', $defs: chain }))).toContain(
      'levels deep',
    );
    const deep = Array.from({ length: 20 }).reduce<object>((items) => ({ items }), {});
    expect(schemaProblem(object({ properties: { a: deep } }))).toContain('16 levels deep');
    const patterns = Array.from({ length: 51 }, () => ({ pattern: '^a$' }));
    expect(schemaProblem(object({ anyOf: patterns }))).toContain('At most 50 uses of pattern');
  });

  it('has its references replaced by what they name', () => {
    const schema = object({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: {
        plain: { $ref: '#/$defs/name' },
        described: { $ref: '#/$defs/name', description: 'Own.' },
        narrowed: { $ref: '#/$defs/name', minLength: 2 },
        list: { type: 'array', items: { $ref: '#/$defs/pair' } },
      },
      $defs: {
        name: { type: 'string', description: 'A name.' },
        pair: { type: 'object', properties: { key: { $ref: '#/$defs/name' } } },
      },
    });
    const name = { type: 'string', description: 'A name.' };
    expect(inlineReferences(schema)).toEqual(
      object({
        properties: {
          plain: name,
          described: { type: 'string', description: 'Own.' },
          narrowed: { minLength: 2, allOf: [name] },
          list: { type: 'array', items: { type: 'object', properties: { key: name } } },
        },
      }),
    );
    expect(inlineReferences(object({ properties: { child: { $ref: '#' } } }))).toBeNull();
  });
});

describe('validation', () => {
  const schema = object({
    properties: {
      code: { $ref: '#/$defs/code' },
      tags: { type: 'array', items: { $ref: '#/$defs/code' } },
    },
    patternProperties: { '^x-[a-z]+$': { type: 'integer' } },
    additionalProperties: false,
    $defs: { code: { type: 'string', pattern: '^[A-Z]{2}[0-9]+$' } },
  });

  it('follows references and patterns', () => {
    expect(schemaErrors(schema, { code: 'AB12', tags: ['CD3'], 'x-own': 1 })).toEqual([]);
    for (const [value, place] of [
      [{ code: 'ab12' }, '#/code'],
      [{ tags: ['AB1', 'x'] }, '#/tags/1'],
      [{ 'x-own': 'a' }, '#/x-own'],
      [{ other: 1 }, '#/other'],
      [[], '#: '],
    ] as const)
      expect(schemaErrors(schema, value).join('\n'), place).toContain(place);
  });

  it('reports the value at fault, without the objects and lists around it', () => {
    const inner = object({ properties: { n: { type: 'integer' } } });
    const outer = object({ properties: { list: { type: 'array', items: inner } } });
    expect(schemaErrors(outer, { list: [{ n: 1 }, { n: 'x' }] })).toEqual([
      '#/list/1/n: Instance type "string" is invalid. Expected "integer".',
    ]);
  });

  it('is not led astray by $id, nor by a property of that name', () => {
    const own = object({
      $id: 'https://example.com/schema.json',
      properties: { id: { $ref: '#/$defs/id' } },
      $defs: { id: { type: 'string', id: 'https://example.com/other' } },
    });
    expect(schemaErrors(own, { id: 'a' })).toEqual([]);
    expect(schemaErrors(own, { id: 1 })).not.toEqual([]);
  });

  it.each([
    ['^[a-z0-9]+(?:-[a-z0-9]+)*$', 'a-slug-of-3', '-slug'],
    ['^[^@\\s]+@[^@\\s]+\\.[^@\\s]+$', 'a@example.com', 'a.example.com'],
    ['^\\d{4}-\\d{2}-\\d{2}(T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?Z)?$', '2026-01-01T00:00Z', '26-1-1'],
    ['^([a-z0-9-]+\\.)+[a-z]{2,}$', 'api.example.com', 'example'],
    ['^(\\d{1,3}\\.){3}\\d{1,3}$', '192.0.2.1', '192.0.2'],
    ['^(red|green|blue)$', 'green', 'greenish'],
    ['^(?:a|b|c)+$', 'abcabc', 'abd'],
    ['^https?://', 'https://example.com/', 'ftp://example.com/'],
    ['[0-9]', 'a1', 'a'],
    ['^\\p{Lu}\\p{Ll}+$', 'Éa', 'éa'],
  ])('applies the usual pattern %s', (pattern, match, other) => {
    const checked = withPattern(pattern);
    expect(schemaProblem(checked)).toBeNull();
    expect(schemaErrors(checked, { a: match })).toEqual([]);
    expect(schemaErrors(checked, { a: other })).not.toEqual([]);
  });

  it('applies a pattern to strings of bounded length only', () => {
    const letters = withPattern('^[a-z]+$');
    expect(schemaErrors(letters, { a: 'a'.repeat(2000) })).toEqual([]);
    expect(schemaErrors(letters, { a: 'a'.repeat(2001) })).not.toEqual([]);
    const costly = withPattern('^[a-z]+-?[a-z]+-?[a-z]+$');
    expect(schemaErrors(costly, { a: 'a'.repeat(90) })).toEqual([]);
    expect(schemaErrors(costly, { a: 'a'.repeat(300) })).not.toEqual([]);
  });

  it('reports what cannot be checked', () => {
    const deep = Array.from({ length: 200 }).reduce<unknown>((inner) => [inner], 1);
    expect(schemaErrors({}, deep)).toEqual([expect.stringContaining('cannot be checked')]);
    for (const broken of [{ $ref: '#' }, { $ref: '#/nowhere' }])
      expect(schemaErrors(broken, {})).toEqual([expect.stringContaining('cannot be checked')]);
  });
});
