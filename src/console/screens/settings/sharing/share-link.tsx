import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { ShareLink } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { sharingTexts } from '../../../texts/sharing.ts';
import { AgentName } from '../../../ui/agent-filter.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Menu } from '../../../ui/menu.tsx';
import { Badge, Facts, Section } from '../../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { ShareLinkDialog } from './share-link-dialog.tsx';
import { shareTones } from './tones.ts';
import { WidgetSection } from './widget-section.tsx';

const refresh = ['/api/v1/share-links'];

/** `/settings/share-links/{id}`: one link, its use and limits, and its widget. */
export function ShareLinkScreen({ id }: { readonly id: string }) {
  const texts = useTexts(sharingTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/share-links/{share_link}', {
    params: { path: { share_link: id } },
  });
  return (
    <>
      <Link href={data === undefined ? '/' : `/?agent=${data.agent_id}`} className="page-back">
        ← {texts.back}
      </Link>
      {data !== undefined ? (
        <>
          <Overview link={data} />
          <WidgetSection link={data} />
        </>
      ) : error !== null ? (
        <Failed problem={error} onRetry={refetch} />
      ) : (
        <Loading>{texts.loading}</Loading>
      )}
    </>
  );
}

function Overview({ link }: { readonly link: ShareLink }) {
  const texts = useTexts(sharingTexts);
  const format = useFormat();
  const mayWrite = useCan('agents:write');
  const { visitors, sessions, messages, cost_usd, feedback } = link.statistics;
  const bounded = (used: string, limit: number | null, shown: string) =>
    limit === null ? texts.unlimited(used) : texts.limit(used, shown);
  return (
    <Section
      title={
        <>
          {link.name} <Badge tone={shareTones[link.status]}>{texts.statuses[link.status]}</Badge>
        </>
      }
      description={texts.accesses[link.access]}
      actions={
        <>
          <a className="button button-plain" href={link.url} target="_blank" rel="noreferrer">
            {texts.openPage}
          </a>
          {mayWrite && <LinkActions link={link} />}
        </>
      }
    >
      <Facts
        facts={[
          [
            texts.sharedAgent,
            <Link key="agent" href={placeOf(`/agents/${link.agent_id}`)}>
              <AgentName id={link.agent_id} />
            </Link>,
          ],
          [texts.sites, link.allowed_origins.length === 0 ? '–' : link.allowed_origins.join(', ')],
          [
            texts.chatPage,
            <span key="url" className="copyable">
              <code>{link.url}</code>
              <CopyButton text={link.url} label={texts.copyLink} />
            </span>,
          ],
          [
            texts.visitors,
            bounded(format.number(visitors), link.max_visitors, format.number(link.max_visitors)),
          ],
          [
            texts.sessions,
            bounded(format.number(sessions), link.max_sessions, format.number(link.max_sessions)),
          ],
          [texts.messages, format.number(messages)],
          [
            texts.maxMessages,
            link.max_messages_per_visitor === null
              ? texts.noLimit
              : format.number(link.max_messages_per_visitor),
          ],
          [
            texts.cost,
            bounded(format.money(cost_usd), link.limit_usd, format.money(link.limit_usd)),
          ],
          [
            texts.ratings,
            texts.ratingsOf(format.number(feedback.positive), format.number(feedback.negative)),
          ],
          [texts.expires, <Time key="expires" value={link.expires_at} form="moment" />],
        ]}
      />
    </Section>
  );
}

function LinkActions({ link }: { readonly link: ShareLink }) {
  const texts = useTexts(sharingTexts);
  const toast = useToast();
  const [, go] = useLocation();
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const path = { share_link: link.id };
  const toggle = useAction(
    (enabled: boolean) =>
      client.PATCH('/api/v1/share-links/{share_link}', { params: { path }, body: { enabled } }),
    {
      refresh,
      foresee: (enabled) => ({
        id: link.id,
        fields: { enabled, status: enabled ? 'open' : 'disabled' },
      }),
    },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/share-links/{share_link}', { params: { path } }),
    {
      list: '/api/v1/share-links',
      onDone: () => go(`/?agent=${link.agent_id}`),
    },
  );
  return (
    <>
      <Button onClick={() => setOpen('edit')}>{texts.edit}</Button>
      <Menu
        label={texts.actions}
        items={[
          {
            label: link.enabled ? texts.disable : texts.enable,
            onSelect: () => toggle.run(!link.enabled),
          },
          { label: texts.delete, isDangerous: true, onSelect: () => setOpen('delete') },
        ]}
      />
      <ProblemNote problem={toggle.problem} />
      {open === 'edit' && (
        <ShareLinkDialog
          agent={link.agent_id}
          link={link}
          onClose={() => setOpen(null)}
          onMade={() => toast(texts.saved)}
        />
      )}
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={() => setOpen(null)}
        title={texts.deleteTitle(link.name)}
        action={texts.delete}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteHint}
      </ConfirmDialog>
    </>
  );
}
