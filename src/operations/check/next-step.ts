import { configCopyName, configName, Folder } from '../../format/names.js'

export const packMissing = 'is missing, and index files name it'
export const packUnnamed = 'is named by no index file'
export const packNamedInPart = 'index files do not name all of its chunks; the next backup mends that'
export const snapshotMissed = 'is gone: this machine has seen it, and nothing says that it was forgotten'

const nameUnnamed = '`varve repair index` names what the index files do not name.'

/** Of what was told of an object: these say more than its kind does. */
const messageSteps: ReadonlyMap<string, string> = new Map([
  [packUnnamed, nameUnnamed],
  [packNamedInPart, nameUnnamed],
  [
    packMissing,
    'Of a pack that is missing, a backup of the same sources stores again what they still have; then `varve repair snapshots` ' +
      'makes usable what stays incomplete.',
  ],
  [
    snapshotMissed,
    'Put a record that is gone back from a copy of the repository. If an older state of the repository was brought back on ' +
      'purpose, `varve cache clear` makes this machine forget what it has seen.',
  ],
])

const steps: ReadonlyMap<string, string> = new Map([
  [configName, `Put ${configCopyName} in the place of ${configName}.`],
  [configCopyName, `Put ${configName} in the place of ${configCopyName}.`],
  [Folder.index, '`varve repair index` writes damaged index files anew.'],
  [
    Folder.packs,
    '`varve repair packs --read-data` saves what is whole of damaged packs; then back up the same sources again, and `varve ' +
      'repair snapshots` makes usable what stays incomplete.',
  ],
  [Folder.snapshots, '`varve repair snapshots` makes snapshots of what is left of damaged ones.'],
  [Folder.keyring, 'Put the whole one of the two copies of a keyring, .a and .b, in the place of the other.'],
  [
    Folder.keys,
    'Put a damaged key back from a copy of the repository, or make another one with `varve key add`.',
  ],
])

/**
 * What mends a damaged object, as a sentence; the same one for all objects of a kind.
 * @param message what was first told of it
 * @param isUnreadable the object itself could not be read
 */
export const nextStepFor = (object: string, message: string, isUnreadable: boolean): string => {
  const folder = object.split('/')[0]!
  const isRecord = folder === Folder.snapshots && isUnreadable
  const step = isRecord ? undefined : (messageSteps.get(message) ?? steps.get(folder))
  return step ?? 'Put damaged records back from a copy of the repository.'
}
