/** The parts of the API in the order in which people meet them; every route names one. */
export const tags = [
  { name: 'Workspaces', description: 'The workspace and who calls: settings, audit log' },
  { name: 'API keys', description: 'Credentials, their roles and limits' },
  {
    name: 'Agents',
    description: 'What answers: create, configure, duplicate, import and export agents',
  },
  {
    name: 'Versions',
    description:
      'Immutable configurations of an agent: create, compare, activate, label, roll back',
  },
  {
    name: 'Knowledge',
    description: 'Documents that answers are taken from: knowledge bases, files, search',
  },
  { name: 'Tools', description: 'What agents may call: HTTP tools, imports from OpenAPI' },
  {
    name: 'Sessions',
    description: 'Conversations: send messages, stream answers, branch, attach files, read runs',
  },
  { name: 'Chat', description: 'The same conversations for `useChat` of the AI SDK' },
  { name: 'Feedback', description: 'Ratings of answers' },
  {
    name: 'OpenAI-compatible',
    description:
      'Chat Completions, Responses, Embeddings and Models for OpenAI clients, under `/v1`',
  },
  { name: 'Models', description: 'Model providers, their credentials, models and prices' },
  {
    name: 'Budgets',
    description: 'Limits on spending, enforced before a call is made, and alerts',
  },
  { name: 'Rate limits', description: 'Limits on requests, tokens and concurrent runs' },
  {
    name: 'Analytics',
    description: 'Usage, cost, latency and quality over time; anomalies; archives',
  },
  { name: 'Webhooks', description: 'Addresses that receive events, and the log of deliveries' },
  { name: 'Operations', description: 'Health, metrics and telemetry export' },
] as const;
