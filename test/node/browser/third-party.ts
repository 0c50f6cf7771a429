import type { Page } from 'playwright-core';
import { describe, it } from 'vitest';
import { allWords, half } from './chat.ts';
import type { Stage } from './stage.ts';

/** A page that chats by documented requests alone. What it needs is in the fragment of its address; what it keeps, in its storage. */
const plain = `<!doctype html><html lang="en"><title>Plain</title><h1>Plain</h1><p id="answer"></p><script>
const given = JSON.parse(decodeURIComponent(location.hash.slice(1)));
const kept = JSON.parse(sessionStorage.getItem('kept') ?? '{}');
const keep = (more) => sessionStorage.setItem('kept', JSON.stringify(Object.assign(kept, more)));
const shown = document.getElementById('answer');
const call = (method, path, body, headers = {}, token = given.token) => fetch(given.api + path, {
  method,
  headers: {
    authorization: 'Bearer ' + token,
    accept: 'text/event-stream, application/json',
    ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
    ...headers,
  },
  ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
});
const json = async (...request) => (await call(...request)).json();
async function read(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const frames = (rest + value).split('\\n\\n');
    rest = frames.pop();
    for (const frame of frames) {
      const data = /^data: (.*)$/m.exec(frame)?.[1];
      if (data === '[DONE]') return void (document.body.dataset.state = 'complete');
      if (data === undefined) continue;
      const event = JSON.parse(data);
      if (event.type === 'start') keep({ message: event.messageId });
      if (event.type === 'data-run') keep({ run: event.data.id });
      if (event.type === 'text-delta') shown.append(event.delta);
      keep({ last: /^id: (\\d+)$/m.exec(frame)[1], text: shown.textContent });
    }
  }
}
async function ask() {
  const session = (await json('POST', '/agents/' + given.agent + '/sessions', {})).id;
  const form = new FormData();
  form.append('file', new File(['The shop opens at ten.'], 'note.txt', { type: 'text/plain' }));
  let file = await json('POST', '/sessions/' + session + '/attachments', form);
  while (file.status === 'processing') file = await json('GET', '/attachments/' + file.id);
  keep({ session, file: file.id });
  await read(await call('POST', '/sessions/' + session + '/messages', { message: 'Hi', attachments: [file.id] }));
}
async function resume() {
  shown.textContent = kept.text;
  await read(await call('GET', '/runs/' + kept.run + '/events', undefined, { 'last-event-id': kept.last }));
}
kept.run === undefined ? ask() : resume();
</script></html>`;

/** Everything that belongs to the session of another user, by the requests that a token may make. Evaluated in the page. */
const foreign = `async (token) => {
  const paths = [
    ['GET', '/sessions/' + kept.session], ['PATCH', '/sessions/' + kept.session, { title: 'x' }],
    ['GET', '/sessions/' + kept.session + '/messages'], ['POST', '/sessions/' + kept.session + '/messages', { message: 'x' }],
    ['GET', '/sessions/' + kept.session + '/attachments'], ['GET', '/sessions/' + kept.session + '/events'],
    ['POST', '/sessions/' + kept.session + '/hand-over', {}], ['POST', '/sessions/' + kept.session + '/suggestions', {}],
    ['GET', '/attachments/' + kept.file], ['GET', '/attachments/' + kept.file + '/content'], ['DELETE', '/attachments/' + kept.file],
    ['GET', '/messages/' + kept.message], ['GET', '/messages/' + kept.message + '/citations/1'],
    ['PUT', '/messages/' + kept.message + '/feedback', { rating: 'down' }], ['DELETE', '/messages/' + kept.message + '/feedback'],
    ['POST', '/messages/' + kept.message + '/regenerate', {}],
    ['GET', '/runs/' + kept.run], ['GET', '/runs/' + kept.run + '/events'], ['POST', '/runs/' + kept.run + '/cancel'],
    ['DELETE', '/sessions/' + kept.session],
  ];
  const seen = [];
  for (const [method, path, body] of paths) seen.push(method + ' ' + (await call(method, path, body, {}, token)).status);
  return seen;
}`;

const textOf = (page: Page) => page.locator('#answer').innerText();

export function thirdPartyTests(stage: () => Stage): void {
  describe('the token of an end user in a page of a third party', () => {
    it('uploads, streams, resumes after a reload and rates by plain requests, and opens nothing of another user (R85)', async ({
      expect,
    }) => {
      const { api, agent, key } = await stage().apart();
      const { id, release } = await agent([half]);
      await api.call('PATCH', '/workspace', { json: { allowed_origins: [stage().site] } });
      const token = async (end_user_id: string) =>
        (
          await api.call<{ token: string }>('POST', '/end-user-tokens', {
            json: { end_user_id, agent_ids: [id] },
          })
        ).token;
      const { page, requests } = await stage().page();
      const sent: (string | undefined)[] = [];
      page.on('request', (request) => sent.push(request.headers().authorization));
      const given = { api: `${stage().url}/api/v1`, agent: id, token: await token('ann') };
      const fragment = `#${encodeURIComponent(JSON.stringify(given))}`;
      await page.goto(stage().serve('/plain', plain) + fragment);
      await expect.poll(() => textOf(page), { timeout: 150_000 }).toContain('word5 ');
      expect(await textOf(page)).not.toContain('word79');
      await page.reload();
      await expect.poll(() => textOf(page)).toContain('word5 ');
      await release();
      await page.locator('[data-state=complete]').waitFor();
      expect(requests.some((url) => /\/runs\/run_\w+\/events$/.test(url))).toBe(true);
      expect((await textOf(page)).trim()).toBe(allWords);
      const rated = "call('PUT', '/messages/' + kept.message + '/feedback', { rating: 'up' })";
      expect(await page.evaluate<number>(`${rated}.then(({ status }) => status)`)).toBe(200);
      const seen = await page.evaluate<string[]>(
        `(${foreign})(${JSON.stringify(await token('bob'))})`,
      );
      expect(seen.filter((one) => !one.endsWith(' 404'))).toEqual([]);
      expect(seen).toHaveLength(20);
      const session = await page.evaluate<string>('kept.session');
      const stored = await api.call<{
        messages: { data: { attachments: unknown[]; feedback: object[] }[] };
      }>('GET', `/sessions/${session}`);
      expect(stored.messages.data.map(({ attachments }) => attachments.length)).toEqual([0, 1]);
      expect(stored.messages.data[0]?.feedback).toMatchObject([{ rating: 'up' }]);
      const held = 'document.documentElement.outerHTML + JSON.stringify(sessionStorage) + location';
      expect(await page.evaluate<string>(held)).not.toMatch(/ag_[0-9A-Za-z]{8}/);
      expect(sent.filter((one) => one?.includes(key))).toEqual([]);
      expect(sent.filter((one) => one !== undefined).length).toBeGreaterThan(20);
      await page.close();
    });
  });
}
