import { useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { ShareLink } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { AgentFilter, AgentName } from '../../../ui/agent-filter.tsx';
import { Button } from '../../../ui/button.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { useUrlState } from '../../../ui/use-url-state.ts';
import { ShareLinkScreen } from './share-link.tsx';
import { ShareLinkDialog } from './share-link-dialog.tsx';
import { shareTones } from './tones.ts';

const filters = { agent: '' };

/** `/settings/share-links`: where people chat with agents without a key. */
export default function Sharing() {
  return (
    <Switch>
      <Route path="/:id">{({ id }) => <ShareLinkScreen id={id} />}</Route>
      <Route>
        <ShareLinks />
      </Route>
    </Switch>
  );
}

function ShareLinks() {
  const texts = useTexts(sharingTexts);
  const format = useFormat();
  const [, go] = useLocation();
  const mayWrite = useCan('agents:write');
  const [{ agent }, setFilters] = useUrlState(filters);
  const [isCreating, setCreating] = useState(false);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/share-links',
    { params: { query: agent === '' ? {} : { agent } } },
    paged,
  );
  return (
    <Section
      title={texts.title}
      description={texts.hint}
      actions={
        mayWrite && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            {texts.create}
          </Button>
        )
      }
    >
      <div className="filters">
        <AgentFilter value={agent} onChange={(id) => setFilters({ agent: id })} />
      </div>
      <ListTable<ShareLink>
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        columns={[
          { name: texts.name, cell: ({ name }) => name },
          { name: texts.agent, cell: ({ agent_id }) => <AgentName id={agent_id} />, isMinor: true },
          {
            name: texts.status,
            cell: ({ status }) => <Badge tone={shareTones[status]}>{texts.statuses[status]}</Badge>,
          },
          {
            name: texts.visitors,
            cell: ({ statistics }) => format.number(statistics.visitors),
            isNumber: true,
          },
          {
            name: texts.messages,
            cell: ({ statistics }) => format.number(statistics.messages),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.cost,
            cell: ({ statistics }) => format.money(statistics.cost_usd),
            isNumber: true,
            isMinor: true,
          },
          {
            name: texts.created,
            cell: ({ created_at }) => <Time value={created_at} />,
            isMinor: true,
          },
        ]}
        empty={<Empty title={texts.none}>{texts.noneHint}</Empty>}
      />
      {isCreating && (
        <ShareLinkDialog
          agent={agent}
          link={null}
          onClose={() => setCreating(false)}
          onMade={({ id }) => go(`/${id}`)}
        />
      )}
    </Section>
  );
}
