import { beforeAll, describe, expect, it } from 'vitest';
import { permissions } from '../../../src/http/permissions.ts';
import { newWorkspace, rootKey, type Workspace } from '../../support/api.ts';
import {
  call,
  expectProblem,
  expectRefusal,
  fillPath,
  jsonBodyOf,
  type Operation,
  operations,
  personOperations,
} from '../../support/document.ts';
import { type MemberRole, newMember, origin, type TestMember } from '../../support/people.ts';
import { exampleOf, randomValues } from '../../support/resources.ts';

const roles = ['viewer', 'editor', 'admin', 'owner'] as const;
const forKeys = operations.filter(({ access }) => access !== 'public' && access !== 'root');

describe('members', () => {
  const members = new Map<MemberRole, TestMember>();
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
    for (const role of roles) members.set(role, await newMember(workspace, role));
  });
  const as = (role: MemberRole) => members.get(role) as TestMember;

  /** Sends unknown ids and no body, so that an authorized request fails later and has no effect. */
  const probe = async ({ method, path }: Operation, role: MemberRole) => {
    const filled = fillPath({ path } as Operation, randomValues());
    // Without `Origin`, which `/mcp` compares with PUBLIC_HOSTS.
    return as(role).browser.send(method, `${origin}${filled}`, { headers: { origin: '' } });
  };

  it.each(forKeys.map((operation) => [operation.name, operation] as const))(
    '%s returns 403 exactly for the roles without its permission (R9)',
    async (_name, operation) => {
      const allowed: readonly string[] = permissions[operation.access as keyof typeof permissions];
      for (const role of roles) {
        const answer = await probe(operation, role);
        const isAllowed = allowed.includes(role === 'owner' ? 'admin' : role);
        expect(answer.status === 403, `${role}: ${answer.status}`).toBe(!isAllowed);
        expect(answer.status, role).not.toBe(401);
        expect(answer.status, role).toBeLessThan(500);
      }
    },
  );

  it('are refused by operations of the root key, and without a proof of origin (R9, R70)', async () => {
    for (const operation of operations.filter(({ access }) => access === 'root'))
      expectRefusal(operation, await probe(operation, 'owner'), 403, operation.name);
    for (const operation of forKeys.filter(({ method }) => method !== 'GET')) {
      const path = `${origin}${fillPath(operation, randomValues())}`;
      const headers = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
      const answer = await as('owner').browser.send(operation.method, path, { headers });
      expectRefusal(operation, answer, 403, operation.name);
    }
  });

  it.each(personOperations.map((operation) => [operation.name, operation] as const))(
    '%s needs a session, and refuses what does not match its schema (R1, R10)',
    async (_name, operation) => {
      const path = fillPath(operation, randomValues());
      expectProblem(await call(operation, path, null), 401);
      for (const key of [workspace.key, rootKey])
        expectProblem(await call(operation, path, key), 403);
      const body = jsonBodyOf(operation);
      if (body === undefined) return;
      const url = `${origin}${path}`;
      const { browser } = as('viewer');
      const refused = async (status: number, text: string, type = 'application/json') => {
        const options = { body: text, headers: { 'content-type': type } };
        expectProblem(await browser.send(operation.method, url, options), status, text);
      };
      const example = exampleOf(body) as object;
      await refused(422, JSON.stringify({ ...example, unexpected_field: 1 }));
      await refused(422, '{"a\\u0000b": 1}');
      await refused(422, '[]');
      await refused(400, '{');
      await refused(415, '{}', 'text/plain');
      await refused(413, JSON.stringify({ a: 'x'.repeat(1024 * 1024) }));
    },
  );
});
