import type { Admission } from '../http/router.ts';
import { admitRequest } from './admit.ts';
import { admitAnonymous, admitBurst } from './floods.ts';

/** The rate limits that the router applies to every request. */
export const admission: Admission = {
  anonymous: admitAnonymous,
  async caller(platform, caller, access) {
    if (caller.actor.type !== 'api_key') return;
    await admitBurst(platform, caller.actor.id);
    // An admin who has set them too low can still change them.
    if (caller.rate_limits?.requests === true && access !== 'rate-limits:manage')
      await admitRequest(platform.context(caller));
  },
};
