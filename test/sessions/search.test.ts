import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { snippetOf } from '../../src/sessions/search/snippet.ts';
import { indexedText, queryWords } from '../../src/sessions/search/words.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { runSchedule } from '../support/schedule.ts';

interface Match {
  message_id: string | null;
  role: string | null;
  snippet: string;
  highlights: { start: number; end: number }[];
}

async function newAgent(workspace: Workspace, name = 'Support'): Promise<string> {
  return (await workspace.post('/agents', { name, config: { instructions: 'Be brief.' } })).body.id;
}

/** A session with these questions, in order. */
async function newSession(
  workspace: Workspace,
  agent: string,
  session: object,
  ...questions: string[]
): Promise<string> {
  const { id } = (await workspace.post(`/agents/${agent}/sessions`, session)).body;
  for (const message of questions) await workspace.post(`/sessions/${id}/messages`, { message });
  return id;
}

async function search(workspace: Workspace, agent: string, query: Record<string, string>) {
  const { status, body } = await workspace.get(
    `/agents/${agent}/sessions?${new URLSearchParams(query)}`,
  );
  expect(status, JSON.stringify(body)).toBe(200);
  return body as {
    data: { id: string; matches: Match[]; match_count: number | null }[];
    next_cursor: string | null;
  };
}

const idsOf = async (workspace: Workspace, agent: string, query: Record<string, string>) =>
  (await search(workspace, agent, query)).data.map(({ id }) => id);

const marked = ({ snippet, highlights }: Match) =>
  highlights.map(({ start, end }) => snippet.slice(start, end));

describe('search over titles and messages', () => {
  let workspace: Workspace;
  let agent: string;
  let english: string;
  let chinese: string;
  let thai: string;
  let titled: string;
  beforeAll(async () => {
    workspace = await newWorkspace();
    agent = await newAgent(workspace);
    english = await newSession(
      workspace,
      agent,
      {},
      'My Café machine needs descaling, what should I use? It’s a 2.5 litre one.',
    );
    chinese = await newSession(workspace, agent, {}, '我的意式咖啡机坏了，还在保修期内吗？');
    thai = await newSession(workspace, agent, {}, 'เครื่องชงกาแฟของฉันเสีย ทำอย่างไรกับน้ำที่รั่ว');
    titled = await newSession(
      workspace,
      agent,
      { title: 'Broken grinder & more' },
      'Nothing to see here',
    );
  });

  it.each([
    ['descale', 'descaling'],
    ['DESCALED cafe', 'descaling'],
    ['how do I descale the machine', 'machine'],
    ['2.5', '2.5'],
    ['it’s', 'It’s'],
  ])('finds English in any form: %s', async (q, mark) => {
    const { data } = await search(workspace, agent, { q });
    expect(data.map(({ id }) => id)).toEqual([english]);
    const match = data[0]?.matches.find(({ message_id }) => message_id !== null);
    expect(match).toMatchObject({ role: 'user', message_id: expect.stringMatching(/^msg_/) });
    expect(match === undefined ? [] : marked(match).join(' ')).toContain(mark);
  });

  it.each(['咖啡机', '咖啡', '保修', '意式咖啡机 保修期', '啡机坏'])(
    'finds Chinese in any part of a word: %s',
    async (q) => {
      const { data } = await search(workspace, agent, { q });
      expect(data.map(({ id }) => id)).toEqual([chinese]);
      expect(marked(data[0]?.matches[0] as Match).length).toBeGreaterThan(0);
    },
  );

  it.each(['กาแฟ', 'เครื่องชงกาแฟ', 'น้ำ', 'รั่ว'])('finds Thai: %s', async (q) => {
    const { data } = await search(workspace, agent, { q });
    expect(data.map(({ id }) => id)).toEqual([thai]);
    expect(marked(data[0]?.matches[0] as Match).length).toBeGreaterThan(0);
  });

  it('distinguishes Thai words that differ only in a mark', async () => {
    expect(await idsOf(workspace, agent, { q: 'กี่แฟ' })).toEqual([]);
    expect(await idsOf(workspace, agent, { q: 'เครือง' })).toEqual([]);
  });

  it('finds titles, and shows them first', async () => {
    const { data } = await search(workspace, agent, { q: 'grinders' });
    expect(data).toMatchObject([
      {
        id: titled,
        match_count: 1,
        matches: [{ message_id: null, role: null, snippet: 'Broken grinder & more' }],
      },
    ]);
    expect(marked(data[0]?.matches[0] as Match)).toEqual(['grinder']);
  });

  it('finds a title set by rule', async () => {
    const id = await newSession(workspace, agent, {}, 'Which thermostat fits?');
    const { data } = await search(workspace, agent, { q: 'thermostat' });
    expect(data).toMatchObject([
      { id, matches: [{ message_id: null, role: null }, { role: 'user' }] },
    ]);
    await workspace.delete(`/sessions/${id}`);
  });

  it('requires all words in one title or message', async () => {
    expect(await idsOf(workspace, agent, { q: 'grinder descaling' })).toEqual([]);
    expect(await idsOf(workspace, agent, { q: 'grinder nothing' })).toEqual([]);
  });

  it.each([
    '"',
    '" OR "',
    'scope : "x"',
    'body:machine NOT machine)',
    '*',
    '^',
    '{title} : (',
    'NEAR(a b, 3)',
    '--',
    '😀',
    '，',
    'the',
    'a',
    'ก',
    '的',
    "'; drop table sessions; --",
    '%',
    '\\',
    'ー',
    '่',
    '_',
    '﷽',
    '½',
    'x'.repeat(200),
  ])('treats %j as words', async (q) => {
    const { status } = await workspace.get(
      `/agents/${agent}/sessions?${new URLSearchParams({ q })}`,
    );
    expect(status).toBe(200);
  });

  it('never fails for any query', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 60, unit: 'grapheme' }), async (q) => {
        const { status } = await workspace.get(
          `/agents/${agent}/sessions?q=${encodeURIComponent(q)}`,
        );
        expect(status).toBe(q.includes('\0') || !q.isWellFormed() ? 422 : 200);
      }),
      { numRuns: Number(env.FUZZ_RUNS) },
    );
    expect((await workspace.get(`/agents/${agent}/sessions?q=a%00b`)).status).toBe(422);
    expect((await workspace.get(`/agents/${agent}/sessions?q=`)).status).toBe(422);
  });

  it('finds no row by its filter terms', async () => {
    expect(await idsOf(workspace, agent, { q: agent.slice(4) })).toEqual([]);
    expect(await idsOf(workspace, agent, { q: `scope ${agent}` })).toEqual([]);
  });

  it('returns no matches without a query', async () => {
    const { data } = await search(workspace, agent, {});
    expect(data).toHaveLength(4);
    expect(data[0]).toMatchObject({ matches: [], match_count: null });
  });
});

describe('the result of a search', () => {
  let workspace: Workspace;
  let agent: string;
  beforeAll(async () => {
    workspace = await newWorkspace();
    agent = await newAgent(workspace);
  });

  it('is paged, newest first, with a few matches of each session', async () => {
    const sessions: string[] = [];
    for (let n = 0; n < 5; n += 1)
      sessions.push(
        await newSession(workspace, agent, { title: 'About kettles' }, 'One kettle', 'Two kettles'),
      );
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = await search(workspace, agent, {
        q: 'kettle',
        limit: '2',
        ...(cursor === null ? {} : { cursor }),
      });
      for (const { matches, match_count } of page.data) {
        expect(match_count).toBeGreaterThanOrEqual(3);
        expect(matches).toHaveLength(3);
        expect(matches[0]?.message_id).toBeNull();
      }
      seen.push(...page.data.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(sessions.toReversed());
    const { next_cursor } = await search(workspace, agent, { q: 'kettle', limit: '2' });
    const other = await workspace.get(
      `/agents/${agent}/sessions?q=kettles&limit=2&cursor=${next_cursor}`,
    );
    expect(other).toMatchObject({ status: 400, body: { code: 'invalid_cursor' } });
  });

  it('is limited to this agent and workspace, and to the key’s own sessions', async () => {
    const other = await newAgent(workspace, 'Other');
    const runtime = await workspace.withRole('runtime');
    const mine = await newSession(runtime, agent, {}, 'A zeppelin over the lake');
    await newSession(workspace, other, {}, 'A zeppelin elsewhere');
    const theirs = await newSession(workspace, agent, {}, 'A zeppelin of theirs');
    const stranger = await newWorkspace('Other');
    await newSession(stranger, await newAgent(stranger), {}, 'A zeppelin of strangers');
    expect(await idsOf(workspace, agent, { q: 'zeppelin' })).toEqual([theirs, mine]);
    expect(await idsOf(runtime, agent, { q: 'zeppelin' })).toEqual([mine]);
    expect((await stranger.get(`/agents/${agent}/sessions?q=zeppelin`)).status).toBe(404);
  });

  it('contains only titles for a role without access to messages', async () => {
    const viewer = await workspace.withRole('viewer');
    const id = await newSession(workspace, agent, { title: 'Teapot' }, 'Where is the samovar?');
    expect(await idsOf(viewer, agent, { q: 'samovar' })).toEqual([]);
    expect(await idsOf(viewer, agent, { q: 'teapot' })).toEqual([id]);
    expect(await idsOf(workspace, agent, { q: 'samovar' })).toEqual([id]);
  });

  it('follows changes of the title, and disappears with the session', async () => {
    const id = await newSession(workspace, agent, { title: 'Percolator' }, 'Tell me of the ibrik');
    await workspace.patch(`/sessions/${id}`, { title: 'Moka pot' });
    expect(await idsOf(workspace, agent, { q: 'percolator' })).toEqual([]);
    expect(await idsOf(workspace, agent, { q: 'moka' })).toEqual([id]);
    await workspace.patch(`/sessions/${id}`, { title: null });
    expect(await idsOf(workspace, agent, { q: 'moka' })).toEqual([]);
    const rows = async () => {
      const found = env.DB.prepare(
        `select count(*) as n from messages_fts where messages_fts match 'ibrik'`,
      );
      return (await found.first<{ n: number }>())?.n;
    };
    expect(await rows()).toBeGreaterThan(0);
    await workspace.delete(`/sessions/${id}`);
    expect(await rows()).toBe(0);
    // The number may be reused, without the index rows of the erased session.
    const next = await newSession(workspace, agent, { title: 'Fresh' });
    expect(await idsOf(workspace, agent, { q: 'ibrik' })).toEqual([]);
    expect(await idsOf(workspace, agent, { q: 'fresh' })).toEqual([next]);
  });

  it('is filtered by end user, date, archive, version, run and feedback', async () => {
    const filtered = await newAgent(workspace, 'Filtered');
    const ada = await newSession(
      workspace,
      filtered,
      { end_user_id: 'ada' },
      'A question of lanterns',
    );
    const bob = await newSession(
      workspace,
      filtered,
      { end_user_id: 'bob~' },
      'Another of lanterns',
    );
    await workspace.post(`/agents/${filtered}/versions`, {
      change_summary: 'Next',
      activate: true,
      config: { instructions: 'Be kind.' },
    });
    const eve = await newSession(workspace, filtered, {}, 'A third of lanterns');
    const empty = await newSession(workspace, filtered, { title: 'Lanterns' });
    const { body } = await workspace.get(`/sessions/${ada}/messages`);
    await workspace.put(`/messages/${body.data[0].id}/feedback`, { rating: 'down' });
    await env.DB.prepare(`update runs set coverage = 'full' where agent_id = ?`)
      .bind(filtered)
      .run();
    await env.DB.prepare(
      `update runs set status = 'failed', finish_reason = 'error', coverage = 'none' where session_id = ?`,
    )
      .bind(bob)
      .run();
    await env.DB.prepare('update sessions set created_at = ? where id = ?')
      .bind(Date.UTC(2020, 0, 1), eve)
      .run();
    for (const q of [{ q: 'lantern' }, {}] as Record<string, string>[]) {
      const ids = (query: Record<string, string>) => idsOf(workspace, filtered, { ...q, ...query });
      expect(await ids({})).toEqual([empty, eve, bob, ada]);
      expect(await ids({ end_user_id: 'ada' })).toEqual([ada]);
      expect(await ids({ end_user_id: 'bob~' })).toEqual([bob]);
      expect(await ids({ end_user_id: 'bob' })).toEqual([]);
      expect(await ids({ version: '1' })).toEqual([bob, ada]);
      expect(await ids({ version: '2' })).toEqual([eve]);
      expect(await ids({ version: 'nowhere' })).toEqual([]);
      expect(await ids({ version: '1', run_status: 'failed' })).toEqual([bob]);
      expect(await ids({ version: '2', run_status: 'failed' })).toEqual([]);
      expect(await ids({ finish_reason: 'error' })).toEqual([bob]);
      expect(await ids({ coverage: 'none' })).toEqual([bob]);
      expect(await ids({ coverage: 'none', version: '2' })).toEqual([]);
      const runs = await workspace.get(`/agents/${filtered}/runs?coverage=none`);
      expect(runs.body.data.map((run: { session_id: string }) => run.session_id)).toEqual([bob]);
      expect(await ids({ feedback: 'down' })).toEqual([ada]);
      expect(await ids({ feedback: 'any' })).toEqual([ada]);
      expect(await ids({ feedback: '5' })).toEqual([]);
      expect(await ids({ to: '2020-01-02T00:00:00Z' })).toEqual([eve]);
      expect(await ids({ from: '2020-01-02T00:00:00Z' })).toEqual([empty, bob, ada]);
      expect(await ids({ archived: 'true' })).toEqual([]);
    }
  });

  it('takes one round trip', async () => {
    const { headers } = await workspace.get(
      `/agents/${agent}/sessions?q=kettle&feedback=any&version=1`,
    );
    expect(headers.get('server-timing')).toMatch(/desc="[12] trips/);
  });

  it('includes sessions that waited to be indexed', async () => {
    const id = await newSession(
      workspace,
      agent,
      { title: '旧标题' },
      'An astrolabe of old',
      '古老的星盘',
    );
    await env.DB.batch([
      env.DB.prepare(
        'delete from messages_fts where rowid >= (select index_number * 1048576 from sessions where id = ?1) and rowid < (select (index_number + 1) * 1048576 from sessions where id = ?1)',
      ).bind(id),
      env.DB.prepare('update sessions set index_number = -index_number where id = ?').bind(id),
    ]);
    const before = await newSession(workspace, agent, { title: 'Newer' }, 'Another astrolabe');
    expect(await idsOf(workspace, agent, { q: 'astrolabe' })).toEqual([before]);
    await runSchedule('* * * * *', env, createExecutionContext());
    expect(await idsOf(workspace, agent, { q: 'astrolabe' })).toEqual([before, id]);
    expect(await idsOf(workspace, agent, { q: '星盘' })).toEqual([id]);
    expect(await idsOf(workspace, agent, { q: '标题' })).toEqual([id]);
  });
});

describe('a snippet', () => {
  it('is cut around the first of the words, between words', () => {
    const text = `${'Lorem ipsum dolor sit amet. '.repeat(40)}The warranty lasts\n30 months. ${'And so it goes on. '.repeat(40)}`;
    const { text: snippet, highlights } = snippetOf(text, queryWords('months of warranties'));
    expect(snippet.length).toBeLessThan(260);
    expect(snippet).toMatch(/^…\S.*The warranty lasts 30 months\..*\S…$/);
    expect(highlights.map(({ start, end }) => snippet.slice(start, end))).toEqual([
      'warranty',
      'months',
    ]);
  });

  it('marks the matches it shows, and never splits a character', () => {
    const word = fc.constantFrom(
      'kettle',
      'Kettles',
      '咖啡',
      'กาแฟ',
      '😀',
      'x',
      '\n',
      '…',
      'naïve',
      '𠮷',
      'ทำ',
    );
    const texts = fc
      .array(word, { maxLength: 300 })
      .chain((list) => fc.constantFrom(list.join(' '), list.join('')));
    fc.assert(
      fc.property(texts, fc.array(word, { minLength: 1, maxLength: 4 }), (text, asked) => {
        const { text: snippet, highlights } = snippetOf(text, queryWords(asked.join(' ')));
        expect(snippet.isWellFormed()).toBe(true);
        expect(snippet.length).toBeLessThan(1000);
        let last = 0;
        for (const { start, end } of highlights) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(snippet.length);
          expect(snippet.slice(start, end)).not.toContain('…');
          last = end;
        }
      }),
    );
  });

  it('marks a phrase of a script without spaces as one', () => {
    const { text, highlights } = snippetOf('我的意式咖啡机坏了', queryWords('咖啡机'));
    expect(highlights.map(({ start, end }) => text.slice(start, end)).join('')).toBe('咖啡机');
  });
});

describe('the words of the index', () => {
  it('have spaces where the script has none, and change nothing elsewhere', () => {
    expect(indexedText('Plain text, as it is.')).toBe('Plain text, as it is.');
    expect(indexedText('GPT模型')).toBe('GPT 模 型');
    expect(queryWords('!?—')).toEqual([]);
    expect(queryWords('the')).toEqual(['the']);
    expect(queryWords('the grinder')).toEqual(['grinder']);
  });
});
