import { describe, expect, it } from 'vitest'
import { summaryFields, summaryLines } from '../../../src/cli/commands/backup-summary.js'
import { checkLines, damageLines } from '../../../src/cli/commands/check-summary.js'
import { DiffTally } from '../../../src/cli/commands/diff-tally.js'
import { restoreFields, restoreLines } from '../../../src/cli/commands/restore-summary.js'

const backupReport = {
  snapshotId: 'abcdef0123456789',
  filesNew: 1,
  filesChanged: 2,
  filesUnmodified: 1234,
  directories: 5,
  others: 0,
  totalFilesProcessed: 1237,
  totalBytesProcessed: 2 ** 31,
  changedBytes: 2 ** 20,
  dataAddedBytes: 2 ** 20,
  dataAddedPackedBytes: 2 ** 19,
  dataBlobs: 7,
  treeBlobs: 3,
  problems: [],
  leftOut: ['/home/me/\x1brepository'],
  notCaptured: [],
  startTime: new Date('2024-05-01T00:00:00Z'),
  durationMs: 1500,
  stages: { wait: 30.2, read: 1200.4 },
  threads: [
    { busyMs: 10, waitMs: 1500, stages: {} },
    { busyMs: 1200.4, waitMs: 30.2, stages: { read: 1200.4 } },
  ],
}

describe('the summary of a backup', () => {
  it('can be read at a glance', () => {
    expect(summaryLines(backupReport, false, false)).toEqual([
      'snapshot abcdef01 made in 1.5 s',
      '  files     1 new, 2 changed, 1,234 unmodified',
      '  data      2.00 GiB in 1,237 files',
      '  added     1.00 MiB, 512 KiB as stored',
      '  left out  /home/me/\\x1brepository',
    ])
  })

  it('has restic’s names for programs, bytes as integers and seconds as a number', () => {
    expect(summaryFields(backupReport, false, false)).toMatchObject({
      message_type: 'summary',
      files_new: 1,
      files_changed: 2,
      files_unmodified: 1234,
      data_blobs: 7,
      tree_blobs: 3,
      data_added: 2 ** 20,
      data_added_packed: 2 ** 19,
      total_files_processed: 1237,
      total_bytes_processed: 2 ** 31,
      total_duration: 1.5,
      backup_end: '2024-05-01T00:00:01.500Z',
      snapshot_id: 'abcdef0123456789',
    })
  })

  it('shows the stages where they are asked for', () => {
    expect(summaryLines(backupReport, false, true).slice(-5)).toEqual([
      'ms        main  worker 1',
      '-------  -----  --------',
      'read               1,200',
      'busy        10     1,200',
      'waiting  1,500        30',
    ])
    expect(summaryFields(backupReport, false, true)).toMatchObject({
      stages_ms: { read: 1200.4 },
      threads: [{ busy_ms: 10 }, { busy_ms: 1200.4, wait_ms: 30.2, stages_ms: { read: 1200.4 } }],
    })
  })

  it('of a dry run does not speak of a snapshot', () => {
    const { snapshotId: _, ...report } = backupReport
    expect(summaryLines(report, true, false)[0]).toBe('dry run: nothing was written (1.5 s)')
    expect(summaryLines(report, true, false)[3]).toMatch(/^ *to add +.* as stored$/)
    expect(summaryFields(report, true, false)).toMatchObject({ dry_run: true })
    expect(summaryFields(report, true, false)).not.toHaveProperty('snapshot_id')
  })
})

describe('the summary of a restore', () => {
  const report = {
    snapshotId: 'abcdef0123456789',
    filesRestored: 3,
    filesUnchanged: 4,
    filesSkipped: 1,
    filesDeleted: 2,
    directories: 1,
    others: 0,
    bytesWritten: 1024,
    bytesReused: 2048,
    bytesVerified: 3072,
    problems: [{ path: 'x', message: 'y', kind: 'attribute' as const }],
    durationMs: 2000,
  }

  it('tells what was written, reused, verified, and what failed', () => {
    expect(restoreLines(report, false)).toEqual([
      'snapshot abcdef01 restored in 2.0 s',
      '  files     3 restored, 4 already right, 1 skipped, 2 deleted',
      '  data      1.00 KiB written, 2.00 KiB already there',
      '  verified  3.00 KiB',
      '  problems  1 (named above)',
      'Next: as root all attributes can be set; --no-ownership leaves owners alone.',
    ])
    expect(restoreFields(report, true)).toMatchObject({ dry_run: true, total_files: 8, bytes_restored: 1024 })
  })

  it('of a dry run tells what there is to do', () => {
    expect(restoreLines({ ...report, problems: [], bytesVerified: 0 }, true)).toEqual([
      'dry run: nothing was written (2.0 s)',
      '  files  3 to restore, 4 already right, 1 to skip, 2 to delete',
      '  data   1.00 KiB to write, 2.00 KiB already there',
    ])
  })
})

describe('the result of a check', () => {
  const report = {
    snapshots: 1,
    treeNodes: 2,
    chunks: 3,
    packs: 1,
    packsRead: 0,
    bytesRead: 0,
    damages: [],
    remarks: [],
    covered: 'Every tree was walked; no data was read.',
    marked: 0,
    durationMs: 10,
  }

  it('says what was covered', () => {
    expect(checkLines(report)).toEqual([
      'no damage found',
      '  Every tree was walked; no data was read.',
      '  1 snapshot, 2 tree nodes, 3 chunks, 1 pack; 0 B read in 0.0 s',
    ])
  })

  it('names a broken object with what depends on it, ten by name', () => {
    const dependents = Array.from({ length: 12 }, (_, index) => ({
      snapshot: 'abcdef0123',
      path: `f${index}\xff`,
    }))
    const lines = damageLines({
      object: 'packs/3f',
      message: 'cut short',
      hint: 'mend it',
      dependents,
      dependentsTotal: 99,
    })
    expect(lines.slice(0, 2)).toEqual(['damaged: packs/3f: cut short', '  needed by "abcdef01:f0\\xff"'])
    expect(lines.slice(-1)).toEqual(['  and by 89 more'])
    expect(lines).toHaveLength(12)
  })
})

describe('the sums of a comparison', () => {
  it('count both sides of an entry that became another type', () => {
    const tally = new DiffTally()
    const entry = {
      path: 'a',
      name: 'a',
      type: 'file' as const,
      mode: 0,
      uid: 0,
      gid: 0,
      user: '',
      group: '',
      sizeBytes: 10,
      mtime: new Date(0),
      mtimeNs: 0n,
      ctimeNs: 0n,
      inode: 1,
      links: 1,
      flags: { changedWhileRead: false },
      xattrs: [],
    }
    tally.add({ kind: 'type', path: 'a', before: entry, after: { ...entry, type: 'symlink' } })
    tally.add({ kind: 'modified', path: 'b' })
    tally.add({ kind: 'metadata', path: 'c' })
    expect(tally.fields()).toEqual({
      changed_files: 1,
      changed_metadata: 1,
      added: { files: 0, dirs: 0, others: 1, bytes: 0 },
      removed: { files: 1, dirs: 0, others: 0, bytes: 10 },
    })
    expect(tally.text()).toBe('1 added, 1 (10 B) removed, 1 modified, 1 with other attributes')
  })
})
