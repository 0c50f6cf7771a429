import type { Admission } from '../http/authorize.ts';
import { admitRequest } from './admit.ts';
import { admitAnonymous, admitBurst } from './floods.ts';

/** Rate limits as the router applies them to every request. */
export const admission: Admission = {
  anonymous: admitAnonymous,
  async caller(platform, caller, access) {
    const { actor } = caller;
    if (actor.type === 'root' || actor.type === 'system') return;
    // The ids of end users are unique within their key only.
    const id = actor.type === 'end_user' ? `${actor.api_key_id}:${actor.id}` : actor.id;
    await admitBurst(platform, id);
    // A workspace whose limits are too low can still change them.
    const isLimited = actor.type === 'end_user' && actor.limits.requests_per_minute !== null;
    if ((caller.rate_limits?.requests === true || isLimited) && access !== 'rate-limits:manage')
      await admitRequest(platform.context(caller));
  },
};
