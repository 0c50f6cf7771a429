import type { Connector } from '../connector.ts';
import type { Settings } from '../settings.ts';
import { github } from './github.ts';
import { googleDrive } from './google-drive/google-drive.ts';
import { notion } from './notion/notion.ts';
import { r2 } from './r2.ts';
import { s3 } from './s3.ts';
import { crawl, feed, sitemap, url } from './web.ts';

/** One connector for every type of source. */
const connectors: { readonly [Type in Settings['type']]: Connector<Type> } = {
  url,
  sitemap,
  crawl,
  feed,
  s3,
  r2,
  github,
  notion,
  google_drive: googleDrive,
};

export const connectorOf = (type: Settings['type']): Connector => connectors[type] as Connector;
