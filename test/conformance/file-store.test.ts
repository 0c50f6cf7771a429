import { env } from 'cloudflare:workers';
import { createR2FileStore } from '../../src/platform/r2-file-store.ts';
import { RecordingFileStore } from '../support/fakes/file-store.ts';
import { describeFileStore } from './file-store.ts';

describeFileStore('R2', () => createR2FileStore(env.FILES));
describeFileStore('recording fake', () => new RecordingFileStore());
