import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Judge } from '../../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { judgeTexts } from '../../../texts/judges.ts';
import { LinkButton } from '../../../ui/button.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Menu } from '../../../ui/menu.tsx';
import { Facts, Page, Section } from '../../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { Calibration } from './calibration.tsx';
import { TryJudge } from './try-judge.tsx';

export function JudgeScreen({ id }: { readonly id: string }) {
  const texts = useTexts(judgeTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/judges/{judge}', {
    params: { path: { judge: id } },
  });
  if (data !== undefined) return <Content judge={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Content({ judge }: { readonly judge: Judge }) {
  const texts = useTexts(judgeTexts);
  const { number } = useFormat();
  const mayWrite = useCan('judges:write');
  const [isDeleting, setDeleting] = useState(false);
  const { id, name, model, rubric, scale, threshold, samples, examples, revision } = judge;
  return (
    <Page
      title={name}
      back={{ to: '/judges', label: texts.judges }}
      actions={
        mayWrite && (
          <>
            <LinkButton to={`/judges/${id}/edit`}>{texts.edit}</LinkButton>
            <Menu
              label={texts.actionsOn(name)}
              items={[
                { label: texts.delete, isDangerous: true, onSelect: () => setDeleting(true) },
              ]}
            />
          </>
        )
      }
    >
      <p className="message-text">{rubric}</p>
      <Facts
        facts={[
          [texts.model, <code key="model">{model}</code>],
          [texts.scale, texts.scales[scale]],
          [texts.threshold, number(threshold)],
          [texts.samples, number(samples)],
          [texts.examples, number(examples.length)],
          [texts.revision, revision],
        ]}
      />
      {mayWrite && <TryJudge judge={id} />}
      <Calibration judge={judge} />
      <Revisions judge={id} />
      {isDeleting && <Delete judge={judge} onClose={() => setDeleting(false)} />}
    </Page>
  );
}

function Revisions({ judge }: { readonly judge: string }) {
  const texts = useTexts(judgeTexts);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/judges/{judge}/revisions',
    { params: { path: { judge } } },
    paged,
  );
  return (
    <Section title={texts.revisions} description={texts.revisionsHint}>
      <ListTable
        label={texts.revisions}
        loading={texts.loadingRevisions}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ revision }) => String(revision)}
        columns={[
          { name: texts.revision, cell: ({ revision }) => revision },
          { name: texts.model, cell: ({ model }) => <code>{model}</code>, isMinor: true },
          {
            name: texts.rubric,
            cell: ({ rubric }) => (
              <details>
                <summary>{texts.show}</summary>
                <p className="message-text">{rubric}</p>
              </details>
            ),
          },
          { name: texts.changed, cell: ({ created_at }) => <Time value={created_at} /> },
        ]}
        empty={<Empty title={texts.none} />}
      />
    </Section>
  );
}

function Delete({
  judge: { id, name },
  onClose,
}: {
  readonly judge: Judge;
  readonly onClose: () => void;
}) {
  const texts = useTexts(judgeTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const remove = useAction(
    () => client.DELETE('/api/v1/judges/{judge}', { params: { path: { judge: id } } }),
    {
      refresh: [],
      onDone: () => {
        toast(texts.deleted, name);
        go('/judges');
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
      {texts.deleteHint}
    </ConfirmDialog>
  );
}
