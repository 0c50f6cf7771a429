import { Router } from '../../http/router.ts';
import { createSignInLink } from './link.ts';
import { CreateLink, SignInLink } from './link-schema.ts';

export const signInLinkRoutes = new Router().endpoint(
  {
    method: 'post',
    path: '/sign-in-links',
    access: 'root',
    tag: 'Sign-in',
    summary: 'Create a sign-in link',
    description:
      'Makes the address an owner of the workspace where it is not a member yet, and returns a link that signs in once, within 10 minutes. No mail is sent.',
    body: CreateLink,
    reply: { status: 201, schema: SignInLink, description: 'The link' },
    failures: ['not_found'],
  },
  (ctx, { body, request }) => createSignInLink(ctx, body, request),
);
