import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import {
  type AgentCall,
  type RunAgent,
  resolveTools,
  type Tool,
  type ToolOutcome,
  Untrusted,
} from '../../src/execution/index.ts';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import type { Ctx } from '../../src/platform/context.ts';
import { Account } from '../../src/usage/index.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { Site, unexpectedCalls } from '../support/outbound.ts';

const contextOf = (workspace: Workspace, now = Date.parse('2026-07-01T12:00:00Z')): Ctx => ({
  ...openPlatform(env, createExecutionContext(), { request_id: 'req_test' }).context({
    workspace_id: workspace.id,
    actor: { type: 'system', name: 'test' },
  }),
  now: () => now,
});

const noAgent: RunAgent = async () => ({ ok: false, error: 'No agent can be called.' });

const builtIn = async (ctx: Ctx, name: string, runAgent: RunAgent = noAgent): Promise<Tool> => {
  const [tool] = await resolveTools(
    ctx,
    [name === 'agent' ? { kind: 'agent', name } : { kind: 'builtin', name, revision: 1 }],
    { runAgent },
  );
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
};

const callContext = () => ({
  tool_call_id: 'call_1',
  span_id: 'step_1',
  attribution: { account: new Account() },
  config: {
    web: { allowed_domains: [], blocked_domains: [], obey_robots: false },
    approvals: { exits: 'allow', allowed_hosts: [] },
  } as never,
  depth: 0,
  untrusted: new Untrusted(),
  can_wait: true,
  can_ask: true,
  signal: new AbortController().signal,
});

describe('calculator', () => {
  const calculate = async (expression: string): Promise<string> => {
    const ctx = contextOf({ id: 'ws_none' } as Workspace);
    const outcome = await (await builtIn(ctx, 'calculator')).run(ctx, {
      ...callContext(),
      input: { expression },
    });
    return outcome.ok ? (outcome.output as { value: string }).value : `error: ${outcome.error}`;
  };

  it.each([
    ['0.1 + 0.2', '0.3'],
    ['(19.99 * 3 + 4.5) * 1.081', '69.69207'],
    ['2 + 3 * 4', '14'],
    ['-2^2', '-4'],
    ['(-2)^2', '4'],
    ['2^3^2', '512'],
    ['2^-1', '0.5'],
    ['-(1 + 2) * -3', '9'],
    ['10 % 4', '2'],
    ['1/3', '0.3333333333333333333333333333333333333333'],
    ['9007199254740993 + 0', '9007199254740993'],
    ['123456789012345678901234567890 * 10', '1.2345678901234567890123456789e+30'],
    ['round(2.5)', '3'],
    ['round(-2.345, 2)', '-2.35'],
    ['min(3, 1, 2) + MAX(1, 2)', '3'],
    ['mean(1, 2, 3, 4)', '2.5'],
    ['sqrt(16) + cbrt(27)', '7'],
    ['1e-7 * 1', '0.0000001'],
    ['round(pi, 10)', '3.1415926536'],
    ['log10(1000) + ln(e)', '4'],
  ])('evaluates %s to %s', async (expression, value) => {
    expect(await calculate(expression)).toBe(value);
  });

  it.each([
    '1 / 0',
    'sqrt(-1)',
    '0/0',
    'foo',
    'foo(1)',
    'constructor',
    'constructor("x")',
    'this',
    '[1]',
    '"a" + "b"',
    'a.b',
    '1; 2',
    '1 2',
    '(1',
    ')',
    '()',
    '2(3)',
    'x = 1',
    '1 ? 2 : 3',
    'min()',
    'round(1, 99)',
    'round(1, 2, 3)',
    '__proto__',
    'toString()',
    'sqrt.constructor("return 1")()',
    '9^9^9^9^9',
    'sin(1e8000)',
    'exp(1e9)',
    '1.5^(1e9+0.5)',
    '1e9000^0.5^-9',
    'sin(1e900)',
    '9^(9^9)',
    'exp(exp(exp(9)))',
    `${'('.repeat(499)}${')'.repeat(499)}`,
    `${'-'.repeat(990)}x`,
    '1 = 1',
    'true',
    'null',
    '{}',
    '`x`',
    '1,2',
  ])('refuses %s without delay', async (expression) => {
    const started = performance.now();
    expect(await calculate(expression)).toMatch(/^error: /);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});

describe('current_time', () => {
  it('returns the local time of a time zone', async () => {
    const ctx = contextOf(await newWorkspace());
    const tool = await builtIn(ctx, 'current_time');
    const at = async (time_zone?: string) =>
      tool.run(ctx, { ...callContext(), input: time_zone === undefined ? {} : { time_zone } });
    expect(await at('Europe/Zurich')).toEqual({
      ok: true,
      output: {
        time_zone: 'Europe/Zurich',
        local: '2026-07-01T14:00:00+02:00',
        weekday: 'Wednesday',
        utc: '2026-07-01T12:00:00.000Z',
      },
    });
    expect(await at('Asia/Kathmandu')).toMatchObject({
      output: { local: '2026-07-01T17:45:00+05:45' },
    });
    expect(await at()).toMatchObject({ output: { local: '2026-07-01T12:00:00+00:00' } });
    for (const none of ['Mars/Olympus', '+02:00', '', 'x'.repeat(60)])
      expect((await at(none)).ok, none).toBe(false);
  });
});

describe('fetch_url', () => {
  const fetchWith = async (input: object): Promise<ToolOutcome> => {
    const ctx = contextOf({ id: 'ws_none' } as Workspace);
    return (await builtIn(ctx, 'fetch_url')).run(ctx, { ...callContext(), input });
  };
  const page = (body: string, type = 'text/html; charset=utf-8') =>
    new Site().answers('/page', { body, headers: { 'content-type': type } });
  const read = async (body: string, type?: string) => {
    const outcome = await fetchWith({ url: await page(body, type) });
    return outcome.ok
      ? (outcome.output as { title: string | null; text: string; next_start: number | null })
      : outcome.error;
  };

  it('returns the main content of a page without what is hidden', async () => {
    const html = `<!doctype html><html><head><title> The
      title </title><style>b{}</style></head><body><header>SITE</header><nav>MENU</nav>
      <main><h1>Hello</h1><p>Some <b>bold</b> text.</p><script>alert('SCRIPT')</script><!-- COMMENT --><p style="display:none">HIDDEN</p>
      <p hidden>HIDDEN</p><aside>ASIDE</aside><ul><li>one</li><li>two</li></ul>in\u200bvisible\u{e0041}</main><footer>FOOT</footer></body></html>`;
    const { title, text } = (await read(html)) as { title: string; text: string };
    expect(title).toBe('The title');
    expect(text).toContain('# Hello');
    expect(text).toMatch(/Some \**bold\** text\./);
    expect(text).toContain('- one');
    expect(text).toContain('invisible');
    expect(text).not.toMatch(/SITE|MENU|SCRIPT|COMMENT|HIDDEN|ASIDE|FOOT/);
  });

  it('keeps links to other pages as absolute URLs and other links as text', async () => {
    const site = new Site();
    const links = (body: string) => ({ body, headers: { 'content-type': 'text/html' } });
    const body = `<main><p>See <a href="../my_docs/a?x=1&amp;y=2" title="T">the <b>docs</b></a>, <a href="https://other.example.com/p">other</a>,
      <a href="//cdn.example.com/x">cdn</a>, <a href="#part">part</a>, <a href="javascript:alert(1)">script</a>,
      <a href="java&#115;cript&#58;alert(1)">hidden</a>, <a href="mailto:a@example.com">mail</a>, <a href="data:text/html,x">data</a>,
      <a href="https://user:pw@other.example.com/">account</a>, <a>none</a>, <a href="https://[">broken</a>.</p>
      <ul><li><a href="next">Next</a></li></ul><table><tr><th>A</th></tr><tr><td><a href="/cell">cell</a></td></tr></table></main>`;
    const at = await site.answers('/deep/down/page', links(body));
    // Links are relative to the URL of the page after redirects, not to the requested one.
    const moved = await site.answers('/short', { status: 302, headers: { location: at } });
    for (const url of [at, moved]) {
      const outcome = await fetchWith({ url });
      const { text } = (outcome.ok ? outcome.output : {}) as { text: string };
      expect(text).toContain(
        `See [the docs](${site.url('/deep/my_docs/a?x=1&y=2')}), [other](https://other.example.com/p)`,
      );
      expect(text).toContain('[cdn](https://cdn.example.com/x), part, script,');
      expect(text.replaceAll(/\s+/g, ' ')).toContain('hidden, mail, data, account, none, broken.');
      expect(text).toContain(`- [Next](${site.url('/deep/down/next')})`);
      expect(text).toContain(`[cell](${site.url('/cell')})`);
      expect(text).not.toMatch(/alert|pw@/);
    }
    const based = await fetchWith({
      url: await site.answers(
        '/based',
        links('<head><base href="/docs/"></head><main><a href="a">A</a></main>'),
      ),
    });
    expect(based).toMatchObject({ output: { text: `[A](${site.url('/docs/a')})` } });
  });

  it('reads a single article, pages without landmarks, and plain text', async () => {
    const article = (await read(
      '<body><div>AROUND</div><article><header><h1>Title</h1></header><p>Text</p></article></body>',
    )) as {
      text: string;
    };
    expect([
      article.text.includes('AROUND'),
      article.text.includes('Title'),
      article.text.includes('Text'),
    ]).toEqual([false, true, true]);
    expect(
      ((await read('<p>a</p><article>b</article><article>c</article>')) as { text: string }).text,
    ).toMatch(/a[\s\S]*b[\s\S]*c/);
    expect(((await read('<main></main><p>outside</p>')) as { text: string }).text).toBe('outside');
    expect(((await read('<main><p>never closed')) as { text: string }).text).toBe('never closed');
    expect(await read('{"a": 1}', 'application/json')).toMatchObject({
      title: null,
      text: '{"a": 1}',
    });
  });

  it('cuts long pages and continues from `start`', async () => {
    const url = await page('word '.repeat(10_000), 'text/plain');
    const first = await fetchWith({ url, max_characters: 500 });
    expect(first).toMatchObject({ ok: true, output: { next_start: 500 } });
    const last = await fetchWith({ url, start: 49_900 });
    expect(last).toMatchObject({ ok: true, output: { next_start: null } });
  });

  it('refuses large responses, other content types and error statuses', async () => {
    const bomb = await new Site().answers('/', {
      gzip: true,
      body: '0'.repeat(1000),
      repeat: 3000,
      headers: { 'content-type': 'text/plain' },
    });
    expect(await fetchWith({ url: bomb })).toMatchObject({
      ok: false,
      error: expect.stringContaining('too_large'),
    });
    expect(await read('x', 'application/pdf')).toContain('not a valid PDF');
    expect(await read('x', 'image/png')).toContain('content_type');
    expect(
      await fetchWith({ url: await new Site().answers('/', { status: 500, body: 'x' }) }),
    ).toMatchObject({ ok: false });
    const deep = await read(`<p>${'<div>'.repeat(100_000)}x`);
    expect(typeof deep === 'string' || deep.text.length < 100).toBe(true);
  });

  it('calls no forbidden address, directly or by a redirect (R34, R35)', async () => {
    const before = (await unexpectedCalls()).length;
    for (const url of forbiddenUrls)
      expect(await fetchWith({ url }), url).toMatchObject({
        ok: false,
        error: expect.stringContaining(
          url === '' || url.length > 4000 ? 'Invalid arguments' : 'url_not_allowed',
        ),
      });
    const trap = await new Site().answers('/', {
      status: 302,
      headers: { location: 'http://169.254.169.254/latest/meta-data/' },
    });
    expect((await fetchWith({ url: trap })).ok).toBe(false);
    const inside = (await unexpectedCalls())
      .slice(before)
      .filter(({ url }) => !/example\.com/.test(url));
    expect(inside).toEqual([]);
  });
});

describe('knowledge_search', () => {
  it("searches the version's knowledge bases and returns citable passages", async () => {
    const workspace = await newWorkspace();
    const agent = (
      await workspace.post('/agents', {
        name: 'A',
        config: { instructions: 'x', tools: ['knowledge_search'] },
      })
    ).body;
    const upload = await workspace.post(`/agents/${agent.id}/files`, {
      name: 'hours.md',
      text: '# Opening hours\n\nThe bakery opens at nine on Sundays.\n',
    });
    const { id } = upload.body.data?.[0] ?? upload.body;
    await expect
      .poll(async () => (await workspace.get(`/files/${id}`)).body.status, { timeout: 150_000 })
      .toBe('ready');
    const ctx = contextOf(workspace, Date.now());
    const tool = await builtIn(ctx, 'knowledge_search');
    const search = (query: string, config: object = agent.config) =>
      tool.run(ctx, { ...callContext(), config: config as never, input: { query } });
    const found = await search('When does the bakery open on Sundays?');
    expect(found).toMatchObject({
      ok: true,
      sources: [{ file_id: id, file_name: 'hours.md' }],
      output: { passages: [{ file_name: 'hours.md' }] },
    });
    expect(found.usage?.length).toBe(1);
    expect(await search('quantum chromodynamics')).toMatchObject({
      ok: true,
      output: { passages: [] },
    });
    expect((await search('x', { knowledge: { ...agent.config.knowledge, base_ids: [] } })).ok).toBe(
      false,
    );

    // Another workspace's context finds nothing in these bases.
    const foreign = contextOf(await newWorkspace(), Date.now());
    expect(
      await tool.run(foreign, {
        ...callContext(),
        config: agent.config,
        input: { query: 'bakery Sundays' },
      }),
    ).not.toHaveProperty('sources');
  });
});

describe('agent', () => {
  it('runs a delegate within the limit of depth and without cycles (R47)', async () => {
    const workspace = await newWorkspace();
    const [a, b, gone] = await Promise.all(
      ['a', 'b', 'gone'].map(
        async (slug) =>
          (
            await workspace.post('/agents', {
              name: slug,
              slug: `agent-${slug}`,
              config: { instructions: 'x' },
            })
          ).body,
      ),
    );
    await workspace.delete(`/agents/${gone.id}`);
    const ctx = contextOf(workspace);
    const asked: AgentCall[] = [];
    const tool = await builtIn(ctx, 'agent', async (_ctx, call) => {
      asked.push(call);
      return { ok: true, output: 'Hello.' };
    });
    const ask = (agent: string, more: object = {}) =>
      tool.run(ctx, {
        ...callContext(),
        attribution: { agent_id: a.id, account: new Account() },
        ...more,
        input: { agent, message: 'Hi' },
      });
    expect(await ask('agent-b')).toEqual({ ok: true, output: 'Hello.' });
    expect(asked).toMatchObject([{ agent: { id: b.id }, message: 'Hi', depth: 1, above: [a.id] }]);
    for (const name of [
      'agent-a',
      a.id,
      'agent-gone',
      'none',
      (await (await newWorkspace()).post('/agents', { name: 'x', config: { instructions: 'x' } }))
        .body.id,
    ]) {
      expect((await ask(name)).ok, name).toBe(false);
    }
    expect((await ask('agent-b', { depth: 3 })).ok).toBe(false);
    expect((await ask('agent-b', { depth: 1, above: [b.id] })).ok).toBe(false);
    expect(asked.length).toBe(1);
  });
});

describe('HTTP tools of a version', () => {
  it('use the revision of the version and return no secret (R46)', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await site.answers('/one', {
      body: '{"you":"sent Bearer sk-canary-0123456789","zero":"a\\u200bb"}',
      headers: { 'content-type': 'application/json' },
    });
    const input_schema = { type: 'object' };
    const made = await workspace.post('/tools', {
      name: 'one',
      description: 'One.',
      effect: 'write',
      url: site.url('/one'),
      input_schema,
      headers: { Accept: 'application/json' },
      secret_headers: { Authorization: 'Bearer sk-canary-0123456789' },
    });
    const pins = [
      { kind: 'http' as const, name: 'one', tool_id: made.body.id, revision: 1 },
      { kind: 'builtin' as const, name: 'calculator', revision: 1 },
    ];
    await workspace.post('/agents', {
      name: 'A',
      config: { instructions: 'x', tools: ['one', 'calculator'] },
    });
    await workspace.patch(`/tools/${made.body.id}`, {
      url: site.url('/two'),
      effect: 'destructive',
    });
    await workspace.delete(`/tools/${made.body.id}`);
    const ctx = contextOf(workspace);
    const tools = await resolveTools(ctx, pins, { runAgent: noAgent });
    expect(tools.map(({ name, effect }) => [name, effect])).toEqual([
      ['one', 'write'],
      ['calculator', 'read'],
    ]);
    const outcome = await tools[0]?.run(ctx, { ...callContext(), input: {} });
    expect(outcome).toEqual({ ok: true, output: { you: 'sent [secret]', zero: 'ab' } });
    const [call] = await site.calls();
    expect([call?.headers.authorization, call?.headers.accept]).toEqual([
      'Bearer sk-canary-0123456789',
      'application/json',
    ]);
    expect(
      await resolveTools(contextOf(await newWorkspace()), pins, { runAgent: noAgent }),
    ).toHaveLength(1);
  });
});
