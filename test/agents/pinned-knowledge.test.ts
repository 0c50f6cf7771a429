import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { tick } from '../support/history.ts';
import { atRest } from '../support/resources.ts';

async function ask(workspace: Workspace, message: string, rest = {}) {
  const { body } = await workspace.post('/agents/shop/runs', { message, ...rest });
  const { text, citations } = body;
  return { text, citations, status: body.status, error: body.error };
}

describe('a version that is pinned to revisions', () => {
  it('answers from the documents of its revisions after a rollback, with the same citations', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const put = (name: string, text: string) =>
      addText(workspace, base, name, text, { external_id: name });
    const hours = await put(
      'hours.md',
      '# Hours\n\nThe shop opens at eight on every day of the week.',
    );
    const leave = await put('leave.md', '# Leave\n\nEverybody has 25 days of leave a year.');
    const config = { knowledge: { base_ids: [base], revisions: 'latest' } };
    const made = await workspace.post('/agents', { name: 'Shop', slug: 'shop', config });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body.config.knowledge.revisions).toEqual({ [base]: 2 });
    const questions = ['When does the shop open?', 'How many days of leave do I have?'];
    const asked = () => Promise.all(questions.map((question) => ask(workspace, question)));
    const first = await asked();
    expect(first.map(({ text }) => text).join()).toMatch(/eight.*25 days/s);
    expect(first.every(({ citations }) => citations.length > 0)).toBe(true);

    await put('hours.md', '# Hours\n\nThe shop opens at ten on every day of the week.');
    const [chunk] = (await workspace.get(`/files/${leave.id}/chunks`)).body.data;
    await workspace.patch(`/files/${leave.id}/chunks/${chunk.id}`, {
      text: 'Everybody has 30 days of leave a year.',
    });
    await atRest(workspace.id);
    expect(await asked()).toEqual(first);

    const live = { config: { knowledge: { revisions: null } }, activate: true };
    expect((await workspace.post('/agents/shop/versions', live)).status).toBe(201);
    expect((await asked()).map(({ text }) => text).join()).toMatch(/ten.*30 days/s);
    await workspace.delete(`/files/${hours.id}`);
    await workspace.delete(`/files/${leave.id}`);
    await atRest(workspace.id);
    expect((await asked()).every(({ citations }) => citations.length === 0)).toBe(true);

    expect((await workspace.post('/agents/shop/versions/1/activate', {})).status).toBe(200);
    const again = await asked();
    expect(again).toEqual(first);
    const [cited] = again[0]?.citations ?? [];
    const text = await workspace.get(
      `/files/${cited.file_id}/text?revision=2&start=${cited.start}&end=${cited.end}`,
    );
    expect(text.body.text).toBe(cited.quote);
    const found = await workspace.post('/agents/shop/search', { query: 'shop opens' });
    expect(found.body.hits[0].text).toContain('eight');

    // The active version is kept from the retention, whatever the time.
    await tick(workspace, base, 40);
    expect(await asked()).toEqual(first);
    await workspace.post('/agents/shop/versions/2/activate', {});
    await tick(workspace, base, 2);
    const refused = await workspace.post('/agents/shop/versions/1/activate', {});
    expect(refused.body).toMatchObject({
      ...{ status: 409, code: 'conflict', base_id: base, revision: 2 },
      detail: expect.stringContaining(`Revision 2 of knowledge base ${base} has been purged`),
    });
    const label = await workspace.put('/agents/shop/labels/stable', { version: 1 });
    expect([label.status, label.body.base_id]).toEqual([409, base]);
  });

  it('fails with `revision_purged` when the history has been deleted', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const file = await addText(workspace, base, 'hours.txt', 'The shop opens at eight.');
    const config = { knowledge: { base_ids: [base], revisions: { [base]: 1 } } };
    await workspace.post('/agents', { name: 'Shop', slug: 'shop', config });
    expect((await ask(workspace, 'When does the shop open?')).text).toContain('eight');
    await workspace.delete(`/files/${file.id}?purge=true`);
    const { body } = await workspace.post('/agents/shop/runs', {
      message: 'When does the shop open?',
    });
    expect(JSON.stringify(body)).toContain('revision_purged');
    expect((await workspace.post('/agents/shop/search', { query: 'shop' })).body.code).toBe(
      'revision_purged',
    );
    // Nothing makes such a version the active one, again or with another change.
    for (const refused of [
      await workspace.post('/agents/shop/versions/1/activate', {}),
      await workspace.patch('/agents/shop', { config: { instructions: 'Be brief.' } }),
      await workspace.post('/agents/shop/versions', { config: {}, activate: true }),
      await workspace.post('/agents/shop/duplicate', {}),
    ])
      expect(refused.body).toMatchObject({ status: 409, base_id: base, revision: 1 });
    const free = { config: { instructions: 'Be brief.', knowledge: { revisions: null } } };
    expect((await workspace.patch('/agents/shop', free)).status).toBe(200);
  });

  it('refuses revisions that do not exist, and keeps those of bases that remain', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [await newBase(workspace), await newBase(workspace)];
    await addText(workspace, one, 'hours.txt', 'The shop opens at eight.');
    const create = (knowledge: object) =>
      workspace.post('/agents', { name: 'Shop', slug: 'shop', config: { knowledge } });
    for (const [revisions, status] of [
      [{ [one]: 2 }, 422],
      [{ [two]: 0 }, 422],
      [{ [one]: -1 }, 422],
      [{ [one]: 1.5 }, 422],
      [{ nonsense: 1 }, 422],
      ['newest', 422],
    ] as const)
      expect((await create({ base_ids: [one], revisions })).status, JSON.stringify(revisions)).toBe(
        status,
      );
    const made = await create({ base_ids: [one, two], revisions: 'latest' });
    expect(made.body.config.knowledge.revisions).toEqual({ [one]: 1, [two]: 0 });
    const fewer = await workspace.patch('/agents/shop', {
      config: { knowledge: { base_ids: [one] } },
    });
    expect(fewer.body.config.knowledge.revisions).toEqual({ [one]: 1 });
    const mixed = await workspace.patch('/agents/shop', {
      config: { knowledge: { base_ids: [one, two], revisions: { [two]: 0 } } },
    });
    expect(mixed.body.config.knowledge.revisions).toEqual({ [two]: 0 });
    // A base that is not named is searched as it is.
    expect((await ask(workspace, 'When does the shop open?')).text).toContain('eight');
    await addText(workspace, two, 'bells.txt', 'The bells ring at 12:30 every day.');
    expect((await ask(workspace, 'When do the bells ring?')).citations).toEqual([]);
    expect(
      (
        await ask(workspace, 'When do the bells ring?', {
          config: { knowledge: { revisions: 'latest' } },
        })
      ).text,
    ).toContain('12:30');
    const own = await workspace.post('/agents', {
      name: 'Own',
      config: { knowledge: { revisions: 'latest' } },
    });
    expect(Object.values(own.body.config.knowledge.revisions)).toEqual([0]);
  });

  it('keeps its revisions in a copy, and in an import where the base is the same', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { name: 'Manual', retention_days: 30 });
    await addText(workspace, base, 'hours.txt', 'The shop opens at eight.');
    const made = await workspace.post('/agents', { name: 'Shop', slug: 'shop' });
    const [own] = made.body.config.knowledge.base_ids;
    await workspace.patch('/agents/shop', {
      config: { knowledge: { base_ids: [own, base], revisions: 'latest' } },
    });
    const copy = await workspace.post('/agents/shop/duplicate', {});
    expect(copy.body.config.knowledge.revisions).toEqual({ [own]: 0, [base]: 1 });

    const { body: manifest } = await workspace.get('/agents/shop/export');
    expect(JSON.stringify(manifest)).not.toContain(base);
    const pins = manifest.knowledge_bases.map((one: { pinned: object }) => one.pinned);
    expect(pins).toMatchObject([{ revision: 0 }, { revision: 1 }]);
    const imported = await workspace.post('/agents/import', manifest);
    expect(imported.body.config.knowledge.revisions).toEqual({ [base]: 1 });
    expect(imported.body.warnings).toMatchObject([
      expect.stringContaining('pins knowledge base `Shop` to revision 0 of another base'),
      expect.stringContaining('Slug'),
    ]);

    const other = await newWorkspace();
    await newBase(other, { name: 'Manual' });
    const elsewhere = await other.post('/agents/import', manifest);
    expect(elsewhere.body.config.knowledge.revisions).toBeNull();
    expect(elsewhere.body.warnings).toHaveLength(2);

    await workspace.patch(`/knowledge-bases/${base}`, { retention_days: 0 });
    const [{ id }] = (await workspace.get(`/knowledge-bases/${base}/files`)).body.data;
    await workspace.delete(`/files/${id}?purge=true`);
    const late = await workspace.post('/agents/import', manifest);
    expect(late.body.config.knowledge.revisions).toBeNull();
    expect(late.body.warnings[1]).toContain('Revision 1 of knowledge base `Manual` is no longer');
  });
});
