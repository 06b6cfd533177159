import type { Backend } from '../backend/backend.js'
import { VarveError } from '../errors.js'
import { decodeFeature } from '../format/feature.js'
import { Folder, parseFeatureName } from '../format/names.js'

/** Stops where the repository uses a feature that this version must know to read it (docs/FORMAT.md §13). */
export const requireFeatures = async (backend: Backend): Promise<void> => {
  for await (const { name } of backend.list(Folder.features))
    if (decodeFeature(await backend.read(name), name).toRead) throw unknownFeature(name, 'read')
}

/** The same before anything is written. */
export const requireWritableFeatures = async (backend: Backend): Promise<void> => {
  for await (const { name } of backend.list(Folder.features))
    if (decodeFeature(await backend.read(name), name).toWrite) throw unknownFeature(name, 'write')
}

const unknownFeature = (name: string, verb: string): VarveError =>
  new VarveError(
    'unsupported-feature',
    `this version cannot ${verb} a repository with the feature ${parseFeatureName(name) ?? name}`,
    { hint: 'Use a newer version of varve.' },
  )
