import { describe, expect, it } from 'vitest';
import { addText, newBase } from '../../support/files.ts';
import { call, callTool, generations, newScene } from './support.ts';

const filters = '# Filters\n\nReplace the carbon filter after two hundred litres of water.\n';
const leave = '# Leave\n\nEverybody has 25 days of leave a year.\n';

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
const dataOf = (reply: Awaited<ReturnType<typeof callTool>>): any => {
  expect(reply.result.isError, JSON.stringify(reply.result)).toBeUndefined();
  expect(JSON.parse(reply.result.content[0].text)).toEqual(reply.result.structuredContent);
  return reply.result.structuredContent;
};
const codeOf = ({ result }: Awaited<ReturnType<typeof callTool>>): string =>
  result._meta['agentgrid/error'].code;

/** An agent with a document of its own, and one that shares a base with it. */
async function newLibrary() {
  const scene = await newScene({ rounds: [] }, { model: 'builtin/extractive', knowledge: {} });
  const { workspace, base } = scene;
  const manual = await addText(workspace, base, 'manual.md', filters);
  const shared = await newBase(workspace);
  const policy = await addText(workspace, shared, 'policy.md', leave, { title: 'Leave policy' });
  const knowledge = { base_ids: [shared] };
  await workspace.post('/agents', { name: 'People', config: { knowledge } });
  return { ...scene, manual, policy, shared };
}

describe('MCP: search and fetch', () => {
  it.each(generations)('return documents and their text (%s)', async (generation) => {
    const { key, manual, policy } = await newLibrary();
    const search = (query: string, path = '/mcp') =>
      callTool(key, 'search', { query }, { generation, path });
    const found = dataOf(await search('How many days of leave?'));
    expect(found.results[0]).toMatchObject({
      id: policy.id,
      title: expect.stringContaining('Leave policy'),
      url: expect.stringMatching(new RegExp(`/api/v1/files/${policy.id}/content$`)),
      text: expect.stringContaining('25 days'),
    });
    expect(found.confidence).toBeGreaterThan(0.3);
    const fetch = (id: string, path = '/mcp') =>
      callTool(key, 'fetch', { id }, { generation, path });
    const whole = dataOf(await fetch(found.results[0].id));
    expect(whole).toMatchObject({ id: policy.id, title: 'Leave policy', text: leave });
    expect(whole.metadata).toMatchObject({ file_name: 'policy.md', next_id: null });
    const inAgent = dataOf(await search('days of leave, carbon filter', '/mcp/agents/support'));
    expect(inAgent.results.map(({ id }: { id: string }) => id)).toEqual([manual.id]);
    expect(codeOf(await fetch(policy.id, '/mcp/agents/support'))).toBe('not_found');
    for (const id of ['file_01kajv2q5ve0mt8h2vj3c6x7ra', `${manual.id}@99999999`])
      expect(['not_found', 'validation_failed']).toContain(codeOf(await fetch(id)));
    for (const id of ['', '../etc', `${manual.id}@1e3`, 'chk_x', 7])
      expect(codeOf(await fetch(id as string))).toBe('validation_failed');
  });

  it('give a key that may not read files passages, with the text around them', async () => {
    const { workspace, policy, key, agent } = await newLibrary();
    const runtime = await workspace.withRole('runtime');
    const { results } = dataOf(await callTool(runtime.key, 'search', { query: 'days of leave' }));
    expect(results[0].id).toMatch(/^chk_\w{26}@people$/);
    const passage = dataOf(await callTool(runtime.key, 'fetch', { id: results[0].id }));
    expect(passage).toMatchObject({ text: expect.stringContaining('25 days') });
    expect(passage.metadata.file_name).toBe('policy.md');
    expect(codeOf(await callTool(runtime.key, 'fetch', { id: policy.id }))).toBe('forbidden');
    expect((await call(runtime.key, 'resources/list')).result.resources).toEqual([]);
    const narrow = await workspace.withRole('admin', [agent]);
    expect(codeOf(await callTool(narrow.key, 'fetch', { id: results[0].id }))).toBe('not_found');
    const other = await newLibrary();
    expect(codeOf(await callTool(other.key, 'fetch', { id: policy.id }))).toBe('not_found');
    expect(key).not.toBe(other.key);
  });

  it('return nothing that an end user may not read (R85)', async () => {
    const { workspace, shared } = await newLibrary();
    await addText(workspace, shared, 'pay.md', '# Pay\n\nThe salary of the board is secret.', {
      groups: ['board'],
    });
    const { body } = await workspace.get('/agents/people');
    const tokenOf = async (groups: string[]) => {
      const json = { end_user_id: 'ann', agent_ids: [body.id], groups };
      return (await workspace.post('/end-user-tokens', json)).body.token as string;
    };
    const [board, staff] = [await tokenOf(['board']), await tokenOf([])];
    const search = async (token: string) =>
      dataOf(await callTool(token, 'search', { query: 'salary of the board' })).results;
    const [hit] = await search(board);
    expect(hit.text).toContain('secret');
    expect(JSON.stringify(await search(staff))).not.toContain('secret');
    expect(dataOf(await callTool(board, 'fetch', { id: hit.id })).text).toContain('secret');
    expect(codeOf(await callTool(staff, 'fetch', { id: hit.id }))).toBe('not_found');
  });

  it('ask for an agent where there are too many to search', async () => {
    const { workspace, key, policy } = await newLibrary();
    for (let number = 0; number < 9; number += 1)
      await workspace.post('/agents', { name: `Agent ${number}` });
    const listed = (await call(key, 'tools/list')).result.tools;
    const { inputSchema } = listed.find(({ name }: { name: string }) => name === 'search');
    expect(inputSchema.required).toEqual(['query', 'agent']);
    const query = 'days of leave';
    const refused = await callTool(key, 'search', { query });
    expect(refused.result.content[0].text).toContain('agent-8');
    const found = dataOf(await callTool(key, 'search', { query, agent: 'people' }));
    expect(found.results[0].id).toBe(policy.id);
    expect(codeOf(await callTool(key, 'search', { query, agent: 'nobody' }))).toBe('not_found');
  });
});

describe('MCP: resources and prompts', () => {
  it.each(generations)('list files in pages and read their text (%s)', async (generation) => {
    const { workspace, key, base, manual, policy } = await newLibrary();
    const long = `# Long\n\n${'Every word counts. '.repeat(6000)}`;
    const book = await addText(workspace, base, 'book.md', long);
    const get = (method: string, params: object, path = '/mcp') =>
      call(key, method, params as Record<string, unknown>, { generation, path });
    const listed = (await get('resources/list', {})).result;
    const uris = listed.resources.map(({ uri }: { uri: string }) => uri);
    expect(uris.toSorted()).toEqual(
      [manual, policy, book].map(({ id }) => `agentgrid://files/${id}`).toSorted(),
    );
    const own = (await get('resources/list', {}, '/mcp/agents/people')).result.resources;
    expect(own).toMatchObject([{ name: 'policy.md', title: 'Leave policy' }]);
    const read = async (uri: string, path?: string) => get('resources/read', { uri }, path);
    const [first] = (await read(`agentgrid://files/${book.id}`)).result.contents;
    const [second] = (await read(first._meta.next)).result.contents;
    expect(first.text + second.text).toBe(long);
    expect(second._meta.next).toBeNull();
    const { resourceTemplates } = (await get('resources/templates/list', {})).result;
    expect(resourceTemplates).toHaveLength(2);
    for (const uri of [
      `agentgrid://files/${book.id}?start=999999999`,
      `agentgrid://files/${book.id}/pages/1`,
      `agentgrid://files/${book.id}/../x`,
      'agentgrid://files/file_01kajv2q5ve0mt8h2vj3c6x7ra',
      'file:///etc/passwd',
    ])
      expect((await read(uri)).error, uri).toMatchObject({ code: -32602 });
    const foreign = await read(`agentgrid://files/${policy.id}`, '/mcp/agents/support');
    expect(foreign.error.data.code).toBe('not_found');
    expect((await get('resources/list', { cursor: 'x.y' })).error).toMatchObject({ code: -32602 });
  });

  it('page through the files of many bases without a gap', async () => {
    const { workspace, key, base, manual, policy, shared } = await newLibrary();
    const small = await Promise.all(Array.from({ length: 12 }, () => newBase(workspace)));
    const bases = [...small, ...Array.from({ length: 20 }, () => [base, shared]).flat()];
    const files = await Promise.all(
      bases.map((one, index) => addText(workspace, one, `f${index}.md`, `Number ${index}.`)),
    );
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { resources: { uri: string }[]; nextCursor?: string } = (
        await call(key, 'resources/list', cursor === undefined ? {} : { cursor })
      ).result;
      seen.push(...page.resources.map(({ uri }) => uri.slice('agentgrid://files/'.length)));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    const ids = [manual, policy, ...files].map(({ id }) => id);
    expect(ids).toHaveLength(54);
    expect(seen.toSorted()).toEqual(ids.toSorted());
  });

  it('offer starter questions as prompts that name the tool', async () => {
    const starter_questions = ['How do I descale it?', 'What is {{leave}}?'];
    const { key } = await newScene({ rounds: [] }, { starter_questions });
    const { prompts } = (await call(key, 'prompts/list')).result;
    expect(prompts).toMatchObject([
      { name: 'support.1', title: 'How do I descale it?' },
      { name: 'support.2' },
    ]);
    const { messages } = (await call(key, 'prompts/get', { name: 'support.2' })).result;
    expect(messages[0].content.text).toBe(
      'Ask this with the tool `ask_support`: What is {{leave}}?',
    );
    for (const name of ['support.3', 'nobody.1', 'support', '..1', ''])
      expect((await call(key, 'prompts/get', { name })).error.code, name).toBe(-32602);
  });
});
