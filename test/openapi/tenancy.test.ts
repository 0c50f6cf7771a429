import { beforeAll, describe, expect, it } from 'vitest';
import {
  call,
  fillPath,
  jsonBodyOf,
  operations,
  pathParameters,
  refusedWith,
  withoutRequestId,
} from '../support/document.ts';
import {
  idsInBody,
  namedParameters,
  randomValues,
  type Seeded,
  seed,
  validBody,
  withValueAt,
} from '../support/resources.ts';
import { hashRows } from '../support/rows.ts';
import { someOf } from '../support/turns.ts';

/** The root key stands above workspaces. */
const withParameters = operations.filter(
  (operation) => operation.access !== 'root' && pathParameters(operation).length > 0,
);
/** Names of end users are the callers' own: none is malformed as an id. */
const withOwnIds = withParameters.filter(
  (operation) => pathParameters(operation)[0] !== 'end_user',
);
/** Without those whose URL is the permission, such as the address of a share link. */
const withIds = withParameters.filter(
  (operation) =>
    operation.access !== 'public' &&
    pathParameters(operation).some((name) => !namedParameters.has(name)),
);
const withIdsInBody = operations.filter(
  (operation) => operation.access !== 'root' && idsInBody(jsonBodyOf(operation)).length > 0,
);
const json = (body: unknown) => (body === undefined ? {} : { json: body });

describe('two workspaces', () => {
  let victim: Seeded;
  let attacker: Seeded;
  /** The rows of both as the test before has left them. */
  let rows: readonly Record<string, string>[];
  const hashBoth = () =>
    Promise.all([hashRows(victim.workspace.id), hashRows(attacker.workspace.id)]);
  beforeAll(async () => {
    [victim, attacker] = await Promise.all([seed('Victim'), seed('Attacker')]);
    rows = await hashBoth();
  });

  it('has a seed for every path parameter', () => {
    for (const operation of withParameters)
      expect(Object.keys(victim.values), operation.name).toEqual(
        expect.arrayContaining(pathParameters(operation)),
      );
  });

  it.each(withIds.map((operation) => [operation.name, operation] as const))(
    '%s returns the same for a foreign and a random id (R2, R3)',
    async (_name, operation) => {
      const before = rows;
      const parameters = pathParameters(operation);
      const ids = parameters.filter((name) => !namedParameters.has(name));
      // All foreign; then each one foreign under the caller's own parents.
      const sets = [parameters, ...(parameters.length > 1 ? ids.map((name) => [name]) : [])];
      const body = json(validBody(operation, attacker.values));
      for (const foreign of sets) {
        const pick = (source: Readonly<Record<string, string>>) =>
          Object.fromEntries(
            parameters.map((name) => [
              name,
              (foreign.includes(name) ? source : attacker.values)[name] ?? '',
            ]),
          );
        const theirs = await call(
          operation,
          fillPath(operation, pick(victim.values)),
          attacker.workspace.key,
          body,
        );
        const nobodys = await call(
          operation,
          fillPath(operation, pick(randomValues())),
          attacker.workspace.key,
          body,
        );
        expect(theirs.status, `${foreign}: ${JSON.stringify(theirs.body)}`).toBe(404);
        expect(withoutRequestId(theirs)).toEqual(withoutRequestId(nobodys));
      }
      rows = await hashBoth();
      expect(rows).toEqual(before);
    },
  );

  it.each(withIdsInBody.map((operation) => [operation.name, operation] as const))(
    '%s rejects a foreign id in its body (R2)',
    async (_name, operation) => {
      const before = rows;
      const path = fillPath(operation, attacker.values);
      for (const { path: at, parameter } of idsInBody(jsonBodyOf(operation))) {
        if (victim.values[parameter] === undefined) continue;
        const withId = (id: string | undefined) =>
          json(withValueAt(validBody(operation, attacker.values), at, id));
        const theirs = await call(
          operation,
          path,
          attacker.workspace.key,
          withId(victim.values[parameter]),
        );
        const nobodys = await call(
          operation,
          path,
          attacker.workspace.key,
          withId(randomValues()[parameter]),
        );
        // A search that is narrowed to what is not there finds nothing; everything else refuses.
        expect(
          operation.path.endsWith('/search') ? [200] : [404, refusedWith(operation, 422)],
          `/${at.join('/')}: ${theirs.status}`,
        ).toContain(theirs.status);
        expect(withoutRequestId(theirs)).toEqual(withoutRequestId(nobodys));
      }
      rows = await hashBoth();
      // A search costs something, whatever it finds.
      const paid = operation.path.endsWith('/search') ? { usage: expect.any(String) } : {};
      expect(rows).toEqual([before[0], { ...before[1], ...paid }]);
    },
  );

  it.each(withOwnIds.map((operation) => [operation.name, operation] as const))(
    '%s finds nothing under a malformed id (R20)',
    async (_name, operation) => {
      const malformed = [
        'x',
        '0',
        '-1',
        'undefined',
        '%00',
        '..%2f..',
        "'%20or%201=1--",
        '%F0%9F%92%A9',
        'a'.repeat(3000),
        'agt_short',
        '%E0%A4%A',
      ];
      const own = Object.fromEntries(
        pathParameters(operation).map((name) => [name, attacker.values[name] ?? '']),
      );
      const [first = ''] = pathParameters(operation);
      // A month has no letters.
      const upper = [own[first]?.toUpperCase() ?? ''].filter((id) => id !== own[first]);
      for (const id of [...someOf(malformed, 4, withParameters.indexOf(operation)), ...upper]) {
        const path = fillPath(operation, { ...own, [first]: 'ID' }).replace('/ID', `/${id}`);
        const answer = await call(
          operation,
          path,
          attacker.workspace.key,
          json(validBody(operation, attacker.values)),
        );
        expect(answer.status, id).toBe(404);
      }
    },
  );
});
