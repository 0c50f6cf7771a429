import { useMemo } from 'react';
import { Link, useLocation } from 'wouter';
import type { ReviewItem } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useScreenKeys } from '../../app/screen-keys.ts';
import { useCan, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Facts, Page } from '../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { IntoDataset } from './into-dataset.tsx';
import { Turn } from './turn.tsx';
import { useQueue } from './use-queue.ts';
import { VerdictPanel } from './verdict-panel.tsx';

const refresh = ['/api/v1/review-items', '/api/v1/agents'];

export function ItemScreen({ id }: { readonly id: string }) {
  const texts = useTexts(reviewTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/review-items/{review_item}', {
    params: { path: { review_item: id } },
  });
  if (data !== undefined) return <Content item={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Content({ item }: { readonly item: ReviewItem }) {
  const texts = useTexts(reviewTexts);
  const [, go] = useLocation();
  const mayWrite = useCan('reviews:write');
  const { id, status } = item;
  const { rows, linkOf, search } = useQueue();
  const at = rows?.findIndex((one) => one.id === id) ?? -1;
  const [previous, next] = [rows?.[at - 1], at === -1 ? rows?.[0] : rows?.[at + 1]];
  const back = search === '' ? '/' : `/?${search}`;
  const toNext = next === undefined || next.id === id ? back : linkOf(next);
  const toPrevious = previous === undefined ? null : linkOf(previous);
  const finish = useAction(
    (to: 'done' | 'open') =>
      client.PATCH('/api/v1/review-items/{review_item}', {
        params: { path: { review_item: id } },
        body: { status: to },
      }),
    { refresh, onDone: (_, to) => to === 'done' && go(toNext) },
  );
  const { run } = finish;
  useScreenKeys(
    useMemo(
      () => [
        { key: 'j', what: texts.nextKey, run: () => go(toNext) },
        { key: 'k', what: texts.previousKey, run: () => toPrevious !== null && go(toPrevious) },
        ...(mayWrite ? [{ key: 'd', what: texts.doneKey, run: () => run('done') }] : []),
        ...(mayWrite ? verdictKeys(texts) : []),
      ],
      [toNext, toPrevious, mayWrite, go, run, texts],
    ),
  );
  return (
    <Page
      title={texts.reviewTurn}
      heading={
        <>
          {texts.reviewTurn} <Badge>{texts.statuses[status]}</Badge>
        </>
      }
      back={{ to: back, label: texts.queue }}
      description={at === -1 ? undefined : texts.position(at + 1, rows?.length ?? 0)}
      actions={
        <>
          <Button
            disabled={toPrevious === null}
            onClick={() => toPrevious !== null && go(toPrevious)}
          >
            {texts.previous} <kbd>k</kbd>
          </Button>
          <Button onClick={() => go(toNext)}>
            {texts.next} <kbd>j</kbd>
          </Button>
          {mayWrite && (
            <Button
              kind="primary"
              isBusy={finish.isRunning}
              onClick={() => run(status === 'done' ? 'open' : 'done')}
            >
              {status === 'done' ? (
                texts.reopen
              ) : (
                <>
                  {texts.done} <kbd>d</kbd>
                </>
              )}
            </Button>
          )}
        </>
      }
    >
      <ProblemNote problem={finish.problem} />
      <div className="review-layout">
        <Turn item={item} />
        <div className="review-side">
          <VerdictPanel item={item} />
          <IntoDataset item={item} />
          <About item={item} />
        </div>
      </div>
    </Page>
  );
}

/** The buttons of the verdict panel, by their keys. */
const verdictKeys = ({ verdictKey }: { readonly verdictKey: Record<Verdict, string> }) =>
  (
    [
      ['1', 'good'],
      ['2', 'partly'],
      ['3', 'bad'],
      ['y', 'good'],
      ['n', 'bad'],
    ] as const
  ).map(([key, verdict]) => ({
    key,
    what: `${verdictKey[verdict]} (${key})`,
    run: () => document.querySelector<HTMLElement>(`[data-verdict="${verdict}"]`)?.click(),
  }));

type Verdict = 'good' | 'partly' | 'bad';

function About({ item }: { readonly item: ReviewItem }) {
  const texts = useTexts(reviewTexts);
  const { percent, money } = useFormat();
  const me = useSession().member.id;
  const mayWrite = useCan('reviews:write');
  const { id, agent_id, session_id, run_id, run, reasons, assignee, due_at } = item;
  const assign = useAction(
    (to: string | null) =>
      client.PATCH('/api/v1/review-items/{review_item}', {
        params: { path: { review_item: id } },
        body: { assignee: to },
      }),
    {
      refresh: ['/api/v1/review-items'],
      foresee: (to) => ({ id, fields: { assignee: to } }),
    },
  );
  return (
    <section className="card" aria-label={texts.about}>
      <Facts
        facts={[
          [texts.agent, <AgentName key="agent" id={agent_id} />],
          [
            texts.reason,
            reasons.map(({ reason }) => <Badge key={reason}>{texts.reasons[reason]}</Badge>),
          ],
          ...(run === null
            ? []
            : ([
                [texts.confidence, percent(run.confidence)],
                [texts.coverage, run.coverage === null ? '–' : texts.coverages[run.coverage]],
                [texts.cost, money(run.cost_usd)],
              ] as const)),
          [texts.added, <Time key="added" value={item.created_at} />],
          ...(due_at === null ? [] : ([[texts.due, <Time key="due" value={due_at} />]] as const)),
          [
            texts.assignee,
            <span key="assignee" className="assignee">
              {assignee === null ? texts.nobody : assignee === me ? texts.me : assignee}{' '}
              {mayWrite && (
                <Button isSmall onClick={() => assign.run(assignee === me ? null : me)}>
                  {assignee === me ? texts.release : texts.take}
                </Button>
              )}
            </span>,
          ],
        ]}
      />
      <ProblemNote problem={assign.problem} />
      <p className="small">
        <Link href={placeOf(`/sessions/runs/${run_id}`)}>{texts.trace}</Link>
        {session_id !== null && (
          <>
            {' · '}
            <Link href={placeOf(`/sessions/${session_id}`)}>{texts.conversation}</Link>
          </>
        )}
      </p>
    </section>
  );
}
