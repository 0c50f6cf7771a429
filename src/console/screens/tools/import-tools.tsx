import { useState } from 'react';
import { useLocation } from 'wouter';
import type { ImportPreview } from '../../../client/index.ts';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { shellTexts } from '../../texts/shell.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { Discard } from '../../ui/discard.tsx';
import { CheckField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { LinesField } from '../../ui/lines-field.tsx';
import { Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { EffectBadge } from './effect-badge.tsx';
import { headersOfLines } from './headers.ts';

type Operation = ImportPreview['operations'][number];

const maxOperations = 50;
const keyOf = ({ method, path }: Operation) => `${method} ${path}`;

/** `/tools/import`: operations of an OpenAPI document become tools. */
export function ImportTools() {
  const texts = useTexts(toolTexts);
  const shell = useTexts(shellTexts);
  const mayWrite = useCan('tools:write');
  const draft = useDraft('tools.import', { text: '', server: '' });
  const { text, server } = draft.value;
  const [preview, setPreview] = useState<ImportPreview | null>(null);
  const source = { document: text, ...(server.trim() !== '' && { server_url: server.trim() }) };
  const read = useAction(
    async () =>
      (await client.POST('/api/v1/tools/openapi/preview', { body: source })).data as ImportPreview,
    { refresh: [], onDone: setPreview },
  );
  return (
    <Page
      title={texts.import}
      back={{ to: placeOf('/tools'), label: texts.title }}
      description={texts.importHint}
    >
      {mayWrite ? (
        <>
          <Form problem={read.problem} onSubmit={() => read.run()}>
            <input
              type="file"
              aria-label={texts.documentFile}
              accept="application/json,.json"
              onChange={({ target }) =>
                void target.files?.[0]?.text().then((next) => draft.set({ text: next }))
              }
            />
            <TextAreaField
              label={texts.document}
              pointer="/document"
              required
              className="code-area"
              value={text}
              onChange={(next) => draft.set({ text: next })}
            />
            <TextField
              label={texts.serverUrl}
              hint={texts.serverUrlHint}
              pointer="/server_url"
              value={server}
              onChange={(next) => draft.set({ server: next })}
            />
            <div className="form-actions">
              <Button
                type="submit"
                kind={preview === null ? 'primary' : 'plain'}
                isBusy={read.isRunning}
              >
                {texts.preview}
              </Button>
              <Discard draft={draft} />
            </div>
          </Form>
          {preview !== null && <Choose preview={preview} source={source} onDone={draft.discard} />}
        </>
      ) : (
        <Empty title={shell.readOnly} />
      )}
    </Page>
  );
}

function Choose({
  preview: { title, operations },
  source,
  onDone,
}: {
  readonly preview: ImportPreview;
  readonly source: { readonly document: string; readonly server_url?: string };
  readonly onDone: () => void;
}) {
  const texts = useTexts(toolTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [secrets, setSecrets] = useState<string[]>([]);
  const make = useAction(
    (_, header) =>
      client.POST('/api/v1/tools/openapi', {
        params: { header },
        body: {
          ...source,
          operations: operations
            .filter((one) => chosen.includes(keyOf(one)))
            .map(({ method, path }) => ({ method, path })),
          secret_headers: headersOfLines(secrets),
        },
      }),
    {
      refresh: ['/api/v1/tools'],
      onDone: () => {
        onDone();
        toast(texts.importedTools(chosen.length));
        go('/');
      },
    },
  );
  return (
    <Form problem={make.problem} onSubmit={() => make.run()} label={title}>
      <fieldset className="choices">
        <legend className="field-label">{texts.operations(title, operations.length)}</legend>
        {operations.map((operation) => (
          <CheckField
            key={keyOf(operation)}
            label={
              <>
                <code>{operation.name ?? keyOf(operation)}</code>{' '}
                {operation.effect !== null && <EffectBadge effect={operation.effect} />}
              </>
            }
            hint={operation.problem ?? `${keyOf(operation)} ${operation.summary ?? ''}`}
            disabled={operation.problem !== null}
            checked={chosen.includes(keyOf(operation))}
            onChange={(isOn) =>
              setChosen(
                isOn
                  ? [...chosen, keyOf(operation)].slice(0, maxOperations)
                  : chosen.filter((one) => one !== keyOf(operation)),
              )
            }
          />
        ))}
      </fieldset>
      <LinesField
        label={texts.secretHeaders}
        hint={texts.secretsHint}
        pointer="/secret_headers"
        data-secret
        value={secrets}
        onChange={setSecrets}
      />
      <div className="form-actions">
        <Button type="submit" kind="primary" disabled={chosen.length === 0} isBusy={make.isRunning}>
          {texts.importChosen(chosen.length)}
        </Button>
      </div>
    </Form>
  );
}
