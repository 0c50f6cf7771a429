import type { Feature } from '../http/feature.ts';
import { eraseAccountJob } from './account/erase-account.ts';
import { accountRoutes } from './account/routes.ts';
import { apiKeyRoutes } from './api-keys/routes.ts';
import { callerRoutes } from './caller/routes.ts';
import { emailChangeRoutes } from './email-change/routes.ts';
import { endUserRoutes } from './end-users/routes.ts';
import { identityRoutes } from './identities/routes.ts';
import { mailJobs } from './mail/jobs.ts';
import { invitationRoutes, memberRoutes } from './members/routes.ts';
import { oidcRoutes } from './oidc/routes.ts';
import { passkeyRoutes } from './passkeys/routes.ts';
import { deleteExpired as deleteExpiredChallenges } from './passkeys/service.ts';
import { signInLinkRoutes } from './people/link-routes.ts';
import { personRoutes } from './people/me-routes.ts';
import { accountPageRoutes } from './people/page.ts';
import { signInRoutes } from './people/routes.ts';
import { deleteExpired } from './people/tasks.ts';
import { tokenIssuerRoutes } from './token-issuers/routes.ts';
import { twoFactorRoutes } from './two-factor/routes.ts';

export const identityFeature = {
  routes: {
    '/api/v1': [
      callerRoutes,
      apiKeyRoutes,
      endUserRoutes,
      tokenIssuerRoutes,
      signInRoutes,
      signInLinkRoutes,
      personRoutes,
      accountRoutes,
      emailChangeRoutes,
      identityRoutes,
      twoFactorRoutes,
      passkeyRoutes,
      memberRoutes,
      invitationRoutes,
    ],
    '/': [accountPageRoutes, oidcRoutes],
  },
  jobs: { ...mailJobs, ...eraseAccountJob },
  tasks: {
    everyHour: [
      { name: 'people', run: deleteExpired },
      { name: 'passkeys', run: deleteExpiredChallenges },
    ],
  },
} satisfies Feature;
