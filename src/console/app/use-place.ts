import { useCallback } from 'react';
import { pathOfWorkspace } from './places.ts';
import { useSession } from './session.tsx';

/** Returns the address of a screen of any area for links, whatever route they stand in: `place('/sessions')`. */
export function usePlace(): (path: string) => string {
  const { workspace_id } = useSession().workspace;
  return useCallback((path) => `~${pathOfWorkspace(workspace_id)}${path}`, [workspace_id]);
}
