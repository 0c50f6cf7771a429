import { createElement } from 'react';
import type { RunStep } from '../../../client/index.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { sessionTexts } from '../../texts/sessions.ts';
import { CopyButton } from '../../ui/copy.tsx';
import { SearchedPassages, searchedBy } from './searched.tsx';

interface Prompt {
  readonly role: string;
  readonly content: unknown;
}

/** Input and output of a step, as they were recorded. */
export function StepDetails({ step }: { readonly step: RunStep }) {
  const texts = useTexts(sessionTexts);
  const searched = searchedBy(step);
  return (
    <div className="step">
      {step.error !== null && <p className="note note-bad">{step.error}</p>}
      {searched === null ? (
        <>
          <Value title={texts.input} value={step.input} />
          {step.error === null && <Value title={texts.output} value={step.output} />}
        </>
      ) : (
        <SearchedPassages searched={searched} />
      )}
    </div>
  );
}

function Value({ title, value }: { readonly title: string; readonly value: unknown }) {
  const texts = useTexts(sessionTexts);
  const mayRead = useCan('messages:read');
  if (value === null || value === undefined)
    return (
      <section>
        <h3>{title}</h3>
        <p className="muted">{mayRead ? texts.notRecorded : texts.notForRole}</p>
      </section>
    );
  const json = JSON.stringify(value, null, 2);
  return (
    <section>
      <h3>
        {title} <CopyButton text={json} />
      </h3>
      {isPrompt(value) ? <Prompts prompts={value} /> : <pre tabIndex={0}>{json}</pre>}
    </section>
  );
}

/** A prompt reads better by role than as JSON. */
const isPrompt = (value: unknown): value is readonly Prompt[] =>
  Array.isArray(value) && value.length > 0 && value.every((one) => typeof one?.role === 'string');

const Prompts = ({ prompts }: { readonly prompts: readonly Prompt[] }) =>
  createElement(
    'div',
    null,
    // A recorded prompt never changes its order.
    ...prompts.map((part) => createElement(PromptPart, { part })),
  );

const PromptPart = ({ part: { role, content } }: { readonly part: Prompt }) => (
  <div className="prompt">
    <h4>{role}</h4>
    <pre tabIndex={0}>{textOf(content)}</pre>
  </div>
);

const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content
          .map((one) => (one?.type === 'text' ? String(one.text) : JSON.stringify(one, null, 2)))
          .join('\n')
      : JSON.stringify(content, null, 2);
