import { pathOfWorkspace } from '../../app/places.ts';
import { useSession } from '../../app/session.tsx';

/** A passage of a file: a page, and offsets in its text. */
export interface Passage {
  readonly page?: number | null;
  readonly start?: number;
  readonly end?: number;
  readonly revision?: number | null;
}

/** Addresses of the area, which also lead out of nested routes. */
export function usePlaces() {
  const area = `~${pathOfWorkspace(useSession().workspace.workspace_id)}/knowledge`;
  return {
    area,
    base: (id: string, tab = '') => `${area}/${id}${tab === '' ? '' : `/${tab}`}`,
    file: (base: string, id: string, passage: Passage = {}) => {
      const known = Object.entries(passage).filter(([, value]) => value != null);
      const search = new URLSearchParams(known.map(([name, value]) => [name, `${value}`]));
      return `${area}/${base}/files/${id}${search.size === 0 ? '' : `?${search}`}`;
    },
  };
}
