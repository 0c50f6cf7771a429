import { beforeAll, describe, expect, it } from 'vitest';
import { permissions } from '../../src/http/permissions.ts';
import { newWorkspace, rootKey, type Workspace } from '../support/api.ts';
import { call, expectRefusal, fillPath, type Operation, operations } from '../support/document.ts';
import { randomValues } from '../support/resources.ts';
import { someOf } from '../support/turns.ts';

const roles = ['viewer', 'runtime', 'editor', 'admin'] as const;
const guarded = operations.filter(({ access }) => access !== 'public');
const forKeys = guarded.filter(({ access }) => access !== 'root');

/** Sends unknown ids and no body, so that an authorized request fails later and has no effect. */
const probe = (operation: Operation, key: string | null, headers = {}) =>
  call(operation, fillPath(operation, randomValues()), key, { headers });

describe('credentials', () => {
  it.each(guarded.map((operation) => [operation.name, operation] as const))(
    '%s returns 401 without a valid credential (R1)',
    async (_name, operation) => {
      const wrong = [
        '',
        'Bearer',
        'Bearer ',
        'Basic YTpi',
        'Bearer ag_1nonsense',
        `bearer\t${'x'.repeat(4000)}`,
      ];
      for (const authorization of [undefined, ...someOf(wrong, 2, guarded.indexOf(operation))]) {
        const answer = await probe(
          operation,
          null,
          authorization === undefined ? {} : { authorization },
        );
        expectRefusal(operation, answer, 401, String(authorization));
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      }
    },
  );

  it('are not interchangeable between API keys and the root key', async () => {
    const { key } = await newWorkspace();
    for (const operation of guarded) {
      const isRoot = operation.access === 'root';
      expectRefusal(operation, await probe(operation, isRoot ? key : rootKey), 403, operation.name);
      if (isRoot)
        expectRefusal(
          operation,
          await probe(operation, `${key.slice(0, -1)}~`),
          401,
          operation.name,
        );
    }
  });
});

describe('the token of an end user', () => {
  it('is refused by all operations but those that name it (R85)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'Own' })).body.id;
    const { body } = await workspace.post('/end-user-tokens', {
      end_user_id: 'customer-1',
      agent_ids: [agent],
    });
    const open: string[] = [];
    for (const operation of guarded) {
      const answer = await probe(operation, body.token);
      const isNamed = operation.security?.some((one) => 'end_user_token' in one) === true;
      if (isNamed) open.push(operation.name.replace('/api/v1', ''));
      else expectRefusal(operation, answer, 403, operation.name);
      if (isNamed) expect([401, 403], operation.name).not.toContain(answer.status);
    }
    expect(open.sort()).toEqual([
      'DELETE /attachments/{attachment}',
      'DELETE /end-users/{end_user}/memories',
      'DELETE /memories/{memory}',
      'DELETE /messages/{message}/feedback',
      'DELETE /sessions/{session}',
      'DELETE /tools/mcp/{server}/authorizations/{authorization}',
      'GET /agents/{agent}/sessions',
      'GET /approvals',
      'GET /attachments/{attachment}',
      'GET /attachments/{attachment}/content',
      'GET /chat/{session}/stream',
      'GET /end-users/{end_user}/memories',
      'GET /generated-files/{generated_file}',
      'GET /memories/{memory}',
      'GET /messages/{message}',
      'GET /messages/{message}/citations/{citation}',
      'GET /runs/{run}',
      'GET /runs/{run}/events',
      'GET /sessions',
      'GET /sessions/{session}',
      'GET /sessions/{session}/attachments',
      'GET /sessions/{session}/events',
      'GET /sessions/{session}/messages',
      'GET /tools/mcp/{server}/authorizations',
      'PATCH /memories/{memory}',
      'PATCH /sessions/{session}',
      'POST /agents/{agent}/runs',
      'POST /agents/{agent}/search',
      'POST /agents/{agent}/sessions',
      'POST /chat',
      'POST /end-users/{end_user}/memories',
      'POST /knowledge-bases/{kb}/search',
      'POST /mcp',
      'POST /mcp/agents/{agent}',
      'POST /messages/{message}/regenerate',
      'POST /messages/{question}/edit',
      'POST /runs/{run}/actions',
      'POST /runs/{run}/cancel',
      'POST /sessions/{session}/attachments',
      'POST /sessions/{session}/events',
      'POST /sessions/{session}/hand-over',
      'POST /sessions/{session}/messages',
      'POST /sessions/{session}/suggestions',
      'POST /shared/{shared}/sessions',
      'POST /tools/mcp/{server}/authorizations',
      'PUT /messages/{message}/feedback',
    ]);
  });
});

describe('roles', () => {
  const workspaces = new Map<string, Workspace>();
  beforeAll(async () => {
    const admin = await newWorkspace();
    for (const role of roles) workspaces.set(role, await admin.withRole(role));
  });

  it.each(forKeys.map((operation) => [operation.name, operation] as const))(
    '%s returns 403 exactly for the roles without its permission (R9)',
    async (_name, operation) => {
      const allowed: readonly string[] = permissions[operation.access as keyof typeof permissions];
      for (const role of roles) {
        const { status } = await probe(operation, workspaces.get(role)?.key ?? '');
        expect(status === 403, `${role}: ${status}`).toBe(!allowed.includes(role));
      }
    },
  );

  it('allow a viewer no changes (R9)', async () => {
    // They store nothing (test/agents/plan.test.ts), and workflows of pull requests need them.
    const plans = new Set(['POST /api/v1/agents/plan', 'POST /api/v1/agents/{agent}/plan']);
    for (const operation of forKeys.filter(({ method }) => method !== 'GET')) {
      if (plans.has(operation.name)) continue;
      expectRefusal(
        operation,
        await probe(operation, workspaces.get('viewer')?.key ?? ''),
        403,
        operation.name,
      );
    }
  });

  it('reserve keys, settings and the audit log for admins (R8, R9)', async () => {
    for (const operation of forKeys.filter(
      ({ path, method }) =>
        /api-keys|audit-log/.test(path) || (path.endsWith('/workspace') && method !== 'GET'),
    )) {
      for (const role of ['viewer', 'runtime', 'editor']) {
        expectRefusal(
          operation,
          await probe(operation, workspaces.get(role)?.key ?? ''),
          403,
          `${role} ${operation.name}`,
        );
      }
    }
  });

  it('deny operations on the whole workspace to agent-limited keys (R8, R9)', async () => {
    const admin = await newWorkspace();
    const agent = (await admin.post('/agents', { name: 'Own' })).body.id;
    const limited = await admin.withRole('admin', [agent]);
    const me = (await limited.get('/users/me')).body;
    const closed = [
      ...[
        'workspace:write',
        'keys:read',
        'audit:read',
        'providers:manage',
        'architect:use',
        'tools:write',
        'code:run',
        'usage:archives',
        'invoices:read',
      ],
      ...[
        'members:read',
        'members:manage',
        'judges:write',
        'budgets:manage',
        'webhooks:manage',
        'rate-limits:manage',
        'operations:read',
        'end-users:read',
        'end-users:manage',
      ],
    ];
    expect(me.permissions).toEqual(
      Object.keys(permissions).filter((permission) => !closed.includes(permission)),
    );
    for (const operation of forKeys) {
      const answer = await probe(operation, limited.key);
      const isClosed = closed.includes(operation.access);
      expect(
        operation.description?.includes('Not for keys that are limited to agents.'),
        operation.name,
      ).toBe(isClosed);
      if (isClosed) expectRefusal(operation, answer, 403, operation.name);
    }
    const names = forKeys
      .filter(({ access }) => closed.includes(access))
      .map(({ name }) => name.replace('/api/v1', ''));
    expect(names).toEqual(
      expect.arrayContaining([
        'PATCH /workspace',
        'GET /api-keys',
        'GET /audit-log',
        'PUT /providers/{provider}',
        'DELETE /providers/{provider}',
        'PUT /prices',
        'POST /tools',
        'PATCH /tools/{tool}',
        'DELETE /tools/{tool}',
      ]),
    );
  });
});
