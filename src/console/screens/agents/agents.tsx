import { Route, Switch } from 'wouter';
import { AgentList } from './agent-list.tsx';

/** `/agents`: the list; below it, one agent. */
export default function Agents() {
  return (
    <Switch>
      <Route path="/">
        <AgentList />
      </Route>
    </Switch>
  );
}
