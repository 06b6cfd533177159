import type { ByteString } from '../bytes/byte-string.js'
import type { Place } from './found-entry.js'
import { statOf } from './stat.js'
import { notFoundWhereNamed } from './system-error.js'
import { isSkipped, type WalkFilter } from './walk-filter.js'
import { mergeRoots, pathsNamedIn, type RootNode, type WalkRoot } from './walk-root.js'

export type OnWalkError = (path: ByteString, error: unknown) => void

/** A directory whose entry was found and whose own entries are still to come. */
export interface PendingDirectory extends Place {
  readonly sizeBytes: number
  /** Set only where roots lie in it. */
  readonly node: RootNode | undefined
  /** Undefined for the way to a root: only the entries that lead to it are taken. */
  readonly device: bigint | undefined
}

/** A directory whose entries were given and whose subdirectories follow. */
export interface WalkLevel {
  readonly pending: readonly PendingDirectory[]
  next: number
}

/** What is left of a walk, between two directories: plain data, so that another thread can go on with it. */
export interface WalkState {
  readonly levels: readonly WalkLevel[]
}

/**
 * Where a walk begins.
 * @throws VarveError 'invalid-argument' when two roots want the same place
 */
export const beginOfWalk = (
  roots: readonly WalkRoot[],
  filter: WalkFilter,
  onError: OnWalkError,
): WalkState => {
  const node = mergeRoots(roots)
  const stat = node.whole ? attempt(node.diskPath, onError, statOf) : undefined
  const device = stat?.type === 'directory' && !isSkipped(filter, stat) ? stat.device : undefined
  const treePath = '' as ByteString
  const top = { diskPath: node.diskPath, treePath, sizeBytes: stat?.sizeBytes ?? 0, node, device }
  return { levels: [{ pending: [top], next: 0 }] }
}

/** Undefined where it failed, which `onError` hears. */
export const attempt = <Result>(
  path: ByteString,
  onError: OnWalkError,
  read: (path: ByteString) => Result,
): Result | undefined => {
  try {
    return read(path)
  } catch (error) {
    onError(path, error)
    return undefined
  }
}

/** Tells what could not be looked at. On the way to what a user named that is missing, what was named is told. */
export const tellUnseen = (
  onError: OnWalkError,
  path: ByteString,
  node: RootNode | undefined,
  error: unknown,
): void => {
  if (node === undefined) onError(path, error)
  else for (const named of pathsNamedIn(node)) onError(named, notFoundWhereNamed(error))
}
