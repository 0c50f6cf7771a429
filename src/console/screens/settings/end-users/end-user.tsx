import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { EndUser } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { placeOf } from '../../../app/places.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { Copyable } from '../../../ui/copy.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { useVisitorName } from '../../../ui/end-user-name.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Section } from '../../../ui/page.tsx';
import { Failed, Loading } from '../../../ui/states.tsx';
import { Time } from '../../../ui/time.tsx';
import { useToast } from '../../../ui/toast.tsx';
import { EndUserExports } from './end-user-exports.tsx';
import { Memories } from './memories.tsx';

/** From the raw address: the router decodes only a part of it. */
const idOfAddress = (): string => decodeURIComponent(location.pathname.split('/people/')[1] ?? '');

/** `/settings/end-users/people/{id}`: one end user. */
export function EndUserScreen() {
  const texts = useTexts(endUserTexts);
  const id = idOfAddress();
  const mayRead = useCan('messages:read');
  const mayManage = useCan('end-users:manage');
  const { data, error, refetch } = api.useQuery('get', '/api/v1/end-users/{end_user}', {
    params: { path: { end_user: id } },
  });
  return (
    <>
      <Link href="/" className="page-back">
        ← {texts.back}
      </Link>
      {data !== undefined ? (
        <>
          <Figures person={data} />
          <Tokens person={data} />
        </>
      ) : error !== null ? (
        <Failed problem={error} onRetry={refetch} />
      ) : (
        <Loading>{texts.loading}</Loading>
      )}
      {data !== undefined && mayRead && <Memories endUser={id} />}
      {data !== undefined && mayManage && (
        <>
          <EndUserExports endUser={id} />
          <Erase person={data} />
        </>
      )}
    </>
  );
}

function Figures({ person }: { readonly person: EndUser }) {
  const texts = useTexts(endUserTexts);
  const format = useFormat();
  const nameOf = useVisitorName();
  const { feedback } = person;
  const figures = [
    [texts.lastSeen, <Time key="last" value={person.last_seen_at} />],
    [texts.firstSeen, <Time key="first" value={person.first_seen_at} form="day" />],
    [texts.sessions, format.number(person.session_count)],
    [texts.runs, format.number(person.run_count)],
    [texts.cost, format.money(person.cost_usd)],
    [
      texts.ratings,
      feedback.count === 0
        ? '–'
        : texts.ratingsOf(format.number(feedback.positive), format.number(feedback.negative)),
    ],
  ] as const;
  const sessions = placeOf(`/sessions?end_user_id=${encodeURIComponent(person.id)}`);
  return (
    <Section
      title={nameOf(person.id) === person.id ? <code>{person.id}</code> : nameOf(person.id)}
      description={nameOf(person.id) === person.id ? undefined : <Copyable text={person.id} />}
      actions={<LinkButton to={sessions}>{texts.showSessions}</LinkButton>}
    >
      <dl className="tiles">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Tokens({ person }: { readonly person: EndUser }) {
  const texts = useTexts(endUserTexts);
  const toast = useToast();
  const mayRevoke = useCan('sessions:write');
  const [isAsking, setAsking] = useState(false);
  const revoke = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/end-users/{end_user}/revoke-tokens', {
        params: { path: { end_user: person.id }, header },
      }),
    {
      refresh: ['/api/v1/end-users'],
      onDone: () => {
        setAsking(false);
        toast(texts.revoked);
      },
    },
  );
  const since = person.tokens_not_before;
  return (
    <Section
      title={texts.tokens}
      description={
        since === null ? (
          `${texts.tokensHint} ${texts.noneRevoked}.`
        ) : (
          <>
            {texts.tokensRefused} <Time value={since} form="moment" />
          </>
        )
      }
      actions={mayRevoke && <Button onClick={() => setAsking(true)}>{texts.revokeTokens}</Button>}
    >
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.revokeTitle}
        action={texts.revokeTokens}
        isBusy={revoke.isRunning}
        problem={revoke.problem}
        onConfirm={() => revoke.run(undefined)}
      >
        {texts.revokeHint}
      </ConfirmDialog>
    </Section>
  );
}

function Erase({ person }: { readonly person: EndUser }) {
  const texts = useTexts(endUserTexts);
  const nameOf = useVisitorName();
  const [, go] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const erase = useAction(
    () =>
      client
        .DELETE('/api/v1/end-users/{end_user}', { params: { path: { end_user: person.id } } })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/erasures'],
      onDone: (erasure) => erasure !== undefined && go(`/erasures/${erasure.id}`),
    },
  );
  return (
    <Section
      title={texts.eraseSection}
      description={texts.eraseSectionHint}
      actions={
        <Button kind="danger" onClick={() => setAsking(true)}>
          {texts.erase}
        </Button>
      }
    >
      <ConfirmDialog
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        title={texts.eraseTitle(nameOf(person.id))}
        action={texts.erase}
        // A visitor's id is long, and the end of it is enough to know that this one is meant.
        typed={nameOf(person.id) === person.id ? person.id : person.id.slice(-4)}
        isBusy={erase.isRunning}
        problem={erase.problem}
        onConfirm={() => erase.run()}
      >
        <div className="section">
          <p>{texts.eraseLost(person.session_count, person.run_count)}</p>
          <p>{texts.eraseKept}</p>
          <p>{texts.eraseForever}</p>
        </div>
      </ConfirmDialog>
    </Section>
  );
}
