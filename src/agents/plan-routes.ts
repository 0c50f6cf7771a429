import { z } from '@hono/zod-openapi';
import { Router } from '../http/router.ts';
import { agent } from './parameters.ts';
import { applyPlan, planAgent, planNewAgent } from './plan-agent.ts';
import {
  AgentPlan,
  AppliedPlan,
  ApplyPlan,
  NewAgentPlan,
  PlanAgent,
  PlanNewAgent,
} from './plan-schema.ts';

const tag = 'Agents';
const one = z.object({ agent });

export const planRoutes = new Router()
  .endpoint(
    {
      method: 'post',
      path: '/agents/plan',
      access: 'agents:read',
      tag,
      summary: 'Plan a new agent',
      operationId: 'planNewAgent',
      description:
        'Checks a manifest as if the agent were created from it. Stores nothing. Tools and knowledge bases that do not exist are errors, ' +
        'while an import leaves them out.',
      body: PlanNewAgent,
      reply: { status: 200, schema: NewAgentPlan, description: 'The agent that would be created' },
      failures: ['slug_taken', 'tool_not_configured'],
    },
    (ctx, { body }) => planNewAgent(ctx, body.manifest),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/plan',
      access: 'agents:read',
      tag,
      summary: 'Plan a change of an agent',
      operationId: 'planAgent',
      description:
        'Compares the agent with a manifest or a changed configuration, checks it as if it were saved, and forecasts its cost from the ' +
        'calls of the last 7 days. Stores nothing. Tools and knowledge bases that do not exist are errors.',
      params: one,
      body: PlanAgent,
      reply: { status: 200, schema: AgentPlan, description: 'The plan' },
      failures: ['agent_archived', 'conflict', 'tool_not_configured'],
    },
    (ctx, { params, body }) => planAgent(ctx, params.agent, body),
  )
  .endpoint(
    {
      method: 'post',
      path: '/agents/{agent}/plan/apply',
      access: 'agents:write',
      tag,
      summary: 'Apply a plan',
      operationId: 'applyPlan',
      description:
        'Makes the change that was planned, at once: fields, a new version, its activation and a label. `plan_hash` ensures that it is ' +
        'the change that was reviewed, for the agent as it was then; otherwise the answer is 409. An agent that is as wanted is left alone.',
      params: one,
      body: ApplyPlan,
      reply: { status: 200, schema: AppliedPlan, description: 'The result of the change' },
      failures: [
        'agent_archived',
        'conflict',
        'tool_not_configured',
        'evaluation_required',
        'forbidden',
      ],
    },
    (ctx, { params, body }) => applyPlan(ctx, params.agent, body),
  );
