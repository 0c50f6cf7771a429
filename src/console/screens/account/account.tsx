import type { Person } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { accountTexts } from '../../texts/account.ts';
import { accountDataTexts } from '../../texts/account-data.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { DownloadButton } from '../../ui/download-button.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Facts, Page, Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { ConfirmPerson } from './confirm-person.tsx';
import { DeletionSection } from './deletion.tsx';
import { EmailSection } from './email.tsx';
import { Identities } from './identities.tsx';
import { Passkeys } from './passkeys.tsx';
import { PasswordSection } from './password.tsx';
import { SignIns } from './sign-ins.tsx';
import { TwoFactorSection } from './two-factor.tsx';
import { Workspaces } from './workspaces.tsx';

/** `/account`: the person who is signed in, whichever workspace is shown. */
export default function Account() {
  const texts = useTexts(accountTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/me');
  return (
    <Page title={texts.title} description={texts.hint}>
      {data !== undefined ? (
        <ConfirmPerson person={data}>
          <Profile person={data} />
          <EmailSection person={data} />
          <PasswordSection person={data} />
          <Passkeys person={data} />
          <TwoFactorSection person={data} />
          <Identities />
          <SignIns />
          <Workspaces person={data} />
          <ExportSection />
          <DeletionSection person={data} />
        </ConfirmPerson>
      ) : error !== null ? (
        <Failed problem={error} onRetry={refetch} />
      ) : (
        <Loading>{texts.loading}</Loading>
      )}
    </Page>
  );
}

function ExportSection() {
  const texts = useTexts(accountDataTexts);
  const read = () => client.GET('/api/v1/me/export', { parseAs: 'blob' }).then(({ data }) => data);
  return (
    <Section
      title={texts.data}
      description={texts.dataHint}
      actions={<DownloadButton label={texts.export} name="account.json" read={read} />}
    >
      {null}
    </Section>
  );
}

function Profile({ person }: { readonly person: Person }) {
  const texts = useTexts(accountTexts);
  const toast = useToast();
  const draft = useDraft('person', { name: person.name });
  const { name } = draft.value;
  const save = useAction(() => client.PATCH('/api/v1/me', { body: { name } }), {
    refresh: ['/api/v1/me'],
    onDone: () => {
      draft.discard();
      toast(texts.saved);
    },
  });
  return (
    <Section title={texts.profile}>
      <Facts facts={[[texts.since, <Time key="since" value={person.created_at} form="day" />]]} />
      <Form problem={save.problem} onSubmit={() => save.run()}>
        <TextField
          label={texts.name}
          hint={texts.nameHint}
          pointer="/name"
          autoComplete="name"
          value={name}
          onChange={(next) => draft.set({ name: next })}
          required
          maxLength={100}
        />
        <DraftActions draft={draft} change={save} disabled={!draft.isChanged}>
          {texts.save}
        </DraftActions>
      </Form>
    </Section>
  );
}
