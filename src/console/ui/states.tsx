import type { ReactNode } from 'react';
import { Problem } from '../../client/index.ts';
import { useTexts } from '../texts/catalogue.ts';
import { uiTexts } from '../texts/ui.ts';
import { Button } from './button.tsx';
import { Words } from './words.tsx';

/** What is being waited for, in words. */
export const Loading = ({
  children,
  height,
}: {
  readonly children: ReactNode;
  /** The space of what will be there, in pixels, so that it does not move what is below. */
  readonly height?: number;
}) => (
  <div className="state" role="status" style={{ minHeight: height }}>
    <span className="spinner" aria-hidden="true" />
    <p className="muted">{children}</p>
  </div>
);

/** What would be here, and what to do about it. */
export const Empty = ({
  title,
  children,
  action,
}: {
  readonly title: ReactNode;
  readonly children?: ReactNode;
  readonly action?: ReactNode;
}) => (
  <div className="state">
    <h2>{title}</h2>
    {children !== undefined && <p className="muted">{children}</p>}
    {action}
  </div>
);

/** A failure in the words of the API, with the way on. */
export function Failed({
  problem,
  onRetry,
}: {
  readonly problem: unknown;
  readonly onRetry?: () => unknown;
}) {
  const texts = useTexts(uiTexts);
  const { title, detail, requestId } = describe(problem, texts);
  return (
    <div className="state" role="alert">
      <h2>{title}</h2>
      <p className="muted">
        <Words>{detail}</Words>
      </p>
      {requestId !== null && <p className="muted small">{texts.request(requestId)}</p>}
      {onRetry !== undefined && <Button onClick={() => onRetry()}>{texts.tryAgain}</Button>}
    </div>
  );
}

/** A failure within a form or a section, with the way on where something could not be read. */
export function ProblemNote({
  problem,
  onRetry,
}: {
  readonly problem: unknown;
  readonly onRetry?: () => unknown;
}) {
  const texts = useTexts(uiTexts);
  if (problem === null || problem === undefined) return null;
  const { title, detail, requestId, isOfApi } = describe(problem, texts);
  return (
    <div className="note note-bad" role="alert">
      {/* The words of the API say themselves what failed. */}
      {!isOfApi && (
        <p>
          <strong>{title}</strong>
        </p>
      )}
      <p>
        <Words>{detail}</Words>
      </p>
      {requestId !== null && <p className="small">{texts.request(requestId)}</p>}
      {onRetry !== undefined && (
        <Button isSmall onClick={() => onRetry()}>
          {texts.tryAgain}
        </Button>
      )}
    </div>
  );
}

function describe(problem: unknown, texts: (typeof uiTexts)['en']) {
  if (!(problem instanceof Problem)) {
    const detail = problem instanceof Error ? problem.message : texts.unknown;
    return { title: texts.failed, detail, requestId: null, isOfApi: true };
  }
  const { status, message, requestId, details } = problem;
  const title =
    status === 0
      ? texts.unreachable
      : status === 404
        ? texts.missing
        : status === 403
          ? texts.forbidden
          : status >= 500
            ? texts.serverFailed
            : texts.failed;
  const detail = status === 0 ? texts.unreachableHint : message;
  return { title, detail, requestId, isOfApi: status !== 0 && details.detail !== undefined };
}
