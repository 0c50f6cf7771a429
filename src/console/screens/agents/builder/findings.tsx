import { builderTexts } from '../../../texts/agent-builder.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { Button } from '../../../ui/button.tsx';
import { Badge } from '../../../ui/page.tsx';
import { Words } from '../../../ui/words.tsx';
import { useBuilder } from './context.tsx';
import { partOf } from './parts.ts';

const tones = { error: 'bad', warning: 'warn', info: 'info' } as const;

/** What the rules of the API found in the draft, with the way to its place. */
export function Findings() {
  const texts = useTexts(builderTexts);
  const { findings, toggle } = useBuilder();
  if (findings.length === 0) return null;
  return (
    <details className="findings">
      <summary className="part-title">
        <h2>{texts.findings(findings.length)}</h2>
      </summary>
      <ul>
        {findings.map(({ rule, severity, detail, pointer }) => {
          const part = partOf(pointer.startsWith('/config') ? pointer : `/config${pointer}`);
          return (
            <li key={`${rule} ${pointer} ${detail}`}>
              <Badge tone={tones[severity]}>{texts.severities[severity]}</Badge>
              <span>
                <Words>{detail}</Words>
              </span>
              {part !== null && (
                <Button isSmall kind="quiet" onClick={() => toggle(part, true)}>
                  {texts.showPart}
                </Button>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}
