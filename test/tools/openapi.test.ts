import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';

const shop = (server: string) => ({
  openapi: '3.0.3',
  info: { title: 'Shop', version: '1' },
  servers: [{ url: `${server}/{stage}`, variables: { stage: { default: 'v1' } } }],
  components: {
    schemas: {
      Node: {
        type: 'object',
        properties: { name: { type: 'string' }, child: { $ref: '#/components/schemas/Node' } },
      },
      Order: {
        type: 'object',
        required: ['id', 'customer'],
        properties: {
          id: { type: 'string', readOnly: true },
          customer: { type: 'string', nullable: true, pattern: '^c_' },
          price: { type: 'number', minimum: 0, exclusiveMinimum: true },
          tree: { $ref: '#/components/schemas/Node' },
        },
      },
    },
    parameters: {
      Order: { name: 'order', in: 'path', required: true, schema: { type: 'string' } },
    },
  },
  paths: {
    '/orders/{order}': {
      parameters: [
        { $ref: '#/components/parameters/Order' },
        { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
      ],
      get: {
        operationId: 'orders.get',
        summary: 'An order',
        parameters: [
          { name: 'fields', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
        ],
      },
      put: {
        operationId: 'putOrder',
        requestBody: {
          required: true,
          content: { 'application/json': { schema: { $ref: '#/components/schemas/Order' } } },
        },
      },
      delete: { summary: 'Away with it' },
    },
    '/upload': {
      post: {
        operationId: 'upload',
        requestBody: { content: { 'multipart/form-data': { schema: {} } } },
      },
    },
    '/broken': {
      get: { operationId: 'broken', parameters: [{ $ref: '#/components/parameters/None' }] },
    },
    '/circle': {
      get: { operationId: 'circle', parameters: [{ $ref: '#/components/parameters/Order' }] },
    },
  },
});

describe('import from OpenAPI', () => {
  it('previews operations and why they cannot be imported', async () => {
    const workspace = await newWorkspace();
    const { status, body } = await workspace.post('/tools/openapi/preview', {
      document: JSON.stringify(shop('https://shop.example.com')),
    });
    expect([status, body.title]).toEqual([200, 'Shop']);
    const shown = body.operations.map(({ name, effect, problem }: Record<string, string>) => [
      name,
      effect,
      problem === null,
    ]);
    expect(shown).toEqual([
      ['orders_get', 'read', true],
      ['putOrder', 'write', true],
      ['delete_orders_order', 'destructive', true],
      [null, null, false],
      [null, null, false],
      ['circle', 'read', true],
    ]);
    expect(body.operations[0].url).toBe(
      'https://shop.example.com/v1/orders/{order}?fields={fields}',
    );
    expect((await workspace.get('/tools')).body.data).toEqual([]);
  });

  it('creates tools that can be called', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/v1/orders/7', {
      body: '{"ok":true}',
      headers: { 'content-type': 'application/json' },
    });
    const { status, body } = await workspace.post('/tools/openapi', {
      document: JSON.stringify(shop(site.origin)),
      operations: [
        { operation_id: 'orders.get', name: 'get_order' },
        { method: 'PUT', path: '/orders/{order}', effect: 'destructive' },
      ],
      secret_headers: { Authorization: 'Bearer canary-0123456789' },
    });
    expect(status, JSON.stringify(body)).toBe(201);
    const [get, put] = body.data;
    expect([get.name, put.name, put.effect, put.body]).toEqual([
      'get_order',
      'putOrder',
      'destructive',
      { type: 'json', argument: 'body' },
    ]);
    const { properties, required } = put.input_schema.properties.body;
    expect([Object.keys(properties), required]).toEqual([
      ['customer', 'price', 'tree'],
      ['customer'],
    ]);
    expect(properties.customer).toEqual({ type: ['string', 'null'], description: 'Pattern: ^c_' });
    expect(properties.price).toEqual({ type: 'number', exclusiveMinimum: 0 });
    expect(properties.tree.properties.child.description).toBe('Nested once more.');
    expect(
      (await workspace.post(`/tools/${get.id}/test`, { input: { order: '7', fields: ['a', 'b'] } }))
        .body.ok,
    ).toBe(true);
    expect(
      (
        await workspace.post(`/tools/${put.id}/test`, {
          input: { order: '7', body: { customer: 'c_1' } },
        })
      ).body.ok,
    ).toBe(true);
    const calls = await site.calls();
    expect(calls.map(({ method, url, body: sent }) => [method, url, sent])).toEqual([
      ['GET', site.url('/v1/orders/7?fields=a&fields=b'), ''],
      ['PUT', site.url('/v1/orders/7'), '{"customer":"c_1"}'],
    ]);
    expect(calls.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer canary-0123456789',
      'Bearer canary-0123456789',
    ]);
  });

  it('creates all tools or none', async () => {
    const workspace = await newWorkspace();
    const document = JSON.stringify(shop('https://shop.example.com'));
    const choose = (...operations: object[]) =>
      workspace.post('/tools/openapi', { document, operations });
    const good = { operation_id: 'orders.get' };
    for (const bad of [
      { operation_id: 'none' },
      { operation_id: 'upload' },
      { operation_id: 'broken' },
      { path: '/upload' },
      {},
      good,
      { operation_id: 'putOrder', name: 'calculator' },
    ]) {
      const answer = await choose(good, bad);
      expect([answer.status, answer.body.errors[0].pointer], JSON.stringify(bad)).toEqual([
        422,
        '/operations/1',
      ]);
    }
    expect((await workspace.get('/tools')).body.data).toEqual([]);
    await choose(good);
    expect((await choose({ operation_id: 'putOrder' }, good)).body.code).toBe('name_taken');
    expect((await workspace.get('/tools')).body.data.length).toBe(1);
  });

  it('refuses invalid documents and remote references', async () => {
    const workspace = await newWorkspace();
    const send = async (document: unknown, more: object = {}) =>
      (
        await workspace.post('/tools/openapi', {
          document: typeof document === 'string' ? document : JSON.stringify(document),
          operations: [{ operation_id: 'orders.get' }],
          ...more,
        })
      ).status;
    for (const document of [
      'openapi: 3.0.0',
      '{}',
      '[]',
      'null',
      '{"swagger":"2.0","paths":{}}',
      '{"openapi":"3.0.0"}',
      '{"openapi":"4.0.0","paths":{}}',
    ]) {
      expect(await send(document), document).toBe(422);
    }
    for (const server of [
      'http://localhost',
      'https://10.0.0.1',
      '/relative',
      'https://a.internal',
    ])
      expect(await send(shop(server)), server).toBe(422);
    expect(await send(shop('/relative'), { server_url: 'https://shop.example.com' })).toBe(201);
    const remote = shop('https://shop.example.com');
    remote.components.parameters.Order = { $ref: 'https://evil.example.com/x.json' } as never;
    expect(await send(remote)).toBe(422);
    const circle = shop('https://shop.example.com');
    circle.components.parameters.Order = { $ref: '#/components/parameters/Order' } as never;
    expect(await send(circle)).toBe(422);
  });

  it('refuses schemas that grow fourfold with every level', async () => {
    const workspace = await newWorkspace();
    const document = shop('https://shop.example.com');
    const schemas = document.components.schemas as Record<string, object>;
    for (let level = 0; level < 40; level += 1) {
      const next = { $ref: `#/components/schemas/L${level + 1}` };
      schemas[`L${level}`] = { type: 'object', properties: { a: next, b: next, c: next, d: next } };
    }
    schemas.L40 = { type: 'string' };
    schemas.Order = { $ref: '#/components/schemas/L0' } as never;
    const started = Date.now();
    const { body } = await workspace.post('/tools/openapi/preview', {
      document: JSON.stringify(document),
    });
    expect(body.operations[1].problem).toContain('too large');
    expect(Date.now() - started).toBeLessThan(2000);
  });

  /** Returns the bodies of `count` operations, each made by `body`. */
  const documentOf = (
    count: number,
    body: (index: number) => object,
    schemas: Record<string, object>,
  ) => ({
    openapi: '3.1.0',
    info: { title: 'Many', version: '1' },
    servers: [{ url: 'https://many.example.com' }],
    components: { schemas },
    paths: Object.fromEntries(
      Array.from({ length: count }, (_, index) => [
        `/p${index}`,
        {
          post: {
            operationId: `op${index}`,
            requestBody: { content: { 'application/json': { schema: body(index) } } },
          },
        },
      ]),
    ),
  });
  const previewOf = async (document: object) => {
    const workspace = await newWorkspace();
    return workspace.post('/tools/openapi/preview', { document: JSON.stringify(document) });
  };
  const wide = (name: (index: number) => object) => ({
    type: 'object',
    properties: Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`f${index}`, name(index)]),
    ),
  });

  it('expands a schema that 2,000 operations share once', async () => {
    const shared = wide(() => wide(() => ({ type: 'string', maxLength: 10 })));
    const { status, body } = await previewOf(
      documentOf(2000, () => ({ $ref: '#/components/schemas/Shared' }), { Shared: shared }),
    );
    expect(status).toBe(200);
    expect(body.operations.length).toBe(2000);
    expect(
      body.operations.filter(({ problem }: { problem: string | null }) => problem !== null),
    ).toEqual([]);
    const wrapped = (index: number) => ({
      type: 'object',
      properties: { [`a${index}`]: { $ref: '#/components/schemas/Shared' } },
    });
    const inside = await previewOf(documentOf(2000, wrapped, { Shared: shared }));
    expect(
      inside.body.operations.every(({ problem }: { problem: string | null }) => problem === null),
    ).toBe(true);
  });

  it.each([
    [
      'circles',
      () => ({ $ref: '#/components/schemas/A' }),
      {
        A: wide(() => ({ $ref: '#/components/schemas/B' })),
        B: wide(() => ({ $ref: '#/components/schemas/A' })),
      },
    ],
    [
      'one long text',
      () => ({ $ref: '#/components/schemas/A' }),
      {
        A: {
          type: 'object',
          description: 'x'.repeat(200_000),
          properties: { again: { $ref: '#/components/schemas/A' } },
        },
      },
    ],
  ])(
    'refuses a document whose schemas are too large together: %s',
    async (_kind, body, schemas) => {
      const answer = await previewOf(documentOf(2000, body, schemas));
      expect([answer.status, answer.body.errors[0].pointer]).toEqual([422, '/document']);
      expect(answer.body.errors[0].detail).toContain('this document');
    },
  );

  it('refuses a long text that many references repeat', async () => {
    const schemas = {
      Long: { type: 'string', description: 'x'.repeat(100_000) },
      All: wide(() => ({ $ref: '#/components/schemas/Long' })),
    };
    const { status, body } = await previewOf(
      documentOf(3, () => ({ $ref: '#/components/schemas/All' }), schemas),
    );
    expect(status).toBe(200);
    expect(
      body.operations.map(({ problem }: { problem: string }) => problem.includes('too large')),
    ).toEqual([true, true, true]);
  });

  it('refuses an operation with thousands of parameters', async () => {
    const document = documentOf(1, () => ({ type: 'string' }), {});
    const parameters = Array.from({ length: 30_000 }, (_, index) => ({
      name: `p${index}`,
      in: 'query',
    }));
    Object.assign(document.paths['/p0'] ?? {}, { parameters });
    const { body } = await previewOf(document);
    expect(body.operations[0].problem).toContain('500 parameters');
  });
});
