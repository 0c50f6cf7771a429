import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import { fillPath, jsonBodyOf, type Operation, operations, resolve } from '../support/document.ts';
import { type Seeded, seed, validOptions, valuesFor } from '../support/resources.ts';
import { someOf } from '../support/turns.ts';

/** Results of required actions are idempotent by the run, not by a key: who may read the run gets its answer (test/runs/actions.test.ts). */
const isByRun = (path: string) => path.endsWith('/actions');
/** A key applies to calls of some tools, whose results say that they are replayed (test/protocols/mcp/ask.test.ts). */
const isMcp = (path: string) => path.startsWith('/mcp');
const posts = operations.filter(
  ({ method, access, path }) =>
    method === 'POST' && access !== 'public' && !isByRun(path) && !isMcp(path),
);
const key = (value: string) => ({ headers: { 'idempotency-key': value } });
const day = 86_400_000;

/** Returns the texts of a reply that must not be disclosed: ids, secrets, passages. */
const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return value.length >= 20 ? [value] : [];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsIn) : [];
};

const isRefused = ({ status }: Answer) => [401, 403, 404].includes(status);
const codeOf = ({ body }: Answer) => body.code ?? body.error?.code;

interface Form {
  readonly title: string;
  readonly operation: Operation;
  /** Fields that ask for the other form of the reply. */
  readonly more: Readonly<Record<string, unknown>>;
}

/** Every POST, and once more as a stream where its body can ask for one. */
const forms: readonly Form[] = posts.flatMap((operation) => {
  const schema = jsonBodyOf(operation);
  const streams = schema !== undefined && resolve(schema).properties?.stream !== undefined;
  const plain = { title: operation.name, operation, more: {} };
  return streams
    ? [plain, { title: `${operation.name} as a stream`, operation, more: { stream: true } }]
    : [plain];
});

describe('a stored reply and other credentials (R55)', () => {
  let own: Seeded;
  const widths = new Map<string, string>();
  beforeAll(async () => {
    own = await seed('Scope');
    const { workspace } = own;
    const elsewhere = (await workspace.post('/agents', { name: 'Elsewhere' })).body.id;
    const expires_at = new Date(Date.now() + day).toISOString();
    const make = async (role: 'viewer' | 'runtime' | 'editor' | 'admin', agent_ids?: string[]) =>
      (await workspace.withRole(role, agent_ids)).key;
    widths.set('an equal admin', await make('admin'));
    widths.set('an editor', await make('editor'));
    widths.set('an admin of another agent', await make('admin', [elsewhere]));
    widths.set('a viewer', await make('viewer'));
    widths.set(
      'an admin that expires',
      (await workspace.post('/api-keys', { name: 'Soon', role: 'admin', expires_at })).body.secret,
    );
    widths.set('an editor of another agent', await make('editor', [elsewhere]));
    widths.set('an admin of another workspace', (await newWorkspace()).key);
    widths.set('a runtime key', await make('runtime'));
    widths.set('a runtime key of another agent', await make('runtime', [elsewhere]));
    widths.set('the root key', rootKey);
  });

  it.each(forms.map((form) => [form.title, form] as const))(
    '%s does not return it to them',
    async (_title, { operation, more }) => {
      const values = await valuesFor(operation, own);
      const sending = () => validOptions(operation, values, more);
      const path = fillPath(operation, values);
      const owner = operation.access === 'root' ? rootKey : own.workspace.key;
      const value = `scope-${crypto.randomUUID()}`;
      const first = await request('POST', path, owner, { ...key(value), ...sending() });
      expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
      const sent = new Set(textsIn([values, sending().json]));
      const secrets = textsIn(first.body).filter((text) => !sent.has(text) && /^ag_1/.test(text));
      const [equal, ...others] = [...widths].filter(([, other]) => other !== owner);
      const turn = posts.indexOf(operation);
      for (const [width, other] of [equal ?? ['', ''], ...someOf(others, 3, turn)]) {
        const answer = await request('POST', path, other, { ...key(value), ...sending() });
        const control = await request('POST', path, other, sending());
        const context = `${width}: ${answer.status} ${JSON.stringify(answer.body).slice(0, 200)}`;
        expect(answer.headers.get('idempotent-replayed'), context).toBeNull();
        expect(isRefused(answer), `${context}, without the header ${control.status}`).toBe(
          isRefused(control),
        );
        if (isRefused(control))
          expect([answer.status, codeOf(answer)], context).toEqual([
            control.status,
            codeOf(control),
          ]);
        for (const secret of secrets)
          expect(JSON.stringify(answer.body), context).not.toContain(secret);
      }
      const again = await request('POST', path, owner, { ...key(value), ...sending() });
      expect(again.status).toBe(first.status);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
    },
  );

  it('of a multipart upload is not returned to them', async () => {
    const { values, workspace } = own;
    const upload = (path: string, as: string) => {
      const form = new FormData();
      form.set('file', new Blob(['Only the first sender reads this.']), 'note.txt');
      return request('POST', path, as, { ...key('multipart'), body: form });
    };
    for (const path of [
      `/api/v1/knowledge-bases/${values.kb}/files`,
      `/api/v1/sessions/${values.session}/attachments`,
    ]) {
      const first = await upload(path, workspace.key);
      expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
      for (const width of [
        'an admin of another agent',
        'a runtime key of another agent',
        'a viewer',
        'an admin of another workspace',
      ]) {
        const answer = await upload(path, widths.get(width) ?? '');
        expect(answer.headers.get('idempotent-replayed'), width).toBeNull();
      }
      expect((await upload(path, workspace.key)).headers.get('idempotent-replayed')).toBe('true');
    }
  });
});

describe('a stored reply and a key that has been changed', () => {
  let admin: Workspace;
  let agents: readonly [string, string];
  beforeAll(async () => {
    admin = await newWorkspace();
    const make = async (name: string) =>
      (await admin.post('/agents', { name, config: { instructions: 'Answer.' } })).body
        .id as string;
    agents = [await make('One'), await make('Two')];
  });
  const change = async (key_id: string, json: unknown) =>
    expect((await admin.patch(`/api-keys/${key_id}`, json)).status).toBe(200);

  it.each([
    ['its role', { role: 'editor' }],
    ['its agents', () => ({ agent_ids: [agents[0]] })],
    ['its expiry', { expires_at: new Date(Date.now() + day).toISOString() }],
  ] as const)('refuses the reply with 403 once %s is narrower', async (_what, changes) => {
    const caller = await admin.withRole('admin');
    const create = () =>
      caller.post('/api-keys', { name: 'Made', role: 'viewer' }, key('narrowed'));
    const { secret } = (await create()).body;
    await change(caller.key_id, typeof changes === 'function' ? changes() : changes);
    const again = await create();
    expect(again.status, JSON.stringify(again.body)).toBe(403);
    expect(JSON.stringify(again.body)).not.toContain(secret);
    await change(caller.key_id, { role: 'admin', agent_ids: null, expires_at: null });
    expect((await create()).body.secret).toBe(secret);
  });

  it('returns no passages or answers of an agent that the key no longer covers', async () => {
    const caller = await admin.withRole('runtime');
    const session = (await caller.post(`/agents/${agents[1]}/sessions`, {})).body.id;
    const asked: [string, object][] = [
      [`/api/v1/agents/${agents[1]}/search`, { query: 'hours' }],
      [`/api/v1/agents/${agents[1]}/runs`, { message: 'Hello' }],
      [`/api/v1/sessions/${session}/messages`, { message: 'Hello' }],
      [`/api/v1/sessions/${session}/messages`, { message: 'Hello', stream: true }],
      [
        '/v1/chat/completions',
        { model: agents[1], messages: [{ role: 'user', content: 'Hello' }] },
      ],
      ['/v1/responses', { model: agents[1], input: 'Hello', stream: true }],
    ];
    const send = ([path, json]: [string, object], at: number) =>
      request('POST', path, caller.key, { ...key(`covers-${at}`), json });
    for (const [at, one] of asked.entries())
      expect((await send(one, at)).status, one[0]).toBeLessThan(300);
    await change(caller.key_id, { agent_ids: [agents[0]] });
    for (const [at, one] of asked.entries()) {
      const again = await send(one, at);
      expect([403, 404], `${one[0]}: ${again.status}`).toContain(again.status);
      expect(again.headers.get('idempotent-replayed')).toBeNull();
    }
  });

  it('returns the reply when the key covers more than before', async () => {
    const caller = await admin.withRole('editor', [agents[0]]);
    const create = () =>
      caller.post(
        `/agents/${agents[0]}/versions`,
        { config: { instructions: 'Answer briefly.' } },
        key('widened'),
      );
    const first = await create();
    expect(first.status, JSON.stringify(first.body)).toBeLessThan(300);
    await change(caller.key_id, { role: 'admin', agent_ids: null });
    const again = await create();
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([
      first.status,
      'true',
    ]);
    expect(again.body).toEqual(first.body);
  });

  it('replays a rotation to the key in its grace period, and not to its successor', async () => {
    const caller = await admin.withRole('admin');
    const rotate = (as: Workspace) =>
      as.post(`/api-keys/${caller.key_id}/rotate`, { grace_s: 600 }, key('rotation'));
    const first = await rotate(caller);
    const again = await rotate(caller);
    expect([first.status, again.status, again.headers.get('idempotent-replayed')]).toEqual([
      201,
      201,
      'true',
    ]);
    expect(again.body).toEqual(first.body);
    expect((await rotate(caller.as(first.body.secret))).status).toBe(409);
  });
});
