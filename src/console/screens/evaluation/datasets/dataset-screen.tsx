import { useLocation } from 'wouter';
import type { Dataset } from '../../../../client/index.ts';
import { api } from '../../../api/api.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { LinkButton } from '../../../ui/button.tsx';
import { Page } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { EvaluationRows } from '../evaluation-rows.tsx';
import { CaseList } from './case-list.tsx';
import { DatasetMenu } from './dataset-menu.tsx';
import { ImportCases } from './import-cases.tsx';
import { RevisionList } from './revision-list.tsx';

/** A dataset: its cases, its revisions, and the evaluations over it. */
export function DatasetScreen({ id }: { readonly id: string }) {
  const texts = useTexts(datasetTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/datasets/{dataset}', {
    params: { path: { dataset: id } },
  });
  if (data !== undefined) return <Content dataset={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Content({ dataset }: { readonly dataset: Dataset }) {
  const texts = useTexts(datasetTexts);
  const [path] = useLocation();
  const mayWrite = useCan('datasets:write');
  const mayEvaluate = useCan('evaluations:write');
  const { id, name, description, case_count, erased_count } = dataset;
  const part = path.slice(1);
  return (
    <Page
      title={name}
      back={{ to: placeOf('/evaluation/datasets'), label: texts.datasets }}
      description={description === '' ? undefined : description}
      actions={
        <>
          {mayWrite && <LinkButton to="/cases/new">{texts.addCase}</LinkButton>}
          {mayWrite && <ImportCases dataset={id} />}
          {mayEvaluate && case_count > 0 && (
            <LinkButton to={placeOf(`/evaluation/new?dataset=${id}`)} kind="primary">
              {texts.evaluate}
            </LinkButton>
          )}
          <DatasetMenu dataset={dataset} />
        </>
      }
    >
      <Tabs
        label={name}
        tabs={[
          { to: '/', label: texts.cases, count: case_count },
          { to: '/evaluations', label: texts.evaluations },
          { to: '/revisions', label: texts.revisions },
        ]}
      />
      {erased_count > 0 && <p className="note">{texts.erased(erased_count)}</p>}
      {part === 'revisions' ? (
        <RevisionList dataset={id} />
      ) : part === 'evaluations' ? (
        <EvaluationRows query={{ dataset: id }} />
      ) : (
        <CaseList dataset={dataset} />
      )}
    </Page>
  );
}
