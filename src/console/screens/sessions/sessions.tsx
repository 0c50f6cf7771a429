import { Route, Switch } from 'wouter';
import './sessions.css';
import { RunScreen } from './run.tsx';
import { RunList } from './run-list.tsx';
import { SessionScreen } from './session.tsx';
import { SessionList } from './session-list.tsx';

/** `/sessions`: conversations and runs; below it, one of them. */
export default function Sessions() {
  return (
    <Switch>
      <Route path="/">
        <SessionList />
      </Route>
      <Route path="/runs">
        <RunList />
      </Route>
      <Route path="/runs/:run">{({ run }) => <RunScreen id={run} />}</Route>
      <Route path="/:session">
        {({ session }) => <SessionScreen key={session} id={session} />}
      </Route>
    </Switch>
  );
}
