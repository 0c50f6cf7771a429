import type { UpdateWorkspace, Workspace } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { workspaceTexts } from '../../texts/workspace.ts';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { CheckField, NumberField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

/** Name, models, retention and limits of the workspace. */
export default function WorkspaceSettings() {
  const texts = useTexts(workspaceTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/workspace');
  if (data !== undefined)
    return (
      <>
        <WorkspaceForm workspace={data} />
        <Quotas />
      </>
    );
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loading}</Loading>;
}

const toDraft = ({
  name,
  time_zone,
  default_model,
  background_model,
  retention_days,
  usage_retention_days,
  audit_retention_days,
  content_logging,
  allowed_origins,
}: Workspace) => ({
  ...{ name, time_zone, default_model, retention_days, usage_retention_days },
  ...{ audit_retention_days, content_logging },
  background_model: background_model ?? '',
  allowed_origins: (allowed_origins ?? []).join('\n'),
});

const toUpdate = (draft: ReturnType<typeof toDraft>): UpdateWorkspace => {
  const origins = draft.allowed_origins.split(/\s+/).filter((one) => one !== '');
  return {
    ...draft,
    background_model: draft.background_model === '' ? null : draft.background_model,
    allowed_origins: origins.length === 0 ? null : origins,
  };
};

function WorkspaceForm({ workspace }: { readonly workspace: Workspace }) {
  const texts = useTexts(workspaceTexts);
  const toast = useToast();
  const mayWrite = useCan('workspace:write');
  const draft = useDraft(`workspace.${workspace.id}`, toDraft(workspace));
  const { value } = draft;
  const { set } = draft;
  const save = useAction((body: UpdateWorkspace) => client.PATCH('/api/v1/workspace', { body }), {
    onDone: () => {
      draft.discard();
      toast(texts.saved);
    },
  });
  return (
    <Form problem={save.problem} onSubmit={() => save.run(toUpdate(value))}>
      <fieldset className="plain" disabled={!mayWrite}>
        <TextField
          label={texts.name}
          pointer="/name"
          value={value.name}
          onChange={(name) => set({ name })}
          required
          maxLength={100}
        />
        <TextField
          label={texts.timeZone}
          hint={texts.timeZoneHint}
          pointer="/time_zone"
          value={value.time_zone}
          onChange={(time_zone) => set({ time_zone })}
        />
        <TextField
          label={texts.defaultModel}
          hint={texts.defaultModelHint}
          pointer="/default_model"
          value={value.default_model}
          onChange={(default_model) => set({ default_model })}
        />
        <TextField
          label={texts.backgroundModel}
          hint={texts.backgroundModelHint}
          pointer="/background_model"
          value={value.background_model}
          onChange={(background_model) => set({ background_model })}
        />
        <NumberField
          label={texts.retention}
          hint={texts.retentionHint}
          pointer="/retention_days"
          value={value.retention_days}
          onChange={(retention_days) => set({ retention_days })}
          min={1}
          max={3650}
          step={1}
        />
        <NumberField
          label={texts.usageRetention}
          hint={texts.usageRetentionHint}
          pointer="/usage_retention_days"
          value={value.usage_retention_days}
          onChange={(usage_retention_days) => set({ usage_retention_days })}
          min={35}
          max={3650}
          step={1}
        />
        <NumberField
          label={texts.auditRetention}
          hint={texts.auditRetentionHint}
          pointer="/audit_retention_days"
          value={value.audit_retention_days}
          onChange={(audit_retention_days) => set({ audit_retention_days })}
          min={30}
          max={3650}
          step={1}
        />
        <CheckField
          label={texts.contentLogging}
          hint={texts.contentLoggingHint}
          pointer="/content_logging"
          checked={value.content_logging}
          onChange={(content_logging) => set({ content_logging })}
        />
        <TextAreaField
          label={texts.origins}
          hint={texts.originsHint}
          pointer="/allowed_origins"
          value={value.allowed_origins}
          onChange={(allowed_origins) => set({ allowed_origins })}
        />
      </fieldset>
      {mayWrite ? (
        <DraftActions draft={draft} change={save} disabled={!draft.isChanged}>
          {texts.save}
        </DraftActions>
      ) : (
        <p className="muted">{texts.readOnly}</p>
      )}
    </Form>
  );
}

function Quotas() {
  const texts = useTexts(workspaceTexts);
  const format = useFormat();
  const { data, error, refetch } = api.useQuery('get', '/api/v1/quotas');
  return (
    <Section title={texts.quotas} description={texts.quotasHint}>
      {error !== null ? (
        <Failed problem={error} onRetry={refetch} />
      ) : data === undefined ? (
        <Loading>{texts.loading}</Loading>
      ) : (
        <Table
          label={texts.quotas}
          rows={data.data}
          keyOf={({ quota }) => quota}
          columns={[
            { name: texts.quota, cell: ({ quota }) => texts.quotaNames[quota] ?? quota },
            {
              name: texts.used,
              cell: ({ used, quota }) =>
                quota === 'bytes' ? format.bytes(used) : format.number(used),
              isNumber: true,
            },
            {
              name: texts.limit,
              cell: ({ limit, quota }) =>
                limit === null
                  ? texts.noLimit
                  : quota === 'bytes'
                    ? format.bytes(limit)
                    : format.number(limit),
              isNumber: true,
            },
          ]}
        />
      )}
    </Section>
  );
}
