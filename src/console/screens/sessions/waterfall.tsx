import { useState } from 'react';
import type { RunStep, RunWithSteps } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { AgentName } from '../../ui/agent-filter.tsx';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { Empty } from '../../ui/states.tsx';
import { StepDetails } from './step-details.tsx';

/** The steps of a run on a time axis, each below the one that called it; one of them is open. */
export function Waterfall({ run }: { readonly run: RunWithSteps }) {
  const texts = useTexts(sessionTexts);
  const format = useFormat();
  const [chosen, setChosen] = useState<string | null>(null);
  const rows = inOrder(run.steps);
  if (rows.length === 0) return <Empty title={texts.noSteps} />;
  const starts = rows.map(({ step }) => Date.parse(step.started_at));
  const begin = Math.min(...starts);
  const end = Math.max(...rows.map(({ step }, index) => (starts[index] ?? 0) + step.latency_ms));
  const span = Math.max(1, end - begin);
  return (
    <ol className="waterfall">
      {rows.map(({ step, depth }, index) => {
        const left = (((starts[index] ?? begin) - begin) / span) * 100;
        const width = Math.max(0.4, (step.latency_ms / span) * 100);
        const isOpen = chosen === step.id;
        return (
          <li key={step.id}>
            <button
              type="button"
              className="span"
              aria-expanded={isOpen}
              onClick={() => setChosen(isOpen ? null : step.id)}
            >
              <span className="span-name" style={{ paddingInlineStart: depth * 16 }}>
                <span className="muted">{texts.kinds[step.type]}</span> {step.name}{' '}
                {step.agent_id !== null && (
                  <Badge>
                    <AgentName id={step.agent_id} />
                  </Badge>
                )}
                {step.error !== null && <span className="span-failed"> {texts.failedStep}</span>}
              </span>
              <span className="span-track" aria-hidden="true">
                <span
                  className={`span-bar span-${step.error === null ? step.type : 'failed'}`}
                  style={{ insetInlineStart: `${left}%`, width: `${width}%` }}
                />
              </span>
              <span className="number">{format.duration(step.latency_ms)}</span>
              <span className="number minor">
                {step.cost_usd === 0 ? '' : format.money(step.cost_usd)}
              </span>
            </button>
            {isOpen && <StepDetails step={step} />}
          </li>
        );
      })}
      <li className="span span-total">
        <span className="span-name">{texts.total}</span>
        <span className="number">{format.duration(run.latency_ms)}</span>
        <span className="number minor">{format.money(run.usage.cost_usd)}</span>
      </li>
    </ol>
  );
}

/** Steps of delegates follow the call that started them. */
function inOrder(steps: readonly RunStep[]): { readonly step: RunStep; readonly depth: number }[] {
  const below = (parent: string | null, depth: number): { step: RunStep; depth: number }[] =>
    steps
      .filter(({ parent_id }) => parent_id === parent)
      .sort((a, b) => a.ordinal - b.ordinal)
      .flatMap((step) => [{ step, depth }, ...below(step.id, depth + 1)]);
  return below(null, 0);
}
