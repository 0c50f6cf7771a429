import { useEffect, useRef } from 'react';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { CheckField } from '../../ui/field.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useVersions } from '../../ui/version-field.tsx';

const maxVersions = 5;
const shown = 12;

/** Up to five versions of an agent, the newest first; at first the active one and the newest other. */
export function VersionChoice({
  agent,
  chosen,
  isMissing,
  onChange,
}: {
  readonly agent: string;
  readonly chosen: readonly string[];
  /** True once it was sent without any. */
  readonly isMissing: boolean;
  /** Takes what becomes of the choice as it is by then. */
  readonly onChange: (change: (versions: readonly string[]) => readonly string[]) => void;
}) {
  const texts = useTexts(evaluationTexts);
  const { versions, error, refetch } = useVersions(agent);
  const preselected = useRef('');
  useEffect(() => {
    if (versions.length === 0 || preselected.current === agent) return;
    preselected.current = agent;
    const active = versions.find(({ is_active }) => is_active);
    const newest = versions.find((one) => one !== active);
    const ids = [active, newest].flatMap((one) => one?.id ?? []);
    onChange((all) => (all.length > 0 ? all : ids));
  }, [agent, versions, onChange]);
  const offered = versions.filter(({ id }, index) => index < shown || chosen.includes(id));
  return (
    <fieldset className="scorer">
      <legend>{texts.versions}</legend>
      <p className="field-hint">{texts.versionsHint}</p>
      {isMissing && chosen.length === 0 && (
        <p className="field-error" role="alert">
          {texts.versionMissing}
        </p>
      )}
      <ProblemNote problem={error} onRetry={refetch} />
      {offered.map(({ id, number, labels, is_active, change_summary }) => (
        <CheckField
          key={id}
          label={[
            texts.versionNumber(number),
            ...(is_active ? [texts.active] : []),
            ...labels,
            ...(change_summary === null ? [] : [change_summary]),
          ].join(' · ')}
          checked={chosen.includes(id)}
          disabled={!chosen.includes(id) && chosen.length >= maxVersions}
          onChange={(checked) =>
            onChange((all) => (checked ? [...all, id] : all.filter((one) => one !== id)))
          }
        />
      ))}
    </fieldset>
  );
}
