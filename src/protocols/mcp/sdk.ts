// The only import of the package at run time, loaded lazily: these named exports are tree-shaken, the package itself would not be.
export { createMcpHandler, ProtocolError, Server } from '@modelcontextprotocol/server';
