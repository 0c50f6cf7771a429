import { useState } from 'react';
import type { ExplainedBudget } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { costTexts } from '../../texts/cost.ts';
import { Section } from '../../ui/page.tsx';

/** What a program gets whose call the budget refuses, with the figures of this budget. */
export function RefusalExample({
  explained: { budget, standings },
}: {
  readonly explained: ExplainedBudget;
}) {
  const texts = useTexts(costTexts);
  const [now] = useState(() => Date.now());
  const { id, name, scope, period, limit_usd } = budget;
  if (budget.action === 'warn') return null;
  const resets_at = standings[0]?.resets_at ?? null;
  const seconds = resets_at === null ? null : Math.ceil((Date.parse(resets_at) - now) / 1000);
  const what = `The budget “${name}” does not cover this call.`;
  const problem = {
    type: `${location.origin}/docs/problems#budget_exceeded`,
    title: 'A budget does not allow this',
    status: 402,
    code: 'budget_exceeded',
    detail: resets_at === null ? what : `${what} The next period starts at ${resets_at}.`,
    budget: { id, name, scope, period },
    limit_usd,
    spent_usd: limit_usd,
    held_usd: 0,
    estimate_usd: 0.01,
    resets_at,
  };
  const head = [
    'HTTP/1.1 402 Payment Required',
    'Content-Type: application/problem+json',
    ...(seconds === null ? [] : [`Retry-After: ${Math.max(1, seconds)}`]),
  ];
  return (
    <Section title={texts.callersGet} description={texts.callersGetHint}>
      <pre tabIndex={0}>{`${head.join('\n')}\n\n${JSON.stringify(problem, null, 2)}`}</pre>
    </Section>
  );
}
