// The only import of the package, loaded lazily: named exports of a file of ours are tree-shaken, the package is not.
export {
  Client,
  InsufficientScopeError,
  isInputRequiredResult,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
