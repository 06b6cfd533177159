import type { ListedEntry } from '../../index.js'
import { localTimeText } from '../values/time.js'
import { modeText } from './mode-text.js'
import { printable, quoteName } from './quote.js'

/** One entry as `ls -l` shows it. Lines are written as entries come, so widths are usual ones and not the widest. */
export const longEntryLine = (entry: ListedEntry, shownPath: string): string =>
  [
    modeText(entry),
    String(entry.links).padStart(3),
    owner(entry.user, entry.uid),
    owner(entry.group, entry.gid),
    sizeText(entry).padStart(12),
    localTimeText(entry.mtime),
    entry.linkTarget === undefined ? shownPath : `${shownPath} -> ${quoteName(entry.linkTarget)}`,
    ...(entry.lost === undefined ? [] : [` [${entry.lost}]`]),
  ].join(' ')

/** A device has no size; as in `ls`, its numbers stand there. */
const sizeText = ({ sizeBytes, device }: ListedEntry): string =>
  device === undefined ? String(sizeBytes) : `${device.major}, ${device.minor}`

const owner = (name: string, id: number): string => (name === '' ? String(id) : printable(name)).padEnd(8)
