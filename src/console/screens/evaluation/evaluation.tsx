import { Route, Switch } from 'wouter';
import './evaluation.css';
import { Comparison } from './comparison.tsx';
import { CaseScreen, NewCase } from './datasets/case-form.tsx';
import { DatasetList } from './datasets/dataset-list.tsx';
import { DatasetScreen } from './datasets/dataset-screen.tsx';
import { EvaluationList } from './evaluation-list.tsx';
import { EvaluationScreen } from './evaluation-screen.tsx';
import { EditJudge, NewJudge } from './judges/judge-form.tsx';
import { JudgeList } from './judges/judge-list.tsx';
import { JudgeScreen } from './judges/judge-screen.tsx';
import { NewEvaluation } from './new-evaluation.tsx';
import { NewReplay, NewShadow } from './replays/replay-form.tsx';
import { ReplayList, ShadowList } from './replays/replay-list.tsx';
import { ReplayScreen, ShadowScreen } from './replays/replay-screen.tsx';

/** `/evaluation`: evaluations; datasets and judges, with which they are made. */
export default function Evaluation() {
  return (
    <Switch>
      <Route path="/">
        <EvaluationList />
      </Route>
      <Route path="/new">
        <NewEvaluation />
      </Route>
      <Route path="/runs/:evaluation/compare">
        {({ evaluation }) => <Comparison key={evaluation} id={evaluation} />}
      </Route>
      <Route path="/runs/:evaluation">
        {({ evaluation }) => <EvaluationScreen key={evaluation} id={evaluation} />}
      </Route>
      <Route path="/datasets">
        <DatasetList />
      </Route>
      <Route path="/datasets/:dataset/cases/new">
        {({ dataset }) => <NewCase dataset={dataset} />}
      </Route>
      <Route path="/datasets/:dataset/cases/:case">
        {(path) => <CaseScreen key={path.case} dataset={path.dataset} id={path.case} />}
      </Route>
      <Route path="/datasets/:dataset" nest>
        {({ dataset }) => <DatasetScreen key={dataset} id={dataset} />}
      </Route>
      <Route path="/judges">
        <JudgeList />
      </Route>
      <Route path="/judges/new">
        <NewJudge />
      </Route>
      <Route path="/judges/:judge/edit">
        {({ judge }) => <EditJudge key={judge} id={judge} />}
      </Route>
      <Route path="/judges/:judge">{({ judge }) => <JudgeScreen key={judge} id={judge} />}</Route>
      <Route path="/replays">
        <ReplayList />
      </Route>
      <Route path="/replays/new">
        <NewReplay />
      </Route>
      <Route path="/replays/:replay">
        {({ replay }) => <ReplayScreen key={replay} id={replay} />}
      </Route>
      <Route path="/shadows">
        <ShadowList />
      </Route>
      <Route path="/shadows/new">
        <NewShadow />
      </Route>
      <Route path="/shadows/:shadow">
        {({ shadow }) => <ShadowScreen key={shadow} id={shadow} />}
      </Route>
    </Switch>
  );
}
