import { type Answer, request, type Workspace } from '../support/api.ts';

export const unique = () => crypto.randomUUID().slice(0, 8);

export const quotaOf = async (workspace: Workspace, name: string) =>
  (await workspace.get('/quotas')).body.data.find(({ quota }: { quota: string }) => quota === name);

export const uploadFile = (workspace: Workspace, text = `Text ${unique()}`): Promise<Answer> => {
  const form = new FormData();
  form.set('purpose', 'user_data');
  form.set('file', new Blob([text]), 'note.txt');
  return request('POST', '/v1/files', workspace.key, { body: form });
};

/** Sends a file of `/v1/files` with a message. */
export const send = (workspace: Workspace, model: string, file_id: string): Promise<Answer> =>
  request('POST', '/v1/responses', workspace.key, {
    json: {
      model,
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'Is it new?' },
            { type: 'input_file', file_id },
          ],
        },
      ],
    },
  });
