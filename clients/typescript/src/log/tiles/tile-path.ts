import { malformed } from '../log-error.js';
import { isSize } from '../tree/tree-index.js';

/** The hashes of a full tile, or the entries of a full bundle. */
export const fullWidth = 256;

/** A tile or an entry bundle of the log. https://c2sp.org/tlog-tiles */
export interface TilePath {
  /** 0–63; `entries`: a bundle. */
  readonly level: number | 'entries';

  /** Within the level, from 0. */
  readonly index: number;

  /** 1–256 hashes or entries. Below 256: a partial tile. */
  readonly width: number;
}

const maxLevel = 63;

const pattern =
  /^tile\/(?<kind>[0-9]{1,2}|entries)\/(?<elements>(?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/(?<suffix>[0-9]{1,3}))?$/;

/** The path after the log's prefix, such as `tile/0/x001/x234/067.p/8`. The members are not checked. */
export function formatTilePath({ level, index, width }: TilePath): string {
  const digits = String(index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const elements = padded.replaceAll(/[0-9]{3}(?=[0-9])/g, 'x$&/');
  return `tile/${level}/${elements}${width === fullWidth ? '' : `.p/${width}`}`;
}

/** @throws LogError `malformed` if it is not the one form of a path, or the index is not below 2^53. */
export function parseTilePath(text: string): TilePath {
  const { kind, elements, suffix = fullWidth } = pattern.exec(text)?.groups ?? {};
  const level = kind === 'entries' ? kind : Number(kind);
  const index = Number(elements?.replaceAll(/[x/]/g, ''));
  const width = Number(suffix);
  const isInRange =
    (level === 'entries' || level <= maxLevel) && isSize(index) && width >= 1 && width <= fullWidth;
  if (isInRange && formatTilePath({ level, index, width }) === text) return { level, index, width };
  throw malformed('path of the tile');
}
