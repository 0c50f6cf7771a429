import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { CheckField } from '../../ui/field.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useVersions } from '../../ui/version-field.tsx';

const maxVersions = 5;
const shown = 12;

/** Up to five versions of an agent, the newest first. */
export function VersionChoice({
  agent,
  chosen,
  onChange,
}: {
  readonly agent: string;
  readonly chosen: readonly string[];
  readonly onChange: (versions: readonly string[]) => void;
}) {
  const texts = useTexts(evaluationTexts);
  const { versions, error, refetch } = useVersions(agent);
  const offered = versions.filter(({ id }, index) => index < shown || chosen.includes(id));
  return (
    <fieldset className="scorer">
      <legend>{texts.versions}</legend>
      <p className="field-hint">{texts.versionsHint}</p>
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
            onChange(checked ? [...chosen, id] : chosen.filter((one) => one !== id))
          }
        />
      ))}
    </fieldset>
  );
}
