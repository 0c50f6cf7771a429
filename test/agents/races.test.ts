import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { ifMatch, newAgent, problem } from './support.ts';

const allNumbers = async (workspace: Workspace, id: string): Promise<number[]> =>
  (await workspace.get(`/agents/${id}/versions?limit=100`)).body.data
    .map(({ number }: { number: number }) => number)
    .reverse();

interface Step {
  readonly version: { readonly id: string; readonly number: number } | null;
  readonly previous_version: Step['version'];
}

/** Newest first. */
const allActivations = async (workspace: Workspace, id: string): Promise<Step[]> =>
  (await workspace.get(`/agents/${id}/activations?limit=100`)).body.data;

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

describe('concurrent changes', () => {
  it('applies 50 concurrent changes without If-Match as versions without gaps (R58)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const changes = upTo(50).map((index) =>
      workspace.patch(`/agents/${agent.id}`, { config: { instructions: `Change ${index}` } }),
    );
    const answers = await Promise.all(changes);
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(answers.map(({ body }) => body.active_version.number).sort((a, b) => a - b)).toEqual(
      upTo(51).slice(1),
    );
    expect(await allNumbers(workspace, agent.id)).toEqual(upTo(51));
    const last = answers.find(({ body }) => body.active_version.number === 51);
    expect((await workspace.get(`/agents/${agent.id}`)).body).toEqual(last?.body);
    const chain = await allActivations(workspace, agent.id);
    expect(chain.map(({ version }) => version?.number)).toEqual(upTo(51).reverse());
    expect(chain.map(({ previous_version }) => previous_version?.number ?? 0)).toEqual(
      upTo(51)
        .reverse()
        .map((number) => number - 1),
    );
  });

  it('keeps concurrent changes of different fields', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const changes = [
      { config: { instructions: 'x' } },
      { config: { settings: { temperature: 1 } } },
      { config: { settings: { top_p: 0.5 } } },
      { config: { limits: { steps: 3 } } },
      { name: 'Renamed' },
      { tags: ['a'] },
    ];
    await Promise.all(changes.map((change) => workspace.patch(`/agents/${agent.id}`, change)));
    const { body } = await workspace.get(`/agents/${agent.id}`);
    expect(body).toMatchObject({ name: 'Renamed', tags: ['a'], latest_version: 5, revision: 7 });
    expect(body.config).toMatchObject({
      instructions: 'x',
      settings: { temperature: 1, top_p: 0.5 },
      limits: { steps: 3 },
    });
  });

  it('applies one of many changes with the same If-Match and answers the others with 412 (R57)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const changes = upTo(12).map((index) =>
      workspace.patch(`/agents/${agent.id}`, { config: { instructions: `${index}` } }, ifMatch(1)),
    );
    const answers = await Promise.all(changes);
    expect(answers.map(problem).sort()).toEqual(
      [[200, undefined], ...Array(11).fill([412, 'precondition_failed'])].sort(),
    );
    expect(await allNumbers(workspace, agent.id)).toEqual([1, 2]);
  });

  it('honours If-Match on every change of an agent, and requires none (R57)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const path = `/agents/${agent.id}`;
    await workspace.post(`${path}/versions`, { label: 'staging' });
    const stale = ifMatch(1);
    for (const answer of [
      await workspace.patch(path, { name: 'x' }, stale),
      await workspace.patch(path, {}, stale),
      await workspace.delete(path, stale),
      await workspace.post(`${path}/restore`, undefined, stale),
      await workspace.post(`${path}/versions`, {}, stale),
      await workspace.post(`${path}/versions/2/activate`, {}, stale),
      await workspace.put(`${path}/labels/staging`, { version: '1' }, stale),
      await workspace.delete(`${path}/labels/staging`, stale),
      ...(await Promise.all(
        ['W/"2"', '"1", W/"2"', '"x"', '2', ',', '"2', '"2" "3"', '*, "2"'].map((tags) =>
          workspace.patch(path, { name: 'x' }, { headers: { 'if-match': tags } }),
        ),
      )),
    ]) {
      expect(problem(answer)).toEqual([412, 'precondition_failed']);
    }
    let { revision } = (await workspace.get(path)).body;
    expect(revision).toBe(2);
    const step = async (answer: Promise<{ status: number }>) => {
      expect((await answer).status).toBeLessThan(300);
      revision += 1;
    };
    await step(workspace.patch(path, { name: 'x' }, ifMatch(revision)));
    await step(workspace.post(`${path}/versions/2/activate`, {}, ifMatch(revision)));
    await step(workspace.put(`${path}/labels/staging`, { version: '1' }, ifMatch(revision)));
    await step(workspace.delete(`${path}/labels/staging`, ifMatch(revision)));
    await step(workspace.delete(path, ifMatch(revision)));
    await step(workspace.post(`${path}/restore`, undefined, ifMatch(revision)));
    for (const listed of ['"x", TAG', 'W/"x" ,TAG,"y,z"', ',TAG,']) {
      await step(
        workspace.patch(
          path,
          { name: listed },
          { headers: { 'if-match': listed.replace('TAG', `"${revision}"`) } },
        ),
      );
    }
    expect(
      (await workspace.patch(path, { name: 'y' }, { headers: { 'if-match': '*' } })).status,
    ).toBe(200);
  });

  it('numbers versions without gaps or duplicates under any interleaving (property)', async () => {
    const workspace = await newWorkspace();
    const operation = fc.oneof(
      fc.record({ kind: fc.constant('patch' as const), text: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ kind: fc.constant('draft' as const), activate: fc.boolean() }),
      fc.record({ kind: fc.constant('activate' as const), number: fc.integer({ min: 1, max: 3 }) }),
      fc.record({ kind: fc.constant('label' as const), number: fc.integer({ min: 1, max: 2 }) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { minLength: 2, maxLength: 10 }), async (operations) => {
        const agent = await newAgent(workspace);
        const path = `/agents/${agent.id}`;
        const answers = await Promise.all(
          operations.map((one) => {
            if (one.kind === 'patch')
              return workspace.patch(path, { config: { instructions: `${one.text}` } });
            if (one.kind === 'draft')
              return workspace.post(`${path}/versions`, { activate: one.activate });
            if (one.kind === 'activate')
              return workspace.post(`${path}/versions/${one.number}/activate`, {});
            return workspace.put(`${path}/labels/l`, { version: `${one.number}` });
          }),
        );
        for (const { status } of answers) expect([200, 201, 404]).toContain(status);
        const { body } = await workspace.get(path);
        expect(await allNumbers(workspace, agent.id)).toEqual(upTo(body.latest_version));
        const chain = await allActivations(workspace, agent.id);
        expect(chain[0]?.version).toEqual(body.active_version);
        for (const [index, { previous_version }] of chain.entries())
          expect(previous_version).toEqual(chain[index + 1]?.version ?? null);
        expect(
          (await workspace.get(`${path}/versions/${body.active_version.number}`)).body.is_active,
        ).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('applies a request once per idempotency key, also one that changes nothing (R55)', async () => {
    const workspace = await newWorkspace();
    const same = { headers: { 'idempotency-key': 'k' } };
    const created = await Promise.all(
      [1, 2, 3].map(() => workspace.post('/agents', { name: 'Once' }, same)),
    );
    const ids = new Set(created.map(({ body }) => body.id));
    expect(ids.size).toBe(1);
    expect((await workspace.get('/agents')).body.data).toHaveLength(1);
    expect((await workspace.post('/agents', { name: 'Other' }, same)).body.code).toBe(
      'idempotency_mismatch',
    );
    const path = `/agents/${[...ids][0]}`;
    const drafts = await Promise.all(
      [1, 2, 3].map(() => workspace.post(`${path}/versions`, {}, same)),
    );
    expect(new Set(drafts.map(({ body }) => body.number))).toEqual(new Set([2]));
    expect(drafts[0]?.headers.get('etag')).toBe('"2"');

    const noop = await workspace.post(`${path}/versions/1/activate`, {}, same);
    await workspace.post(`${path}/versions/2/activate`, {});
    const replayed = await workspace.post(`${path}/versions/1/activate`, {}, same);
    expect(replayed.headers.get('idempotent-replayed')).toBe('true');
    expect(replayed.body).toEqual(noop.body);
    expect((await workspace.get(path)).body.active_version.number).toBe(2);
  });
});
