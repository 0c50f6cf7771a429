// A file of its own, so that only a run of code loads the engine.
export { EvalFlags, type JSValueHandle, QuickJS } from 'quickjs-wasi';
export { default as guest } from '../../../dist/guest.txt';
export { default as wasm } from '../../../dist/quickjs.wasm';
