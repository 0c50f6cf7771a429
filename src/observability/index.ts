export { observabilityFeature } from './feature.ts';
export { exportTelemetry } from './telemetry/export.ts';
export { rewrapTelemetryHeaders } from './telemetry/secrets.ts';
