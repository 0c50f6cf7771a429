/** Where the console is on this host. */
export const consolePath = '/console';

const shape = /^\/console\/(ws_[0-9a-z]{26})(?:\/|$)/;

/** Returns the workspace that an address names, so that a link means the same for everyone who follows it; null without one. */
export const workspaceOfPath = (path: string): string | null => shape.exec(path)?.[1] ?? null;

export const pathOfWorkspace = (id: string): string => `${consolePath}/${id}`;

/** Returns the address of another area's screen, for links from within an area, such as `placeOf('/agents/agt_…')`. */
export const placeOf = (path: string): string => {
  const workspace = workspaceOfPath(location.pathname);
  return `~${workspace === null ? consolePath : pathOfWorkspace(workspace)}${path}`;
};
