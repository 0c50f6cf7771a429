// Settings of the page /account: password, two-factor sign-in, address, and the end of the account.

const currentPassword = ['Password', 'password', 'current-password'];
const code = ['Code', 'text', 'one-time-code'];

/** Returns what the buttons of the page open. `page` has the parts of the page that it needs: `send`, `show`, `say`, `back` and others. */
export function settingsOf(page) {
  const { element, send, show, say, link, button, render, back, signIn } = page;
  const cancel = () => link('Cancel', () => back());

  function changePassword(me) {
    const fields = {
      ...(me.has_password ? { current_password: currentPassword } : {}),
      password: ['New password', 'password', 'new-password'],
    };
    show(passwordTitle(me), fields, 'Set', async (values) => {
      await send('POST', '/me/password', values);
      await back('The password is set. Your other sessions have ended.');
    });
    cancel();
  }

  function turnOn(me) {
    const fields = me.has_password ? { password: currentPassword } : {};
    show('Turn two-factor sign-in on', fields, 'Continue', async (values) => {
      confirm(await send('POST', '/me/two-factor', values));
    });
    cancel();
  }

  function confirm({ secret, uri }) {
    show('Add the secret to an authenticator', { code }, 'Turn on', async (values) => {
      const { recovery_codes } = await send('POST', '/me/two-factor/confirm', values);
      const items = recovery_codes.map((one) => element('li', {}, element('code', {}, one)));
      render(
        'Keep these recovery codes',
        element(
          'p',
          {},
          'Each signs in once, without the authenticator. They are not shown again.',
        ),
        element('ul', {}, ...items),
      );
      link('I have kept them', () => back('Two-factor sign-in is on.'));
    });
    const open = element('a', { href: uri }, 'open it in an authenticator on this device');
    page.explain(
      element('p', {}, 'Enter ', element('code', {}, secret), ' in the authenticator, or ', open),
    );
    cancel();
  }

  function turnOff() {
    show('Turn two-factor sign-in off', { code }, 'Turn off', async (values) => {
      await send('POST', '/me/two-factor/disable', values);
      await back('Two-factor sign-in is off.');
    });
    cancel();
  }

  function changeEmail() {
    const fields = { email: ['New address', 'email', 'email'] };
    show('Change the address', fields, 'Send a link', async (values) => {
      await send('POST', '/me/email', values);
      await back('A link is on its way to the new address, and a notice to the present one.');
    });
    cancel();
  }

  async function remove(query = '') {
    await send('DELETE', `/me${query}`);
    signIn();
    say('The account is deleted.');
  }

  function deleteAccount() {
    show('Delete the account? This cannot be undone.', {}, 'Delete', () =>
      remove().catch((error) => {
        const owned = error.workspaces ?? [];
        if (owned.length === 0 || owned.some((one) => one.has_other_members)) throw error;
        deleteWorkspaces(owned);
      }),
    );
    cancel();
  }

  /** Nobody else is a member of these workspaces. */
  function deleteWorkspaces(owned) {
    const names = owned.map(({ name }) => element('li', {}, name));
    const title = 'Delete your workspaces, too? This cannot be undone.';
    show(title, {}, 'Delete everything', () => remove('?delete_workspaces=true'));
    page.explain(
      element('p', {}, 'Nobody else is a member of these workspaces, which end with the account:'),
      element('ul', {}, ...names),
    );
    cancel();
  }

  return (me) => [
    button(passwordTitle(me), () => changePassword(me)),
    me.has_two_factor
      ? button('Turn two-factor sign-in off', turnOff)
      : button('Turn two-factor sign-in on', () => turnOn(me)),
    button('Change the address', changeEmail),
    button('Delete the account', deleteAccount),
  ];
}

const passwordTitle = (me) => (me.has_password ? 'Change the password' : 'Set a password');
