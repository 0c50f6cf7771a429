import { Link } from 'wouter';
import type { Problem } from '../../client/index.ts';
import { placeOf } from '../app/places.ts';
import { useCan } from '../app/session.tsx';
import { budgetRefusalTexts } from '../texts/budget-refusal.ts';
import { useTexts } from '../texts/catalogue.ts';
import { useFormat } from '../ui/format.ts';
import { ProblemNote } from '../ui/states.tsx';
import { Words } from '../ui/words.tsx';

/** What a refusal says of its budget. */
interface Refusal {
  readonly budget?: { readonly id: string; readonly name: string };
  readonly limit_usd?: number;
  readonly spent_usd?: number;
  readonly held_usd?: number;
  /** null for a model without a known price. */
  readonly estimate_usd?: number | null;
  readonly resets_at?: string | null;
}

/** Why a question got no answer: in words of the console for a budget, otherwise in those of the API. */
function RefusedTurn({ problem }: { readonly problem: Problem | null }) {
  const { budget, ...figures } = (problem?.details ?? {}) as Refusal;
  if (problem?.code !== 'budget_exceeded') return <ProblemNote problem={problem} />;
  if (budget === undefined)
    return (
      <>
        <ProblemNote problem={problem} />
        <BudgetWay id={null} />
      </>
    );
  return (
    <div className="note note-bad" role="alert">
      <Why name={budget.name} {...figures} />
      <BudgetWay id={budget.id} isUnpriced={figures.estimate_usd === null} />
    </div>
  );
}

function Why({
  name,
  limit_usd = 0,
  spent_usd = 0,
  held_usd = 0,
  estimate_usd = 0,
  resets_at = null,
}: Omit<Refusal, 'budget'> & { readonly name: string }) {
  const texts = useTexts(budgetRefusalTexts);
  const { money, time } = useFormat();
  if (estimate_usd === null) return <p>{texts.refusedUnpriced(name)}</p>;
  const left = Math.max(0, limit_usd - spent_usd - held_usd);
  return (
    <p>
      {texts.refusedOver(name, money(left), money(limit_usd), money(estimate_usd))}{' '}
      {resets_at !== null && texts.startsAnew(time(resets_at))}
    </p>
  );
}

/** What to do about a refusal, for those who may. */
export function BudgetWay({
  id,
  isUnpriced = false,
}: {
  /** null for a budget that is not named. */
  readonly id: string | null;
  readonly isUnpriced?: boolean;
}) {
  const texts = useTexts(budgetRefusalTexts);
  const mayRaise = useCan('budgets:manage');
  const maySetPrices = useCan('providers:manage');
  if (!mayRaise && !maySetPrices) return <p className="small">{texts.askForBudget}</p>;
  return (
    <p className="small">
      {isUnpriced && maySetPrices && (
        <>
          <Link href={placeOf('/cost/prices')}>{texts.setPrice}</Link>{' '}
        </>
      )}
      {mayRaise && (
        <Link href={placeOf(id === null ? '/cost/budgets' : `/cost/budgets/${id}`)}>
          {isUnpriced ? texts.openBudget : texts.raiseBudget}
        </Link>
      )}
    </p>
  );
}

/** The failure of a run that had begun, with the way to the budgets where one of them is the cause. */
function FailedAnswer({ error }: { readonly error: string }) {
  return (
    <div className="note note-bad" role="alert">
      <p>
        <Words>{error}</Words>
      </p>
      {error.startsWith('budget_exceeded:') && <BudgetWay id={null} />}
    </div>
  );
}

/** What went wrong with a turn. */
export default function Fault({
  problem,
  error,
}: {
  readonly problem: Problem | null;
  readonly error: string | null;
}) {
  return (
    <>
      {error !== null && <FailedAnswer error={error} />}
      <RefusedTurn problem={problem} />
    </>
  );
}
