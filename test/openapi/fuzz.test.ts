import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { rootKey } from '../support/api.ts';
import { mutated, oddities, valuesOf } from '../support/arbitrary.ts';
import {
  call,
  fillPath,
  jsonBodyOf,
  type Operation,
  operations,
  type Parameter,
  pathParameters,
} from '../support/document.ts';
import { randomValues, type Seeded, seed, type Values, validBody } from '../support/resources.ts';

/** Requests of each sort for each operation; `FUZZ_RUNS=200 npm run test:only` for a long look. */
const numRuns = Number(env.FUZZ_RUNS);

interface Draft {
  readonly values: Values;
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

const inQuery = ({ parameters }: Operation) =>
  parameters.filter((parameter) => parameter.in === 'query' && parameter.name !== 'cursor');
const optional = <Value>(arbitrary: fc.Arbitrary<Value>) =>
  fc.option(arbitrary, { nil: undefined, freq: 2 });

function queries(parameters: readonly Parameter[], isValid: boolean) {
  const of = ({ schema }: Parameter) =>
    optional(isValid ? valuesOf(schema) : fc.oneof(valuesOf(schema), oddities));
  return fc.record(
    Object.fromEntries(parameters.map((parameter) => [parameter.name, of(parameter)])),
  );
}

/** Requests that the schemas allow, to things that are there. */
function validDrafts(operation: Operation, own: Values): fc.Arbitrary<Draft> {
  const schema = jsonBodyOf(operation);
  const body =
    schema === undefined
      ? fc.constant(undefined)
      : fc.oneof(valuesOf(schema), fc.constant(validBody(operation, own)));
  return fc.record({
    values: fc.constant(own),
    query: queries(inQuery(operation), true),
    headers: fc.constant({}),
    body,
  });
}

/** Requests with something wrong in them: an id, a parameter, a header, a place in the body. */
function mutatedDrafts(operation: Operation, own: Values): fc.Arbitrary<Draft> {
  const parts = fc.oneof(
    { weight: 5, arbitrary: fc.constant(own) },
    { weight: 1, arbitrary: fc.constant(randomValues()) },
    {
      weight: 1,
      arbitrary: fc.record(
        Object.fromEntries(
          pathParameters(operation).map((name) => [
            name,
            fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
          ]),
        ),
      ),
    },
  );
  const odd = (values: readonly string[]) => optional(fc.constantFrom(...values));
  const headers = fc
    .record({
      accept: odd(['*/*', 'application/json', 'text/event-stream', 'image/png', ';;q=']),
      'if-match': odd(['*', '"0"', '"x"', 'W/"1"', '']),
      'idempotency-key': odd(['k', 'x'.repeat(300), ' ']),
      'x-d1-bookmark': odd(['x', '00000000-00000000-00000000-00000000000000000000000000000000']),
      'last-event-id': odd(['0', '-1', 'x']),
    })
    .map((some) =>
      Object.fromEntries(
        Object.entries(some).filter((entry): entry is [string, string] => entry[1] !== undefined),
      ),
    );
  return validDrafts(operation, own).chain((draft) =>
    fc.record({
      values: parts,
      query: queries(inQuery(operation), false),
      headers,
      body: draft.body === undefined ? fc.constant(undefined) : mutated(draft.body),
    }),
  );
}

const text = (value: unknown) =>
  typeof value === 'string' ? value.toWellFormed() : JSON.stringify(value);

async function run(
  operation: Operation,
  key: string,
  { values, query, headers, body }: Draft,
): Promise<void> {
  const search = new URLSearchParams(
    Object.entries(query).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, text(value)] as [string, string]],
    ),
  );
  const path = fillPath(
    operation,
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.toWellFormed()])),
  );
  // A path of dots is another path.
  fc.pre(!path.split('/').some((part) => part === '.' || part === '..'));
  const answer = await call(operation, search.size === 0 ? path : `${path}?${search}`, key, {
    headers,
    ...(body === undefined ? {} : { json: body }),
  });
  // The server of another party at an address where nobody answers, or a model that gives no usable answer.
  const isUpstream = answer.status === 502 && /\/tools\/mcp\/|\/judges\/\w+\/test$/.test(path);
  expect(
    isUpstream ? 200 : answer.status,
    `${operation.method} ${path}?${search} ${JSON.stringify(body)}`,
  ).toBeLessThan(500);
}

/** Deletes come last, so that the other operations have resources. */
const inOrder = operations.toSorted(
  (a, b) => Number(a.method === 'DELETE') - Number(b.method === 'DELETE'),
);

describe('any request', () => {
  let own: Seeded;
  beforeAll(async () => {
    own = await seed('Fuzz');
  });

  it.each(inOrder.map((operation) => [operation.name, operation] as const))(
    '%s answers as documented and never with a 5xx (R25)',
    async (_name, operation) => {
      const key = operation.access === 'root' ? rootKey : own.workspace.key;
      const check = (draft: Draft) => run(operation, key, draft);
      await fc.assert(fc.asyncProperty(validDrafts(operation, own.values), check), { numRuns });
      await fc.assert(fc.asyncProperty(mutatedDrafts(operation, own.values), check), { numRuns });
    },
    600_000,
  );
});
