import { Link } from 'wouter';
import { placeOf } from '../app/places.ts';
import { useCan } from '../app/session.tsx';
import { useTexts } from '../texts/catalogue.ts';
import { chatTexts } from '../texts/chat.ts';

/** What to do when a budget refused a run: who may, raises it. */
export function BudgetWay({ id }: { readonly id: string | null }) {
  const texts = useTexts(chatTexts);
  if (!useCan('budgets:manage')) return <p className="small">{texts.askForBudget}</p>;
  return (
    <p className="small">
      <Link href={placeOf(id === null ? '/cost/budgets' : `/cost/budgets/${id}`)}>
        {texts.raiseBudget}
      </Link>
    </p>
  );
}
