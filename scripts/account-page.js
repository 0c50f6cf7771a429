// The page /account: signs in and out, and uses the links of mail. Tokens come in the fragment, which no server sees.
import { settingsOf } from './account-settings.js';
import { createCredential, getCredential, hasPasskeys } from './passkeys.js';

const main = document.querySelector('main');
const [action = '', token = takeInvitation()] = location.hash.slice(1).split('=');
const failure = new URLSearchParams(location.search).get('error');
/** The provider at which a sign-in has begun that lacks the second factor; null without one. */
const halfway = new URLSearchParams(location.search).get('second_factor');
history.replaceState(
  null,
  '',
  nextPath() === '/account' ? '/account' : location.pathname + location.search,
);

// A link that is opened while the page is.
addEventListener('hashchange', () => location.reload());

/** Returns the invitation that a person left to sign in at a provider; empty without one. */
function takeInvitation() {
  const kept = sessionStorage.getItem('invitation');
  sessionStorage.removeItem('invitation');
  return kept ?? '';
}

/** Where to go after a sign-in: a path of this origin; anything else is ignored. */
function nextPath() {
  const next = new URLSearchParams(location.search).get('next') ?? '';
  if (!/^\/(?![/\\])/.test(next)) return '/account';
  const url = new URL(next, location.origin);
  const path = url.pathname + url.search;
  // `/.//host` is a path of this origin whose normal form begins like another host.
  return url.origin === location.origin && !path.startsWith('//') ? path : '/account';
}

async function send(method, path, body) {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const answer = text === '' ? {} : JSON.parse(text);
  if (response.ok) return answer;
  const { code, detail = 'The request failed.', workspaces } = answer;
  throw Object.assign(new Error(detail), { code, workspaces });
}

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

const status = element('p', { role: 'status' });

/** Replaces the page. The heading gets the focus, so that keyboard and screen reader continue there. */
function render(title, ...children) {
  const heading = element('h1', { tabIndex: -1 }, title);
  const isFirst = main.childElementCount === 0;
  main.replaceChildren(heading, ...children, status);
  if (!isFirst) heading.focus();
}

const say = (text) => {
  status.textContent = text;
};

/** Shows a form; `fields` maps names to [label, type, autocomplete, value]. */
function show(title, fields, button, submit) {
  const inputs = Object.entries(fields).map(([name, [label, type, autocomplete, value = '']]) =>
    element(
      'p',
      {},
      element(
        'label',
        {},
        `${label} `,
        element('input', { name, type, autocomplete, value, required: name !== 'code' }),
      ),
    ),
  );
  const form = element('form', {}, ...inputs, element('button', {}, button));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    say('');
    const values = Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ''));
    await submit(values).catch((error) => say(error.message));
  });
  render(title, form);
}

const email = ['E-mail', 'email', 'username'];
const newPassword = ['New password', 'password', 'new-password'];
const name = ['Name', 'text', 'name'];
const leave = () => location.assign(nextPath());
/** Whoever joins a workspace wants to see it. */
const enter = () => location.assign(nextPath() === '/account' ? '/console' : nextPath());

function button(text, open) {
  const made = element('button', { type: 'button' }, text);
  made.addEventListener('click', async () => {
    say('');
    await Promise.resolve(open()).catch((error) => say(error.message));
  });
  return made;
}

const link = (text, open) => main.append(button(text, open));

/** Why a sign-in at a provider ended here. */
const failures = {
  sign_in_expired: 'The sign-in took too long or was started in another window. Try again.',
  sign_in_denied: 'The provider did not allow the sign-in.',
  provider_failed: 'The provider could not be reached or gave a wrong answer. Try again.',
  email_unverified: 'The provider has not verified your e-mail address.',
  sign_up_closed: 'Your address does not have an account, and new ones need an invitation.',
  identity_taken: 'That account signs in to another account here.',
  too_many_identities: 'The account has too many sign-in methods.',
  rate_limited: 'Too many attempts. Try again later.',
  insecure: 'Sign in over https.',
};

/** Offers the identity providers of the deployment. */
async function offerProviders(before = () => {}, next = nextPath()) {
  if (failure !== null) say(failures[failure] ?? 'The sign-in failed.');
  const { providers } = await send('GET', '/auth/methods');
  for (const { id, name } of providers)
    link(`Continue with ${name}`, () => {
      before();
      location.assign(`/auth/oidc/${id}?next=${encodeURIComponent(next)}`);
    });
}

async function signIn() {
  const fields = {
    email,
    password: ['Password', 'password', 'current-password'],
    code: ['Code, if two-factor sign-in is on', 'text', 'one-time-code'],
  };
  show('Sign in', fields, 'Sign in', (values) => passwordSignIn(values, leave));
  if (hasPasskeys) link('Sign in with a passkey', () => passkeySignIn(leave));
  link('Create an account', () => request('Create an account', '/auth/sign-up'));
  link('Reset the password', () => request('Reset the password', '/auth/password-reset'));
  await offerProviders();
}

/** Signs in by password. An account with two-factor sign-in may use a passkey in place of a code. */
async function passwordSignIn(values, then) {
  const attempt = async (more) => {
    await send('POST', '/auth/sign-in', { ...values, ...more });
    await then();
  };
  try {
    await attempt({});
  } catch (error) {
    if (error.code !== 'second_factor_required' || !hasPasskeys) throw error;
    say(`${error.message} Or `);
    status.append(
      button('use a passkey', async () => {
        const options = await send('POST', '/auth/passkey/options', { purpose: 'second_factor' });
        await attempt({ passkey: await getCredential(options) });
      }),
    );
  }
}

async function passkeySignIn(then) {
  const options = await send('POST', '/auth/passkey/options', {});
  await send('POST', '/auth/passkey', { credential: await getCredential(options) });
  await then();
}

const request = (title, path) =>
  show(title, { email }, 'Send a link', async (values) => {
    await send('POST', path, values);
    say('If the address can be used, a mail with a link is on its way.');
  });

const secondFactor = () =>
  show(
    `Signed in at ${halfway}`,
    { code: ['Code of the authenticator', 'text', 'one-time-code'] },
    'Continue',
    async (values) => {
      await send('POST', '/auth/second-factor', values);
      leave();
    },
  );

/** Offers to link the providers of the deployment, and to unlink those that are linked. */
async function offerIdentities() {
  const [{ data }, { providers }] = await Promise.all([
    send('GET', '/me/identities'),
    send('GET', '/auth/methods'),
  ]);
  const doing = (work) => () => work().catch((error) => say(error.message));
  for (const { id, issuer, provider, email } of data)
    link(
      `Unlink ${provider?.name ?? issuer}${email === null ? '' : ` (${email})`}`,
      doing(async () => {
        await send('DELETE', `/me/identities/${id}`);
        await account();
      }),
    );
  for (const { id, name } of providers)
    link(
      `Link ${name}`,
      doing(async () => {
        const started = await send('POST', '/me/identities', { provider: id });
        location.assign(started.authorization_url);
      }),
    );
}

/** Removes what the person wrote in the console and has not saved; its tabs hear of it and leave. */
function forgetDrafts(person) {
  for (const storage of [localStorage, sessionStorage])
    for (const key of Object.keys(storage))
      if (/^agentgrid\.(?:draft|chat)\./.test(key) && key.includes(`.${person}.`))
        storage.removeItem(key);
  localStorage.removeItem('agentgrid.person');
}

async function account() {
  if (halfway !== null && failure === null) return secondFactor();
  const me = await send('GET', '/me').catch(() => null);
  if (me === null) return signIn();
  if (failure !== null) say(failures[failure] ?? 'The sign-in failed.');
  const workspaces = me.workspaces.map(({ workspace_id, name, role }) =>
    element('li', {}, element('a', { href: `/console/${workspace_id}` }, name), ` (${role})`),
  );
  const parts = [element('p', {}, me.email), element('ul', {}, ...workspaces)];
  if (hasPasskeys) parts.push(...(await passkeys(me)));
  render(me.name, ...parts);
  link('Sign out', async () => {
    await send('POST', '/auth/sign-out');
    forgetDrafts(me.id);
    signIn();
  });
  const [password, factor, address, end] = settings(me);
  main.append(password, factor, address);
  await offerIdentities();
  main.append(end);
}

/** Puts an explanation below the heading. */
const explain = (...parts) => main.querySelector('h1').after(...parts);

const settings = settingsOf({
  ...{ element, send, show, say, link, button, render, explain, signIn },
  back: (text) => back(text),
});

/** The passkeys of the signed-in person. */
async function passkeys(me) {
  const { data } = await send('GET', '/me/passkeys?limit=20');
  const items = data.map((one) => {
    const used = one.last_used_at === null ? 'never used' : `last used ${dayOf(one.last_used_at)}`;
    return element(
      'li',
      {},
      `${one.name} (${one.host}, added ${dayOf(one.created_at)}, ${used}) `,
      button(`Rename ${one.name}`, () => renamePasskey(one)),
      ' ',
      button(`Delete ${one.name}`, () => deletePasskey(one)),
    );
  });
  return [
    element('h2', {}, 'Passkeys'),
    items.length === 0 ? element('p', {}, 'None yet.') : element('ul', {}, ...items),
    element(
      'p',
      {},
      button('Add a passkey', () => addPasskey(me)),
    ),
  ];
}

const dayOf = (time) => new Date(time).toLocaleDateString();

/** Returns to the account, with a message. */
async function back(text = '') {
  await account();
  say(text);
}

function addPasskey(me) {
  const proof = {
    ...(me.has_password ? { password: ['Password', 'password', 'current-password'] } : {}),
    ...(me.has_two_factor ? { code: ['Code', 'text', 'one-time-code'] } : {}),
  };
  const fields = { name: ['Name of the passkey', 'text', 'off', 'Passkey'], ...proof };
  show('Add a passkey', fields, 'Add', async ({ name, ...given }) => {
    const options = await send('POST', '/me/passkeys/options', given);
    await send('POST', '/me/passkeys', { name, credential: await createCredential(options) });
    await back('The passkey was added.');
  });
  link('Cancel', () => back());
}

function renamePasskey(one) {
  const fields = { name: ['Name of the passkey', 'text', 'off', one.name] };
  show('Rename the passkey', fields, 'Rename', async (values) => {
    await send('PATCH', `/me/passkeys/${one.id}`, values);
    await back('The passkey was renamed.');
  });
  link('Cancel', () => back());
}

function deletePasskey(one) {
  show(`Delete the passkey ${one.name}?`, {}, 'Delete', async () => {
    await send('DELETE', `/me/passkeys/${one.id}`);
    await back('The passkey was deleted. Remove it from your device, too.');
  });
  link('Cancel', () => back());
}
/** Uses a link about the address, by a button: some mail programs open links by themselves. */
const useEmailLink = (title, button, path, done) => () =>
  show(title, {}, button, async () => {
    await send('POST', path, { token });
    signIn();
    say(done);
  });

async function invitation() {
  const preview = await send('POST', '/auth/invitations/preview', { token });
  const title = `Join ${preview.workspace_name} as ${preview.role}`;
  const me = await send('GET', '/me').catch(() => null);
  const join = async () => {
    await send('POST', '/me/invitations', { token });
    enter();
  };
  if (me?.email === preview.email) return show(title, {}, 'Join', join);
  const keep = () => sessionStorage.setItem('invitation', token);
  // This page finishes the invitation, and then leads on.
  const returning = `/account?next=${encodeURIComponent(nextPath())}`;
  if (!preview.has_account) {
    show(title, { name, password: newPassword }, 'Join', async (values) => {
      await send('POST', '/auth/invitations/accept', { token, ...values });
      enter();
    });
    return offerProviders(keep, returning);
  }
  const password = ['Password', 'password', 'current-password'];
  const code = ['Code, if two-factor sign-in is on', 'text', 'one-time-code'];
  show(title, { password, code }, 'Sign in and join', async (values) => {
    await passwordSignIn({ email: preview.email, ...values }, join);
  });
  if (hasPasskeys) link('Sign in with a passkey and join', () => passkeySignIn(join));
  return offerProviders(keep, returning);
}

const actions = {
  async link() {
    await send('POST', '/auth/link', { token });
    leave();
  },
  'sign-up': () =>
    show('Create an account', { name, password: newPassword }, 'Create', async (values) => {
      await send('POST', '/auth/sign-up/complete', { token, ...values });
      leave();
    }),
  reset: () =>
    show('Choose a new password', { password: newPassword }, 'Set', async (values) => {
      await send('POST', '/auth/password-reset/complete', { token, ...values });
      signIn();
    }),
  invitation,
  email: useEmailLink(
    'Sign in by this address from now on',
    'Change the address',
    '/auth/email-change/complete',
    'The address is changed. Sign in with it.',
  ),
  'email-revoke': useEmailLink(
    'Keep this address, and end all sessions',
    'Keep this address',
    '/auth/email-change/revoke',
    'The address is kept. A link for a new password is on its way to it.',
  ),
};

const chosen = action === '' && token !== '' ? 'invitation' : action;
const run = Object.hasOwn(actions, chosen) ? actions[chosen] : account;
Promise.resolve(run()).catch((error) => {
  signIn();
  say(error.message);
});
