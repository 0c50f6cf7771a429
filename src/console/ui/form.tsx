import { createContext, type FormEvent, type ReactNode, use, useEffect, useRef } from 'react';
import type { Problem } from '../../client/index.ts';
import { ProblemNote } from './states.tsx';

const FormProblem = createContext<Problem | null>(null);

/**
 * A form whose fields show the violations that the API reports for them; the note at its top shows the rest. Ctrl+Enter submits.
 * After a refused attempt, the first field with a violation has the focus.
 */
export function Form({
  problem,
  onSubmit,
  children,
  label,
  isLive = false,
}: {
  readonly problem: Problem | null;
  readonly onSubmit: () => unknown;
  readonly children: ReactNode;
  readonly label?: string;
  /** The problem was found while a person types: it is shown at the fields, and the focus stays. */
  readonly isLive?: boolean;
}) {
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (problem !== null && !isLive)
      form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [problem, isLive]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    // React passes it on to the form around a dialog, too.
    event.stopPropagation();
    onSubmit();
  };
  return (
    <form
      ref={form}
      className="form"
      aria-label={label}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.stopPropagation();
        event.currentTarget.requestSubmit();
      }}
    >
      <FormProblem value={problem}>
        <ProblemNote problem={isLive ? null : problem} />
        {children}
      </FormProblem>
    </form>
  );
}

/** Violations at a pointer or below it. */
export function useViolation(pointer: string | undefined): string | null {
  const problem = use(FormProblem);
  if (problem === null || pointer === undefined) return null;
  const found = problem.violations.filter(
    (one) => one.pointer === pointer || one.pointer.startsWith(`${pointer}/`),
  );
  return found.length === 0 ? null : found.map(({ detail }) => detail).join(' ');
}
