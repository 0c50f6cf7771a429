import type { Identity } from '../../../client/index.ts';
import { api } from '../../api/api.ts';

const none: readonly Identity[] = [];

/** The linked accounts of the person; none while they are loaded. */
export const useIdentities = (): readonly Identity[] =>
  api.useQuery('get', '/api/v1/me/identities').data?.data ?? none;
