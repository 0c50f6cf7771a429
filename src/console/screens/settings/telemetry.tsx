import { useState } from 'react';
import type { PutTelemetry, Telemetry } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { operationTexts } from '../../texts/operation.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { CheckField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

const tones = { off: 'neutral', ok: 'good', retrying: 'warn', suspended: 'bad' } as const;
/** Milliseconds between two looks. */
const lookEvery = 15_000;

/** Where the traces of runs are sent. */
export default function TelemetryExport() {
  const texts = useTexts(operationTexts);
  const mayWrite = useCan('workspace:write');
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/telemetry',
    {},
    { refetchInterval: lookEvery },
  );
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loading}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <Section
      title={
        <>
          {texts.telemetry} <Badge tone={tones[data.state]}>{texts.states[data.state]}</Badge>
        </>
      }
      description={texts.telemetryHint}
      actions={mayWrite && data.endpoint !== null && <RemoveTelemetry telemetry={data} />}
    >
      {data.endpoint !== null && <Progress telemetry={data} />}
      <TelemetryForm key={data.updated_at} telemetry={data} mayWrite={mayWrite} />
    </Section>
  );
}

function Progress({ telemetry }: { readonly telemetry: Telemetry }) {
  const texts = useTexts(operationTexts);
  const format = useFormat();
  const { last_error, next_attempt_at } = telemetry;
  return (
    <Facts
      facts={[
        [texts.exported, format.number(telemetry.exported_runs)],
        [texts.waiting, format.number(telemetry.waiting_runs)],
        [texts.dropped, format.number(telemetry.dropped_runs)],
        [texts.rejected, format.number(telemetry.rejected_spans)],
        [texts.lastExport, <Time key="last" value={telemetry.last_exported_at} />],
        ...(last_error === null ? [] : [[texts.lastError, last_error.detail] as const]),
        ...(next_attempt_at === null
          ? []
          : [[texts.nextAttempt, <Time key="next" value={next_attempt_at} />] as const]),
      ]}
    />
  );
}

/** `Name: value` lines; null if one of them is not. */
function headersOf(text: string): Record<string, string> | null {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const pairs = lines.map((line) => /^\s*([^:\s]+)\s*:\s*(.*\S)\s*$/.exec(line));
  if (pairs.includes(null)) return null;
  return Object.fromEntries(pairs.map((pair) => [pair?.[1] ?? '', pair?.[2] ?? '']));
}

function TelemetryForm({
  telemetry,
  mayWrite,
}: {
  readonly telemetry: Telemetry;
  readonly mayWrite: boolean;
}) {
  const texts = useTexts(operationTexts);
  const toast = useToast();
  const draft = useDraft('telemetry', {
    endpoint: telemetry.endpoint ?? '',
    enabled: telemetry.endpoint === null || telemetry.enabled,
    include_content: telemetry.include_content,
  });
  const { endpoint, enabled, include_content } = draft.value;
  // Not part of the draft, which is stored in the browser.
  const [headers, setHeaders] = useState('');
  const read = headersOf(headers);
  const save = useAction((body: PutTelemetry) => client.PUT('/api/v1/telemetry', { body }), {
    refresh: ['/api/v1/telemetry'],
    onDone: () => {
      draft.discard();
      toast(texts.telemetrySaved);
    },
  });
  const stored = telemetry.headers.map(({ name, last_four }) => `${name} …${last_four ?? ''}`);
  const submit = () => {
    if (read === null) return;
    save.run({
      ...{ enabled, endpoint, include_content },
      ...(headers.trim() !== '' && { headers: read }),
    });
  };
  return (
    <Form problem={save.problem} onSubmit={submit}>
      <fieldset className="plain" disabled={!mayWrite}>
        <CheckField
          label={texts.exportEnabled}
          pointer="/enabled"
          checked={enabled}
          onChange={(next) => draft.set({ enabled: next })}
        />
        <TextField
          type="url"
          label={texts.endpoint}
          hint={texts.endpointHint}
          pointer="/endpoint"
          placeholder="https://otel.example.com/v1/traces"
          value={endpoint}
          onChange={(next) => draft.set({ endpoint: next })}
          required
        />
        <TextAreaField
          label={texts.headers}
          hint={
            stored.length === 0
              ? texts.headersHint
              : `${texts.headersHint} ${texts.headersKept(stored.join(', '))}`
          }
          pointer="/headers"
          className="code-area"
          data-secret
          error={read === null ? texts.headersWrong : null}
          rows={2}
          value={headers}
          onChange={setHeaders}
        />
        <CheckField
          label={texts.includeContent}
          hint={texts.includeContentHint}
          pointer="/include_content"
          checked={include_content}
          onChange={(next) => draft.set({ include_content: next })}
        />
      </fieldset>
      {mayWrite && (
        <DraftActions draft={draft} change={save}>
          {texts.save}
        </DraftActions>
      )}
    </Form>
  );
}

function RemoveTelemetry({ telemetry }: { readonly telemetry: Telemetry }) {
  const texts = useTexts(operationTexts);
  const format = useFormat();
  const [isAsking, setAsking] = useState(false);
  const remove = useAction(() => client.DELETE('/api/v1/telemetry'), {
    refresh: ['/api/v1/telemetry'],
    onDone: () => setAsking(false),
  });
  return (
    <>
      <Button onClick={() => setAsking(true)}>{texts.removeTelemetry}</Button>
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.removeTelemetryTitle}
        action={texts.removeTelemetry}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.removeTelemetryHint(format.number(telemetry.waiting_runs))}
      </ConfirmDialog>
    </>
  );
}
