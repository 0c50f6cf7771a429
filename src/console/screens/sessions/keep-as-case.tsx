import { useState } from 'react';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Form, SelectField } from '../../ui/field.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';

/** Keeps a turn as a case of a dataset. */
export function KeepAsCase({ message }: { readonly message: string }) {
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
        {isOpen && <Choose message={message} onDone={() => setOpen(false)} />}
      </Dialog>
    </>
  );
}

function Choose({ message, onDone }: { readonly message: string; readonly onDone: () => void }) {
  const texts = useTexts(sessionTexts);
  const toast = useToast();
  const [chosen, setChosen] = useState('');
  const { data, error, refetch } = api.useQuery('get', '/api/v1/datasets', {
    params: { query: { limit: 100 } },
  });
  const keep = useAction(
    (dataset: string, header) =>
      client.POST('/api/v1/messages/{message}/cases', {
        params: { path: { message }, header },
        body: { dataset },
      }),
    {
      refresh: ['/api/v1/datasets'],
      onDone: () => {
        toast(texts.kept);
        onDone();
      },
    },
  );
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  if (data === undefined) return <Loading>{texts.loadingDatasets}</Loading>;
  const [first] = data.data;
  if (first === undefined) return <Empty title={texts.noDatasets}>{texts.noDatasetsHint}</Empty>;
  const dataset = chosen === '' ? first.id : chosen;
  return (
    <Form problem={keep.problem} onSubmit={() => keep.run(dataset)}>
      <SelectField
        label={texts.dataset}
        pointer="/dataset"
        value={dataset}
        onChange={setChosen}
        choices={data.data.map(({ id, name }) => ({ value: id, label: name }))}
      />
      <Button type="submit" kind="primary" isBusy={keep.isRunning}>
        {texts.keep}
      </Button>
    </Form>
  );
}
