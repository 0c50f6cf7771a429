import { lazy, Suspense } from 'react';
import { Route, Switch } from 'wouter';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Loading } from '../../ui/states.tsx';
import { AgentList } from './agent-list.tsx';
import './agents.css';

const CreateAgent = lazy(async () => ({
  default: (await import('./create/create-agent.tsx')).CreateAgent,
}));
const AgentScreen = lazy(async () => ({
  default: (await import('./agent-screen.tsx')).AgentScreen,
}));

/** `/agents`: the list; below it, a new agent, and one agent. */
export default function Agents() {
  const texts = useTexts(agentTexts);
  return (
    <Suspense fallback={<Loading>{texts.loading}</Loading>}>
      <Switch>
        <Route path="/">
          <AgentList />
        </Route>
        <Route path="/new" nest>
          <CreateAgent />
        </Route>
        <Route path="/:agent" nest>
          {({ agent }) => <AgentScreen key={agent} id={agent} />}
        </Route>
      </Switch>
    </Suspense>
  );
}
