import { useState } from 'react';
import { Link } from 'wouter';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextAreaField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { FirstDataset } from './first-dataset.tsx';

interface OfMessage {
  readonly message: string;
}

/** Keeps a turn as a case of a dataset, with the answer that would have been correct. */
export function KeepAsCase({ message }: OfMessage) {
  const texts = useTexts(sessionTexts);
  const mayWrite = useCan('datasets:write');
  const [isOpen, setOpen] = useState(false);
  if (!mayWrite) return null;
  return (
    <>
      <Button kind="quiet" isSmall onClick={() => setOpen(true)}>
        {texts.keep}
      </Button>
      <Dialog isOpen={isOpen} onClose={() => setOpen(false)} title={texts.keepTitle}>
        {isOpen && <Reading message={message} />}
      </Dialog>
    </>
  );
}

function Reading({ message }: OfMessage) {
  const texts = useTexts(sessionTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/messages/{message}', {
    params: { path: { message } },
  });
  if (data !== undefined) return <Choose id={message} text={data.text} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Choose({ id, text }: { readonly id: string; readonly text: string }) {
  const texts = useTexts(sessionTexts);
  const draft = useDraft(`message.${id}.case`, { chosen: '', answer: text });
  const { chosen, answer } = draft.value;
  const [kept, setKept] = useState<string | null>(null);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/datasets', {
    params: { query: { limit: 100 } },
  });
  const keep = useAction(
    (dataset: string, header) =>
      client.POST('/api/v1/messages/{message}/cases', {
        params: { path: { message: id }, header },
        body: {
          dataset,
          // What is not changed stays as it was said. Without an answer, only the rest is expected.
          ...(answer !== text && { expected: { answer: answer.trim() === '' ? null : answer } }),
        },
      }),
    {
      refresh: ['/api/v1/datasets'],
      onDone: ({ data: made }) => {
        draft.discard();
        if (made !== undefined) setKept(`/evaluation/datasets/${made.dataset_id}/cases/${made.id}`);
      },
    },
  );
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  if (data === undefined) return <Loading>{texts.loadingDatasets}</Loading>;
  if (kept !== null)
    return (
      <p className="note note-good" role="status">
        {texts.kept}. <Link href={placeOf(kept)}>{texts.toCase}</Link>
      </p>
    );
  const [first] = data.data;
  if (first === undefined) return <FirstDataset />;
  const dataset = chosen === '' ? first.id : chosen;
  return (
    <Form problem={keep.problem} onSubmit={() => keep.run(dataset)}>
      <SelectField
        label={texts.dataset}
        pointer="/dataset"
        value={dataset}
        onChange={(next) => draft.set({ chosen: next })}
        choices={data.data.map(({ id: value, name }) => ({ value, label: name }))}
      />
      <TextAreaField
        label={texts.correctAnswer}
        hint={texts.correctAnswerHint}
        pointer="/expected/answer"
        value={answer}
        onChange={(next) => draft.set({ answer: next })}
        rows={5}
      />
      <Button type="submit" kind="primary" isBusy={keep.isRunning}>
        {texts.keep}
      </Button>
    </Form>
  );
}
