/** The tags of the API in reading order. Every route has one. */
export const tags = [
  { name: 'Workspaces', description: 'The workspace and the caller: settings, audit log' },
  { name: 'API keys', description: 'Credentials, their roles and limits' },
  {
    name: 'Sign-in',
    description: 'Sign up, sign in and out, reset a password, accept an invitation',
  },
  {
    name: 'Account',
    description: 'The signed-in person: workspaces, sessions, password, two-factor sign-in',
  },
  { name: 'Members', description: 'People of the workspace, their roles, and invitations' },
  {
    name: 'End users',
    description: 'People who use agents: tokens, figures, export and erasure',
  },
  {
    name: 'Agents',
    description: 'Create, configure, duplicate, import and export agents',
  },
  {
    name: 'Architect',
    description: 'Design agents in a conversation, check and improve their configurations',
  },
  {
    name: 'Versions',
    description:
      'Immutable configurations of an agent: create, compare, activate, label, roll back',
  },
  {
    name: 'Knowledge',
    description: 'Knowledge bases, their files, and search',
  },
  {
    name: 'Tools',
    description: 'HTTP tools and MCP servers that agents can call; import from OpenAPI',
  },
  { name: 'Code', description: 'Code that agents run in a sandbox, and the files that it writes' },
  {
    name: 'Web search',
    description: 'Search providers, their credentials, prices and failures',
  },
  {
    name: 'Sessions',
    description: 'Conversations: send messages, stream answers, branch, attach files, read runs',
  },
  {
    name: 'Memories',
    description: 'Facts that agents remember about their end users across sessions',
  },
  {
    name: 'Share links',
    description:
      'Links by which people chat with an agent, as a page or embedded, and their limits',
  },
  { name: 'Inbox', description: 'Sessions that people handle: hand-over, replies, hand-back' },
  {
    name: 'Channels',
    description: 'Slack, Telegram, e-mail, WhatsApp and webhooks in which agents answer',
  },
  { name: 'Schedules', description: 'Run agents at times of a cron expression' },
  {
    name: 'Experiments',
    description: 'Compare versions of an agent on live traffic, and promote the better one',
  },
  { name: 'Chat', description: 'Sessions for `useChat` of the AI SDK' },
  { name: 'Feedback', description: 'Ratings of answers' },
  {
    name: 'Evaluation',
    description: 'Datasets of cases, and turns that people review',
  },
  {
    name: 'OpenAI-compatible',
    description:
      'Chat Completions, Responses, Embeddings and Models for OpenAI clients, under `/v1`',
  },
  {
    name: 'MCP',
    description:
      'Agents and their knowledge as a server of the Model Context Protocol, under `/mcp`',
  },
  { name: 'Models', description: 'Model providers, their credentials, models and prices' },
  {
    name: 'Budgets',
    description: 'Spending limits, enforced before each model call, and their alerts',
  },
  { name: 'Rate limits', description: 'Limits on requests, tokens and concurrent runs' },
  {
    name: 'Analytics',
    description: 'Usage, cost, latency and quality over time; anomalies; archives',
  },
  { name: 'Invoices', description: 'Costs of a workspace by month, as JSON, CSV and PDF' },
  { name: 'Webhooks', description: 'Webhook endpoints, events and the delivery log' },
  { name: 'Operations', description: 'Health, metrics and telemetry export' },
] as const;
