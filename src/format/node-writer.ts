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
    return node
  }

  #sizeOfKey(key: ByteString): number {
    const shared = sharedLength(this.#lastKey, key)
    const suffixLength = key.length - shared
    return cborHeadSizeBytes(shared) + cborHeadSizeBytes(suffixLength) + suffixLength
  }

  #addKey(key: ByteString): void {
    assert.ok(key > this.#lastKey, 'keys ascend strictly')
    const shared = sharedLength(this.#lastKey, key)
    this.#items.uint(shared)
    this.#items.byteString(key, shared)
    this.#firstKey ??= key
    this.#lastKey = key
    this.#count++
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
  const { level, count, itemsSizeBytes } = node
  if (count < (level === 0 ? 1 : innerChildrenMin)) return false
  if (itemsSizeBytes + nextSizeBytes > nodeMaxBytes) return true
  const cutFromBytes = level === 0 ? leafCutFromBytes : innerCutFromBytes
  if (itemsSizeBytes < cutFromBytes) return false
  return sipHash32(treeKey, String.fromCharCode(level), key) < (itemsSizeBytes - cutFromBytes) * 0x1_0000
}

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

function sharedLength(a: ByteString, b: ByteString): number {
  const max = Math.min(a.length, b.length)
  let length = 0
  while (length < max && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}
