export { observabilityFeature } from './feature.ts';
export { exportTelemetry } from './telemetry/export.ts';
