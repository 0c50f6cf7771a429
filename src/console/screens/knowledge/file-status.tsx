import { useEffect, useState } from 'react';
import type { File } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { fileTexts } from '../../texts/knowledge-files.ts';
import { useFormat } from '../../ui/format.ts';
import { Badge } from '../../ui/page.tsx';
import { isProcessing, shareOf } from './file-state.ts';

type Shown = Pick<
  File,
  'name' | 'status' | 'progress' | 'attempts' | 'error' | 'is_searchable' | 'updated_at'
>;

/** How far the processing of a file is, in words and as a bar; why it failed, and what to do. */
export function FileStatus({ file }: { readonly file: Shown }) {
  const texts = useTexts(fileTexts);
  const { status, error, is_searchable } = file;
  if (isProcessing(file)) return <Steps file={file} />;
  if (status === 'ready') return <Badge tone="good">{texts.statuses.ready}</Badge>;
  return (
    <div className="knowledge-status">
      <Badge tone="bad">{texts.statuses.failed}</Badge>
      {error !== null && <FileError code={error.code} detail={error.detail} />}
      {is_searchable && <span className="small muted">{texts.oldContentFailed}</span>}
    </div>
  );
}

/** The reason in the words of the API, and what a person can do about it. */
export function FileError({ code, detail }: { readonly code: string; readonly detail: string }) {
  const { help } = useTexts(fileTexts);
  return (
    <span className="small">
      {detail} <span className="muted">{(help as Record<string, string>)[code] ?? ''}</span>
    </span>
  );
}

/** The step and its share; a step that reports no share says for how long it has been running. */
function Steps({ file }: { readonly file: Shown }) {
  const texts = useTexts(fileTexts);
  const { percent, duration } = useFormat();
  const { name, status, progress, attempts, is_searchable } = file;
  const step = texts.statuses[status];
  const ms = useSince(status);
  const words =
    progress > 0 && progress < 1
      ? texts.percent(step, percent(progress))
      : ms < 2000
        ? step
        : texts.since(step, duration(ms));
  return (
    <div className="knowledge-status">
      <span className="small">
        {words}
        {attempts > 1 && ` (${texts.attempt(attempts)})`}
      </span>
      <Bar label={texts.progressOf(name)} share={shareOf(file)} words={words} />
      {is_searchable && <span className="small muted">{texts.oldContent}</span>}
    </div>
  );
}

/** Milliseconds since the step was first seen, in whole seconds. */
function useSince(step: string): number {
  const [seen, setSeen] = useState({ step, at: Date.now(), now: Date.now() });
  useEffect(() => {
    setSeen((before) =>
      before.step === step ? before : { step, at: Date.now(), now: Date.now() },
    );
    const timer = setInterval(() => setSeen((before) => ({ ...before, now: Date.now() })), 1000);
    return () => clearInterval(timer);
  }, [step]);
  return Math.floor((seen.now - seen.at) / 1000) * 1000;
}

export const Bar = ({
  label,
  share,
  words,
}: {
  readonly label: string;
  readonly share: number;
  readonly words: string;
}) => (
  <progress className="knowledge-bar" aria-label={label} aria-valuetext={words} value={share} />
);
