import { afterAll, beforeAll } from 'vitest';
import { agentsSdk } from './agents.ts';
import { aiSdk } from './ai-sdk.ts';
import { langChain } from './langchain.ts';
import { mcpClients } from './mcp.ts';
import { openAiPackage } from './openai.ts';
import { Stage } from './stage.ts';

// One server for all of them: its start takes longer than all that they do.
let stage: Stage;

beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage?.close());

openAiPackage(() => stage);
aiSdk(() => stage);
langChain(() => stage);
agentsSdk(() => stage);
mcpClients(() => stage);
