import { Route, Switch } from 'wouter';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { Tabs } from '../../../ui/tabs.tsx';
import { EndUserScreen } from './end-user.tsx';
import { EndUserList } from './end-user-list.tsx';
import { ErasureScreen } from './erasure.tsx';
import { ErasureList } from './erasure-list.tsx';
import { TokenIssuers } from './token-issuers.tsx';

/** `/settings/end-users`: the people who use agents, what is known about them, and how they are forgotten. */
export default function EndUsers() {
  const texts = useTexts(endUserTexts);
  const mayErase = useCan('end-users:manage');
  const tabs = (
    <Tabs
      label={texts.title}
      tabs={[
        { to: '/', label: texts.parts.list },
        ...(mayErase ? [{ to: '/erasures', label: texts.parts.erasures }] : []),
        { to: '/issuers', label: texts.parts.issuers },
      ]}
    />
  );
  return (
    <Switch>
      <Route path="/people/:id">
        <EndUserScreen />
      </Route>
      <Route path="/erasures/:id">{({ id }) => <ErasureScreen id={id} />}</Route>
      <Route path="/erasures">
        {tabs}
        <ErasureList />
      </Route>
      <Route path="/issuers">
        {tabs}
        <TokenIssuers />
      </Route>
      <Route>
        {tabs}
        <EndUserList />
      </Route>
    </Switch>
  );
}
