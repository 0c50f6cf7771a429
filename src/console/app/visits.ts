import { useEffect } from 'react';
import { useSession } from './session.tsx';

/** An agent or a session that was opened lately. */
export interface Visit {
  /** Path below the workspace. */
  readonly to: string;
  readonly label: string;
}

const most = 8;
const keyOf = (workspace: string) => `agentgrid.visits.${workspace}`;

/** The last visits in a workspace, in this browser, newest first. */
export function readVisits(workspace: string): readonly Visit[] {
  try {
    return JSON.parse(localStorage.getItem(keyOf(workspace)) ?? '[]') as Visit[];
  } catch {
    return [];
  }
}

/** Remembers that something was opened, for the search of the console. */
export function useVisit(to: string, label: string): void {
  const { workspace_id } = useSession().workspace;
  useEffect(() => {
    if (label === '') return;
    const others = readVisits(workspace_id).filter((visit) => visit.to !== to);
    try {
      const visits = [{ to, label }, ...others].slice(0, most);
      localStorage.setItem(keyOf(workspace_id), JSON.stringify(visits));
    } catch {
      // Storage is full or blocked: nothing is remembered.
    }
  }, [workspace_id, to, label]);
}
