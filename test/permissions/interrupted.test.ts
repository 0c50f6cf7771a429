import { abortAllDurableObjects } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { newChat, openStream, readFrames, textOf } from '../support/chat.ts';
import { addText } from '../support/files.ts';
import type { Round } from '../support/provider/script.ts';

const words = Array.from({ length: 600 }, (_, index) => `w${index} `);

it('the partial answer of a run whose host died is withheld with its files (R85)', async () => {
  const long: Round = { text: words, fault: { kind: 'drip', bytes: 300, ms: 100 } };
  const { workspace, agent } = await newChat({ rounds: [long, { text: ['Here.'] }] });
  const { base_id } = (await workspace.get(`/agents/${agent}`)).body;
  const file = await addText(workspace, base_id, 'code.txt', 'The code of the vault is 1234.', {
    groups: ['staff'],
  });
  const config = { knowledge: { base_ids: [base_id] } };
  await workspace.patch(`/agents/${agent}`, { config });
  const holder = async (groups: string[]) => {
    const given = { end_user_id: 'ann', groups, agent_ids: [agent] };
    return workspace.as((await workspace.post('/end-user-tokens', given)).body.token);
  };
  const [ann, narrow] = [await holder(['staff']), await holder([])];
  const session = (await ann.post(`/agents/${agent}/sessions`, {})).body.id;
  const path = `/sessions/${session}/messages`;
  const json = { message: 'What is the code of the vault?' };
  await readFrames(await openStream(ann, 'POST', path, { json }), (seen) =>
    textOf(seen).includes('w25'),
  );
  await abortAllDurableObjects();
  await ann.get(path);
  const { body: next } = await ann.post(path, { message: 'Again?' });
  expect(next.text).toBe('Here.');
  const read = async (reader: typeof ann) =>
    (await reader.get(path)).body.data
      .filter((one: { role: string }) => one.role === 'assistant')
      .map((one: { is_withheld: boolean; text: string }) => [
        one.is_withheld,
        one.text.slice(0, 2),
      ]);
  expect(await read(ann)).toEqual([
    [false, 'He'],
    [false, 'w0'],
  ]);
  // The second answer had the first in its prompt.
  expect(await read(narrow)).toEqual([
    [true, ''],
    [true, ''],
  ]);
  await workspace.patch(`/files/${file.id}`, { groups: null });
  expect(await read(narrow)).toEqual(await read(ann));
});
