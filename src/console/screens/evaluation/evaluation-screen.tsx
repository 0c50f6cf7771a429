import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Evaluation } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useDownload } from '../../ui/download-button.tsx';
import { NumberField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Menu } from '../../ui/menu.tsx';
import { Facts, Page } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { EvaluationStatus, nameOf, Progress } from './evaluation-status.tsx';
import { ResultList } from './result-list.tsx';
import { Summary } from './summary.tsx';

/** Milliseconds between two looks at an evaluation that runs. */
const lookEvery = 1500;
const refresh = ['/api/v1/evaluations'];

export function EvaluationScreen({ id }: { readonly id: string }) {
  const texts = useTexts(evaluationTexts);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/evaluations/{eval}',
    { params: { path: { eval: id } } },
    {
      refetchInterval: ({ state }) => (state.data?.status === 'running' ? lookEvery : false),
    },
  );
  if (data !== undefined) return <Content evaluation={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Content({ evaluation }: { readonly evaluation: Evaluation }) {
  const texts = useTexts(evaluationTexts);
  const { money } = useFormat();
  const { agent_id, dataset_id, dataset_revision, status, error, cost_usd } = evaluation;
  const { has_unknown_cost, max_cost_usd } = evaluation;
  const name = nameOf(evaluation, texts);
  const { data: dataset } = api.useQuery('get', '/api/v1/datasets/{dataset}', {
    params: { path: { dataset: dataset_id } },
  });
  return (
    <Page
      title={name}
      heading={
        <>
          {name} <EvaluationStatus evaluation={evaluation} />
        </>
      }
      back={{ to: '/', label: texts.evaluations }}
      actions={<Actions evaluation={evaluation} />}
    >
      {status === 'running' && (
        <div className="note" role="status">
          <p>{texts.running}</p>
          <Progress evaluation={evaluation} />
        </div>
      )}
      {error !== null && (
        <div className="note note-bad" role="alert">
          <strong>{error.code}</strong> {error.detail}
        </div>
      )}
      <Facts
        facts={[
          [
            texts.agent,
            <Link key="agent" href={placeOf(`/agents/${agent_id}`)}>
              <AgentName id={agent_id} />
            </Link>,
          ],
          [
            texts.dataset,
            <Link key="dataset" href={`/datasets/${dataset_id}?revision=${dataset_revision}`}>
              {dataset === undefined
                ? texts.revision(dataset_revision)
                : texts.revisionOf(dataset.name, dataset_revision)}
            </Link>,
          ],
          [
            texts.cost,
            `${money(cost_usd)}${has_unknown_cost ? ` ${texts.andUnknown}` : ''}${max_cost_usd === null ? '' : ` ${texts.ofLimit(money(max_cost_usd))}`}`,
          ],
          [texts.created, <Time key="created" value={evaluation.created_at} form="moment" />],
        ]}
      />
      <Summary evaluation={evaluation} />
      <ResultList evaluation={evaluation} />
    </Page>
  );
}

function Actions({ evaluation }: { readonly evaluation: Evaluation }) {
  const texts = useTexts(evaluationTexts);
  const mayWrite = useCan('evaluations:write');
  const [isDeleting, setDeleting] = useState(false);
  const { id, status } = evaluation;
  const download = useDownload();
  const cancel = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/evaluations/{eval}/cancel', { params: { path: { eval: id }, header } }),
    { refresh },
  );
  const exporting = (format: 'csv' | 'jsonl' | 'junit') => () =>
    download.run({
      name: `${id}.${format === 'junit' ? 'xml' : format}`,
      read: () =>
        client
          .GET('/api/v1/evaluations/{eval}/export', {
            params: { path: { eval: id }, query: { format } },
            parseAs: 'blob',
          })
          .then(({ data }) => data as Blob | undefined),
    });
  const isOver = status !== 'running';
  return (
    <>
      {mayWrite && !isOver && (
        <Button isBusy={cancel.isRunning} onClick={() => cancel.run(undefined)}>
          {texts.cancel}
        </Button>
      )}
      {mayWrite && (status === 'failed' || status === 'cancelled') && (
        <Resume evaluation={evaluation} />
      )}
      {isOver && <LinkButton to={`/runs/${id}/compare`}>{texts.compare}</LinkButton>}
      <Menu
        label={texts.actions}
        items={[
          { label: texts.exportCsv, onSelect: exporting('csv') },
          { label: texts.exportJsonl, onSelect: exporting('jsonl') },
          { label: texts.exportJunit, onSelect: exporting('junit') },
          ...(mayWrite && isOver
            ? [{ label: texts.delete, isDangerous: true, onSelect: () => setDeleting(true) }]
            : []),
        ]}
      />
      <ProblemNote problem={cancel.problem ?? download.problem} />
      {isDeleting && <Delete evaluation={evaluation} onClose={() => setDeleting(false)} />}
    </>
  );
}

function Resume({ evaluation: { id, max_cost_usd } }: { readonly evaluation: Evaluation }) {
  const texts = useTexts(evaluationTexts);
  const draft = useDraft(`evaluation.${id}.resume`, { limit: max_cost_usd });
  const { limit } = draft.value;
  const resume = useAction(
    (body: { max_cost_usd: number | null }, header) =>
      client.POST('/api/v1/evaluations/{eval}/resume', {
        params: { path: { eval: id }, header },
        body,
      }),
    { refresh },
  );
  return (
    <FormDialog
      button={texts.resume}
      title={texts.resumeTitle}
      action={texts.resume}
      change={resume}
      draft={draft}
      input={() => ({ max_cost_usd: limit })}
    >
      <p>{texts.resumeHint}</p>
      <NumberField
        label={texts.maxCost}
        hint={texts.maxCostHint}
        pointer="/max_cost_usd"
        value={limit}
        onChange={(next) => draft.set({ limit: next })}
      />
    </FormDialog>
  );
}

function Delete({
  evaluation: { id, progress },
  onClose,
}: {
  readonly evaluation: Evaluation;
  readonly onClose: () => void;
}) {
  const texts = useTexts(evaluationTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const remove = useAction(
    () => client.DELETE('/api/v1/evaluations/{eval}', { params: { path: { eval: id } } }),
    {
      refresh: [],
      onDone: () => {
        toast(texts.deleted);
        go('/');
      },
    },
  );
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={texts.deleteTitle}
      action={texts.delete}
      isBusy={remove.isRunning}
      problem={remove.problem}
      onConfirm={() => remove.run()}
    >
      {texts.deleteHint(progress.done)}
    </ConfirmDialog>
  );
}
