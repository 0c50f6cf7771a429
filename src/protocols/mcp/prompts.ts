import { notFound } from '../../shared/failure.ts';
import { findMcpAgent, listMcpAgents, type McpAgent, type McpScope } from './agents.ts';

/** Lists the starter questions of a page of agents. Throws `invalid_cursor`. */
export async function listPrompts(scope: McpScope, cursor: string | undefined) {
  const { data, next_cursor } = await listMcpAgents(scope, 'prompts', cursor);
  return {
    prompts: data.flatMap(({ slug, name, config }) =>
      config.starter_questions.map((question, index) => ({
        name: `${slug}.${index + 1}`,
        title: question,
        description: `Question for the agent “${name}”`,
      })),
    ),
    ...(next_cursor === null ? {} : { nextCursor: next_cursor }),
  };
}

/** Returns a starter question as a message that names the tool to ask. Throws `not_found`. */
export async function getPrompt(scope: McpScope, name: string) {
  const [, slug = '', number = ''] = /^([a-z0-9-]{2,64})\.([1-9]\d?)$/.exec(name) ?? [];
  const agent = slug === '' ? null : await agentNamed(scope, slug);
  const question = agent?.config.starter_questions[Number(number) - 1];
  if (agent === null || question === undefined) throw notFound('prompt');
  return {
    description: `Question for the agent “${agent.name}”`,
    messages: [
      {
        role: 'user' as const,
        content: {
          type: 'text' as const,
          text: `Ask this with the tool \`${agent.tool}\`: ${question}`,
        },
      },
    ],
  };
}

async function agentNamed({ ctx, agent }: McpScope, slug: string): Promise<McpAgent | null> {
  if (agent === null) return findMcpAgent(ctx, slug);
  return agent.slug === slug ? agent : null;
}
