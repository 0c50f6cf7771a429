import { useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { ShareLink } from '../../../../client/index.ts';
import { api, paged, rowsOf } from '../../../api/api.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { Button } from '../../../ui/button.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Section } from '../../../ui/page.tsx';
import { Empty } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { WithAgent } from '../with-agent.tsx';
import { ShareLinkScreen } from './share-link.tsx';
import { ShareLinkDialog } from './share-link-dialog.tsx';
import { shareTones } from './tones.ts';

/** `/settings/share-links`: where people chat with agents without a key. */
export default function Sharing() {
  return (
    <Switch>
      <Route path="/:id">{({ id }) => <ShareLinkScreen id={id} />}</Route>
      <Route>
        <WithAgent>{(agent) => <ShareLinks key={agent} agent={agent} />}</WithAgent>
      </Route>
    </Switch>
  );
}

function ShareLinks({ agent }: { readonly agent: string }) {
  const texts = useTexts(sharingTexts);
  const format = useFormat();
  const [, go] = useLocation();
  const mayWrite = useCan('agents:write');
  const [isCreating, setCreating] = useState(false);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/agents/{agent}/share-links',
    { params: { path: { agent } } },
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
      <ListTable<ShareLink>
        label={texts.title}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        linkOf={({ id }) => `/${id}`}
        columns={[
          { name: texts.name, cell: ({ name }) => name },
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
