import { Route, Switch } from 'wouter';
import './experiments.css';
import { EditExperiment, NewExperiment } from './experiment-form.tsx';
import { ExperimentList } from './experiment-list.tsx';
import { ExperimentScreen } from './experiment-screen.tsx';

/** `/experiments`: the list; below it, one experiment with its results, set-up and log. */
export default function Experiments() {
  return (
    <Switch>
      <Route path="/">
        <ExperimentList />
      </Route>
      <Route path="/new">
        <NewExperiment />
      </Route>
      <Route path="/:experiment/edit">
        {({ experiment }) => <EditExperiment key={experiment} id={experiment} />}
      </Route>
      <Route path="/:experiment" nest>
        {({ experiment }) => <ExperimentScreen key={experiment} id={experiment} />}
      </Route>
    </Switch>
  );
}
