import { useState } from 'react';
import type { TokenIssuer } from '../../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../../api/api.ts';
import { useAction } from '../../../api/use-action.ts';
import { useCan } from '../../../app/session.tsx';
import { useTexts } from '../../../texts/catalogue.ts';
import { endUserTexts } from '../../../texts/end-users.ts';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy.tsx';
import { ConfirmDialog } from '../../../ui/dialog.tsx';
import { Menu } from '../../../ui/menu.tsx';
import { Badge, Section } from '../../../ui/page.tsx';
import { Empty, ProblemNote } from '../../../ui/states.tsx';
import { ListTable } from '../../../ui/table.tsx';
import { Time } from '../../../ui/time.tsx';
import { TokenIssuerDialog } from './token-issuer-dialog.tsx';

const refresh = ['/api/v1/token-issuers'];

/** Sign-ins of the customer whose tokens browsers may send. */
export function TokenIssuers() {
  const texts = useTexts(endUserTexts);
  const mayWrite = useCan('workspace:write');
  const [isCreating, setCreating] = useState(false);
  const reading = api.useInfiniteQuery('get', '/api/v1/token-issuers', {}, paged);
  return (
    <Section
      title={texts.parts.issuers}
      description={texts.issuersHint}
      actions={
        mayWrite && (
          <Button kind="primary" onClick={() => setCreating(true)}>
            {texts.createIssuer}
          </Button>
        )
      }
    >
      <ListTable
        label={texts.parts.issuers}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          {
            name: texts.name,
            cell: ({ name, issuer }) => (
              <>
                {name} <span className="excerpt">{issuer}</span>
              </>
            ),
          },
          {
            name: texts.issuerId,
            cell: ({ id }) => (
              <span className="copyable">
                <code>{id}</code>
                <CopyButton text={id} />
              </span>
            ),
            isMinor: true,
          },
          { name: texts.status, cell: (issuer) => <IssuerStatus issuer={issuer} /> },
          {
            name: texts.fetched,
            cell: ({ keys_fetched_at }) => <Time value={keys_fetched_at} />,
            isMinor: true,
          },
          { name: texts.actions, cell: (issuer) => mayWrite && <IssuerActions issuer={issuer} /> },
        ]}
        empty={<Empty title={texts.noIssuers}>{texts.noIssuersHint}</Empty>}
      />
      <p className="muted small">{texts.prefixHint}</p>
      {isCreating && <TokenIssuerDialog issuer={null} onClose={() => setCreating(false)} />}
    </Section>
  );
}

function IssuerStatus({ issuer }: { readonly issuer: TokenIssuer }) {
  const texts = useTexts(endUserTexts);
  if (!issuer.enabled) return <Badge>{texts.disabled}</Badge>;
  if (issuer.keys_error !== null)
    return (
      <>
        <Badge tone="warn">{texts.keysError}</Badge>
        <span className="excerpt">{issuer.keys_error}</span>
      </>
    );
  return <Badge tone="good">{texts.enabled}</Badge>;
}

function IssuerActions({ issuer }: { readonly issuer: TokenIssuer }) {
  const texts = useTexts(endUserTexts);
  const [open, setOpen] = useState<'edit' | 'delete' | null>(null);
  const path = { token_issuer: issuer.id };
  const toggle = useAction(
    (enabled: boolean) =>
      client.PATCH('/api/v1/token-issuers/{token_issuer}', { params: { path }, body: { enabled } }),
    { refresh, foresee: (enabled) => ({ id: issuer.id, fields: { enabled } }) },
  );
  const remove = useAction(
    () => client.DELETE('/api/v1/token-issuers/{token_issuer}', { params: { path } }),
    { refresh, onDone: () => setOpen(null) },
  );
  return (
    <>
      <Menu
        label={`${texts.actions}: ${issuer.name}`}
        items={[
          { label: texts.editIssuer, onSelect: () => setOpen('edit') },
          {
            label: issuer.enabled ? texts.disable : texts.enable,
            onSelect: () => toggle.run(!issuer.enabled),
          },
          { label: texts.deleteIssuer, isDangerous: true, onSelect: () => setOpen('delete') },
        ]}
      />
      <ProblemNote problem={toggle.problem} />
      {open === 'edit' && <TokenIssuerDialog issuer={issuer} onClose={() => setOpen(null)} />}
      <ConfirmDialog
        isOpen={open === 'delete'}
        onClose={() => setOpen(null)}
        title={texts.deleteIssuerTitle(issuer.name)}
        action={texts.deleteIssuer}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.deleteIssuerHint}
      </ConfirmDialog>
    </>
  );
}
