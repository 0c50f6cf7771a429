import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Dataset } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useDownload } from '../../../ui/download-button.tsx';
import { TextAreaField, TextField } from '../../../ui/field.tsx';
import { ControlledFormDialog } from '../../../ui/form-dialog.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { ProblemNote } from '../../../ui/states.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';

/** Export, rename and delete a dataset. */
export function DatasetMenu({ dataset }: { readonly dataset: Dataset }) {
  const texts = useTexts(datasetTexts);
  const mayWrite = useCan('datasets:write');
  const [asked, setAsked] = useState<'rename' | 'delete' | null>(null);
  const { id, name } = dataset;
  const download = useDownload();
  if (!mayWrite) return null;
  const exporting = (format: 'csv' | 'jsonl') => () =>
    download.run({
      name: `${name}.${format}`,
      read: () =>
        client
          .GET('/api/v1/datasets/{dataset}/export', {
            params: { path: { dataset: id }, query: { format } },
            parseAs: 'blob',
          })
          .then(({ data }) => data),
    });
  return (
    <>
      <Menu
        label={texts.actionsOn(name)}
        items={[
          { label: texts.rename, onSelect: () => setAsked('rename') },
          { label: texts.exportJsonl, onSelect: exporting('jsonl') },
          { label: texts.exportCsv, onSelect: exporting('csv') },
          { label: texts.delete, isDangerous: true, onSelect: () => setAsked('delete') },
        ]}
      />
      <ProblemNote problem={download.problem} />
      {asked === 'rename' && <Rename dataset={dataset} onClose={() => setAsked(null)} />}
      {asked === 'delete' && <Delete dataset={dataset} onClose={() => setAsked(null)} />}
    </>
  );
}

interface Question {
  readonly dataset: Dataset;
  readonly onClose: () => void;
}

function Rename({ dataset, onClose }: Question) {
  const texts = useTexts(datasetTexts);
  const draft = useDraft(`dataset.${dataset.id}`, {
    name: dataset.name,
    description: dataset.description,
  });
  const { name, description } = draft.value;
  const rename = useAction(
    (body: { name: string; description: string }) =>
      client.PATCH('/api/v1/datasets/{dataset}', {
        params: { path: { dataset: dataset.id } },
        body,
      }),
    { refresh: ['/api/v1/datasets'] },
  );
  return (
    <ControlledFormDialog
      isOpen
      onClose={onClose}
      title={texts.rename}
      action={texts.save}
      change={rename}
      draft={draft}
      input={() => ({ name, description })}
    >
      <TextField
        label={texts.name}
        pointer="/name"
        value={name}
        onChange={(next) => draft.set({ name: next })}
        required
      />
      <TextAreaField
        label={texts.descriptionLabel}
        pointer="/description"
        rows={2}
        value={description}
        onChange={(next) => draft.set({ description: next })}
      />
    </ControlledFormDialog>
  );
}

function Delete({ dataset: { id, name, case_count }, onClose }: Question) {
  const texts = useTexts(datasetTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const remove = useAction(
    () => client.DELETE('/api/v1/datasets/{dataset}', { params: { path: { dataset: id } } }),
    {
      refresh: [],
      onDone: () => {
        toast(texts.deleted, name);
        go(placeOf('/evaluation/datasets'));
      },
    },
  );
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={texts.deleteTitle(name)}
      action={texts.delete}
      isBusy={remove.isRunning}
      problem={remove.problem}
      onConfirm={() => remove.run()}
    >
      {texts.deleteHint(case_count)}
    </ConfirmDialog>
  );
}
