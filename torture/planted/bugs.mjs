const noLastLook = {
  file: 'operations/backup/backup.js',
  from: 'const lost = await packsLost(this.store, packs);',
  to: 'const lost = new Set();',
}

/**
 * Bugs of different kinds, as replacements in the built program: what stands there, what is put in its place, and the campaigns
 * that are to catch it. `golden` is a check of the repository that a first version wrote. Some need two: what the first breaks
 * the look at all packs before a snapshot is written (W4, W5) would mend.
 */
export const bugs = [
  {
    what: 'a skipped fsync: files get their names before their bytes are safe',
    changes: [{ file: 'backend/local-publish.js', from: 'await temporary.handle.sync();', to: '' }],
    by: ['power'],
  },
  {
    what: 'a skipped fsync: what a killed backup left is named before it is safe',
    changes: [
      {
        file: 'repository/index-store.js',
        from: 'await Promise.all(packs.map(({ id }) => this.backend.makeDurable(packName(id))));',
        to: '',
      },
    ],
    by: ['power'],
  },
  {
    what: 'the wrong order: a snapshot is written before its packs',
    changes: [
      noLastLook,
      {
        file: 'operations/backup/backup.js',
        from: 'await writer.checkpoint();',
        to: 'writer.checkpoint().catch(() => undefined);',
      },
    ],
    by: ['simulation'],
  },
  {
    what: 'a missing type in the associated data',
    changes: [
      { file: 'format/seal.js', from: 'Uint8Array.of(type, epoch, 0)', to: 'Uint8Array.of(0, epoch, 0)' },
    ],
    by: ['golden'],
  },
  {
    what: 'an unchecked length: an extent of zeros may have none',
    changes: [
      {
        file: 'format/pieces.js',
        from: "throw this.#corrupt('have an extent of impossible length');",
        to: ';',
      },
    ],
    by: ['hostile'],
  },
  {
    what: 'a lost error: a pack that could not be stored is passed over',
    changes: [
      noLastLook,
      {
        file: 'repository/pack-publisher.js',
        from: 'await this.backend.publishStaged(pack.stagedPath, packName(pack.id), pack.sizeBytes);',
        to: 'await this.backend.publishStaged(pack.stagedPath, packName(pack.id), pack.sizeBytes).catch(() => undefined);',
      },
    ],
    by: ['simulation'],
  },
]
