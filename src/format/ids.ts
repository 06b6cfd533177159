/** 32 bytes, HMAC-SHA-256 of kind and plaintext (docs/FORMAT.md §4.1). */
export type ChunkId = Uint8Array & { readonly chunkId: unique symbol }
/** 64 lower-case hex digits, SHA-256 of the pack file (docs/FORMAT.md §5.2). */
export type PackId = string & { readonly packId: unique symbol }
/** 64 lower-case hex digits, SHA-256 of the index file (docs/FORMAT.md §6). */
export type IndexId = string & { readonly indexId: unique symbol }
/** 32 lower-case hex digits, random (docs/FORMAT.md §9.4). */
export type SnapshotId = string & { readonly snapshotId: unique symbol }
/** 32 lower-case hex digits, random (docs/FORMAT.md §9.5). */
export type PendingId = string & { readonly pendingId: unique symbol }
/** 32 lower-case hex digits, random (docs/FORMAT.md §9.2). */
export type SlotId = string & { readonly slotId: unique symbol }
/** 16 random bytes that stand in `config` and in every seal's associated data. */
export type RepositoryId = Uint8Array & { readonly repositoryId: unique symbol }

/** Chunk kinds and block kinds and pack kinds are one numbering (docs/FORMAT.md §4.1). */
export const ChunkKind = { data: 1, list: 2, tree: 3 } as const
export type ChunkKind = (typeof ChunkKind)[keyof typeof ChunkKind]

/** Object types for seals (docs/FORMAT.md §3.8); the first three are the chunk kinds. */
export const ObjectType = {
  data: 1,
  list: 2,
  tree: 3,
  directory: 4,
  index: 5,
  snapshot: 6,
  pending: 7,
  condemned: 8,
  forgotten: 9,
  suspect: 10,
  note: 11,
} as const
export type ObjectType = (typeof ObjectType)[keyof typeof ObjectType]

/** A chunk id as a map key: one latin1 unit for each byte. */
export const chunkKey = (id: Uint8Array): string =>
  Buffer.from(id.buffer, id.byteOffset, id.byteLength).toString('latin1')

export const hexOf = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
