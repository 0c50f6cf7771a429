import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { Tool } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { Form } from '../../ui/form.tsx';
import { LinesField } from '../../ui/lines-field.tsx';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { EffectBadge } from './effect-badge.tsx';
import { headersOfLines } from './headers.ts';
import { TestTool } from './test-tool.tsx';
import { type ToolFields, ToolForm } from './tool-form.tsx';

const empty: ToolFields = {
  ...{ name: '', description: '', effect: 'read', method: 'GET', url: '', headers: {} },
  input_schema: { type: 'object', properties: {}, required: [], additionalProperties: false },
  ...{ timeout_ms: 15_000, max_bytes: 200_000, response: { pointer: null, fields: null } },
};

/** `/tools/new` */
export function NewTool() {
  const texts = useTexts(toolTexts);
  const [, go] = useLocation();
  const draft = useDraft<ToolFields>('tool.new', empty);
  const [secrets, setSecrets] = useState<string[]>([]);
  const create = useAction(
    async (_, header) =>
      (
        await client.POST('/api/v1/tools', {
          params: { header },
          body: { ...draft.value, secret_headers: headersOfLines(secrets) },
        })
      ).data,
    {
      refresh: ['/api/v1/tools'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) go(`/${made.id}`);
      },
    },
  );
  return (
    <Page title={texts.newTool} back={{ to: placeOf('/tools'), label: texts.title }}>
      <Form problem={create.problem} onSubmit={() => create.run()}>
        <ToolForm value={draft.value} draftKey="tool.new.schema" onChange={draft.set} />
        <Secrets lines={secrets} onChange={setSecrets} />
        <DraftActions draft={draft} change={create}>
          {texts.createTool}
        </DraftActions>
      </Form>
    </Page>
  );
}

function Secrets({
  lines,
  onChange,
  known = [],
}: {
  readonly lines: string[];
  readonly onChange: (lines: string[]) => void;
  readonly known?: readonly string[];
}) {
  const texts = useTexts(toolTexts);
  return (
    <LinesField
      label={texts.secretHeaders}
      hint={known.length === 0 ? texts.secretsHint : texts.secretsKnown(known.join(', '))}
      pointer="/secret_headers"
      data-secret
      value={lines}
      onChange={onChange}
    />
  );
}

/** `/tools/{tool}` */
export function ToolScreen({ id }: { readonly id: string }) {
  const texts = useTexts(toolTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/tools/{tool}', {
    params: { path: { tool: id } },
  });
  if (data !== undefined) return <Shown tool={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingTool}</Loading>;
}

function Shown({ tool }: { readonly tool: Tool }) {
  const texts = useTexts(toolTexts);
  const mayWrite = useCan('tools:write');
  return (
    <Page
      title={tool.name}
      back={{ to: placeOf('/tools'), label: texts.title }}
      heading={
        <>
          {tool.name} <EffectBadge effect={tool.effect} />
        </>
      }
      description={texts.revision(tool.revision)}
      actions={mayWrite && <DeleteTool tool={tool} />}
    >
      <Edit key={tool.revision} tool={tool} mayWrite={mayWrite} />
      {mayWrite && <TestTool tool={tool} />}
    </Page>
  );
}

function fieldsOf(tool: Tool): ToolFields {
  const { name, description, effect, method, url, input_schema, headers } = tool;
  const { timeout_ms, max_bytes, response } = tool;
  const { pointer, fields } = response;
  return {
    ...{ name, description, effect, method, url, input_schema, headers, timeout_ms, max_bytes },
    response: { pointer, fields },
  };
}

function Edit({ tool, mayWrite }: { readonly tool: Tool; readonly mayWrite: boolean }) {
  const texts = useTexts(toolTexts);
  const toast = useToast();
  const base = useMemo(() => fieldsOf(tool), [tool]);
  const draft = useDraft<ToolFields>(`tool.${tool.id}`, base);
  const [secrets, setSecrets] = useState<string[]>([]);
  const save = useAction(
    (fields: ToolFields) =>
      client.PATCH('/api/v1/tools/{tool}', {
        params: {
          path: { tool: tool.id },
          header: { 'If-Match': `"${tool.revision}"` },
        },
        body: {
          ...fields,
          response: { ...tool.response, ...fields.response },
          secret_headers: headersOfLines(secrets),
        },
      }),
    {
      refresh: ['/api/v1/tools'],
      onDone: () => {
        draft.discard();
        setSecrets([]);
        toast(texts.savedTool);
      },
    },
  );
  const isChanged = draft.isChanged || secrets.length > 0;
  return (
    <Form problem={save.problem} onSubmit={() => save.run(draft.value)}>
      <fieldset disabled={!mayWrite} className="plain-fieldset">
        <ToolForm value={draft.value} draftKey={`tool.${tool.id}.schema`} onChange={draft.set} />
        <Secrets lines={secrets} onChange={setSecrets} known={Object.keys(tool.secret_headers)} />
        {mayWrite && (
          <DraftActions draft={draft} change={save} disabled={!isChanged}>
            {texts.save}
          </DraftActions>
        )}
      </fieldset>
    </Form>
  );
}

function DeleteTool({ tool: { id, name } }: { readonly tool: Tool }) {
  const texts = useTexts(toolTexts);
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(
    () => client.DELETE('/api/v1/tools/{tool}', { params: { path: { tool: id } } }),
    { refresh: [], onDone: () => go('/') },
  );
  return (
    <>
      <Button onClick={() => setAsking(true)}>{texts.deleteTool}</Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.deleteTitle(name)}
        action={texts.deleteTool}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        <p>{texts.deleteHint}</p>
      </ConfirmDialog>
    </>
  );
}
