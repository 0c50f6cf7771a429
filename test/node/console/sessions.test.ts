import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsoleStage, openConsole } from './stage.ts';

interface Opened {
  readonly id: string;
}

let stage: ConsoleStage;
let session: string;
beforeAll(async () => {
  stage = await openConsole();
  const agent = await stage.agent([{ text: ['Descaling takes ', 'an hour.'] }]);
  const { api } = stage;
  const opened = await api.call<Opened>('POST', `/agents/${agent.id}/sessions`, {
    json: { title: 'Descaling', end_user_id: 'customer-1' },
  });
  session = opened.id;
  const answer = await api.call<Opened>('POST', `/sessions/${session}/messages`, {
    json: { message: 'How long does <b>descaling</b> take?' },
  });
  await api.call('PUT', `/messages/${answer.id}/feedback`, {
    json: { rating: 'down', comment: 'Too short' },
  });
});
afterAll(() => stage.close());

/** A conversation whose answer cites a file. */
async function askCited(): Promise<{ readonly agent_id: string; readonly session_id: string }> {
  const { api } = stage;
  const { id, base_id } = await stage.agent([{ text: ['On Fridays [1].'] }]);
  const file = await api.call<{ data: readonly Opened[] }>(
    'POST',
    `/knowledge-bases/${base_id}/files`,
    { json: { name: 'grinder.md', text: 'The grinder is cleaned every Friday.' } },
  );
  await expect
    .poll(() => api.call('GET', `/files/${file.data[0]?.id}`), { timeout: 150_000 })
    .toMatchObject({ status: 'ready' });
  const opened = await api.call<Opened>('POST', `/agents/${id}/sessions`, {
    json: { title: 'Grinder' },
  });
  await api.call('POST', `/sessions/${opened.id}/messages`, {
    json: { message: 'When is the grinder cleaned?' },
  });
  return { agent_id: id, session_id: opened.id };
}

describe('sessions', () => {
  it('are found by their words, and filters are kept under a name', async () => {
    const { page } = stage;
    await stage.show('/sessions', 'Sessions');
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill('hour');
    await page.locator('mark', { hasText: 'hour' }).waitFor();
    await stage.check();
    await page.getByRole('button', { name: 'Save these filters' }).click();
    await page.getByRole('textbox', { name: 'Name of the filters' }).fill('Hours');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Search conversations' }).fill('');
    await page.getByRole('button', { name: 'Hours', exact: true }).click();
    await page.waitForURL('**/sessions?q=hour');
    await page.getByRole('combobox', { name: 'Feedback' }).selectOption('up');
    await page.getByText('No conversation matches').waitFor();
    await stage.show('/sessions?version=1', 'Sessions');
    await page.getByRole('link', { name: /Descaling/ }).waitFor();
    await page.getByRole('combobox', { name: 'Coverage by documents' }).selectOption('full');
    await page.getByText('No conversation matches').waitFor();
    expect(new URL(page.url()).search).toBe('?version=1&coverage=full');
  });

  it('show question, answer, feedback and the trace with what the model was given', async () => {
    const { page } = stage;
    await stage.show(`/sessions/${session}`, 'Descaling');
    await page.getByText('How long does <b>descaling</b> take?').waitFor();
    await page.getByText('Rated bad: Too short').waitFor();
    await stage.check();
    await page.getByRole('link', { name: 'Trace' }).click();
    await page.getByRole('heading', { level: 1, name: /Trace/ }).waitFor();
    await page.getByRole('button', { name: /Model/ }).click();
    await page.getByRole('heading', { name: 'Input' }).waitFor();
    await page.locator('.prompt', { hasText: 'Help.' }).waitFor();
    await stage.check();
    await page.reload();
    await page.getByRole('heading', { name: /model was given/ }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: 'Descaling' }).waitFor();
  });

  it('put an answer into the review queue, once', async () => {
    const { page, api } = stage;
    await stage.show(`/sessions/${session}`, 'Descaling');
    await page.getByText('0 good, 1 bad').waitFor();
    await page.getByRole('button', { name: 'To review' }).click();
    await page.getByText('The answer is in the review queue').waitFor();
    await page.getByRole('button', { name: 'To review' }).click();
    await page.getByRole('alert').waitFor();
    const { data } = await api.call<{ data: readonly Opened[] }>('GET', '/review-items');
    expect(data).toHaveLength(1);
  });

  it('are answered by another version, beside what was answered', async () => {
    const { page } = stage;
    await stage.show(`/sessions/${session}`, 'Descaling');
    await page.getByRole('button', { name: 'Actions on the conversation' }).click();
    await page.getByRole('menuitem', { name: 'Answer again with another version' }).click();
    const dialog = page.getByRole('dialog', { name: 'Answer again with another version' });
    await dialog.getByRole('combobox', { name: 'Version' }).selectOption({ index: 1 });
    await stage.check();
    await dialog.getByRole('button', { name: 'Answer and compare' }).click();
    await page.waitForURL('**/evaluation/replays/rpl_*');
    await page.getByText('How long does <b>descaling</b> take?').waitFor();
  });

  it('keep an answer as a case of a dataset', async () => {
    const { page, api } = stage;
    await stage.show(`/sessions/${session}`, 'Descaling');
    await page.getByRole('button', { name: 'Keep as case' }).click();
    const dialog = page.getByRole('dialog', { name: 'Keep this answer as a case' });
    await dialog.getByRole('textbox', { name: 'Name of the dataset' }).fill('Regressions');
    await dialog.getByRole('button', { name: 'Create the dataset' }).click();
    await dialog.getByRole('combobox', { name: 'Dataset' }).waitFor();
    await stage.check();
    const correct = dialog.getByRole('textbox', { name: 'A correct answer' });
    await expect.poll(() => correct.inputValue()).toBe('Descaling takes an hour.');
    await correct.fill('Descaling takes two hours.');
    await dialog.getByRole('button', { name: 'Keep as case' }).click();
    await dialog.getByRole('link', { name: 'Open the case' }).click();
    await page.waitForURL('**/cases/case_*');
    const [dataset] = (await api.call<{ data: readonly Opened[] }>('GET', '/datasets')).data;
    const { data } = await api.call<{ data: readonly { expected: { answer: string } }[] }>(
      'GET',
      `/datasets/${dataset?.id}/cases`,
    );
    expect(data.map(({ expected }) => expected.answer)).toEqual(['Descaling takes two hours.']);
  });

  it('are taken over, answered and handed back; a draft of a reply survives a reload', async () => {
    const { page, api } = stage;
    await stage.show(`/sessions/${session}`, 'Descaling');
    await page.getByRole('button', { name: 'Take over from the agent' }).click();
    const reply = page.getByRole('textbox', { name: 'Your reply' });
    await reply.fill('I will look into it.');
    await page.reload();
    await expect.poll(() => reply.inputValue()).toBe('I will look into it.');
    await page.getByRole('link', { name: 'customer-1' }).waitFor();
    await stage.show('/inbox', 'Inbox');
    await page.getByRole('link', { name: 'Inbox 1 waiting' }).waitFor();
    await page.getByRole('link', { name: /Descaling/ }).click();
    await stage.check();
    await page.getByRole('button', { name: 'Send the reply' }).click();
    await page.getByRole('article').getByText('I will look into it.').waitFor();
    await page.getByRole('button', { name: 'Hand back to the agent' }).click();
    await page.getByRole('button', { name: 'Take over from the agent' }).waitFor();
    const { handled_by } = await api.call<{ handled_by: string }>('GET', `/sessions/${session}`);
    expect(handled_by).toBe('agent');
  });

  it('cite with the way to the place, also in the trace, which shows the passages of its search', async () => {
    const { page, api } = stage;
    const cited = await askCited();
    await stage.show(`/sessions/${cited.session_id}`, 'Grinder');
    await page.getByText('Version 1', { exact: true }).waitFor();
    await page.getByText('Cost in all').waitFor();
    const chip = page.getByRole('button', { name: '1: grinder.md' });
    await chip.click();
    await page.locator('figure').getByText('cleaned every Friday').waitFor();
    await stage.check();
    await chip.click();
    await page.locator('figure').waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Trace' }).click();
    const said = page.locator('section', { hasText: 'Question and answer' });
    await said.getByText('When is the grinder cleaned?').waitFor();
    await page.getByText('Answered by').waitFor();
    await page.getByRole('button', { name: /^Search hybrid/ }).click();
    await page.getByText('Searched for').waitFor();
    await page.getByText(/Result 1 · score/).waitFor();
    await stage.check();
    await page.locator('.searched').getByRole('link', { name: 'grinder.md' }).click();
    await page.waitForURL('**/knowledge/files/file_*?start=*');
    await page.locator('mark').first().waitFor();
    // A preview of a draft leads back to its agent, and has the same.
    const run = await api.call<{ run_id: string }>('POST', `/agents/${cited.agent_id}/runs`, {
      json: { message: 'When is the grinder cleaned?', config: { instructions: 'Be kind.' } },
    });
    await stage.show(`/sessions/runs/${run.run_id}`, /Trace/);
    await page.getByText('Draft based on').waitFor();
    await page.getByText('On Fridays').waitFor();
    await page.getByRole('link', { name: '← Agent' }).waitFor();
  });

  it('say that all words must occur, and show on a phone whose they are', async () => {
    const { page } = stage;
    await stage.show('/sessions?q=apple+cake', 'Sessions');
    await page.getByText(/All words must occur/).waitFor();
    await page.setViewportSize({ width: 380, height: 760 });
    await page.getByRole('combobox', { name: 'Feedback' }).waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Filters', exact: true }).click();
    await page.getByRole('combobox', { name: 'Feedback' }).selectOption('up');
    await page.getByRole('button', { name: 'Filters (1 set)' }).click();
    await stage.show('/sessions', 'Sessions');
    await page.getByRole('cell', { name: 'customer-1' }).waitFor();
    await stage.check();
    await page.setViewportSize({ width: 1280, height: 720 });
  });

  it('are deleted after a question that names what is lost', async () => {
    const { page, api } = stage;
    await stage.show(`/sessions/${session}`, 'Descaling');
    await page.getByRole('button', { name: 'Actions on the conversation' }).click();
    await page.getByRole('menuitem', { name: 'Delete the conversation' }).click();
    const question = page.getByRole('alertdialog', { name: 'Delete this conversation?' });
    await question.getByText(/\d messages/).waitFor();
    await stage.check();
    await question.getByRole('button', { name: 'Delete the conversation' }).click();
    await page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor();
    await expect(api.call('GET', `/sessions/${session}`)).rejects.toThrow('404');
  });
});
