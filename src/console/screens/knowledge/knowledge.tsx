import { Route, Switch } from 'wouter';
import { BaseList } from './base-list.tsx';
import { BaseScreen } from './base-screen.tsx';
import { FileOfCitation } from './file-of-citation.tsx';
import { FileScreen } from './file-screen.tsx';
import './knowledge.css';

/** `/knowledge`: the bases; below it, one base with its parts, and one file. */
export default function Knowledge() {
  return (
    <Switch>
      <Route path="/">
        <BaseList />
      </Route>
      <Route path="/files/:file">{({ file }) => <FileOfCitation key={file} id={file} />}</Route>
      <Route path="/:kb/files/:file">
        {({ kb, file }) => <FileScreen key={file} base_id={kb} id={file} />}
      </Route>
      <Route path="/:kb" nest>
        {({ kb }) => <BaseScreen key={kb} id={kb} />}
      </Route>
    </Switch>
  );
}
