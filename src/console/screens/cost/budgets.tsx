import { Link } from 'wouter';
import type { ListedBudget } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Button } from '../../ui/button.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty, Failed, Loading } from '../../ui/states.tsx';
import { BudgetDialog } from './budget-dialog.tsx';
import { BudgetMeter } from './budget-meter.tsx';
import { useSubjectName } from './subject.tsx';

/** Limits on the cost of model calls, with what is spent and held of each. */
export default function Budgets() {
  const texts = useTexts(costTexts);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/budgets',
    { params: { query: { limit: 20 } } },
    paged,
  );
  const budgets = rowsOf(reading.data);
  if (budgets === undefined)
    return reading.error === null ? (
      <Loading>{texts.loading}</Loading>
    ) : (
      <Failed problem={reading.error} onRetry={reading.refetch} />
    );
  if (budgets.length === 0)
    return (
      <Empty title={texts.noBudgets} action={<BudgetDialog />}>
        {texts.noBudgetsHint}
      </Empty>
    );
  return (
    <>
      <div className="page-actions">
        <BudgetDialog />
      </div>
      <ul className="list">
        {budgets.map((budget) => (
          <BudgetCard key={budget.id} budget={budget} />
        ))}
      </ul>
      {reading.error !== null && <Failed problem={reading.error} onRetry={reading.refetch} />}
      {reading.hasNextPage && (
        <p className="more">
          <Button isBusy={reading.isFetchingNextPage} onClick={() => reading.fetchNextPage()}>
            {texts.more}
          </Button>
        </p>
      )}
    </>
  );
}

function BudgetCard({ budget }: { readonly budget: ListedBudget }) {
  const texts = useTexts(costTexts);
  const { money } = useFormat();
  const nameOf = useSubjectName(budget.scope);
  const { id, name, scope, subject_id, period, limit_usd, action } = budget;
  // A budget of each subject has the use of none: that of the one that used most is shown.
  const { data } = api.useQuery(
    'get',
    '/api/v1/budgets/{budget}/explain',
    { params: { path: { budget: id } } },
    { enabled: budget.standing === null },
  );
  const most = budget.standing ?? data?.standings[0];
  const isKnown = budget.standing !== null || data !== undefined;
  const isRefusing =
    budget.has_refused ?? data?.alerts.some(({ kind }) => kind === 'refused') ?? false;
  const who =
    subject_id === null
      ? texts.scopeOfEach[scope]
      : texts.scopeOfOne(texts.scopes[scope], nameOf(subject_id));
  return (
    <li className="card">
      <div className="section-header">
        <div>
          <h2>
            <Link href={`/budgets/${id}`}>{name}</Link>
          </h2>
          <p className="muted small">
            {who} · {money(limit_usd)} {texts.perPeriod[period]} · {texts.actionHints[action]}
          </p>
        </div>
        {isRefusing && <Badge tone="bad">{texts.refusedCalls}</Badge>}
      </div>
      {!isKnown && <p className="muted small">{texts.loading}</p>}
      {isKnown && most === undefined && <p className="muted small">{texts.notUsed}</p>}
      {most !== undefined && (
        <>
          <BudgetMeter standing={most} label={name} />
          {most.subject !== null && subject_id === null && (
            <p className="muted small">{texts.mostUsedBy(nameOf(most.subject))}</p>
          )}
        </>
      )}
    </li>
  );
}
