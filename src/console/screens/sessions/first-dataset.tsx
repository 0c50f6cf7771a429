import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useDraft } from '../../ui/use-draft.ts';

/** Creates the dataset that the first case needs, where it is needed. */
export function FirstDataset() {
  const texts = useTexts(sessionTexts);
  const draft = useDraft('dataset', { name: '' });
  const { name } = draft.value;
  const create = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/datasets', { params: { header }, body: { name } }),
    { refresh: ['/api/v1/datasets'], onDone: () => draft.discard() },
  );
  return (
    <Form problem={create.problem} onSubmit={() => create.run(undefined)}>
      <p className="muted">{texts.firstDatasetHint}</p>
      <TextField
        label={texts.datasetName}
        pointer="/name"
        value={name}
        onChange={(next) => draft.set({ name: next })}
        required
        maxLength={100}
      />
      <Button type="submit" kind="primary" isBusy={create.isRunning}>
        {texts.createDataset}
      </Button>
    </Form>
  );
}
