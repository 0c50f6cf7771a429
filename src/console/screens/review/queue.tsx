import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { ReviewItem } from '../../../client/index.ts';
import { useScreenKeys } from '../../app/screen-keys.ts';
import { useCan, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { AgentFilter, AgentName } from '../../ui/agent-filter.tsx';
import { LinkButton } from '../../ui/button.tsx';
import { SelectField } from '../../ui/field.tsx';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { ReviewTabs } from './review-tabs.tsx';
import { reasons, statuses, useQueue } from './use-queue.ts';

/** The turns that wait for people. */
export function Queue() {
  const texts = useTexts(reviewTexts);
  const [, go] = useLocation();
  const me = useSession().member.id;
  const mayWrite = useCan('reviews:write');
  const { state, setFilters, reading, rows, linkOf, isFiltered } = useQueue();
  const [first] = rows ?? [];
  const start = first === undefined ? null : linkOf(first);
  useScreenKeys(
    useMemo(
      () => (start === null ? [] : [{ key: 'j', what: texts.startKey, run: () => go(start) }]),
      [start, go, texts],
    ),
  );
  return (
    <Page
      title={texts.title}
      description={texts.description}
      actions={
        start !== null &&
        mayWrite && (
          <LinkButton to={start} kind="primary">
            {texts.start}
          </LinkButton>
        )
      }
    >
      <ReviewTabs />
      <div className="filters">
        <AgentFilter value={state.agent} onChange={(agent) => setFilters({ agent })} />
        <SelectField
          label={texts.status}
          value={state.status}
          onChange={(status) => setFilters({ status })}
          choices={[
            { value: '', label: texts.any },
            ...statuses.map((value) => ({ value, label: texts.statuses[value] })),
          ]}
        />
        <SelectField
          label={texts.reason}
          value={state.reason}
          onChange={(reason) => setFilters({ reason })}
          choices={[
            { value: '', label: texts.any },
            ...reasons.map((value) => ({ value, label: texts.reasons[value] })),
          ]}
        />
        <SelectField
          label={texts.assignee}
          value={state.assignee}
          onChange={(assignee) => setFilters({ assignee })}
          choices={[
            { value: '', label: texts.anyone },
            { value: me, label: texts.me },
          ]}
        />
        <SelectField
          label={texts.due}
          value={state.overdue}
          onChange={(overdue) => setFilters({ overdue })}
          choices={[
            { value: '', label: texts.any },
            { value: 'true', label: texts.overdue },
          ]}
        />
      </div>
      <ListTable
        label={texts.queue}
        loading={texts.loading}
        reading={reading}
        rows={rows}
        keyOf={({ id }) => id}
        linkOf={linkOf}
        columns={[
          { name: texts.question, cell: (item) => <Question item={item} /> },
          {
            name: texts.reason,
            cell: (item) =>
              item.reasons.map(({ reason }) => <Badge key={reason}>{texts.reasons[reason]}</Badge>),
          },
          {
            name: texts.agent,
            cell: ({ agent_id }) => <AgentName id={agent_id} />,
            isMinor: true,
          },
          {
            name: texts.verdicts,
            cell: ({ verdicts }) =>
              verdicts.length === 0
                ? '–'
                : verdicts.map(({ reviewer, verdict }) => (
                    <VerdictBadge key={reviewer} verdict={verdict} />
                  )),
          },
          { name: texts.added, cell: ({ created_at }) => <Time value={created_at} /> },
        ]}
        empty={
          isFiltered ? (
            <Empty title={texts.noMatch}>{texts.noMatchHint}</Empty>
          ) : (
            <Empty
              title={texts.none}
              action={mayWrite && <LinkButton to="/rules">{texts.rules}</LinkButton>}
            >
              {texts.noneHint}
            </Empty>
          )
        }
      />
    </Page>
  );
}

function Question({ item }: { readonly item: ReviewItem }) {
  const texts = useTexts(reviewTexts);
  const { question, answer, is_overdue, is_withheld, content_erased } = item;
  const hidden = is_withheld ? texts.withheld : content_erased ? texts.erased : texts.noText;
  return (
    <>
      {question ?? hidden} {is_overdue && <Badge tone="bad">{texts.overdue}</Badge>}
      {answer !== null && <span className="excerpt">{answer}</span>}
    </>
  );
}

const tones = { good: 'good', partly: 'warn', bad: 'bad' } as const;

export function VerdictBadge({ verdict }: { readonly verdict: keyof typeof tones }) {
  const texts = useTexts(reviewTexts);
  return <Badge tone={tones[verdict]}>{texts.verdictNames[verdict]}</Badge>;
}
