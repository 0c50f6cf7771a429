import { useState } from 'react';
import type { Invitation, Member } from '../../../client/index.ts';
import { api, client, paged, rowsOf } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useCan, useSession } from '../../app/session.tsx';
import { useTexts } from '../../texts/catalogue.ts';
import { memberTexts } from '../../texts/members.ts';
import { settingsPartTexts } from '../../texts/settings-parts.ts';
import { ConfirmDialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ControlledFormDialog, FormDialog } from '../../ui/form-dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Badge, Section } from '../../ui/page.tsx';
import { Empty, ProblemNote } from '../../ui/states.tsx';
import { ListTable } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

type Role = Member['role'];
const roles = ['viewer', 'editor', 'admin', 'owner'] as const satisfies readonly Role[];
const refresh = ['/api/v1/members', '/api/v1/invitations'];

/** People of the workspace, and those who are invited. */
export default function Members() {
  const texts = useTexts(memberTexts);
  const names = useTexts(settingsPartTexts);
  const mayManage = useCan('members:manage');
  const reading = api.useInfiniteQuery('get', '/api/v1/members', {}, paged);
  return (
    <>
      <Section
        title={names.members}
        description={texts.membersHint}
        actions={mayManage && <Invite />}
      >
        <ListTable
          label={names.members}
          loading={texts.loading}
          reading={reading}
          rows={rowsOf(reading.data)?.filter(({ removed_at }) => removed_at === null)}
          keyOf={({ id }) => id}
          columns={[
            { name: texts.name, cell: ({ name }) => name },
            { name: texts.email, cell: ({ email }) => email },
            { name: texts.role, cell: ({ role }) => <Badge>{texts.roles[role]}</Badge> },
            {
              name: texts.twoFactor,
              cell: ({ has_two_factor }) => (has_two_factor ? texts.on : texts.off),
              isMinor: true,
            },
            {
              name: texts.since,
              cell: ({ created_at }) => <Time value={created_at} form="day" />,
              isMinor: true,
            },
            {
              name: texts.actions,
              cell: (member) => mayManage && <MemberActions member={member} />,
            },
          ]}
          empty={<Empty title={texts.noMembers}>{texts.noMembersHint}</Empty>}
        />
      </Section>
      {mayManage && <Invitations />}
    </>
  );
}

/** Only owners appoint owners. */
function useRoleChoices() {
  const texts = useTexts(memberTexts);
  const { workspace } = useSession();
  return roles
    .filter((role) => role !== 'owner' || workspace.role === 'owner')
    .map((value) => ({ value, label: `${texts.roles[value]}: ${texts.roleHints[value]}` }));
}

const newInvitation: { readonly email: string; readonly role: Role } = {
  email: '',
  role: 'editor',
};

/** On a server of one's own machine, where `npm start` prints mail. */
const isLocal = (): boolean => /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname);

function Invite() {
  const texts = useTexts(memberTexts);
  const toast = useToast();
  const choices = useRoleChoices();
  const draft = useDraft('invitation', newInvitation);
  const { email, role } = draft.value;
  const invite = useAction(
    (body: { email: string; role: Role }, header) =>
      client.POST('/api/v1/invitations', { body, params: { header } }),
    {
      refresh,
      onDone: (_, { email: to }) => {
        toast(texts.invited(to), isLocal() ? texts.mailInLog : undefined);
      },
    },
  );
  return (
    <FormDialog
      button={texts.invite}
      title={texts.inviteTitle}
      action={texts.sendInvitation}
      change={invite}
      input={() => ({ email, role })}
      draft={draft}
    >
      <TextField
        type="email"
        label={texts.email}
        pointer="/email"
        value={email}
        onChange={(value) => draft.set({ email: value })}
        required
      />
      <SelectField
        label={texts.role}
        pointer="/role"
        value={role}
        onChange={(value) => draft.set({ role: value })}
        choices={choices}
      />
      {isLocal() && <p className="muted small">{texts.mailInLog}</p>}
    </FormDialog>
  );
}

function MemberActions({ member }: { readonly member: Member }) {
  const texts = useTexts(memberTexts);
  const toast = useToast();
  const choices = useRoleChoices();
  const [open, setOpen] = useState<'role' | 'remove' | null>(null);
  const [role, setRole] = useState<Role>(member.role);
  const path = { member: member.id };
  const change = useAction(
    (next: Role) =>
      client.PATCH('/api/v1/members/{member}', { params: { path }, body: { role: next } }),
    { refresh },
  );
  const remove = useAction(() => client.DELETE('/api/v1/members/{member}', { params: { path } }), {
    refresh,
    onDone: () => toast(texts.removed(member.name)),
  });
  return (
    <>
      <Menu
        label={`${texts.actions}: ${member.name}`}
        items={[
          { label: texts.changeRole, onSelect: () => setOpen('role') },
          { label: texts.removeMember, isDangerous: true, onSelect: () => setOpen('remove') },
        ]}
      />
      <ControlledFormDialog
        isOpen={open === 'role'}
        onClose={() => setOpen(null)}
        title={texts.roleOf(member.name)}
        action={texts.changeRole}
        change={change}
        draft={null}
        input={() => role}
      >
        <SelectField
          label={texts.role}
          pointer="/role"
          value={role}
          onChange={setRole}
          choices={choices}
        />
      </ControlledFormDialog>
      <ConfirmDialog
        isOpen={open === 'remove'}
        onClose={() => setOpen(null)}
        title={texts.removeTitle(member.name)}
        action={texts.removeMember}
        isBusy={remove.isRunning}
        problem={remove.problem}
        onConfirm={() => remove.run()}
      >
        {texts.removeHint}
      </ConfirmDialog>
    </>
  );
}

function Invitations() {
  const texts = useTexts(memberTexts);
  const reading = api.useInfiniteQuery('get', '/api/v1/invitations', {}, paged);
  return (
    <Section title={texts.invitations} description={texts.invitationsHint}>
      <ListTable
        label={texts.invitations}
        loading={texts.loading}
        reading={reading}
        rows={rowsOf(reading.data)}
        keyOf={({ id }) => id}
        columns={[
          { name: texts.email, cell: ({ email }) => email },
          { name: texts.role, cell: ({ role }) => <Badge>{texts.roles[role]}</Badge> },
          { name: texts.status, cell: ({ status }) => texts.invitationStatuses[status] },
          { name: texts.expires, cell: ({ expires_at }) => <Time value={expires_at} /> },
          {
            name: texts.actions,
            cell: (invitation) => <InvitationActions invitation={invitation} />,
          },
        ]}
        empty={<p className="muted">{texts.noInvitations}</p>}
      />
    </Section>
  );
}

function InvitationActions({ invitation }: { readonly invitation: Invitation }) {
  const texts = useTexts(memberTexts);
  const toast = useToast();
  const path = { invitation: invitation.id };
  const resend = useAction(
    (_: undefined, header) =>
      client.POST('/api/v1/invitations/{invitation}/resend', { params: { path, header } }),
    {
      refresh,
      onDone: () => toast(texts.invited(invitation.email), isLocal() ? texts.mailInLog : undefined),
    },
  );
  const revoke = useAction(
    () => client.DELETE('/api/v1/invitations/{invitation}', { params: { path } }),
    { refresh },
  );
  if (invitation.status !== 'open') return null;
  return (
    <>
      <Menu
        label={`${texts.actions}: ${invitation.email}`}
        items={[
          { label: texts.resend, onSelect: () => resend.run(undefined) },
          { label: texts.revoke, isDangerous: true, onSelect: () => revoke.run() },
        ]}
      />
      <ProblemNote problem={resend.problem ?? revoke.problem} />
    </>
  );
}
