import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toCell, toLine } from '../../src/shared/csv.ts';
import { newId } from '../../src/shared/id.ts';
import { type Call, insertHistory, newTenant, type Tenant } from './support.ts';

const start = Date.UTC(2026, 4, 1);

function callOf(tenant: Tenant, number: number, more: Partial<Call> = {}): Call {
  const agent = tenant.agents[number % tenant.agents.length] as Tenant['agents'][number];
  return {
    id: newId('use'),
    agent_id: agent.id,
    version_id: agent.version_id,
    session_id: null,
    run_id: null,
    api_key_id: tenant.workspace.key_id,
    end_user_id: number % 3 === 0 ? 'ann' : null,
    provider: 'test',
    model: number % 2 === 0 ? 'a' : 'b',
    operation: 'answer',
    input_tokens: 10,
    output_tokens: number,
    cost_nano_usd: number * 1000,
    latency_ms: number,
    first_token_ms: null,
    status: number % 5 === 0 ? 'error' : 'ok',
    created_at: start + Math.floor(number / 4) * 60_000,
    ...more,
  };
}

async function tenantWith(count: number) {
  const tenant = await newTenant();
  const session_id = newId('ses');
  const run_id = newId('run');
  const calls = Array.from({ length: count }, (_, number) =>
    callOf(tenant, number, number === 7 ? { session_id, run_id } : {}),
  );
  await insertHistory(tenant.workspace.id, { sessions: [], runs: [], calls, ratings: [] });
  return { ...tenant, calls, session_id, run_id };
}

const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);

describe('the list of model calls', () => {
  it('is paged without gaps or duplicates, also with equal times', async () => {
    const { workspace, calls } = await tenantWith(25);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { status, body } = await workspace.get(
        `/usage?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      expect(status).toBe(200);
      seen.push(...ids(body));
      cursor = body.next_cursor;
    }
    const expected = calls
      .toSorted((a, b) => b.created_at - a.created_at || (a.id < b.id ? 1 : -1))
      .map(({ id }) => id);
    expect(seen).toEqual(expected);
    expect((await workspace.get('/usage?limit=1')).body.data[0].call_key).toEqual(
      expect.any(String),
    );
  });

  it('applies each filter, and all together', async () => {
    const { workspace, agents, calls, session_id, run_id } = await tenantWith(25);
    const agent = agents[1] as Tenant['agents'][number];
    const time = new Date(start + 3 * 60_000).toISOString();
    const filters: [string, (call: Call) => boolean][] = [
      [`agent=${agent.slug}`, (call) => call.agent_id === agent.id],
      [`agent=${agent.id}`, (call) => call.agent_id === agent.id],
      [`version=${agent.version_id}`, (call) => call.version_id === agent.version_id],
      [`session=${session_id}`, (call) => call.session_id === session_id],
      [`run=${run_id}`, (call) => call.run_id === run_id],
      [`api_key=${workspace.key_id}`, () => true],
      ['end_user=ann', (call) => call.end_user_id === 'ann'],
      ['provider=test', () => true],
      ['model=a', (call) => call.model === 'a'],
      ['model=test/a', (call) => call.model === 'a'],
      ['model=other/a', () => false],
      ['operation=answer', () => true],
      ['operation=title', () => false],
      ['status=error', (call) => call.status === 'error'],
      [`from=${time}`, (call) => call.created_at >= Date.parse(time)],
      [`to=${time}`, (call) => call.created_at < Date.parse(time)],
      [`start_date=${time}`, (call) => call.created_at >= Date.parse(time)],
      [`end_date=${time}`, (call) => call.created_at < Date.parse(time)],
    ];
    for (const [query, fits] of [
      ...filters,
      [
        `agent=${agent.id}&model=b&from=${time}`,
        (call: Call) =>
          call.agent_id === agent.id && call.model === 'b' && call.created_at >= Date.parse(time),
      ] as const,
    ]) {
      const { body } = await workspace.get(`/usage?limit=100&${query}`);
      expect(new Set(ids(body)), query).toEqual(new Set(calls.filter(fits).map(({ id }) => id)));
    }
    expect((await workspace.get('/usage?status=odd')).status).toBe(422);
  });

  it('shows a key that is limited to agents only their rows, tables and sums (R4)', async () => {
    const { workspace, agents, calls } = await tenantWith(12);
    const [mine, other] = agents as [Tenant['agents'][number], Tenant['agents'][number]];
    const limited = await workspace.withRole('viewer', [mine.id]);
    const own = calls.filter(({ agent_id }) => agent_id === mine.id);
    expect(new Set(ids((await limited.get('/usage?limit=100')).body))).toEqual(
      new Set(own.map(({ id }) => id)),
    );
    for (const path of ['/usage', '/anomalies']) {
      for (const name of [other.id, 'no-such-agent'])
        expect((await limited.get(`${path}?agent=${name}`)).status).toBe(404);
      expect((await limited.get(`${path}?agent=${mine.slug}`)).status).toBe(200);
    }
    const table = await limited.get('/usage', { headers: { accept: 'text/csv' } });
    expect(table.body.trim().split('\r\n')).toHaveLength(1 + own.length);
    const range = 'start_date=2026-05-01&end_date=2026-05-02';
    const sums = (await limited.get(`/analytics?${range}&group_by=agent`)).body;
    expect(sums.totals.usage.calls).toBe(own.length);
    expect(sums.groups.map(({ value }: { value: string }) => value)).toEqual([mine.id]);
    const others = await limited.get(`/analytics?${range}&group_by=agent&agents=${other.id}`);
    expect(others.body).toMatchObject({ totals: { usage: { calls: 0 } }, groups: [] });
    expect((await limited.get(`/agents/${other.id}/analytics?${range}`)).status).toBe(404);
    expect((await limited.get(`/agents/${other.slug}/cost-breakdown?${range}`)).status).toBe(404);
    expect((await limited.get('/usage/archives')).status).toBe(403);
  });

  it('sums and groups the agents that a report names, and no others', async () => {
    const { workspace, agents, calls } = await tenantWith(12);
    const [one, two] = agents as [Tenant['agents'][number], Tenant['agents'][number]];
    const range = 'start_date=2026-05-01&end_date=2026-05-02&group_by=agent';
    const sum = async (list: readonly { readonly id: string }[]) =>
      (await workspace.get(`/analytics?${range}&agents=${list.map(({ id }) => id)}`)).body;
    for (const list of [[one], [one, two]]) {
      const { totals, groups } = await sum(list);
      const own = calls.filter(({ agent_id }) => list.some(({ id }) => id === agent_id));
      expect(totals.usage.calls).toBe(own.length);
      expect(new Set(groups.map(({ value }: { value: string }) => value))).toEqual(
        new Set(own.map(({ agent_id }) => agent_id)),
      );
    }
    for (const bad of ['', 'x', `${one.id},`, Array(101).fill(one.id).join()])
      expect((await workspace.get(`/analytics?${range}&agents=${bad}`)).status).toBe(422);
  });

  it.each(['session', 'end_user'])('has its costs by %s add up to the whole', async (grouping) => {
    const { workspace, calls } = await tenantWith(25);
    const { body } = await workspace.get(
      `/cost-breakdown?start_date=2026-05-01&end_date=2026-05-02&group_by=${grouping}`,
    );
    const sum = (field: string) =>
      body.parts.reduce((all: number, part: Record<string, number>) => all + (part[field] ?? 0), 0);
    expect(body.parts.map(({ value }: { value: string }) => value)).toContain('none');
    expect([sum('cost_usd'), sum('calls')]).toEqual([
      expect.closeTo(body.cost_usd, 9),
      calls.length,
    ]);
    expect(sum('share')).toBeCloseTo(1, 3);
    const by = (
      await workspace.get(
        '/cost-breakdown?start_date=2026-05-01&end_date=2026-05-02&group_by=model',
      )
    ).body.parts;
    for (const field of ['input_tokens', 'output_tokens', 'unpriced_calls']) {
      const whole = by.reduce(
        (all: number, part: Record<string, number>) => all + (part[field] ?? 0),
        0,
      );
      expect([field, sum(field)]).toEqual([field, whole]);
      // What is of nobody is not all of it.
      const named = body.parts.filter(({ value }: { value: string }) => value !== 'none');
      expect(
        named.some((part: Record<string, number>) => (part[field] ?? 0) > 0) || whole === 0,
      ).toBe(true);
    }
  });

  it('is a CSV table of any length for `Accept: text/csv`', async () => {
    const { workspace, calls } = await tenantWith(1203);
    const { status, headers, body } = await workspace.get('/usage?limit=3', {
      headers: { accept: 'text/csv' },
    });
    expect([status, headers.get('content-type')?.split(';')[0]]).toEqual([200, 'text/csv']);
    const [head, ...lines] = (body as string)
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    expect(head?.slice(0, 2)).toEqual(['id', 'created_at']);
    expect(new Set(lines.map(([id]) => id))).toEqual(new Set(calls.map(({ id }) => id)));
    expect(lines).toHaveLength(calls.length);
    const cost = head?.indexOf('cost_usd') ?? -1;
    expect(lines.reduce((sum, line) => sum + Number(line[cost]), 0)).toBeCloseTo(
      calls.reduce((sum, call) => sum + (call.cost_nano_usd ?? 0), 0) / 1e9,
    );
  });

  it('is a CSV table only where the client prefers it', async () => {
    const { workspace } = await newTenant(1);
    const typeFor = async (accept: string) =>
      (await workspace.get('/usage', { headers: { accept } })).headers
        .get('content-type')
        ?.split(';')[0];
    for (const accept of ['TEXT/CSV', 'text/*', 'text/csv, */*'])
      expect(await typeFor(accept), accept).toBe('text/csv');
    for (const accept of ['*/*', 'application/json, text/csv;q=0.5', 'text/csv;q=0, */*'])
      expect(await typeFor(accept), accept).toBe('application/json');
  });
});

describe('cells', () => {
  it('are never formulas, and are read back unchanged (R30)', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.string({ unit: 'binary' }),
            fc.constantFrom(
              '=1+1',
              '+1',
              '-1',
              '@x',
              '\t=1',
              '\r=1',
              ' =1',
              '\u00a0-1',
              '\ufeff=1',
              '\u200b@x',
              '"=1"',
              'a,b',
              'a"b',
              'a\nb',
            ),
          ),
          { minLength: 1 },
        ),
        (texts) => {
          const cells = parse(toLine(texts));
          const isRight = (cell: string, index: number) =>
            !/^[\t\r]|^[\s\p{C}]*[=+\-@]/u.test(cell.replaceAll(/\p{Cn}|\p{Co}|\p{Cs}/gu, 'x')) &&
            (cell === texts[index] || cell === `'${texts[index]}`);
          expect([cells.length, cells.every(isRight)]).toEqual([texts.length, true]);
        },
      ),
      { numRuns: 50 },
    );
    expect([toCell(null), toCell(-1.5), toCell(true), toCell('plain')]).toEqual([
      '',
      '-1.5',
      'true',
      'plain',
    ]);
  });
});

/** One record of RFC 4180. */
function parse(line: string): string[] {
  const cells: string[] = [];
  for (let rest = line; ; ) {
    const [, quoted, plain = ''] = /^(?:"((?:[^"]|"")*)"|([^,"\r\n]*))/.exec(rest) ?? [];
    cells.push(quoted?.replaceAll('""', '"') ?? plain);
    rest = rest.slice(quoted === undefined ? plain.length : quoted.length + 2);
    if (rest === '\r\n') return cells;
    if (rest[0] !== ',') throw new Error(`no comma before ${rest}`);
    rest = rest.slice(1);
  }
}

describe('the usage of a turn', () => {
  it('is in the list and in the analytics of the same hour', async () => {
    const { workspace, agents } = await newTenant(1);
    const [agent] = agents as [Tenant['agents'][number]];
    const session = (await workspace.post(`/agents/${agent.id}/sessions`, { end_user_id: 'ann' }))
      .body.id;
    const answer = await workspace.post(`/sessions/${session}/messages`, { message: 'Hello?' });
    expect(answer.status).toBe(200);
    const { data } = (await workspace.get(`/usage?session=${session}&operation=answer`)).body;
    expect(data).toHaveLength(1);
    const { totals, series, top_sessions, top_end_users, is_complete } = (
      await workspace.get(`/agents/${agent.slug}/analytics`)
    ).body;
    expect(totals.usage).toMatchObject({
      runs: 1,
      chats: 1,
      chats_started: 1,
      messages: 2,
      unique_users: 1,
      messages_per_chat: 2,
    });
    expect(totals.performance.runs_by_status).toEqual({ completed: 1 });
    expect([series.length, is_complete]).toEqual([30, true]);
    expect(top_sessions[0]).toMatchObject({ session_id: session, runs: 1 });
    expect(top_end_users[0]).toMatchObject({ end_user_id: 'ann', runs: 1, messages: 2 });
    const parts = (await workspace.get('/cost-breakdown?group_by=operation')).body.parts.map(
      ({ value }: { value: string }) => value,
    );
    expect(parts).toContain('answer');
  });

  it('is zero where there is none', async () => {
    const { workspace, agents } = await newTenant(1);
    const [agent] = agents as [Tenant['agents'][number]];
    for (const path of ['/analytics', `/agents/${agent.id}/analytics`]) {
      for (const query of [
        '',
        '?granularity=month&group_by=model',
        '?granularity=hour&start_date=2026-10-25&end_date=2026-10-25&time_zone=Europe/Zurich',
        '?start_date=2199-12-31&end_date=2199-12-31',
      ]) {
        const { status, body } = await workspace.get(path + query);
        expect(status, query).toBe(200);
        expect(body.totals.usage).toMatchObject({
          runs: 0,
          chats: 0,
          calls: 0,
          messages_per_chat: 0,
          unique_users: 0,
        });
        expect(body.totals.cost).toMatchObject({
          total_usd: 0,
          per_message_usd: 0,
          per_session_usd: 0,
        });
        expect(body.totals.performance).toMatchObject({ latency_ms: null, error_rate: 0 });
        expect([body.groups, body.top_sessions]).toEqual([[], []]);
        // The day on which clocks go back has 25 hours.
        if (query.includes('hour')) expect(body.series).toHaveLength(25);
      }
      for (const query of [
        '?start_date=2026-02-30',
        '?start_date=2026-03-02&end_date=2026-03-01',
        '?granularity=hour&start_date=2026-01-01&end_date=2026-03-01',
        '?time_zone=Mars/Base',
      ])
        expect((await workspace.get(path + query)).status, query).toBe(422);
    }
    expect((await workspace.get('/cost-breakdown?group_by=session')).body).toMatchObject({
      cost_usd: 0,
      parts: [],
    });
  });

  it('is read in one round trip in any time zone', async () => {
    const { workspace } = await newTenant(1);
    expect((await workspace.patch('/workspace', { time_zone: 'Asia/Kolkata' })).status).toBe(200);
    await workspace.get('/analytics');
    const { headers, body } = await workspace.get('/analytics');
    expect(headers.get('server-timing')).toContain('"1 trips ');
    expect([body.time_zone, body.start.slice(11)]).toEqual(['Asia/Kolkata', '18:30:00.000Z']);
  });
});
