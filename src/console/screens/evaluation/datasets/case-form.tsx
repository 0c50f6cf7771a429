import { useMemo, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Case } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { datasetTexts } from '../../../texts/datasets.ts';
import { Button } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { DraftActions } from '../../../ui/draft-actions.tsx';
import { Form } from '../../../ui/form.tsx';
import { Page } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { useDraft } from '../../../ui/use-draft.ts';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { type CaseDraft, caseDraftOf, caseOf, emptyCase } from './case-draft.ts';
import { CaseFields } from './case-fields.tsx';
import { CaseHistory } from './case-history.tsx';

const revisionOf = { revision: '' };
const refresh = ['/api/v1/datasets'];

export function NewCase({ dataset }: { readonly dataset: string }) {
  const texts = useTexts(datasetTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const draft = useDraft(`case.${dataset}`, emptyCase);
  const add = useAction(
    (value: CaseDraft, header) =>
      client.POST('/api/v1/datasets/{dataset}/cases', {
        params: { path: { dataset }, header },
        body: { data: [caseOf(value)] },
      }),
    {
      refresh,
      onDone: () => {
        draft.discard();
        toast(texts.added1);
        go(`/datasets/${dataset}`);
      },
    },
  );
  return (
    <Page title={texts.addCase} back={{ to: `/datasets/${dataset}`, label: texts.cases }}>
      <Form problem={add.problem} onSubmit={() => add.run(draft.value)} label={texts.addCase}>
        <CaseFields value={draft.value} set={draft.set} pointer="/data/0" />
        <DraftActions draft={draft} change={add}>
          {texts.addCase}
        </DraftActions>
      </Form>
    </Page>
  );
}

/** One case, to read or to change; at an earlier revision to read. */
export function CaseScreen({ dataset, id }: { readonly dataset: string; readonly id: string }) {
  const texts = useTexts(datasetTexts);
  const [{ revision }] = useUrlState(revisionOf);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/datasets/{dataset}/cases/{case}', {
    params: {
      path: { dataset, case: id },
      query: revision === '' ? {} : { revision: Number(revision) },
    },
  });
  if (data !== undefined) return <Edit of={data} isOld={revision !== ''} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingCase}</Loading>;
}

function Edit({ of, isOld }: { readonly of: Case; readonly isOld: boolean }) {
  const texts = useTexts(datasetTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const mayWrite = useCan('datasets:write') && !of.is_withheld && !isOld;
  const mayReadResults = useCan('evaluations:read') && !isOld;
  const [isDeleting, setDeleting] = useState(false);
  const { id, dataset_id, revision, source, is_withheld } = of;
  const path = { dataset: dataset_id, case: id };
  const base = useMemo(() => caseDraftOf(of), [of]);
  const draft = useDraft(`case.${id}.${revision}`, base);
  const done = (text: string) => {
    toast(text);
    go(`/datasets/${dataset_id}`);
  };
  const save = useAction(
    (value: CaseDraft) =>
      client.PATCH('/api/v1/datasets/{dataset}/cases/{case}', {
        params: { path },
        body: caseOf(value),
      }),
    {
      refresh,
      onDone: () => {
        draft.discard();
        done(texts.saved);
      },
    },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/datasets/{dataset}/cases/{case}', { params: { path } }),
    { refresh: [], onDone: () => done(texts.caseDeleted) },
  );
  return (
    <Page
      title={texts.case}
      back={{ to: `/datasets/${dataset_id}`, label: texts.cases }}
      description={
        source?.session_id != null ? (
          <>
            {texts.fromTurn}{' '}
            <Link href={placeOf(`/sessions/${source.session_id}`)}>{texts.conversation}</Link>
          </>
        ) : undefined
      }
      actions={
        mayWrite && (
          <Button kind="quiet" onClick={() => setDeleting(true)}>
            {texts.deleteCase}
          </Button>
        )
      }
    >
      {isOld && <p className="note">{texts.atRevision(revision)}</p>}
      {is_withheld && <p className="note">{texts.withheldHint}</p>}
      <Form problem={save.problem} onSubmit={() => save.run(draft.value)} label={texts.case}>
        <fieldset className="plain" disabled={!mayWrite}>
          <CaseFields value={draft.value} set={draft.set} pointer="" />
        </fieldset>
        {mayWrite && (
          <DraftActions draft={draft} change={save} disabled={!draft.isChanged}>
            {texts.save}
          </DraftActions>
        )}
      </Form>
      {mayReadResults && <CaseHistory dataset={dataset_id} id={id} />}
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={texts.deleteCaseTitle}
        action={texts.deleteCase}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteCaseHint}
      </ConfirmDialog>
    </Page>
  );
}
