import { useState } from 'react';
import type { ReviewRule } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { reviewTexts } from '../../texts/review.ts';
import { AgentField } from '../../ui/agent-filter.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge, Page } from '../../ui/page.tsx';
import { Empty, Failed, Loading, ProblemNote } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { useUrlState } from '../../ui/use-url-state.ts';
import { NewRule } from './new-rule.tsx';
import { ReviewTabs } from './review-tabs.tsx';

const filters = { agent: '' };
const refresh = ['/api/v1/agents/{agent}/review-rules'];

/** What brings turns into the queue by itself. */
export function Rules() {
  const texts = useTexts(reviewTexts);
  const [{ agent }, setFilters] = useUrlState(filters);
  const mayWrite = useCan('reviews:write');
  return (
    <Page
      title={texts.title}
      description={texts.rulesHint}
      actions={agent !== '' && mayWrite && <NewRule agent={agent} />}
    >
      <ReviewTabs />
      <div className="filters">
        <AgentField
          label={texts.agent}
          value={agent}
          onChange={(id) => setFilters({ agent: id })}
        />
      </div>
      {agent === '' ? (
        <Empty title={texts.chooseAgent}>{texts.rulesOfAgent}</Empty>
      ) : (
        <RuleList agent={agent} />
      )}
    </Page>
  );
}

function RuleList({ agent }: { readonly agent: string }) {
  const texts = useTexts(reviewTexts);
  const { number } = useFormat();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/agents/{agent}/review-rules', {
    params: { path: { agent } },
  });
  if (data === undefined)
    return error === null ? (
      <Loading>{texts.loadingRules}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  if (data.data.length === 0) return <Empty title={texts.noRules}>{texts.noRulesHint}</Empty>;
  return (
    <Table
      label={texts.rules}
      rows={data.data}
      keyOf={({ id }) => id}
      columns={[
        { name: texts.name, cell: ({ name }) => name },
        { name: texts.adds, cell: ({ condition }) => <Condition of={condition} /> },
        {
          name: texts.dailyLimit,
          cell: ({ daily_limit }) => number(daily_limit),
          isNumber: true,
          isMinor: true,
        },
        {
          name: texts.state,
          cell: ({ enabled }) => (
            <Badge tone={enabled ? 'good' : 'neutral'}>{enabled ? texts.on : texts.off}</Badge>
          ),
        },
        { name: texts.actions, cell: (rule) => <RuleActions rule={rule} /> },
      ]}
    />
  );
}

function Condition({ of }: { readonly of: ReviewRule['condition'] }) {
  const texts = useTexts(reviewTexts);
  const { percent, money } = useFormat();
  switch (of.type) {
    case 'low_confidence':
      return <>{texts.confidenceBelow(percent(of.below))}</>;
    case 'text':
      return <>{texts.contains(of.contains.join(', '), texts.places[of.in])}</>;
    case 'cost':
      return <>{texts.costAbove(money(of.above_usd))}</>;
    case 'sample':
      return <>{texts.shareOf(percent(of.share))}</>;
    default:
      return <>{texts.reasons[of.type]}</>;
  }
}

function RuleActions({ rule: { id, name, enabled } }: { readonly rule: ReviewRule }) {
  const texts = useTexts(reviewTexts);
  const mayWrite = useCan('reviews:write');
  const [isDeleting, setDeleting] = useState(false);
  const path = { review_rule: id };
  const toggle = useAction(
    () =>
      client.PATCH('/api/v1/review-rules/{review_rule}', {
        params: { path },
        body: { enabled: !enabled },
      }),
    { refresh, foresee: () => ({ id, fields: { enabled: !enabled } }) },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/review-rules/{review_rule}', { params: { path } }),
    { refresh, onDone: () => setDeleting(false) },
  );
  if (!mayWrite) return <>–</>;
  return (
    <span className="rule-actions">
      <Button isSmall onClick={() => toggle.run()}>
        {enabled ? texts.turnOff : texts.turnOn}
      </Button>
      <Button isSmall kind="quiet" onClick={() => setDeleting(true)}>
        {texts.delete}
      </Button>
      <ProblemNote problem={toggle.problem} />
      <ConfirmDialog
        isOpen={isDeleting}
        onClose={() => setDeleting(false)}
        title={texts.deleteTitle(name)}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteHint}
      </ConfirmDialog>
    </span>
  );
}
