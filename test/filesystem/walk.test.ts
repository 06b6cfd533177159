import fs from 'node:fs'
import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ByteString, byteStringOfText, bytesOf } from '../../src/bytes/byte-string.js'
import { nativeCalls } from '../../src/filesystem/native.js'
import { lstatOf } from '../../src/filesystem/stat.js'
import { walk } from '../../src/filesystem/walk.js'
import { inodeKeyOf, type WalkEntry, type WalkFilter } from '../../src/filesystem/walk-filter.js'
import { type WalkRoot, walkRootOf } from '../../src/filesystem/walk-root.js'
import { asNobody, isRoot, temporaryDirectory } from './temporary-directory.js'

const collect = (roots: WalkRoot[], filter: WalkFilter = {}) => {
  const errors: [string, string][] = []
  const entries = [
    ...walk(roots, filter, (where, error) => errors.push([where, (error as { code: string }).code])),
  ]
  return { entries, errors, paths: entries.map(treePathOf) }
}

const treePathOf = ({ directory, name }: WalkEntry): string =>
  directory === '' ? name : `${directory}/${name}`

/** A root whose contents stand at the top of the tree. */
const topOf = (directory: string): WalkRoot => ({ diskPath: byteStringOfText(directory), treePath: [] })

const build = (directory: string, ...paths: string[]): string => {
  for (const each of paths) {
    fs.mkdirSync(path.join(directory, path.dirname(each)), { recursive: true })
    if (each.endsWith('/')) fs.mkdirSync(path.join(directory, each), { recursive: true })
    else fs.writeFileSync(path.join(directory, each), each)
  }
  return directory
}

/** The key of an entry, as the format defines it: each component of the directory and 00, then 00, then the name. */
const keyOf = ({ directory, name }: WalkEntry): string =>
  `${directory === '' ? '' : directory.split('/').join('\0').concat('\0')}\0${name}`

describe('a walk', () => {
  it('yields entries in the order of their keys, whatever bytes the names have', () => {
    const nameBytes = fc
      .uint8Array({ minLength: 1, maxLength: 3 })
      .filter(
        (bytes) =>
          !bytes.includes(0) && !bytes.includes(0x2f) && !/^\.\.?$/.test(String.fromCharCode(...bytes)),
      )
    const treePaths = fc.array(fc.array(nameBytes, { minLength: 1, maxLength: 4 }), { maxLength: 30 })
    fc.assert(
      fc.property(treePaths, (paths) => {
        const top = temporaryDirectory()
        const made = new Set<string>()
        for (const components of paths) {
          let at = Buffer.from(top)
          let key = ''
          for (const component of components) {
            at = Buffer.concat([at, Buffer.from('/'), component])
            key += `${key === '' ? '' : '/'}${Buffer.from(component).toString('latin1')}`
            fs.mkdirSync(at, { recursive: true })
            made.add(key)
          }
        }
        const { entries, errors } = collect([topOf(top)])
        expect(errors).toEqual([])
        expect(entries.map(treePathOf).sort()).toEqual([...made].sort())
        const keys = entries.map(keyOf)
        expect(keys).toEqual(keys.toSorted())
      }),
      { numRuns: 60 },
    )
  })

  it('gives the same with the native calls as without', () => {
    const top = build(temporaryDirectory(), 'b/c/d', 'b-', 'b.d/e', 'a', 'z/')
    const attributes = ({ entries }: ReturnType<typeof collect>) =>
      entries.map(({ path, stat }) => [path, stat.type, stat.mtimeNs, stat.inode, stat.device])
    const before = collect([topOf(top)])
    nativeCalls()
    const after = collect([topOf(top)])
    expect(attributes(after)).toEqual(attributes(before))
    expect(after.paths).toEqual(before.paths)
    expect(before.paths).toEqual(['a', 'b', 'b-', 'b.d', 'z', 'b/c', 'b/c/d', 'b.d/e'])
  })

  it('stores an absolute root under the directories that lead to it, with their attributes', () => {
    const top = build(temporaryDirectory(), 'a/b/c', 'a/other')
    fs.chmodSync(`${top}/a`, 0o710)
    const { paths, entries } = collect([walkRootOf(byteStringOfText(`${top}/a/b`))])
    const prefix = top.slice(1)
    expect(paths).toEqual([...ancestorsOf(prefix), `${prefix}/a`, `${prefix}/a/b`, `${prefix}/a/b/c`])
    expect(entries.find((entry) => entry.name === 'a')!.stat.mode).toBe(0o710)
  })

  it('merges roots that are given twice or lie in each other', () => {
    const top = build(temporaryDirectory(), 'a/b/c', 'a/d', 'e/f', 'g')
    const roots = ['a/b', 'a', 'a', 'a//b/.', 'e/f'].map((each) =>
      walkRootOf(byteStringOfText(`${top}/${each}`)),
    )
    const prefix = top.slice(1)
    const expected = ['a', 'e', 'a/b', 'a/d', 'a/b/c', 'e/f'].map((each) => `${prefix}/${each}`)
    expect(collect(roots).paths).toEqual([...ancestorsOf(prefix), ...expected])
  })

  it('keeps the contents of a directory beside a root from elsewhere, and says which of two files it hides', () => {
    const top = build(temporaryDirectory(), 'here/x/own', 'here/y', 'there/x/far/deep', 'there/z', 'there/y')
    const far = (each: string): WalkRoot => ({
      diskPath: byteStringOfText(`${top}/there/${each}`),
      treePath: each.split('/').map(byteStringOfText),
    })
    const { paths, errors } = collect([topOf(`${top}/here`), far('x/far'), far('z'), far('y')])
    expect(paths).toEqual(['x', 'y', 'z', 'x/far', 'x/own', 'x/far/deep'])
    expect(errors).toEqual([[`${top}/here/y`, 'source']])
  })

  it('refuses two roots that want the same place', () => {
    const roots = ['/somewhere/etc', '/etc'].map((each) => ({
      diskPath: byteStringOfText(each),
      treePath: [byteStringOfText('etc')],
    }))
    expect(() => collect(roots)).toThrow(expect.objectContaining({ code: 'invalid-argument' }))
  })

  it('follows no symbolic link, not even one given as a root', () => {
    const top = build(temporaryDirectory(), 'real/file')
    fs.symlinkSync('real', `${top}/link`)
    fs.symlinkSync('.', `${top}/real/loop`)
    expect(collect([topOf(top)]).paths).toEqual(['link', 'real', 'real/file', 'real/loop'])
    const root = { diskPath: byteStringOfText(`${top}/link`), treePath: [byteStringOfText('link')] }
    expect(collect([root]).entries.map(({ stat }) => stat.type)).toEqual(['symlink'])
  })

  it('reports a root that does not exist and walks the others', () => {
    const top = build(temporaryDirectory(), 'a')
    const root = (name: string) => ({
      diskPath: byteStringOfText(`${top}/${name}`),
      treePath: [byteStringOfText(name)],
    })
    const { paths, errors } = collect([root('absent'), root('a')])
    expect(paths).toEqual(['a'])
    expect(errors).toEqual([[`${top}/absent`, 'not-found']])
  })

  it('reports a file that vanished since its directory was listed, and goes on', () => {
    const top = build(temporaryDirectory(), 'a', 'b', 'c')
    const errors: string[] = []
    const names: string[] = []
    for (const { name } of walk([topOf(top)], {}, (where) => errors.push(where))) {
      names.push(name)
      if (name === 'a') fs.unlinkSync(`${top}/b`)
    }
    expect(names).toEqual(['a', 'c'])
    expect(errors).toEqual([`${top}/b`])
  })

  it('reports a directory that may not be read, keeps its entry, and goes on', () => {
    const top = build(temporaryDirectory(), 'closed/secret', 'open/file')
    fs.chmodSync(top, 0o755)
    fs.chmodSync(`${top}/closed`, isRoot ? 0o700 : 0)
    const { paths, errors } = asNobody(() => collect([topOf(top)]))
    fs.chmodSync(`${top}/closed`, 0o700)
    expect(paths).toEqual(['closed', 'open', 'open/file'])
    expect(errors).toEqual([[`${top}/closed`, 'EACCES']])
  })

  it('reaches paths beyond PATH_MAX', () => {
    const top = temporaryDirectory()
    const name = 'd'.repeat(250)
    const depth = 40
    const start = process.cwd()
    try {
      process.chdir(top)
      for (let level = 0; level < depth; level++) {
        fs.mkdirSync(name)
        process.chdir(name)
      }
      fs.writeFileSync('\u00fc'.repeat(127), 'deep')
    } finally {
      process.chdir(start)
    }
    const { entries, errors } = collect([topOf(top)])
    expect(errors).toEqual([])
    expect(entries).toHaveLength(depth + 1)
    expect(entries.at(-1)!.path.length).toBeGreaterThan(10_000)
    expect(entries.at(-1)!.stat.sizeBytes).toBe(4)
    expect(fs.readdirSync('/proc/self/fd').length).toBeLessThan(100)
  })

  it('leaves out a directory by its inode, and what filters exclude, without descending', () => {
    const top = build(temporaryDirectory(), 'repo/packs', 'no/x', 'never/y', 'yes/z')
    const touched: string[] = []
    const filter: WalkFilter = {
      skip: new Set([inodeKeyOf(lstatOf(byteStringOfText(`${top}/repo`)))]),
      excludeName: ({ name }) => {
        touched.push(name)
        return name === 'no'
      },
      exclude: ({ name }) => name === 'never',
    }
    expect(collect([topOf(top)], filter).paths).toEqual(['yes', 'yes/z'])
    expect(touched).toEqual(['never', 'no', 'repo', 'yes', 'z'])
  })

  it('stays on one file system, but keeps the empty directory where another one is mounted', () => {
    const root = walkRootOf('/dev' as ByteString)
    const device = lstatOf('/dev' as ByteString).device
    const { entries } = collect([root], { oneFileSystem: true })
    const foreign = entries.filter(({ stat }) => stat.device !== device && stat.type !== 'directory')
    expect(foreign).toEqual([])
    expect(entries.filter(({ directory }) => directory === 'dev/shm')).toEqual(
      lstatOf('/dev/shm' as ByteString).device === device ? expect.anything() : [],
    )
  })
})

const ancestorsOf = (prefix: string): string[] => {
  const parts = prefix.split('/')
  return parts.map((_, depth) => parts.slice(0, depth + 1).join('/'))
}

describe('the place of a root in the tree', () => {
  it.each([
    ['/a/b/', '/a/b', ['a', 'b']],
    ['/a/../b', '/a/../b', ['b']],
    ['/', '/', []],
    ['.', '.', []],
    ['./a//b', 'a/b', ['a', 'b']],
    ['../a/b', '../a/b', ['a', 'b']],
    ['..', '..', []],
  ])('of %s is on the disk at %s', (given, diskPath, treePath) => {
    expect(walkRootOf(byteStringOfText(given))).toEqual({ diskPath, treePath })
  })

  it('keeps bytes that are not UTF-8', () => {
    const name = '\xff\xfe' as ByteString
    const top = temporaryDirectory()
    fs.writeFileSync(Buffer.concat([Buffer.from(`${top}/`), bytesOf(name)]), 'x')
    const { entries } = collect([walkRootOf(`${top}/${name}` as ByteString)])
    expect(entries.at(-1)).toMatchObject({ name, stat: { sizeBytes: 1 } })
  })
})
