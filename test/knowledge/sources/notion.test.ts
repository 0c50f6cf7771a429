import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { newBase } from '../../support/files.ts';
import { Site } from '../../support/outbound.ts';
import type { Reply } from '../../support/outbound-service.ts';
import { addSource, filesOf, pagesOf, syncAgain } from './support.ts';

const id = () => crypto.randomUUID();
const rich = (text: string, more: object = {}) => [
  { type: 'text', plain_text: text, href: null, annotations: {}, ...more },
];
const block = (type: string, content: object, more: object = {}) => ({
  object: 'block',
  id: id(),
  type,
  has_children: false,
  [type]: content,
  ...more,
});
const paragraph = (text: string) => block('paragraph', { rich_text: rich(text) });
const list = (results: readonly object[], next_cursor: string | null = null): Reply => ({
  body: JSON.stringify({ object: 'list', results, next_cursor, has_more: next_cursor !== null }),
  headers: { 'content-type': 'application/json' },
});

/** A Notion workspace as its API shows it to an integration. */
class NotionWorkspace extends Site {
  override readonly origin = 'https://api.notion.com';
  readonly token = `ntn_${id().replaceAll('-', '')}`;
  readonly #edited = new Map<string, number>();

  page(page_id: string, title: string, more: object = {}) {
    const edited = new Date(1_790_000_000_000 + (this.#edited.get(page_id) ?? 0) * 60_000);
    return {
      object: 'page',
      id: page_id,
      url: `https://www.notion.so/${page_id.replaceAll('-', '')}`,
      last_edited_time: edited.toISOString(),
      in_trash: false,
      properties: { title: { id: 'title', type: 'title', title: rich(title) } },
      ...more,
    };
  }

  edit = (page_id: string) =>
    this.#edited.set(page_id, (this.#edited.get(page_id) ?? 0) + 1) !== undefined;

  json = (path: string, body: object, status = 200) =>
    this.answers(`/v1${path}`, {
      status,
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });

  /** Search results by their kind; pages come in two parts. */
  search = (first: readonly object[], second: readonly object[], sources: readonly object[]) =>
    this.answers('/v1/search', {
      ...list(first, 'second'),
      byBody: { data_source: list(sources), '"start_cursor":"second"': list(second) },
    });

  async holds(page: ReturnType<NotionWorkspace['page']>, blocks: readonly object[]) {
    await this.json(`/pages/${page.id}`, page);
    await this.answers(`/v1/blocks/${page.id}/children`, list(blocks));
  }

  requests = async () =>
    (await this.calls()).filter(({ headers }) => headers.authorization === `Bearer ${this.token}`);
}

const setUp = async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  const notion = new NotionWorkspace();
  const add = () =>
    addSource(workspace, base, {
      type: 'notion',
      credentials: { token: notion.token },
      delay_ms: undefined,
    });
  return { workspace, base, notion, add };
};

describe('a Notion workspace', () => {
  it('reads pages and rows of databases as Markdown, and later only those that were edited', async () => {
    const { workspace, base, notion, add } = await setUp();
    const [home, child, row, source] = [id(), id(), id(), id()];
    const nested = block('toggle', { rich_text: rich('Details') }, { has_children: true });
    const table = block('table', { table_width: 2 }, { has_children: true });
    const synced = block(
      'synced_block',
      { synced_from: { type: 'block_id', block_id: id() } },
      { has_children: true },
    );
    const page = notion.page(home, 'Handbook');
    await notion.holds(page, [
      block('heading_1', { rich_text: rich('Leave') }),
      block('paragraph', {
        rich_text: [
          ...rich('Everybody has '),
          ...rich('25 days', { annotations: { bold: true } }),
          ...rich(' see ', {}),
          ...rich('the law', { href: 'https://law.example.com/' }),
          { type: 'equation', plain_text: 'x^2', equation: { expression: 'x^2' } },
        ],
      }),
      block('bulleted_list_item', { rich_text: rich('one') }),
      block('bulleted_list_item', { rich_text: rich('two') }),
      nested,
      table,
      block('code', { rich_text: rich('print("```")'), language: 'python', caption: [] }),
      block('equation', { expression: 'E = mc^2' }),
      synced,
      { ...block('child_page', { title: 'Travel' }), id: child, has_children: true },
      block('file', {
        type: 'file',
        name: 'plan.pdf',
        caption: rich('The plan'),
        file: { url: 'https://secret.example.com/?signature' },
      }),
      block('to_do', { rich_text: rich('Ask'), checked: true }),
      block('unheard_of', { rich_text: rich('Future block') }),
    ]);
    await notion.answers(`/v1/blocks/${nested.id}/children`, {
      ...list([paragraph('Inside, part 1')], 'more'),
      byQuery: { 'start_cursor=more': list([paragraph('Inside, part 2')]) },
    });
    await notion.answers(
      `/v1/blocks/${table.id}/children`,
      list([
        block('table_row', { cells: [rich('City'), rich('Days')] }),
        block('table_row', { cells: [rich('Bern'), rich('3 | 4')] }),
      ]),
    );
    const original = (synced as unknown as { synced_block: { synced_from: { block_id: string } } })
      .synced_block.synced_from.block_id;
    await notion.answers(`/v1/blocks/${original}/children`, list([paragraph('Synced text.')]));
    const travel = notion.page(child, 'Travel');
    await notion.holds(travel, [paragraph('Book online.')]);
    const task = notion.page(row, 'Task', {
      properties: {
        Name: { type: 'title', title: rich('Task') },
        Status: { type: 'status', status: { name: 'Done' } },
        Tags: { type: 'multi_select', multi_select: [{ name: 'a' }, { name: 'b' }] },
        Due: { type: 'date', date: { start: '2026-12-01', end: null } },
        Sum: { type: 'formula', formula: { type: 'number', number: 42 } },
        Empty: { type: 'rich_text', rich_text: [] },
      },
    });
    await notion.holds(task, []);
    const trashed = notion.page(id(), 'Trash', { in_trash: true });
    await notion.search(
      [page],
      [travel, trashed],
      [{ object: 'data_source', id: source, in_trash: false }],
    );
    await notion.answers(`/v1/data_sources/${source}/query`, list([task]));
    const added = await add();
    expect(added).toMatchObject({
      status: 'ready',
      name: 'Notion',
      counts: { added: 3, failed: 0 },
      credentials: { token: notion.token.slice(-4) },
    });
    const files = await filesOf(workspace, base);
    const text = async (url: string) =>
      (await workspace.get(`/files/${files[url].id}/content`)).body;
    expect(files[page.url]).toMatchObject({ name: 'Handbook.md', metadata: { title: 'Handbook' } });
    expect(await text(page.url)).toBe(
      [
        '# Handbook',
        '# Leave',
        'Everybody has **25 days** see [the law](https://law.example.com/)$x^2$',
        '- one\n- two',
        '- Details\n  Inside, part 1\n\n  Inside, part 2',
        '| City | Days |\n| --- | --- |\n| Bern | 3 \\| 4 |',
        '````python\nprint("```")\n````',
        '$$\nE = mc^2\n$$',
        'Synced text.',
        `[Travel](https://www.notion.so/${child.replaceAll('-', '')})`,
        'plan.pdf: The plan',
        '- [x] Ask',
        'Future block',
      ].join('\n\n'),
    );
    expect(await text(task.url)).toBe(
      '# Task\n\n- **Status:** Done\n- **Tags:** a, b\n- **Due:** 2026-12-01\n- **Sum:** 42',
    );
    const requests = await notion.requests();
    expect(new Set(requests.map(({ headers }) => headers['notion-version']))).toEqual(
      new Set(['2026-03-11']),
    );
    // The second time: one page was edited, one is in the trash.
    notion.edit(child);
    const edited = notion.page(child, 'Travel');
    await notion.holds(edited, [paragraph('Book by phone.')]);
    await notion.search([page], [edited], []);
    const before = requests.length;
    expect((await syncAgain(workspace, added.id)).counts).toMatchObject({
      updated: 1,
      unchanged: 1,
      removed: 1,
    });
    const later = (await notion.requests()).slice(before).map(({ url }) => new URL(url).pathname);
    expect(later).toEqual([
      '/v1/search',
      '/v1/search',
      '/v1/search',
      `/v1/pages/${child}`,
      `/v1/blocks/${child}/children`,
    ]);
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual(
      [page.url, edited.url].sort(),
    );
  });

  it('keeps what is stored when the token has expired, and the page that fails alone', async () => {
    const { workspace, base, notion, add } = await setUp();
    const [good, bad] = [notion.page(id(), 'Good'), notion.page(id(), 'Bad')];
    await notion.holds(good, [paragraph('Good.')]);
    await notion.json(`/pages/${bad.id}`, { object: 'error', status: 400 }, 400);
    await notion.search([good, bad], [], []);
    const source = await add();
    expect(source).toMatchObject({ status: 'ready', counts: { added: 1, failed: 1 } });
    const { pathname } = new URL(bad.url);
    expect((await pagesOf(workspace, source.id))[pathname]).toMatchObject({
      error: { code: 'http_status' },
    });
    await notion.json('/search', { object: 'error', status: 401, code: 'unauthorized' }, 401);
    expect(await syncAgain(workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'unauthorized' },
    });
    await notion.json('/search', { results: 'nonsense' });
    expect(await syncAgain(workspace, source.id)).toMatchObject({ error: { code: 'unreadable' } });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([good.url]);
    const changed = await workspace.patch(`/sources/${source.id}`, {
      credentials: { access_key_id: 'a', secret_access_key: 'b' },
    });
    expect([changed.status, changed.body.errors[0].pointer]).toEqual([422, '/credentials']);
  });

  it('waits as long as Notion asks for', async () => {
    const { workspace, base, notion } = await setUp();
    await notion.answers('/v1/search', { status: 429, headers: { 'retry-after': '90' } });
    const { body } = await workspace.post(`/knowledge-bases/${base}/sources`, {
      type: 'notion',
      credentials: { token: notion.token },
    });
    for (;;) {
      const job = await env.DB.prepare(
        "select due_at from outbox where workspace_id = ? and job ->> 'source_id' = ? and attempts = 0",
      )
        .bind(workspace.id, body.id)
        .first<{ due_at: number }>();
      if (job !== null && job.due_at > Date.now() + 80_000) break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect((await workspace.get(`/sources/${body.id}`)).body.status).toBe('syncing');
  });
});
