import { agentToolTexts } from '../../../texts/agent-tools.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { CheckField } from '../../../ui/field.tsx';
import { LinesField } from '../../../ui/lines-field.tsx';
import { useSection } from './context.tsx';

/** What `web_search` and `fetch_url` may read. */
export function WebFields() {
  const texts = useTexts(agentToolTexts);
  const [web, set] = useSection('web');
  return (
    <>
      <h3>{texts.web}</h3>
      <LinesField
        label={texts.allowedDomains}
        hint={texts.allowedDomainsHint}
        pointer="/config/web/allowed_domains"
        value={web.allowed_domains}
        onChange={(allowed_domains) => set({ allowed_domains })}
      />
      <LinesField
        label={texts.blockedDomains}
        hint={texts.onePerLine}
        pointer="/config/web/blocked_domains"
        value={web.blocked_domains}
        onChange={(blocked_domains) => set({ blocked_domains })}
      />
      <CheckField
        label={texts.obeyRobots}
        pointer="/config/web/obey_robots"
        checked={web.obey_robots}
        onChange={(obey_robots) => set({ obey_robots })}
      />
    </>
  );
}
