import { Route, Switch } from 'wouter';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { createTexts } from '../../../texts/agents.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { shellTexts } from '../../../texts/shell.ts';
import { Page } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { Architect } from './architect.tsx';
import { ArchitectSessions } from './architect-sessions.tsx';
import { FromTemplate } from './from-template.tsx';
import { ImportAgent } from './import-agent.tsx';

/** `/agents/new`: from a template, a conversation with the architect, or a manifest. */
export function CreateAgent() {
  const texts = useTexts(createTexts);
  const shell = useTexts(shellTexts);
  const mayWrite = useCan('agents:write');
  const mayDesign = useCan('architect:use');
  return (
    <Page title={texts.title} back={{ to: placeOf('/agents'), label: texts.back }}>
      {mayWrite ? (
        <>
          <Tabs
            label={texts.ways}
            tabs={[
              { to: '/', label: texts.template },
              ...(mayDesign ? [{ to: '/architect', label: texts.architect }] : []),
              { to: '/import', label: texts.import },
            ]}
          />
          <Switch>
            <Route path="/">
              <FromTemplate />
            </Route>
            <Route path="/architect">
              <ArchitectSessions />
            </Route>
            <Route path="/architect/:session">
              {({ session }) => <Architect key={session} id={session} />}
            </Route>
            <Route path="/import">
              <ImportAgent />
            </Route>
          </Switch>
        </>
      ) : (
        <Empty title={shell.readOnly} />
      )}
    </Page>
  );
}
