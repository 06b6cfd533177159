import assert from 'node:assert/strict'
import type { ByteString } from '../bytes/byte-string.js'
import { type SipKey, sipHash32 } from '../crypto/siphash.js'
import { CborWriter, cborHeadSizeBytes } from './cbor-writer.js'
import {
  idSizeBytes,
  innerChildrenMin,
  innerCutFromBytes,
  leafCutFromBytes,
  nodeMaxBytes,
  treeLevelsMax,
} from './limits.js'
import type { TreeChild } from './tree-node.js'

/** An entry as the tree's writer hands it on. */
export interface LeafItem {
  readonly key: ByteString
  /** What `encodeEntryValue` gave, or an unchanged entry's `valueBytes`. */
  readonly value: Uint8Array
}

/** What the boundary rule wants to know of a node that still grows. A `NodeWriter` is one. */
export interface GrowingNode {
  readonly level: number
  /** Number of items so far. */
  readonly count: number
  /** Encoded bytes of the items so far: s of docs/FORMAT.md §8.3. */
  readonly itemsSizeBytes: number
}

/**
 * Puts one node of a tree together (docs/FORMAT.md §8.2), item by item, in the order of their keys. Used again after
 * `finish`, so that a level needs one writer only.
 */
export class NodeWriter implements GrowingNode {
  readonly level: number
  readonly #items = new CborWriter(2 * nodeMaxBytes)
  #count = 0
  #firstKey: ByteString | undefined
  #lastKey = '' as ByteString
  #measuredKey: ByteString | undefined
  #shared = 0

  constructor(level: number) {
    assert.ok(level >= 0 && level < treeLevelsMax)
    this.level = level
  }

  get count(): number {
    return this.#count
  }

  get itemsSizeBytes(): number {
    return this.#items.sizeBytes
  }

  /** Of the node being written; undefined while it is empty. */
  get firstKey(): ByteString | undefined {
    return this.#firstKey
  }

  /** What the entry would take as the next item. */
  sizeOfEntry(key: ByteString, value: Uint8Array): number {
    return 1 + this.#sizeOfKey(key) + value.byteLength
  }

  /** What the child would take as the next item. */
  sizeOfChild(child: TreeChild): number {
    const numbers = cborHeadSizeBytes(child.entryCount) + cborHeadSizeBytes(child.contentBytes)
    return 1 + this.#sizeOfKey(child.firstKey) + 2 + idSizeBytes + numbers
  }

  addEntry(key: ByteString, value: Uint8Array): void {
    this.#items.arrayHead(19)
    this.#addKey(key)
    this.#items.raw(value)
  }

  addChild(child: TreeChild): void {
    assert.ok(this.level > 0)
    this.#items.arrayHead(5)
    this.#addKey(child.firstKey)
    this.#items.bytesItem(child.id)
    this.#items.uint(child.entryCount)
    this.#items.uint(child.contentBytes)
  }

  /** The node's bytes; the writer is empty afterwards. */
  finish(): Buffer {
    const head = new CborWriter(16)
    head.arrayHead(2)
    head.uint(this.level)
    head.arrayHead(this.#count)
    const node = this.#items.bytesAfter(head)
    this.#items.clear()
    this.#count = 0
    this.#firstKey = undefined
    this.#lastKey = '' as ByteString
    this.#measuredKey = undefined
    return node
  }

  #sizeOfKey(key: ByteString): number {
    const shared = this.#sharedWith(key)
    const suffixLength = key.length - shared
    return cborHeadSizeBytes(shared) + cborHeadSizeBytes(suffixLength) + suffixLength
  }

  #addKey(key: ByteString): void {
    const shared = this.#sharedWith(key)
    // As `key > lastKey`, which would compare what is shared once more.
    assert.ok(isAfter(key, this.#lastKey, shared), 'keys ascend strictly')
    this.#items.uint(shared)
    this.#items.byteString(key, shared)
    this.#firstKey ??= key
    this.#lastKey = key
    this.#measuredKey = undefined
    this.#count++
  }

  /** How much of the last key this one begins with. A key is measured before it is added, and compared once for both. */
  #sharedWith(key: ByteString): number {
    if (key !== this.#measuredKey) {
      this.#shared = sharedLength(this.#lastKey, key)
      this.#measuredKey = key
    }
    return this.#shared
  }
}

/**
 * Does an item of this key, which would take `nextSizeBytes`, start a new node (§8.3)? With 0 for a size that is not known
 * yet, true is certain and false is not. The keyed hash is only asked where it can matter.
 */
export function startsNewNode(
  treeKey: SipKey,
  node: GrowingNode,
  key: ByteString,
  nextSizeBytes: number,
): boolean {
  const { level, itemsSizeBytes } = node
  if (!hasEnough(node)) return false
  if (itemsSizeBytes + nextSizeBytes > nodeMaxBytes) return true
  const cutFromBytes = level === 0 ? leafCutFromBytes : innerCutFromBytes
  if (itemsSizeBytes < cutFromBytes) return false
  return sipHash32(treeKey, String.fromCharCode(level), key) < (itemsSizeBytes - cutFromBytes) * 0x1_0000
}

/** Of an item that does not start a new node by its key: does it by its size? */
export const isTooLarge = (node: GrowingNode, nextSizeBytes: number): boolean =>
  hasEnough(node) && node.itemsSizeBytes + nextSizeBytes > nodeMaxBytes

const hasEnough = ({ level, count }: GrowingNode): boolean => count >= (level === 0 ? 1 : innerChildrenMin)

/** A leaf of exactly these items. */
export function assembleLeaf(items: readonly LeafItem[]): Buffer {
  const writer = new NodeWriter(0)
  for (const { key, value } of items) writer.addEntry(key, value)
  return writer.finish()
}

/** An inner node of exactly these children. */
export function assembleInner(level: number, children: readonly TreeChild[]): Buffer {
  const writer = new NodeWriter(level)
  for (const child of children) writer.addChild(child)
  return writer.finish()
}

const isAfter = (key: ByteString, last: ByteString, shared: number): boolean =>
  shared < key.length && (shared === last.length || key.charCodeAt(shared) > last.charCodeAt(shared))

function sharedLength(a: ByteString, b: ByteString): number {
  const max = Math.min(a.length, b.length)
  let length = 0
  while (length < max && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}
