import { Route, Switch } from 'wouter';
import { AgentList } from './agent-list.tsx';
import { AgentScreen } from './agent-screen.tsx';
import { CreateAgent } from './create/create-agent.tsx';
import './agents.css';

/** `/agents`: the list; below it, a new agent, and one agent. */
export default function Agents() {
  return (
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
  );
}
