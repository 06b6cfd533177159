import { isUtf8 } from 'node:buffer'
import type { ListedEntry, SnapshotSummary } from '../../index.js'
import { rfc3339OfNs } from '../values/time.js'
import { modeText } from './mode-text.js'

/**
 * A name as JSON can hold it: text, and beside it `<field>_base64` with the exact bytes where they are not UTF-8.
 * @param name bytes in a latin1 string
 */
export const nameFields = (field: string, name: string): Record<string, string> => {
  const bytes = Buffer.from(name, 'latin1')
  const text = bytes.toString('utf8')
  return isUtf8(bytes) ? { [field]: text } : { [field]: text, [`${field}_base64`]: bytes.toString('base64') }
}

/** As `nameFields`, for a list; the base64 form of all stands beside it as soon as one of them needs it. */
export const nameListFields = (field: string, names: readonly string[]): Record<string, string[]> => {
  const bytes = names.map((name) => Buffer.from(name, 'latin1'))
  const texts = { [field]: bytes.map((name) => name.toString('utf8')) }
  return bytes.every(isUtf8)
    ? texts
    : { ...texts, [`${field}_base64`]: bytes.map((name) => name.toString('base64')) }
}

const typeNames: Readonly<Record<ListedEntry['type'], string>> = {
  file: 'file',
  directory: 'dir',
  symlink: 'symlink',
  fifo: 'fifo',
  socket: 'socket',
  'char-device': 'chardev',
  'block-device': 'dev',
}

/** The fields of an entry under restic's names. `mode` is the Unix mode as an integer. */
export const entryFields = (entry: ListedEntry): Record<string, unknown> => ({
  ...nameFields('name', entry.name),
  type: typeNames[entry.type],
  ...nameFields('path', entry.path),
  uid: entry.uid,
  gid: entry.gid,
  user: entry.user,
  group: entry.group,
  size: entry.sizeBytes,
  mode: entry.mode,
  permissions: modeText(entry),
  mtime: rfc3339OfNs(entry.mtimeNs),
  ctime: rfc3339OfNs(entry.ctimeNs),
  inode: entry.inode,
  links: entry.links,
  ...(entry.linkTarget === undefined ? {} : nameFields('linktarget', entry.linkTarget)),
  ...(entry.device === undefined
    ? {}
    : { device_major: entry.device.major, device_minor: entry.device.minor }),
  ...(entry.flags.changedWhileRead ? { changed_while_read: true } : {}),
  ...(entry.lost === undefined ? {} : { lost: entry.lost }),
})

export const snapshotFields = (snapshot: SnapshotSummary): Record<string, unknown> => ({
  time: snapshot.time.toISOString(),
  ...(snapshot.parent === undefined ? {} : { parent: snapshot.parent }),
  ...nameListFields('paths', snapshot.paths),
  ...(snapshot.directory === undefined ? {} : nameFields('directory', snapshot.directory)),
  hostname: snapshot.host,
  tags: snapshot.tags,
  program_version: snapshot.program,
  summary: {
    files_new: snapshot.summary.filesNew,
    files_changed: snapshot.summary.filesChanged,
    files_unmodified: snapshot.summary.filesUnmodified,
    total_bytes_processed: snapshot.summary.bytesProcessed,
    data_added: snapshot.summary.dataAddedBytes,
    data_added_packed: snapshot.summary.dataAddedPackedBytes,
    problems: snapshot.summary.problems,
  },
  total_entries: snapshot.entries,
  total_size: snapshot.totalBytes,
  ...(snapshot.repaired === undefined
    ? {}
    : {
        repaired_from: snapshot.repaired.from,
        entries_damaged: snapshot.repaired.entriesDamaged,
        entries_lost: snapshot.repaired.entriesLost,
        bytes_lost: snapshot.repaired.bytesLost,
      }),
  id: snapshot.id,
  short_id: snapshot.shortId,
})
