import { useState } from 'react';
import { client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { Form, TextField } from '../../ui/field.tsx';

/** Creates the dataset that the first case needs, where it is needed. */
export function FirstDataset() {
  const texts = useTexts(sessionTexts);
  const [name, setName] = useState('');
  const create = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/datasets', { params: { header }, body: { name } }),
    { refresh: ['/api/v1/datasets'] },
  );
  return (
    <Form problem={create.problem} onSubmit={() => create.run(undefined)}>
      <p className="muted">{texts.firstDatasetHint}</p>
      <TextField
        label={texts.datasetName}
        pointer="/name"
        value={name}
        onChange={setName}
        required
        maxLength={100}
      />
      <Button type="submit" kind="primary" isBusy={create.isRunning}>
        {texts.createDataset}
      </Button>
    </Form>
  );
}
