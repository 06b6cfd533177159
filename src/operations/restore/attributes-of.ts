import { textOf } from '../../bytes/byte-string.js'
import { readAccounts } from '../../filesystem/accounts.js'
import type { Attributes } from '../../filesystem/attributes.js'
import type { Stat } from '../../filesystem/stat.js'
import type { Xattr } from '../../filesystem/xattrs.js'
import type { Entry, Xattr as StoredXattr } from '../../format/entry.js'
import type { RootAttributes } from '../../format/root-attributes.js'
import { timestampToNanoseconds } from '../../format/timestamp.js'
import { xattrValues } from '../../snapshot/xattr-values.js'
import type { NodeSource } from '../../tree/node-store.js'

const setuid = 0o4000
const setgid = 0o2000

export type Owned = Pick<Entry, 'mode' | 'uid' | 'gid' | 'user' | 'group' | 'xattrs'>

/** What entries get on this machine besides their content: names of owners become this machine's numbers. */
export class AttributeMaker {
  readonly #accounts = readAccounts()
  readonly #users = new Map<string, number>()
  readonly #groups = new Map<string, number>()

  constructor(
    private readonly source: NodeSource,
    private readonly withOwners: boolean,
    /** Whether the snapshot says which extended attributes there are. */
    private readonly withXattrs: boolean,
    /** Who runs this. */
    private readonly self: { readonly uid: number; readonly gid: number },
  ) {}

  /** A promise only where an extended attribute is too long for its entry. Errors: those of the source. */
  of(entry: Entry): Attributes | Promise<Attributes> {
    const mtimeNs = BigInt(entry.mtimeSeconds) * 1_000_000_000n + BigInt(entry.mtimeNanoseconds)
    return this.#made(entry, mtimeNs)
  }

  ofRoot(root: RootAttributes): Attributes | Promise<Attributes> {
    return this.#made(root, timestampToNanoseconds(root.mtime))
  }

  /** Does what is on the disk have these already, but for extended attributes? */
  agree(attributes: Attributes, found: Stat, isSymlink: boolean): boolean {
    if (found.mtimeNs !== attributes.mtimeNs || (!isSymlink && found.mode !== attributes.mode)) return false
    return !this.withOwners || (found.uid === attributes.uid && found.gid === attributes.gid)
  }

  #made(owned: Owned, mtimeNs: bigint): Attributes | Promise<Attributes> {
    const { mode, uid, gid } = this.withOwners ? this.#ownersOf(owned) : this.#withoutOwners(owned)
    if (!this.withXattrs) return { mode, uid, gid, mtimeNs, xattrs: undefined }
    if (owned.xattrs.length === 0) return { mode, uid, gid, mtimeNs, xattrs: none }
    const xattrs = this.#valuesOf(owned.xattrs)
    if (!(xattrs instanceof Promise)) return { mode, uid, gid, mtimeNs, xattrs }
    return xattrs.then((values) => ({ mode, uid, gid, mtimeNs, xattrs: values }))
  }

  #ownersOf({ mode, uid, gid, user, group }: Owned): { mode: number; uid: number; gid: number } {
    return {
      mode,
      uid:
        user === '' ? uid : (remembered(this.#users, user, () => this.#accounts.userId(textOf(user))) ?? uid),
      gid:
        group === ''
          ? gid
          : (remembered(this.#groups, group, () => this.#accounts.groupId(textOf(group))) ?? gid),
    }
  }

  /** -1 leaves the owner as it is. Rights of an owner who is another must not be lent. */
  #withoutOwners(owned: Owned): { mode: number; uid: number; gid: number } {
    const { uid, gid } = this.#ownersOf(owned)
    const lost = (uid === this.self.uid ? 0 : setuid) | (gid === this.self.gid ? 0 : setgid)
    return { mode: owned.mode & ~lost, uid: -1, gid: -1 }
  }

  #valuesOf(xattrs: readonly StoredXattr[]): readonly Xattr[] | Promise<readonly Xattr[]> {
    const short: Xattr[] = []
    for (const { name, value } of xattrs) {
      if (!(value instanceof Uint8Array)) return this.#longValuesOf(xattrs)
      short.push([name, Uint8Array.from(value)])
    }
    return short
  }

  async #longValuesOf(xattrs: readonly StoredXattr[]): Promise<readonly Xattr[]> {
    const values = await xattrValues(this.source, xattrs, 'the entry')
    return values.map(({ name, value }) => [name, Uint8Array.from(value)])
  }
}

const none: readonly Xattr[] = []

const remembered = (
  map: Map<string, number>,
  name: string,
  find: () => number | undefined,
): number | undefined => {
  const known = map.get(name)
  if (known !== undefined) return known < 0 ? undefined : known
  const found = find()
  map.set(name, found ?? -1)
  return found
}
