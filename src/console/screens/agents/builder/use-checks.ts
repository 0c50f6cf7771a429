import { useEffect, useState } from 'react';
import { type AgentConfigPatch, type Finding, Problem } from '../../../../client/index.ts';
import { client } from '../../../api/api.ts';

interface Checks {
  readonly findings: readonly Finding[];
  /** Why the draft could not be saved; null if it could. */
  readonly problem: Problem | null;
}

const pause = 700;
const none: Checks = { findings: [], problem: null };

/** Checks a draft shortly after each change, by the rules of the API. What cannot be checked is not reported. */
export function useChecks(agent: string, patch: AgentConfigPatch, isAllowed: boolean): Checks {
  const [checks, setChecks] = useState<Checks>(none);
  const wanted = JSON.stringify(patch);
  useEffect(() => {
    if (!isAllowed) return;
    const abort = new AbortController();
    const check = async () => {
      try {
        const { data } = await client.POST('/api/v1/agents/{agent}/lint', {
          params: { path: { agent } },
          body: { config: JSON.parse(wanted) as AgentConfigPatch },
          signal: abort.signal,
        });
        if (!abort.signal.aborted) setChecks({ findings: data?.findings ?? [], problem: null });
      } catch (error) {
        const isInvalid = error instanceof Problem && error.violations.length > 0;
        if (isInvalid && !abort.signal.aborted)
          setChecks((before) => ({ findings: before.findings, problem: error }));
      }
    };
    const timer = setTimeout(() => void check(), pause);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [agent, wanted, isAllowed]);
  return checks;
}
