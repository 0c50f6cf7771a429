// Loaded when the first request of an isolate needs it. Named exports, so that the bundle has only these parts.
export { createMcpHandler, ProtocolError, Server } from '@modelcontextprotocol/server';
