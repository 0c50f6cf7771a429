/** The texts of all mail to people. Links carry their token in the fragment, which is not sent to servers. */

export interface Letter {
  readonly subject: string;
  readonly text: string;
}

const page = (origin: string, action: string, token: string) =>
  `${origin}/account#${action}=${token}`;

const ignore = 'If you did not request this, ignore this message; nothing changes.';

const letter = (subject: string, ...paragraphs: readonly string[]): Letter => ({
  subject,
  text: `${paragraphs.join('\n\n')}\n`,
});

export const signUpLetter = (origin: string, token: string) =>
  letter(
    'Confirm your address',
    'Open this link to choose a password and create your AgentGrid account:',
    page(origin, 'sign-up', token),
    'The link is valid for 30 minutes and works once.',
    ignore,
  );

export const accountExistsLetter = (origin: string) =>
  letter(
    'You already have an account',
    'Someone, perhaps you, wanted to create an AgentGrid account with this address. It already has one. Sign in, or request a link to reset the password:',
    `${origin}/account`,
    ignore,
  );

export const resetLetter = (origin: string, token: string) =>
  letter(
    'Reset your password',
    'Open this link to choose a new password. All of your sessions end when you do:',
    page(origin, 'reset', token),
    'The link is valid for 30 minutes and works once.',
    ignore,
  );

export const passwordChangedLetter = (origin: string) =>
  letter(
    'Your password was changed',
    'The password of your AgentGrid account was changed, and your other sessions have ended.',
    `If this was not you, reset the password at once: ${origin}/account`,
  );

export const twoFactorLetter = (origin: string, isOn: boolean) =>
  letter(
    isOn ? 'Two-factor sign-in is on' : 'Two-factor sign-in is off',
    `Two-factor sign-in of your AgentGrid account was turned ${isOn ? 'on' : 'off'}.`,
    `If this was not you, reset the password at once: ${origin}/account`,
  );

export const identityLinkedLetter = (origin: string) =>
  letter(
    'A sign-in method was added',
    'Your AgentGrid account was signed in to by an identity provider that has verified your address, and which signs in to it from now on.',
    `If this was not you, secure your account at the provider, then reset the password and turn two-factor sign-in on: ${origin}/account`,
  );

export const passkeyLetter = (origin: string, isAdded: boolean) =>
  letter(
    isAdded ? 'A passkey was added' : 'A passkey was removed',
    isAdded
      ? 'A passkey was added to your AgentGrid account, and signs in to it from now on.'
      : 'A passkey was removed from your AgentGrid account, and no longer signs in to it.',
    `If this was not you, reset the password at once, then look through your passkeys: ${origin}/account`,
  );

export const identityAddedLetter = (origin: string) =>
  letter(
    'A sign-in method was added',
    'An account at an identity provider was linked to your AgentGrid account, and signs in to it from now on.',
    `If this was not you, reset the password at once, and unlink it: ${origin}/account`,
  );

export const identityUnlinkedLetter = (origin: string) =>
  letter(
    'A sign-in method was removed',
    'An account at an identity provider was unlinked from your AgentGrid account, and no longer signs in to it.',
    `If this was not you, reset the password at once: ${origin}/account`,
  );

export const emailChangeLetter = (origin: string, token: string) =>
  letter(
    'Confirm your new address',
    'Open this link to sign in to your AgentGrid account by this address from now on. All of your sessions end when you do:',
    page(origin, 'email', token),
    'The link is valid for 30 minutes and works once.',
    ignore,
  );

export const addressTakenLetter = (origin: string) =>
  letter(
    'You already have an account',
    'Someone, perhaps you, wanted to move another AgentGrid account to this address. It already has an account of its own, which you can delete first:',
    `${origin}/account`,
    ignore,
  );

const revocation = (origin: string, token: string) => [
  'If this was not you, open this link. It keeps this address, ends all sessions, and sends you a link for a new password:',
  page(origin, 'email-revoke', token),
  'The link is valid for 7 days and works once.',
];

export const emailNoticeLetter = (origin: string, token: string) =>
  letter(
    'A change of your address was requested',
    'Someone who is signed in to your AgentGrid account wants to change its address. It changes once the new address is confirmed.',
    ...revocation(origin, token),
  );

export const emailChangedLetter = (origin: string, token: string) =>
  letter(
    'Your address was changed',
    'The address of your AgentGrid account was changed, and this one no longer signs in.',
    ...revocation(origin, token),
  );

export const accountDeletedLetter = () =>
  letter(
    'Your account was deleted',
    'Your AgentGrid account was deleted, as its owner requested. You are no longer a member of any workspace, and your name and address are being removed from audit logs.',
    'This cannot be undone. If this was not you, tell the owners of your workspaces.',
  );

export const invitationLetter = (
  origin: string,
  token: string,
  { workspace, role, from }: { workspace: string; role: string; from: string | null },
) =>
  letter(
    `Invitation to ${workspace}`,
    `${from ?? 'An administrator'} invites you to the workspace "${workspace}" on AgentGrid, as ${role}. Accept here:`,
    page(origin, 'invitation', token),
    'The link is valid for 7 days and works once, for this address only.',
    'If you do not expect this, ignore this message.',
  );
