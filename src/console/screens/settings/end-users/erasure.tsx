import { useState } from 'react';
import { Link } from 'wouter';
import type { Erasure, VerifiedErasureReceipt } from '../../../../client/index.ts';
import { api, client } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { Button } from '../../../ui/button.tsx';
import { Copyable, CopyButton } from '../../../ui/copy.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Badge, Facts, Section } from '../../../ui/page.tsx';
import { Failed, Loading, ProblemNote } from '../../../ui/states.tsx';
import { Table } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { jobTones, lookEvery } from './end-user-exports.tsx';

/** `/settings/end-users/erasures/{id}`: how far an erasure is, and its receipt. */
export function ErasureScreen({ id }: { readonly id: string }) {
  const texts = useTexts(endUserTexts);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/erasures/{erasure}',
    { params: { path: { erasure: id } } },
    {
      refetchInterval: ({ state: { data: read } }) =>
        read?.status === 'running' ? lookEvery : false,
    },
  );
  return (
    <>
      <Link href="/erasures" className="page-back">
        ← {texts.parts.erasures}
      </Link>
      {data !== undefined ? (
        <>
          <Progress erasure={data} />
          {data.receipt !== null && <Receipt receipt={data.receipt} />}
        </>
      ) : error !== null ? (
        <Failed problem={error} onRetry={refetch} />
      ) : (
        <Loading>{texts.loading}</Loading>
      )}
    </>
  );
}

function Progress({ erasure }: { readonly erasure: Erasure }) {
  const texts = useTexts(endUserTexts);
  const format = useFormat();
  const { status, removed } = erasure;
  const rows = Object.entries(removed).filter(([, count]) => count > 0);
  return (
    <>
      <Section title={`${texts.erasure} ${erasure.pseudonym}`}>
        <div role="status">
          {status === 'running' && <p className="note">{texts.erasureRunning}</p>}
          {status === 'failed' && <p className="note note-bad">{texts.erasureFailed}</p>}
        </div>
        <Facts
          facts={[
            [
              texts.status,
              <Badge key="status" tone={jobTones[status]}>
                {texts.erasureStatuses[status]}
              </Badge>,
            ],
            [texts.created, <Time key="created" value={erasure.created_at} form="moment" />],
            [texts.completed, <Time key="completed" value={erasure.completed_at} form="moment" />],
            [texts.subjectHash, <Copyable key="hash" text={erasure.subject_hash} />],
          ]}
        />
      </Section>
      <Section title={texts.removed}>
        {rows.length === 0 ? (
          <p className="muted">{texts.removedNothing}</p>
        ) : (
          <Table
            label={texts.removed}
            rows={rows}
            keyOf={([kind]) => kind}
            columns={[
              { name: texts.kind, cell: ([kind]) => kind.replaceAll('_', ' ') },
              { name: texts.count, cell: ([, count]) => format.number(count), isNumber: true },
            ]}
          />
        )}
      </Section>
    </>
  );
}

function Receipt({ receipt }: { readonly receipt: string }) {
  const texts = useTexts(endUserTexts);
  const [result, setResult] = useState<VerifiedErasureReceipt | undefined>();
  const verify = useAction(
    (_: undefined, header) =>
      client
        .POST('/api/v1/erasures/verify', { params: { header }, body: { receipt } })
        .then(({ data }) => setResult(data)),
    { refresh: [] },
  );
  return (
    <Section
      title={texts.receipt}
      description={texts.receiptHint}
      actions={
        <>
          <a href="/api/v1/erasure-keys" target="_blank" rel="noreferrer">
            {texts.publicKeys}
          </a>
          <Button isBusy={verify.isRunning} onClick={() => verify.run(undefined)}>
            {texts.verify}
          </Button>
        </>
      }
    >
      <ProblemNote problem={verify.problem} />
      <div role="status">
        {result?.is_valid === true && (
          <p className="note note-good">{texts.valid(result.kid ?? '')}</p>
        )}
        {result?.is_valid === false && <p className="note note-bad">{texts.invalid}</p>}
      </div>
      {result?.payload != null && <pre tabIndex={0}>{JSON.stringify(result.payload, null, 2)}</pre>}
      <div className="snippet">
        <pre tabIndex={0}>{receipt}</pre>
        <CopyButton text={receipt} />
      </div>
    </Section>
  );
}
