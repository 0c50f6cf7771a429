import { Route, Switch } from 'wouter';
import './review.css';
import { ItemScreen } from './item-screen.tsx';
import { Queue } from './queue.tsx';
import { Rules } from './rules.tsx';
import { ReviewSummary } from './summary.tsx';

/** `/review`: the queue; below it, one turn to judge, the rules that choose turns, and what came of it. */
export default function Review() {
  return (
    <Switch>
      <Route path="/">
        <Queue />
      </Route>
      <Route path="/rules">
        <Rules />
      </Route>
      <Route path="/summary">
        <ReviewSummary />
      </Route>
      <Route path="/items/:item">{({ item }) => <ItemScreen key={item} id={item} />}</Route>
    </Switch>
  );
}
