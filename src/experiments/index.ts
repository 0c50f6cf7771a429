export { subjectOf } from './assignment.ts';
export { type Caller, callerOf, selectChosen } from './choose-version.ts';
export { eraseExperiments, eraseSubject } from './erase.ts';
export { experimentsFeature } from './feature.ts';
export { eventName } from './measurable.ts';
export { selectRunning } from './store.ts';
