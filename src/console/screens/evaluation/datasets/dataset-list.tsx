import { useState } from 'react';
import { useLocation } from 'wouter';
import type { CreateDataset } from '../../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { evaluationTexts } from '../../../texts/evaluation.ts';
import { SearchField, TextAreaField, TextField } from '../../../ui/field.tsx';
import { FormDialog } from '../../../ui/form-dialog.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Page } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { EvaluationTabs } from '../evaluation-tabs.tsx';

const filters = { q: '' };

export function DatasetList() {
  const texts = useTexts(datasetTexts);
  const { title } = useTexts(evaluationTexts);
  const { number } = useFormat();
  const [{ q }, setFilters] = useUrlState(filters);
  const [typed, setTyped] = useState(q);
  const mayWrite = useCan('datasets:write');
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/datasets',
    { params: { query: q === '' ? {} : { q } } },
    paged,
  );
  const create = mayWrite && <CreateDatasetDialog />;
  return (
    <Page title={title} description={texts.description} actions={create}>
      <EvaluationTabs />
      <div className="filters">
        <SearchField
          value={typed}
          label={texts.search}
          onChange={(text) => {
            setTyped(text);
            setFilters({ q: text.trim() });
          }}
        />
      </div>
      <ListTable
        label={texts.datasets}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/datasets/${id}`}
        columns={[
          {
            name: texts.name,
            cell: ({ name, description }) => (
              <>
                {name} {description !== '' && <span className="excerpt">{description}</span>}
              </>
            ),
          },
          { name: texts.cases, cell: ({ case_count }) => number(case_count), isNumber: true },
          {
            name: texts.revision,
            cell: ({ revision }) => revision,
            isNumber: true,
            isMinor: true,
          },
          { name: texts.changed, cell: ({ updated_at }) => <Time value={updated_at} /> },
        ]}
        empty={
          q === '' ? (
            <Empty title={texts.none}>{texts.noneHint}</Empty>
          ) : (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          )
        }
      />
    </Page>
  );
}

function CreateDatasetDialog() {
  const texts = useTexts(datasetTexts);
  const [, go] = useLocation();
  const draft = useDraft('dataset', { name: '', description: '' });
  const { name, description } = draft.value;
  const create = useAction(
    (body: CreateDataset, header) =>
      client.POST('/api/v1/datasets', { body, params: { header } }).then(({ data }) => data),
    {
      refresh: ['/api/v1/datasets'],
      onDone: (made) => {
        if (made !== undefined) go(`/datasets/${made.id}`);
      },
    },
  );
  return (
    <FormDialog
      button={texts.create}
      title={texts.create}
      action={texts.createAction}
      change={create}
      draft={draft}
      input={() => ({ name, ...(description.trim() !== '' && { description }) })}
    >
      <TextField
        label={texts.name}
        pointer="/name"
        value={name}
        onChange={(next) => draft.set({ name: next })}
        required
        maxLength={100}
      />
      <TextAreaField
        label={texts.descriptionLabel}
        hint={texts.optional}
        pointer="/description"
        rows={2}
        value={description}
        onChange={(next) => draft.set({ description: next })}
      />
    </FormDialog>
  );
}
