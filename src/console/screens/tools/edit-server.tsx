import { useState } from 'react';
import type { McpAuthInput, McpServerDetail, UpdateMcpServer } from '../../../client/index.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { mcpServerTexts } from '../../texts/mcp-servers.ts';
import { toolTexts } from '../../texts/tools.ts';
import { Button } from '../../ui/button.tsx';
import { CheckField, NumberField, TextField } from '../../ui/field.tsx';
import { ControlledFormDialog } from '../../ui/form-dialog.tsx';
import { isSame } from '../../ui/is-same.ts';
import { LinesField } from '../../ui/lines-field.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { AuthFields, AuthTypeField, secretOf, withSecret } from './auth-fields.tsx';
import { useServerChange } from './use-server-change.ts';

/** Settings of a server as they are edited; without `auth`, the access stays as it is. */
interface Draft extends Pick<McpServerDetail, 'url' | 'tools'> {
  readonly auth: McpAuthInput | null;
  readonly timeout_ms: number | null;
  readonly max_bytes: number | null;
}

const draftOf = ({ url, tools, timeout_ms, max_bytes }: McpServerDetail): Draft => ({
  ...{ url, tools, timeout_ms, max_bytes },
  auth: null,
});

/** What differs from the server as it was opened. */
const changesOf = (server: McpServerDetail, draft: Draft): UpdateMcpServer => ({
  ...(draft.url !== server.url && { url: draft.url }),
  ...(draft.auth !== null && { auth: draft.auth }),
  ...(!isSame(draft.tools, server.tools) && { tools: draft.tools }),
  ...(draft.timeout_ms !== null && { timeout_ms: draft.timeout_ms }),
  ...(draft.max_bytes !== null && { max_bytes: draft.max_bytes }),
});

export function EditServer({ server }: { readonly server: McpServerDetail }) {
  const texts = useTexts(mcpServerTexts);
  const toast = useToast();
  const [opened, setOpened] = useState<McpServerDetail | null>(null);
  const draft = useDraft(`mcp.${server.id}`, draftOf(server));
  const [secret, setSecret] = useState('');
  const { auth } = draft.value;
  const fields = { ...draft.value, auth: auth && withSecret(auth, secret) };
  const change = useServerChange(opened ?? server, () => toast(texts.saved));
  const open = () => {
    change.reset();
    setSecret('');
    setOpened(server);
  };
  return (
    <>
      <Button onClick={open}>{texts.edit}</Button>
      <ControlledFormDialog
        isOpen={opened !== null}
        onClose={() => setOpened(null)}
        title={texts.editTitle(server.name)}
        action={texts.save}
        change={change}
        draft={draft}
        input={() => changesOf(opened ?? server, fields)}
      >
        <Fields
          server={server}
          draft={fields}
          onChange={(next) => {
            setSecret(next.auth === null ? '' : secretOf(next.auth));
            draft.change({ ...next, auth: next.auth && withSecret(next.auth, '') });
          }}
        />
      </ControlledFormDialog>
    </>
  );
}

function Fields({
  server,
  draft,
  onChange,
}: {
  readonly server: McpServerDetail;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
}) {
  const texts = useTexts(mcpServerTexts);
  const { auths } = useTexts(toolTexts);
  const set = (changes: Partial<Draft>) => onChange({ ...draft, ...changes });
  const setTools = (changes: Partial<Draft['tools']>) =>
    set({ tools: { ...draft.tools, ...changes } });
  const { include, exclude, trust_read_only } = draft.tools;
  return (
    <>
      <TextField
        label={texts.url}
        hint={texts.urlHint}
        pointer="/url"
        required
        value={draft.url}
        onChange={(url) => set({ url })}
      />
      <AuthTypeField
        kept={auths[server.auth.type]}
        value={draft.auth}
        onChange={(auth) => set({ auth })}
      />
      {draft.auth !== null && <AuthFields value={draft.auth} onChange={(auth) => set({ auth })} />}
      <LinesField
        label={texts.include}
        hint={texts.includeHint}
        pointer="/tools/include"
        value={include ?? []}
        onChange={(names) => setTools({ include: names.length === 0 ? null : names })}
      />
      <LinesField
        label={texts.exclude}
        hint={texts.excludeHint}
        pointer="/tools/exclude"
        value={exclude}
        onChange={(names) => setTools({ exclude: names })}
      />
      <CheckField
        label={texts.trust}
        hint={texts.trustHint}
        pointer="/tools/trust_read_only"
        checked={trust_read_only}
        onChange={(checked) => setTools({ trust_read_only: checked })}
      />
      <div className="row-fields">
        <NumberField
          label={texts.timeout}
          pointer="/timeout_ms"
          required
          value={draft.timeout_ms}
          onChange={(timeout_ms) => set({ timeout_ms })}
        />
        <NumberField
          label={texts.maxBytes}
          pointer="/max_bytes"
          required
          value={draft.max_bytes}
          onChange={(max_bytes) => set({ max_bytes })}
        />
      </div>
    </>
  );
}
