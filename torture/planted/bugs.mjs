/**
 * Bugs of different kinds, as replacements in the built program: what stands there, what is put in its place, and the campaigns
 * that are to catch it. `golden` is a check of the repository that a first version wrote.
 */
export const bugs = [
  {
    what: 'a skipped fsync: files get their names before their bytes are safe',
    file: 'backend/local-publish.js',
    from: 'await temporary.handle.sync();',
    to: '',
    by: ['power'],
  },
  {
    what: 'a skipped fsync: what a killed backup left is named before it is safe',
    file: 'repository/index-store.js',
    from: 'await Promise.all(packs.map(({ id }) => this.backend.makeDurable(packName(id))));',
    to: '',
    by: ['power'],
  },
  {
    what: 'the wrong order: an index file names packs that are not there yet',
    file: 'repository/pack-publisher.js',
    from: 'await this.backend.publishStaged(',
    to: 'await this.index.write([pack]);\n        await this.backend.publishStaged(',
    by: ['simulation', 'crash'],
  },
  {
    what: 'a missing type in the associated data',
    file: 'format/seal.js',
    from: 'Uint8Array.of(type, epoch, 0)',
    to: 'Uint8Array.of(0, epoch, 0)',
    by: ['golden'],
  },
  {
    what: 'an unchecked length: pieces need not add up to the size of their file',
    file: 'format/entry-content.js',
    from: "throw reader.corrupt('pieces do not add up to the size');",
    to: ';',
    by: ['hostile', 'fuzz'],
  },
  {
    what: 'a lost error: a pack that could not be stored is passed over',
    file: 'repository/pack-publisher.js',
    from: 'this.#failure ??= error;\n        });\n        while',
    to: '});\n        while',
    by: ['simulation'],
  },
]
