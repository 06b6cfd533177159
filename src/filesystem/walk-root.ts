import { type ByteString, textOf } from '../bytes/byte-string.js'
import { VarveError } from '../errors.js'

/** What is to be walked, and where in the tree it goes: [] means that its contents stand at the tree's root. */
export interface WalkRoot {
  readonly diskPath: ByteString
  readonly treePath: readonly ByteString[]
}

/**
 * A path as given on a command line. An absolute path keeps its place without the leading slash; of a relative one
 * everything up to the last '..' is left away, so `../a/b` becomes `a/b`; `.` and `/` are the tree's root.
 */
export const walkRootOf = (path: ByteString): WalkRoot => {
  if (path === '') throw new VarveError('invalid-argument', 'an empty path cannot be backed up')
  const parts = path.split('/').filter((part) => part !== '' && part !== '.') as ByteString[]
  const absolute = path.startsWith('/')
  const diskPath = ((absolute ? '/' : '') + parts.join('/') || '.') as ByteString
  return { diskPath, treePath: absolute ? resolved(parts) : parts.slice(parts.lastIndexOf(parent) + 1) }
}

const parent = '..' as ByteString

const resolved = (parts: readonly ByteString[]): ByteString[] => {
  const kept: ByteString[] = []
  for (const part of parts) {
    if (part === parent) kept.pop()
    else kept.push(part)
  }
  return kept
}

/** One place of the tree that the roots name, and the places below it. */
export interface RootNode {
  diskPath: ByteString
  /** Given as a root itself: walked whole. Otherwise only the way to deeper roots. */
  whole: boolean
  readonly children: Map<ByteString, RootNode>
}

/**
 * Merges the roots into one tree; a root given twice, or twice in other words, stands once.
 * @throws VarveError 'invalid-argument' when two different paths want the same place
 */
export const mergeRoots = (roots: readonly WalkRoot[]): RootNode => {
  const top: RootNode = { diskPath: '.' as ByteString, whole: false, children: new Map() }
  for (const root of roots) {
    let node = top
    root.treePath.forEach((name, depth) => {
      const diskPath = ancestorOf(root.diskPath, root.treePath.length - 1 - depth)
      const child = node.children.get(name) ?? { diskPath, whole: false, children: new Map() }
      node.children.set(name, child)
      node = child
    })
    claim(node, root)
  }
  return top
}

const claim = (node: RootNode, root: WalkRoot): void => {
  if (node.whole && node.diskPath !== root.diskPath)
    throw new VarveError(
      'invalid-argument',
      `${textOf(node.diskPath)} and ${textOf(root.diskPath)} would stand at the same place in the snapshot`,
      { hint: 'Give both as absolute paths, or back them up as two snapshots.' },
    )
  node.whole = true
  node.diskPath = root.diskPath
}

/** The paths that a user named at a place and below it. */
export function* pathsNamedIn(node: RootNode): Generator<ByteString, void, undefined> {
  if (node.whole) yield node.diskPath
  for (const child of node.children.values()) yield* pathsNamedIn(child)
}

/** The path without its last `levels` components; components that lead up are followed by one more `..`. */
const ancestorOf = (path: ByteString, levels: number): ByteString => {
  let kept = path as string
  for (let left = levels; left > 0; left--) {
    const cut = kept.lastIndexOf('/')
    if (kept.endsWith('..')) kept = `${kept}/..`
    else if (cut > 0) kept = kept.slice(0, cut)
    else kept = cut === 0 ? '/' : '.'
  }
  return kept as ByteString
}
